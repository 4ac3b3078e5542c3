"""`afterwatch playbook`: list, check and compare playbooks and the other documents of a crisis.

Further commands of the group (`drill`, `run`) live in modules of their own; see `_ELSEWHERE`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from dashboard.cli import output

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from alerts.library import Finding

KIND_NAMES = (
    "playbook",
    "levels",
    "statement",
    "terms",
    "statutory",
    "compensation",
    "checklists",
)
home_option = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
kind_option = click.option(
    "--kind",
    type=click.Choice(KIND_NAMES),
    default="playbook",
    show_default=True,
    help="Kind of document.",
)
form_option = click.option(
    "--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True
)
_ELSEWHERE = {"drill": "drill", "run": "runs"}
"""Commands of this group that other modules of this package hold, as `command`."""
_LISTED = ("kind", "id", "title", "owner", "review_by", "n", "origin", "errors", "warnings")


class _Group(click.Group):
    """Loads the commands of other modules only when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _ELSEWHERE:
            module = import_module(f"dashboard.cli.{_ELSEWHERE[cmd_name]}")
            command: click.Command = module.command
            return command
        return super().get_command(ctx, cmd_name)


@click.group("playbook", cls=_Group)
def command() -> None:
    """Playbooks and the other documents a crisis is led by."""


@command.command("list")
@home_option
@click.option("--kind", type=click.Choice(KIND_NAMES), help="Only this kind of document.")
@click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")
def list_(home: Path | None, kind: str | None, form: str) -> None:
    """List every document in force, with what the linter says.

    Exit status 1 if one has an error, or a file of the home cannot be used.
    """
    engine, faults = _opened(home)
    from alerts.library.pages import overview

    rows = overview(engine, config=_config(home), today=datetime.now(UTC).date())
    engine.dispose()
    if kind is not None:
        rows = rows.filter(pl.col("kind") == kind)
    shown = rows.select(_LISTED) if form == "table" else rows
    output.show_frame(shown, form)
    broken = rows.filter(pl.col("errors") > 0)
    faults += [f"{row['kind']} {row['id']}: has errors." for row in broken.to_dicts()]
    if faults:
        raise click.ClickException("\n".join(faults))


@command.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@kind_option
@home_option
@form_option
def check(files: tuple[Path, ...], kind: str, home: Path | None, form: str) -> None:
    """Check FILES, or without any every document in force.

    Files are checked against what is in force in the home, and against each other. Exit status 1
    if one has an error; warnings alone are fine.
    """
    from alerts import library

    engine, faults = _opened(home)
    config, today = _config(home), datetime.now(UTC).date()
    found: list[dict[str, Any]] = []
    with engine.connect() as connection:
        if files:
            for file in files:
                text = _text(file)
                checked = library.check(
                    connection, kind, text, where=str(file), config=config, today=today
                )
                found.append(_told(str(file), kind, checked.faults, checked.findings))
        else:
            shelf = library.snapshot(connection)
            for name, models in shelf.models.items():
                for model_id in models:
                    document = library.current(connection, name, model_id)
                    if document is None:
                        continue
                    checked = library.check(
                        connection, name, document.body_yaml, config=config, today=today
                    )
                    found.append(
                        _told(f"{name} {model_id}", name, checked.faults, checked.findings)
                    )
    engine.dispose()
    if form == "json":
        click.echo(json.dumps({"faults": faults, "checked": found}, ensure_ascii=False, indent=2))
    else:
        for one in found:
            _show(one)
    bad = [one["where"] for one in found if not one["usable"]]
    if faults or bad:
        listed = "; ".join([*faults, *(f"{where} cannot be used" for where in bad)])
        raise click.ClickException(f"{listed}.")


@command.command("show")
@click.argument("name", metavar="ID")
@click.option("--version", "n", type=click.IntRange(1), help="Which version; else that in force.")
@kind_option
@home_option
@form_option
def show(name: str, n: int | None, kind: str, home: Path | None, form: str) -> None:
    """Print the YAML of a document."""
    from alerts import library
    from alerts.library.store import text_of

    engine, _faults = _opened(home)
    with engine.connect() as connection:
        held = library.current(connection, kind, name)
        text = held.body_yaml if held and n is None else None
        if n is not None:
            text = text_of(connection, kind, name, n)
        known = library.names(connection, kind)
    engine.dispose()
    if text is None:
        raise click.ClickException(_unknown(kind, name, known, n))
    if form == "json":
        number = n if n is not None else (held.n if held else None)
        body = {"kind": kind, "id": name, "n": number, "body_yaml": text}
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        click.echo(text, nl=not text.endswith("\n"))


