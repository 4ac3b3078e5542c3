"""What the commands of `afterwatch alerts` share: the database, spans, moments, outcomes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from alerts.actions import Outcome

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def opened(home: Path | None) -> Engine:
    """The state database of a home, brought to the newest schema.

    Raises:
        ClickException: there is no such home; a mistyped one is not made.
    """
    from dashboard.settings import load_settings
    from data_access.state.engine import migrate, open_state

    settings = load_settings(home=home)
    if not settings.home.is_dir():
        raise click.ClickException(
            f"There is no home at {settings.home}. Make one with: afterwatch init"
        )
    engine = open_state(settings.database_url)
    migrate(engine)
    return engine


def as_span(text: str) -> timedelta:
    """`30m`, `4h`, `2d` as a length of time."""
    found = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if found is None:
        raise click.BadParameter(f"“{text}” is no length of time; write 30m, 4h or 2d.")
    return int(found[1]) * _UNITS[found[2]]


def as_moment(text: str) -> datetime:
    """An ISO date or time; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"“{text}” is no moment; write 2026-11-10 or 2026-11-10T07:00+01:00."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def finish(outcome: Outcome, action: str) -> None:
    """Say what came of an action; refused: exit with 1."""
    from dashboard.wording.outcomes import told

    said = told(outcome, action, "UTC")
    if outcome.result in {"refused", "stale"}:
        raise click.ClickException(said.text)
    click.echo(said.text)
