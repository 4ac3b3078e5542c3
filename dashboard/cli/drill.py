"""`afterwatch playbook drill`: practise a playbook by its own clock, told to the sandbox only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from dashboard.cli import output

if TYPE_CHECKING:
    from dashboard.services import Services

home_option = click.option("--home", type=click.Path(path_type=Path), help="Folder of this home.")
form_option = click.option(
    "--format", "form", type=click.Choice(output.FORMATS), default="table", show_default=True
)
by_option = click.option(
    "--by", "actor", required=True, help="Who does it; the log keeps the name."
)


@click.group("drill")
def command() -> None:
    """Practise playbooks; nothing of a drill reaches a real channel."""


@contextmanager
def _opened(home: Path | None) -> Iterator[Services]:
    from dashboard.services import open_services
    from dashboard.settings import load_settings

    services = open_services(load_settings(**({"home": home} if home else {})))
    try:
        yield services
    finally:
        services.engine.dispose()


@command.command("start")
@click.argument("playbook")
@click.option(
    "--replay",
    "scenario",
    default="playbook",
    help="crisis:NUMBER or known:NUMBER. Default: the playbook's own scenario.",
)
@click.option("--speed", type=click.FloatRange(1, 600), help="How fast its clock runs.")
@click.option("--level", type=click.IntRange(1, 4), help="Default: that of the scenario.")
@click.option("--title", default="", help="What people call it.")
@click.option("--role", "roles", multiple=True, metavar="ROLE=NAME", help="Who plays whom.")
@by_option
@home_option
def start(  # noqa: PLR0917 - one for each option
    playbook: str,
    scenario: str,
    speed: float | None,
    level: int | None,
    title: str,
    roles: tuple[str, ...],
    actor: str,
    home: Path | None,
) -> None:
    """Start a drill of PLAYBOOK now."""
    from alerts import drills, library
    from dashboard.drills import prepared

    people = dict(_pair(role) for role in roles)
    with _opened(home) as services:
        with services.engine.connect() as connection:
            document = library.current(connection, "playbook", playbook)
            if document is None:
                known = ", ".join(library.names(connection, "playbook")) or "none; start the worker"
                raise click.ClickException(f"There is no playbook {playbook!r}. Known: {known}.")
            try:
                given = prepared(connection, document.model, scenario, "en")
            except ValueError as error:
                raise click.UsageError("--replay takes crisis:NUMBER or known:NUMBER") from error
        if given is None:
            raise click.ClickException(f"There is nothing to replay at {scenario}.")
        played = replace(given.scenario, people={**given.scenario.people, **people})
        if level is not None:
            played = replace(played, level=level)
        started = drills.start(
            services.engine,
            document.id,
            played,
            title=title or given.title,
            speed=speed or given.speed,
            masked_start=given.masked_start,
            actor=actor,
            token=None,
            wall=services.clock(),
        )
    if started.result != "done":
        raise click.ClickException(f"Not started: {started.why.replace('_', ' ')}.")
    click.echo(f"Drill {started.drill_id} is running; its room is crisis {started.crisis_id}.")


def _pair(text: str) -> tuple[str, str]:
    role, equals, name = text.partition("=")
    if not equals or not role.strip() or not name.strip():
        raise click.UsageError(f"--role takes ROLE=NAME, not {text!r}")
    return role.strip(), name.strip()


@command.command("list")
@home_option
@form_option
def list_(home: Path | None, form: str) -> None:
    """List drills, the newest first."""
    from alerts import drills

    with _opened(home) as services, services.engine.connect() as connection:
        now = services.clock()
        rows = [
            {
                "drill": one.id,
                "crisis": one.crisis_id,
                "title": one.title,
                "playbook": f"{one.playbook} v{one.playbook_n}",
                "status": one.status,
                "speed": one.clock.speed,
                "clock": one.now(now).isoformat(timespec="minutes"),
                "in_time": _standing(one.report, "on_time"),
                "late": _standing(one.report, "late"),
                "not_done": _standing(one.report, "not_done"),
            }
            for one in drills.drills(connection)
        ]
    output.show_frame(pl.DataFrame(rows), form)


def _standing(report: dict[str, Any] | None, name: str) -> int | None:
    return None if report is None else int(report["standings"][name])


@command.command("inject")
@click.argument("number", type=int)
@click.argument("text")
@by_option
@home_option
def inject(number: int, text: str, actor: str, home: Path | None) -> None:
    """Let TEXT happen now in drill NUMBER."""
    from alerts import drills
    from dashboard.reviews import config_of

    with _opened(home) as services:
        outcome = drills.inject(
            services.engine,
            number,
            text,
            config=config_of(services),
            actor=actor,
            token=None,
            wall=services.clock(),
        )
    _told(outcome, f"It has happened in drill {number}.")


@command.command("end")
@click.argument("number", type=int)
@click.option("--cancel", is_flag=True, help="Without a report.")
@click.option("--reason", default="", help="Why.")
@by_option
@home_option
def end(number: int, cancel: bool, reason: str, actor: str, home: Path | None) -> None:
    """End drill NUMBER; its report is written."""
    from alerts import drills
    from dashboard.reviews import config_of

    with _opened(home) as services:
        outcome = drills.end(
            services.engine,
            number,
            config=config_of(services),
            actor=actor,
            version=None,
            token=None,
            wall=services.clock(),
            cancelled=cancel,
            reason=reason,
        )
    _told(outcome, f"Drill {number} is {'cancelled' if cancel else 'over'}.")


def _told(outcome: Any, done: str) -> None:
    if outcome.result == "refused":
        who = f" ({outcome.by})" if outcome.by else ""
        raise click.ClickException(f"Refused: {outcome.why.replace('_', ' ')}{who}.")
    click.echo(done)


@command.command("report")
@click.argument("number", type=int)
@home_option
@form_option
def report(number: int, home: Path | None, form: str) -> None:
    """Show every step of drill NUMBER against its target, in minutes of the drill's clock."""
    from alerts import drills

    with _opened(home) as services, services.engine.connect() as connection:
        found = drills.load(connection, number)
    if found is None:
        raise click.ClickException(f"There is no drill {number}.")
    if found.report is None:
        raise click.ClickException(f"Drill {number} is {found.status}; it has no report.")
    rows = [
        {
            "step": step["key"],
            "role": step["role"] or "",
            "who": step["who"] or "",
            "standing": step["standing"],
            "took_min": _minutes(step["took_s"]),
            "target_min": _minutes(step["target_s"]),
        }
        for step in found.report["steps"]
    ]
    output.show_frame(pl.DataFrame(rows, infer_schema_length=None), form)


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)