@command.command("history")
@click.argument("name", metavar="ID")
@kind_option
@home_option
@click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")
def history(name: str, kind: str, home: Path | None, form: str) -> None:
    """List the versions of a document, the newest first."""
    from alerts import library

    engine, _faults = _opened(home)
    with engine.connect() as connection:
        versions = library.history(connection, kind, name)
        held = library.current(connection, kind, name)
        known = library.names(connection, kind)
    engine.dispose()
    if not versions:
        raise click.ClickException(_unknown(kind, name, known))
    rows = [
        {
            "n": one.n,
            "in_force": held is not None and held.id == one.id,
            "origin": one.origin,
            "created_by": one.created_by,
            "created_at": one.created_at,
            "sha256": one.sha256[:12],
            "note": one.note,
        }
        for one in versions
    ]
    output.show_frame(pl.DataFrame(rows, infer_schema_length=None), form)


@command.command("diff")
@click.argument("name", metavar="ID")
@click.argument("old", metavar="N", type=click.IntRange(1))
@click.argument("new", metavar="M", type=click.IntRange(1))
@kind_option
@home_option
@form_option
def diff(name: str, old: int, new: int, kind: str, home: Path | None, form: str) -> None:
    """Say what changed between versions N and M of a document."""
    from alerts import library

    engine, _faults = _opened(home)
    with engine.connect() as connection:
        lines = library.diff(connection, kind, name, old, new)
        known = library.names(connection, kind)
    engine.dispose()
    if lines is None:
        raise click.ClickException(_unknown(kind, name, known, old, new))
    if form == "json":
        click.echo(json.dumps({"id": name, "old": old, "new": new, "lines": lines}))
    else:
        click.echo("\n".join(lines) if lines else "Nothing changed.")


def _opened(home: Path | None) -> tuple[Engine, list[str]]:
    """The state database with what ships and what the home has, and faults of the home's files."""
    from alerts import library
    from dashboard.cli.rules import open_engine
    from dashboard.settings import load_settings

    engine = open_engine(home)
    folder = load_settings(home=home).home
    faults = [str(fault) for fault in library.register(engine, folder, datetime.now(UTC))]
    return engine, faults


def _config(home: Path | None) -> Any:
    from alerts.notify.current import Current
    from dashboard.settings import load_settings

    return Current(load_settings(home=home).home, public_url="").config()


def _text(file: Path) -> str:
    from alerts.library import DocumentError
    from alerts.strict_yaml import read_text

    try:
        return read_text(file, DocumentError)
    except DocumentError as error:
        raise click.ClickException(str(error)) from error


def _told(
    where: str, kind: str, faults: tuple[str, ...], findings: tuple[Finding, ...]
) -> dict[str, Any]:
    return {
        "where": where,
        "kind": kind,
        "usable": not faults and not any(one.severity == "error" for one in findings),
        "faults": list(faults),
        "findings": [
            {
                "severity": one.severity,
                "rule": one.rule,
                "where": one.where,
                "what": {"en": one.what.en, "zh": one.what.zh},
                "advice": {"en": one.advice.en, "zh": one.advice.zh},
            }
            for one in findings
        ],
    }


def _show(one: dict[str, Any]) -> None:
    if not one["faults"] and not one["findings"]:
        click.echo(f"{one['where']}: good")
        return
    for fault in one["faults"]:
        click.echo(fault)
    for found in one["findings"]:
        what, advice = found["what"]["en"], found["advice"]["en"]
        click.echo(f"{one['where']}: {found['severity']}: {found['where']}: {what} {advice}")


def _unknown(kind: str, name: str, known: list[str], *numbers: int | None) -> str:
    if name in known:
        asked = ", ".join(str(number) for number in numbers if number is not None)
        return f"{kind} {name} has no version {asked}; see afterwatch playbook history {name}."
    return f"There is no {kind} {name!r}. Known: {', '.join(known) or 'none'}."
