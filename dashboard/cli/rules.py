"""`afterwatch rules`: check rule files, test them on made-up series, list what is in force."""

from __future__ import annotations

from pathlib import Path

import click
import polars as pl

from dashboard.cli import output


@click.group("rules")
def command() -> None:
    """Rules of early warning."""


@command.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check rule FILES; every fault is told with file, line, field and what to do."""
    from alerts import evaluation
    from alerts.rules import RuleError, load

    faults = []
    for file in files:
        try:
            version = load(file)
            evaluation.check(version)
            click.echo(f"{file}: good ({version.rule.id}, version {version.sha256[:12]})")
        except RuleError as error:
            faults.append(str(error))
    if faults:
        raise click.ClickException("\n".join(faults))


@command.command("test")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def test(files: tuple[Path, ...]) -> None:
    """Run rule test FILES: made-up series and the alerts expected on given days."""
    from alerts.rule_tests import run_test_file
    from alerts.rules import RuleError

    faults: list[str] = []
    for file in files:
        try:
            found = run_test_file(file)
        except RuleError as error:
            found = [str(error)]
        if not found:
            click.echo(f"{file}: as expected")
        faults += found
    if faults:
        raise click.ClickException("\n".join(faults))


@command.command("list")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch.")
@click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")
def list_(home: Path | None, form: str) -> None:
    """List the rules in force: those that ship and those of the home's `rules` folder."""
    from alerts.tick import load_rules
    from dashboard.settings import load_settings

    versions, faults = load_rules(load_settings(home=home).home)
    rows = [
        {
            "rule": rule.id,
            "severity": rule.severity,
            "kpi": rule.signal.kpi,
            "by": ", ".join(rule.signal.by),
            "window_days": rule.window_days,
            "version": version.sha256[:12],
            "file": version.where,
        }
        for version in versions.values()
        for rule in [version.rule]
    ]
    output.show_frame(pl.DataFrame(rows), form)
    if faults:
        raise click.ClickException("\n".join(faults))
