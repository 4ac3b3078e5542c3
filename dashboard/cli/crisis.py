"""`afterwatch crisis`: crises, what makes them one, and what is done about them."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli import output
from dashboard.cli.alert_texts import as_moment, opened

if TYPE_CHECKING:
    from alerts.actions import Outcome
    from alerts.crisis.model import Action, Link
    from alerts.notify.config import Config

home_option = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
actor_option = click.option(
    "--as", "actor", default=getpass.getuser, show_default="your user name", help="Who acts."
)
form_option = click.option(
    "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
)
plain_form_option = click.option(
    "--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True
)
note_option = click.option("--note", default="", help="Why, in your words.")
_NEWEST = 200
"""Entries of the log that are read."""
VIEWS = ("open", "proposed", "over", "drills", "all")


@click.group("crisis")
def command() -> None:
    """Crises: levels by criteria, what is declared, what belongs to them, terms of laws."""


@command.command("list")
@click.option("--view", type=click.Choice(VIEWS), default="all", show_default=True)
@home_option
@form_option
def list_(view: str, home: Path | None, form: str) -> None:
    """List crises: declared ones first, then proposals, then what is over, then drills."""
    from alerts.crisis_room import listing
    from dashboard.cli.crisis_shown import listed
    from dashboard.services import utc_now

    engine = opened(home)
    found = listing(engine, utc_now())
    engine.dispose()
    parts = {
        "open": found.open,
        "proposed": found.proposed,
        "over": found.over,
        "drills": found.drills,
    }
    wanted = [one for name, part in parts.items() if view in (name, "all") for one in part]
    output.show_frame(listed(wanted), form)


@command.command("show")
@click.argument("number", type=int)
@home_option
@plain_form_option
def show(number: int, home: Path | None, form: str) -> None:
    """Show one crisis: level with its criteria, terms of laws, steps, what belongs to it."""
    from alerts.crisis_room import room, timeline
    from dashboard.cli import crisis_shown
    from dashboard.services import utc_now

    engine = opened(home)
    found = room(engine, number, utc_now(), _config(home))
    happened = timeline(engine, number, limit=_NEWEST)[0] if found is not None else ()
    engine.dispose()
    if found is None:
        raise click.ClickException(f"There is no crisis {number}; see `afterwatch crisis list`.")
    if form == "json":
        click.echo(output.json_text(crisis_shown.record(found, happened)))
        return
    crisis_shown.show(found, happened)


@command.command("singles")
@click.option("--market", "markets", multiple=True, help="Only this market; may be repeated.")
@click.option("--days", type=click.IntRange(1, 60), default=7, show_default=True)
@home_option
@form_option
def singles(markets: tuple[str, ...], days: int, home: Path | None, form: str) -> None:
    """Single complaints of the last days that a team lead should see (level 1)."""
    from datetime import timedelta

    from alerts import library
    from alerts.crisis.singles import MOST
    from alerts.crisis.singles import singles as found_in
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    opened(home).dispose()  # refuses a home that is not there
    services = open_services(load_settings(home=home))
    with services.engine.connect() as connection:
        document = library.current(connection, "levels", "levels")
    if document is None:
        raise click.ClickException("There are no levels yet; start the worker once.")
    found = found_in(
        services.warehouse,
        document.model,
        services.clock(),
        markets=markets,
        within=timedelta(days=days),
    )
    services.engine.dispose()
    flat = found.rows.with_columns(found.rows["criteria"].list.join(", "))
    output.show_frame(flat, form)
    if found.total > MOST and form == "table":
        click.echo(f"{found.total - MOST} more; choose a market or fewer days.")


@command.command("open")
@click.argument("title")
@click.option("--level", type=click.IntRange(1, 4), required=True)
@click.option("--topic", default="", help="What it is about: delivery, product, privacy …")
@click.option("--label", "labels", multiple=True, help="NAME=VALUE, such as market=PL.")
@click.option("--link", "joined", multiple=True, help="KIND:NUMBER or KIND:SOURCE:NUMBER.")
@click.option("--flag", "flags", multiple=True, help="What is known that no figure tells.")
@click.option("--playbook", "chosen", multiple=True, help="Start these, not those suggested.")
@click.option("--began", help="When the trouble began: 2026-11-10, or with time and zone.")
@note_option
@actor_option
@home_option
def open_(
    *,
    title: str,
    level: int,
    topic: str,
    labels: tuple[str, ...],
    joined: tuple[str, ...],
    flags: tuple[str, ...],
    chosen: tuple[str, ...],
    began: str | None,
    note: str,
    actor: str,
    home: Path | None,
) -> None:
    """Declare a crisis that nothing proposed."""
    from alerts.crisis.acting import open_by_hand
    from dashboard.services import utc_now

    given = dict(_pair(label) for label in labels)
    if topic:
        given["topic"] = topic
    engine = opened(home)
    outcome = open_by_hand(
        engine,
        title,
        given,
        tuple(_link(one) for one in joined),
        level,
        note,
        config=_config(home),
        actor=actor,
        token=None,
        wall=utc_now(),
        began_at=as_moment(began) if began else None,
        chosen=chosen or None,
        flags=flags,
    )
    engine.dispose()
    _finish(outcome, "open")
    if outcome.data and "crisis" in outcome.data:
        click.echo(f"Crisis {outcome.data['crisis']}")


def _acting(function: Callable[..., None]) -> Callable[..., None]:
    """Options that every action on a crisis has."""
    return click.argument("number", type=int)(note_option(actor_option(home_option(function))))


@command.command("declare")
@click.option("--level", type=click.IntRange(1, 4), help="Other than the proposed one.")
@click.option("--playbook", "chosen", multiple=True, help="Start these, not those suggested.")
@_acting
def declare(
    number: int,
    level: int | None,
    chosen: tuple[str, ...],
    note: str,
    actor: str,
    home: Path | None,
) -> None:
    """Declare a proposed crisis: its playbooks start and its clocks run."""
    from alerts.crisis.model import Action, Do

    action = Action(Do.DECLARE, level=level or 0, note=note, playbooks=chosen or None)
    _do(number, action, actor, home)


@command.command("raise")
@click.option("--level", type=click.IntRange(1, 4), required=True)
@_acting
def raise_(number: int, level: int, note: str, actor: str, home: Path | None) -> None:
    """Raise the level; without a criterion that asks for it, say why."""
    from alerts.crisis.model import Action, Do

    _do(number, Action(Do.RAISE, level=level, note=note), actor, home)


@command.command("lower")
@click.option("--level", type=click.IntRange(1, 4), required=True)
@_acting
def lower(number: int, level: int, note: str, actor: str, home: Path | None) -> None:
    """Lower the level, after two quiet update periods."""
    from alerts.crisis.model import Action, Do

    _do(number, Action(Do.LOWER, level=level, note=note), actor, home)


def _plain(name: str, do: str, told: str) -> None:
    """A command that needs nothing but a reason."""

    @command.command(name, help=told)
    @_acting
    def plain(number: int, note: str, actor: str, home: Path | None) -> None:
        from alerts.crisis.model import Action, Do

        _do(number, Action(Do(do), note=note), actor, home)


for _name, _told in (
    ("contain", "Say that the harm no longer grows."),
    ("uncontain", "Say that it grows again."),
    ("dismiss", "Say that it is no crisis, and why."),
    ("reopen", "Go on with a crisis that is over, as a new one."),
    ("comment", "Leave a note."),
):
    _plain(_name, _name, _told)


@command.command("close")
@click.option("--despite-runs", is_flag=True, help="Cancel playbooks that are not finished.")
@_acting
def close(number: int, despite_runs: bool, note: str, actor: str, home: Path | None) -> None:
    """Close a crisis; its review is asked for."""
    from alerts.crisis.model import Action, Do

    _do(number, Action(Do.CLOSE, note=note, despite_runs=despite_runs), actor, home)


@command.command("assign")
@_acting
@click.argument("role")
@click.argument("person")
def assign(number: int, role: str, person: str, note: str, actor: str, home: Path | None) -> None:
    """Give ROLE to PERSON in a crisis; "" takes it away."""
    from alerts.crisis.model import Action, Do

    _do(number, Action(Do.ASSIGN_ROLE, role=role, person=person, note=note), actor, home)


@command.command("flag")
@click.option("--off", is_flag=True, help="It is not so after all.")
@_acting
@click.argument("flag")
def flag(number: int, flag: str, off: bool, note: str, actor: str, home: Path | None) -> None:
    """Say that FLAG is so, such as injury_confirmed, regulator_letter, personal_data_breach."""
    from alerts.crisis.model import Action, Do

    _do(number, Action(Do.UNFLAG if off else Do.FLAG, flag=flag, note=note), actor, home)


@command.command("link")
@click.option("--off", is_flag=True, help="Take the links away.")
@_acting
@click.argument("links", nargs=-1, required=True)
def link(
    number: int, links: tuple[str, ...], off: bool, note: str, actor: str, home: Path | None
) -> None:
    """Join LINKS to a crisis, each KIND:NUMBER or KIND:SOURCE:NUMBER (case:helpdesk:4711)."""
    from alerts.crisis.model import Action, Do

    joined = tuple(_link(one) for one in links)
    _do(number, Action(Do.UNLINK if off else Do.LINK, links=joined, note=note), actor, home)


@command.command("clocks")
@click.argument("number", type=int)
@click.option("--met", help="Rule that was met; say how with --note.")
@click.option("--not-applicable", help="Rule that does not apply; say why with --note.")
@click.option("--running", help="Rule that runs after all.")
@click.option("--started", help="With --running: when it really began.")
@note_option
@actor_option
@home_option
@form_option
def clocks(
    *,
    number: int,
    met: str | None,
    not_applicable: str | None,
    running: str | None,
    started: str | None,
    note: str,
    actor: str,
    home: Path | None,
    form: str,
) -> None:
    """Show the terms of laws in a crisis, or settle one."""
    from alerts.crisis import statutory_clocks
    from dashboard.cli.crisis_shown import terms
    from dashboard.services import utc_now

    chosen = [
        (status, key)
        for status, key in (
            ("met", met),
            ("not_applicable", not_applicable),
            ("running", running),
        )
        if key
    ]
    if len(chosen) > 1:
        raise click.UsageError("Settle one rule at a time.")
    engine = opened(home)
    try:
        if chosen:
            ((status, key),) = chosen
            outcome = statutory_clocks.settle(
                engine,
                number,
                key,
                status,  # type: ignore[arg-type]
                actor=actor,
                note=note,
                version=None,
                token=None,
                wall=utc_now(),
                starts_at=as_moment(started) if started else None,
            )
            _finish(outcome, f"clock_{status}")
            return
        found = statutory_clocks.of(engine, number)
    finally:
        engine.dispose()
    output.show_frame(terms(found), form)
    if form == "table":
        click.echo("Not legal advice; see docs/crises.md.")


@command.command("check")
@home_option
@plain_form_option
def check(home: Path | None, form: str) -> None:
    """Check the home's levels and terms of laws (crisis/levels, crisis/statutory)."""
    from alerts.library.model import DocumentError
    from dashboard.cli.crisis_check import checked
    from dashboard.settings import load_settings

    folder = load_settings(home=home).home
    try:
        found = checked(folder, _config(home))
    except DocumentError as error:
        raise click.ClickException(str(error)) from error
    if form == "json":
        click.echo(output.json_text(found))
    else:
        for one in found:
            click.echo(f"{one['severity']}: {one['document']}: {one['where']}: {one['message']}")
        click.echo(f"{sum(one['severity'] == 'error' for one in found)} errors")
    if any(one["severity"] == "error" for one in found):
        raise click.exceptions.Exit(1)


