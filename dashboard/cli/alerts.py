"""`afterwatch alerts`: incidents, what is done about them, silences, and the log of it all."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output
from dashboard.cli.alert_incidents import show_incident
from dashboard.cli.alert_log import log
from dashboard.cli.alert_silences import silence
from dashboard.cli.alert_texts import as_moment, finish

if TYPE_CHECKING:
    from alerts.handling import Action

home_option = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
actor_option = click.option(
    "--as", "actor", default=getpass.getuser, show_default="your user name", help="Who acts."
)
VIEWS = ("needs_me", "mine", "acknowledged", "awaiting_verdict", "muted", "closed", "open")
_OPEN = frozenset({"needs_me", "acknowledged", "awaiting_verdict", "muted"})
VERDICTS = ("true", "false", "duplicate", "not_actionable", "poor_details")
_LISTED = (
    "group_id",
    "severity",
    "handling",
    "title_en",
    "segment",
    "opened_at",
    "acknowledged_by",
    "assignee",
    "y",
    "mu",
    "mute_kind",
    "members",
)
"""Columns of the table; CSV and JSON have all that are no lists."""


@click.group("alerts")
def command() -> None:
    """Incidents of early warning."""


@command.command("list")
@click.option("--view", type=click.Choice(VIEWS), default="open", show_default=True)
@actor_option
@home_option
@click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")
def list_(view: str, actor: str, home: Path | None, form: str) -> None:
    """List incidents; `open` are all that are not closed, the most severe first."""
    import polars as pl

    from alerts import inbox
    from dashboard.cli.alert_texts import opened
    from dashboard.services import utc_now

    engine = opened(home)
    found = inbox.listed(engine, None, utc_now(), actor=actor)
    engine.dispose()
    wanted = [name for name in found if name == view or (view == "open" and name in _OPEN)]
    shown = pl.concat([found[name] for name in wanted])
    frame = shown.unique("group_id", keep="first", maintain_order=True)
    flat = frame.drop("spark", "spark_low", "spark_high")
    output.show_frame(flat.select(_LISTED) if form == "table" else flat, form)


@command.command("show")
@click.argument("number", type=int)
@home_option
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table")
def show(number: int, home: Path | None, form: str) -> None:
    """Show one incident: numbers, what drives it, what lies inside, messages, what happened."""
    show_incident(number, home, form)


def _acting(function: Callable[..., None]) -> Callable[..., None]:
    """Options that every action on an incident has."""
    return click.argument("number", type=int)(actor_option(home_option(function)))


@command.command("ack")
@_acting
def acknowledge(number: int, actor: str, home: Path | None) -> None:
    """Acknowledge an incident: it is yours, and nobody else is called."""
    from alerts.handling import Action, Do

    _do(number, Action(Do.ACKNOWLEDGE), actor, home)


@command.command("unack")
@_acting
def unacknowledge(number: int, actor: str, home: Path | None) -> None:
    """Give an incident back: people are told again."""
    from alerts.handling import Action, Do

    _do(number, Action(Do.UNACKNOWLEDGE), actor, home)


@command.command("assign")
@_acting
@click.argument("assignee")
def assign(number: int, assignee: str, actor: str, home: Path | None) -> None:
    """Give an incident to ASSIGNEE; "" takes the assignment away."""
    from alerts.handling import Action, Do

    _do(number, Action(Do.ASSIGN, assignee=assignee), actor, home)


@command.command("snooze")
@click.option("--for", "span", default="1h", show_default=True, help="How long: 30m, 4h, 2d.")
@_acting
def snooze(number: int, span: str, actor: str, home: Path | None) -> None:
    """Tell nobody for a while."""
    from alerts.handling import Action, Do
    from dashboard.cli.alert_texts import as_span
    from dashboard.services import utc_now

    _do(number, Action(Do.SNOOZE, until=utc_now() + as_span(span)), actor, home)


@command.command("comment")
@_acting
@click.argument("text")
def comment(number: int, text: str, actor: str, home: Path | None) -> None:
    """Add TEXT to an incident."""
    from alerts.handling import Action, Do

    _do(number, Action(Do.COMMENT, note=text), actor, home)


@command.command("close")
@click.option("--verdict", type=click.Choice(VERDICTS), required=True, help="What it was.")
@click.option("--note", default="", help="Why; needed while the signal still goes on.")
@click.option("--true-start", help="When it really began: 2026-11-10, or with time and zone.")
@_acting
def close(
    number: int, verdict: str, note: str, true_start: str | None, actor: str, home: Path | None
) -> None:
    """Close an incident with a verdict, or change the verdict of a closed one."""
    from alerts.handling import Action, Do, Verdict

    began = as_moment(true_start) if true_start else None
    action = Action(Do.CLOSE, verdict=Verdict(verdict), note=note, true_start=began)
    _do(number, action, actor, home)


@command.command("reopen")
@click.option("--note", default="", help="Why.")
@_acting
def reopen(number: int, note: str, actor: str, home: Path | None) -> None:
    """Open a closed incident again."""
    from alerts.handling import Action, Do

    _do(number, Action(Do.REOPEN, note=note), actor, home)


def _do(number: int, action: Action, actor: str, home: Path | None) -> None:
    """Act, say what came of it, and exit with 1 where it was refused."""
    from alerts.actions import act
    from dashboard.cli.alert_texts import opened
    from dashboard.services import utc_now

    engine = opened(home)
    outcome = act(engine, number, action, actor=actor, version=None, token=None, now=utc_now())
    engine.dispose()
    finish(outcome, str(action.do))


command.add_command(silence)
command.add_command(log)
