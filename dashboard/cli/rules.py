"""`afterwatch rules`: check, test and backtest rules, and move them through their life."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from dashboard.cli import output

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from alerts.rule_store import Stage, StoredRule

Command = Callable[..., Any]

home_option = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
format_option = click.option(
    "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
)
_LISTED = (
    "rule_id",
    "stage",
    "n",
    "reason",
    "severity",
    "kind",
    "subject",
    "by",
    "episodes_per_week",
    "per_manager_day",
    "backtest_days",
    "backtest_last",
    "open_alerts",
)


@click.group("rules")
def command() -> None:
    """Rules of early warning."""


@command.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@home_option
def check(files: tuple[Path, ...], home: Path | None) -> None:
    """Check rule FILES; every fault is told with file, line, field and what to do.

    A playbook that a rule names must ship, or lie in the home's folder `crisis/playbook`.
    """
    from alerts import evaluation, library
    from alerts.rules import RuleError, load
    from dashboard.settings import load_settings

    playbooks = library.names_in_files("playbook", load_settings(home=home).home)
    faults = []
    for file in files:
        try:
            version = load(file)
            evaluation.check(version)
            named = version.rule.playbook
            if named is not None and named not in playbooks:
                known = ", ".join(sorted(playbooks))
                faults.append(f"{file}: playbook = {named!r}: there is none; use one of {known}.")
                continue
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
@home_option
@format_option
def list_(home: Path | None, form: str) -> None:
    """List every rule: where it stands and what it costs.

    Rules that no worker has read yet stand in stage *new*. Exit status 1 if a rule file cannot be
    used.
    """
    from alerts.rule_pages import OVERVIEW, overview
    from alerts.tick import load_rules
    from dashboard.settings import load_settings

    engine = open_engine(home)
    rows = overview(engine)
    engine.dispose()
    versions, faults = load_rules(load_settings(home=home).home)
    known = set(rows["rule_id"])
    fresh = [
        {
            **dict.fromkeys(OVERVIEW),
            "rule_id": rule.id,
            "kind": rule.kind,
            "severity": rule.severity,
            "owner": rule.owner,
            "subject": rule.subject,
            "by": list(rule.by),
            "stage": "new",
        }
        for rule in (version.rule for version in versions.values())
        if rule.id not in known
    ]
    everything = pl.concat([rows, pl.DataFrame(fresh, schema=OVERVIEW)]).sort("rule_id")
    if form != "json":
        everything = everything.with_columns(pl.col("by").list.join(", "))
    output.show_frame(everything.select(_LISTED) if form == "table" else everything, form)
    if faults:
        raise click.ClickException("\n".join(faults))


@command.command("backtest")
@click.argument("rule")
@click.option("--days", type=click.IntRange(1, 1500), default=180, show_default=True)
@click.option("--version", "n", type=int, help="Which version; by default the newest in use.")
@click.option("--against", type=click.Choice(("live",)), help="Compare with the live version.")
@home_option
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table")
def backtest(
    rule: str, days: int, n: int | None, against: str | None, home: Path | None, form: str
) -> None:
    """Say what RULE, an id or a file, would have told over past days, and what that costs.

    The result is kept, and is what the gate asks for, if the home knows this version.
    """
    from dashboard.cli import rule_backtests

    rule_backtests.show(rule, days=days, n=n, against=against, home=home, form=form)


def _moving(name: str, stage: Stage, text: str) -> click.Command:
    """A command that moves a version to a stage."""

    @command.command(name, help=text)
    @click.argument("rule")
    @click.option("--version", "n", type=int, help="Which version; by default the newest in use.")
    @click.option("--reason", default="", help="Why, in your own words; the log keeps it.")
    @click.option("--as", "actor", default=getpass.getuser, help="Who acts; you by default.")
    @home_option
    def move(rule: str, n: int | None, reason: str, actor: str, home: Path | None) -> None:
        from alerts.stages import StageError, live_or_less
        from dashboard.settings import load_settings

        engine = open_engine(home)
        folder = load_settings(home=home).home
        stored = chosen(engine, rule, n, but=stage)
        try:
            moved = live_or_less(
                engine,
                stored.version_id,
                stage,
                actor=actor,
                now=_now(),
                reason=reason,
                home=folder,
            )
        except StageError as error:
            raise click.ClickException(str(error)) from error
        finally:
            engine.dispose()
        click.echo(f"{rule} version {moved.n} is {moved.stage} ({moved.reason}).")

    return move


enable = _moving(
    "enable",
    "live",
    "Let a version of RULE live, if its backtest passes the gate or with --reason.",
)
shadow = _moving("shadow", "shadow", "Let a version of RULE run in shadow: judged, told to nobody.")
retire = _moving("retire", "retired", "Retire a version of RULE and end its alerts.")


@command.command("history")
@click.argument("rule")
@home_option
@format_option
def history(rule: str, home: Path | None, form: str) -> None:
    """List the versions of RULE, and what happened to it."""
    from alerts.rule_pages import rule_page

    engine = open_engine(home)
    page = rule_page(engine, rule)
    engine.dispose()
    if page is None:
        raise _unknown(rule)
    versions = pl.DataFrame(
        [
            {
                "n": one.n,
                "stage": one.stage,
                "reason": one.reason,
                "origin": one.origin,
                "by": one.created_by,
                "created": one.created_at,
                "sha256": one.version.sha256[:12],
            }
            for one in page.versions
        ],
        schema_overrides={"reason": pl.String},
    )
    events = pl.DataFrame(
        [
            {
                "at": one.at,
                "who": one.actor,
                "what": one.kind,
                "details": ", ".join(f"{key} {value}" for key, value in one.payload.items()),
            }
            for one in page.history
        ]
    )
    if form == "table":
        output.show_frame(versions, form, title=f"Versions of {rule}")
        output.show_frame(events, form, title="What happened")
    else:
        output.show_frame(events if form == "csv" else versions, form)


@command.command("diff")
@click.argument("rule")
@click.argument("old", type=int)
@click.argument("new", type=int)
@home_option
def diff(rule: str, old: int, new: int, home: Path | None) -> None:
    """Say what changed in RULE from version OLD to version NEW.

    Exit status 0 also where nothing differs.
    """
    from alerts import rule_text

    engine = open_engine(home)
    before, after = (chosen(engine, rule, number) for number in (old, new))
    engine.dispose()
    lines = rule_text.diff(before, after)
    click.echo("\n".join(lines) if lines else f"Versions {old} and {new} say the same.")


def open_engine(home: Path | None) -> Engine:
    """The state database of a home."""
    from dashboard.settings import load_settings
    from data_access.state.engine import migrate, open_state

    engine = open_state(load_settings(home=home).database_url)
    migrate(engine)
    return engine


def chosen(
    engine: Engine, rule: str, n: int | None = None, *, but: Stage | None = None
) -> StoredRule:
    """The version a command is about.

    Raises:
        click.ClickException: there is no such rule or version.
    """
    from alerts.rule_pages import leading
    from alerts.rule_store import versions_of

    versions = versions_of(engine, rule)
    if not versions:
        raise _unknown(rule)
    if n is None:
        open_ones = [one for one in versions if one.stage != but]
        return leading(open_ones or versions, newest=True)
    found = next((one for one in versions if one.n == n), None)
    if found is None:
        known = ", ".join(str(one.n) for one in versions)
        raise click.ClickException(f"{rule} has no version {n}; it has: {known}.")
    return found


def _unknown(rule: str) -> click.ClickException:
    return click.ClickException(
        f"This home knows no rule {rule!r}; see `afterwatch rules list`. Rule files become known "
        "when a worker has read them."
    )


def _now() -> Any:
    from dashboard.services import utc_now

    return utc_now()
