"""What commands that ask for numbers have in common: days, filters, instants, zones, hints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from data_access.metrics import Filter, Metrics


def filter_of(conditions: Sequence[str], start: date | None, end: date | None) -> Filter:
    """The filter that `--where`, `--from` and `--to` say."""
    from data_access.metrics import DIMENSIONS, Filter

    values: dict[str, list[str]] = {}
    for condition in conditions:
        dimension, equals, value = condition.partition("=")
        dimension = dimension.strip()
        if not equals or dimension not in DIMENSIONS:
            raise click.UsageError(
                f"--where {condition!r}: write dimension=value with one of {', '.join(DIMENSIONS)}."
            )
        values.setdefault(dimension, []).append(value.strip())
    named = {dimension: tuple(given) for dimension, given in values.items()}
    return Filter(start=start, end=end, **named)


def day(option: str, text: str | None) -> date | None:
    """A day as `option` names it."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"{option} {text!r} is no day; write 2026-03-02.") from error


def instant(text: str, zone: str) -> datetime:
    """A moment; a day means its end, a time without an offset is local to `zone`."""
    from zoneinfo import ZoneInfo

    from data_access.rollups.days import end_of_day

    try:
        if len(text) == len("2026-03-02"):
            return end_of_day(date.fromisoformat(text), zone)
        moment = datetime.fromisoformat(text)
        local = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise click.UsageError(
            f"--as-of {text!r} is no time; write 2026-03-02 or 2026-03-02T09:00."
        ) from error


def known_zone_or_none(name: str | None) -> str | None:
    """An IANA zone; None where none was named."""
    from data_access.time_zones import known_zone

    if name is not None and not known_zone(name):
        raise click.UsageError(f"{name!r} is no IANA time zone; use a name such as Europe/Berlin.")
    return name


def hints(metrics: Metrics, where: Filter) -> list[str]:
    """A line for every filter value that no row has."""
    found = []
    for dimension, wanted in where.values().items():
        known = metrics.values(dimension)
        for value in wanted:
            if value and value not in known:
                some = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
                found.append(f"Hint: no row has {dimension}={value}. Known: {some or 'none yet'}.")
    return found
