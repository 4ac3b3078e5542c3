"""`afterwatch oncall`: who is on call, what the rotas leave open, who takes over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli import output

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from alerts.notify.config import Config
    from alerts.oncall.rota import Duty

home_option = click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of this Afterwatch."
)
format_option = click.option("--format", "form", type=click.Choice(output.FORMATS), default="table")


@click.group("oncall")
def command() -> None:
    """People on call: rotas and overrides of alerting.yaml."""


@command.command("who")
@home_option
@format_option
@click.option("--at", help="Moment (ISO 8601; without an offset it is UTC). Default: now.")
@click.option("--rota", help="Only this rota.")
def who(home: Path | None, form: str, at: str | None, rota: str | None) -> None:
    """Say who is on call per rota, until when, and who comes next."""
    import polars as pl

    from alerts import overrides, roster

    with _opened(home) as (engine, config, now):
        moment = now if at is None else _moment(at)
        _known_rota(config, rota)
        kept = overrides.active(engine, moment)
        rows = [
            {
                "rota": one.rota,
                "person": one.duty.person if one.duty else None,
                "zone": one.zone,
                "next": one.following.person if one.following else None,
                "from_utc": one.following.starts_at if one.following else None,
                "from_there": _begins(one.following, one.zone),
            }
            for one in roster.on_duty(config, kept, moment)
            if rota in {None, one.rota}
        ]
    columns = ("rota", "person", "zone", "next", "from_utc", "from_there")
    schema: dict[str, pl.DataType] = {name: pl.String() for name in columns}
    schema["from_utc"] = pl.Datetime("us", "UTC")
    output.show_frame(pl.DataFrame(rows, schema=schema), form)


@command.command("check")
@home_option
@format_option
@click.option("--days", type=click.IntRange(1, 3660), default=400, help="How far to look ahead.")
def check(home: Path | None, form: str, days: int) -> None:
    """Look for hours without anybody, two at once, unknown people, handovers in a clock change.

    Exit status 1 where an hour has nobody on call or a person is not declared.
    """
    import polars as pl

    from alerts import overrides, roster

    with _opened(home) as (engine, config, now):
        found = list(roster.findings(config, overrides.active(engine, now), now, days=days))
    frame = pl.DataFrame(
        [
            {
                "rota": name,
                "finding": finding.kind,
                "from_utc": finding.starts_at,
                "to_utc": finding.ends_at,
                "which": finding.what,
            }
            for name, finding in found
        ],
        schema={
            "rota": pl.String(),
            "finding": pl.String(),
            "from_utc": pl.Datetime("us", "UTC"),
            "to_utc": pl.Datetime("us", "UTC"),
            "which": pl.String(),
        },
    )
    if found or form != "table":
        output.show_frame(frame, form)
    else:
        click.echo(f"{len(config.body.rotas)} rotas, {days} days: nothing is left open.")
    if {"gap", "unknown_person"} & {finding.kind for _name, finding in found}:
        raise SystemExit(1)


@command.group("override")
def override() -> None:
    """Somebody takes over for a while."""


@override.command("add")
@home_option
@click.argument("rota")
@click.argument("person")
@click.option("--from", "starts", required=True, help="Start, by the clocks of the rota.")
@click.option("--to", "ends", required=True, help="End, by the clocks of the rota.")
@click.option("--by", "actor", required=True, help="Who decides it; the log keeps the name.")
@click.option("--dry-run", is_flag=True, help="Check it, say whom it relieves, change nothing.")
def add(  # noqa: PLR0917 - click hands over one argument per option
    home: Path | None,
    rota: str,
    person: str,
    starts: str,
    ends: str,
    actor: str,
    dry_run: bool,
) -> None:
    """Let PERSON be on call for ROTA for a while."""
    from alerts import overrides
    from alerts.overrides import OverrideError, Wanted

    with _opened(home) as (engine, config, now):
        _known_rota(config, rota)
        body = config.body
        zone = body.rotas[rota].zone
        wanted = Wanted(rota, person, _wall(starts, zone), _wall(ends, zone))
        kept = overrides.active(engine, wanted.starts_at, wanted.ends_at).get(rota, [])
        people = list(body.people)
        try:
            planned = overrides.relieved(body.rotas, people, kept, wanted, now)
            made = None
            if not dry_run:
                made = overrides.add(engine, body.rotas, people, wanted, actor=actor, now=now)
        except OverrideError as error:
            raise click.ClickException(str(error)) from error
    for duty in planned:
        click.echo(f"instead of {duty.person}: {_there(duty, zone)}")
    if not planned:
        click.echo("It fills a gap: nobody was on call.")
    click.echo("Nothing was changed." if made is None else f"Override {made} is in force.")


@override.command("list")
@home_option
@format_option
def list_(home: Path | None, form: str) -> None:
    """List overrides in force now or later."""
    import polars as pl

    from alerts import overrides

    with _opened(home) as (engine, _config, now):
        kept = overrides.active(engine, now)
    rows = [
        {
            "id": each.id,
            "rota": each.rota,
            "person": each.person,
            "from_utc": each.starts_at,
            "to_utc": each.ends_at,
        }
        for several in kept.values()
        for each in several
    ]
    moment = pl.Datetime("us", "UTC")
    schema: dict[str, pl.DataType] = {
        "id": pl.Int64(),
        "rota": pl.String(),
        "person": pl.String(),
        "from_utc": moment,
        "to_utc": moment,
    }
    output.show_frame(pl.DataFrame(rows, schema=schema), form)


@override.command("withdraw")
@home_option
@click.argument("number", type=int)
@click.option("--by", "actor", required=True, help="Who decides it; the log keeps the name.")
def withdraw(home: Path | None, number: int, actor: str) -> None:
    """Take an override back."""
    from alerts import overrides
    from alerts.overrides import OverrideError

    with _opened(home) as (engine, _config, now):
        try:
            done = overrides.withdraw(engine, number, actor=actor, now=now)
        except OverrideError as error:
            raise click.ClickException(str(error)) from error
    click.echo("Taken back: the rota counts again." if done else "It was over or taken back.")


@contextmanager
def _opened(home: Path | None) -> Iterator[tuple[Engine, Config, datetime]]:
    """State database, configuration and clock of a home."""
    from alerts.notify import config as configs
    from alerts.notify.config import ConfigError
    from dashboard.services import utc_now
    from dashboard.settings import load_settings
    from data_access.state.engine import migrate, open_state

    settings = load_settings(home=home)
    path = settings.home / configs.FILE_NAME
    try:
        config = configs.load(path) if path.exists() else configs.default()
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    engine = open_state(settings.database_url)
    try:
        migrate(engine)
        yield engine, config, utc_now()
    finally:
        engine.dispose()


def _known_rota(config: Config, rota: str | None) -> None:
    known = config.body.rotas
    if rota is not None and rota not in known:
        listed = ", ".join(known) or "none; declare rotas in alerting.yaml"
        raise click.ClickException(f"There is no rota {rota!r}. Known: {listed}.")


def _moment(text: str) -> datetime:
    from datetime import UTC

    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a time; write 2026-03-01T09:00.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _wall(text: str, zone: str) -> datetime:
    """A wall time of the rota's zone as an instant; one with an offset is an instant already."""
    from alerts.oncall.localtime import resolve

    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a time; write 2026-03-01T09:00.") from error
    return found if found.tzinfo else resolve(found.date(), found.time(), zone)


def _begins(duty: Duty | None, zone: str) -> str | None:
    """When a duty begins, by the clocks of its rota."""
    from zoneinfo import ZoneInfo

    return None if duty is None else f"{duty.starts_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _there(duty: Duty, zone: str) -> str:
    """When a duty begins and ends, by the clocks of its rota."""
    from zoneinfo import ZoneInfo

    starts, ends = (at.astimezone(ZoneInfo(zone)) for at in (duty.starts_at, duty.ends_at))
    return f"{starts:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} {zone}"