def _do(number: int, action: Action, actor: str, home: Path | None) -> None:
    """Act, say what came of it, and exit with 1 where it was refused."""
    from alerts.crisis.acting import act
    from dashboard.services import utc_now

    engine = opened(home)
    outcome = act(
        engine,
        number,
        action,
        config=_config(home),
        actor=actor,
        version=None,
        token=None,
        wall=utc_now(),
    )
    engine.dispose()
    _finish(outcome, str(action.do))


def _finish(outcome: Outcome, action: str) -> None:
    from dashboard.wording.crisis_outcomes import told

    said = told(outcome, action, "UTC")
    if outcome.result in {"refused", "stale"}:
        raise click.ClickException(said.text)
    click.echo(said.text)
    data: dict[str, Any] = outcome.data or {}
    for name, what in (("runs", "Playbooks started: runs"), ("clocks", "Terms that run:")):
        if data.get(name):
            click.echo(f"{what} {', '.join(map(str, data[name]))}")
    if action == "reopen" and "crisis" in data:
        click.echo(f"Crisis {data['crisis']}")


def _config(home: Path | None) -> Config:
    from alerts.notify.current import Current
    from dashboard.settings import load_settings

    return Current(load_settings(home=home).home).config()


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise click.BadParameter(f"“{text}” is no label; write NAME=VALUE, such as market=PL.")
    return name.strip(), value.strip()


def _link(text: str) -> Link:
    from alerts.crisis.links import KINDS
    from alerts.crisis.model import Link

    parts = text.split(":", 2)
    if len(parts) < 2 or parts[0] not in KINDS or not all(parts):
        known = ", ".join(KINDS)
        raise click.BadParameter(
            f"“{text}” is no link; write KIND:NUMBER or KIND:SOURCE:NUMBER with one of: {known}."
        )
    kind, source, ref = (parts[0], "", parts[1]) if len(parts) == 2 else tuple(parts)
    return Link(kind, source, ref)
