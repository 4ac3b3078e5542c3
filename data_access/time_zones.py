"""From a wall clock to UTC, by one rule everywhere.

A time that the clock jumped over in spring becomes the first valid instant after the gap; a time
that the clock showed twice in autumn is its first occurrence.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
_STEP = timedelta(microseconds=1)


def known_zone(name: str) -> bool:
    """Say whether `name` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def to_utc(naive: pl.Expr, zone: str) -> pl.Expr:
    """Turn naive local datetimes of `zone` into instants (UTC, microseconds)."""
    return naive.map_batches(
        lambda local: series_to_utc(local, zone), return_dtype=INSTANT, is_elementwise=True
    )


def series_to_utc(local: pl.Series, zone: str) -> pl.Series:
    """Turn a series of naive local datetimes of `zone` into instants; nulls stay null."""
    local = local.cast(pl.Datetime("us"))
    if zone == "UTC":
        return local.dt.replace_time_zone("UTC")
    zoned = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    instants = zoned.dt.convert_time_zone("UTC")
    if instants.null_count() == local.null_count():
        return instants
    # Few distinct wall times fall into gaps, so each is looked up once.
    skipped = local.filter(instants.is_null() & local.is_not_null()).unique()
    moved = pl.Series([first_valid_after(at, zone) for at in skipped], dtype=INSTANT)
    fallback = local.replace_strict(skipped, moved, default=None, return_dtype=INSTANT)
    return instants.zip_with(instants.is_not_null(), fallback)


def first_valid_after(local: datetime, zone: str) -> datetime:
    """Give the instant at which the gap that holds the naive `local` ends.

    `fold` picks the offset before (0) or after (1) the jump, and the jump itself lies between the
    two readings (PEP 495), where it is found by bisection.
    """
    where = ZoneInfo(zone)
    before = local.replace(tzinfo=where, fold=0).utcoffset() or timedelta(0)
    after = local.replace(tzinfo=where, fold=1).utcoffset() or timedelta(0)
    low = (local - after).replace(tzinfo=UTC)
    high = (local - before).replace(tzinfo=UTC)
    while high - low > _STEP:
        middle = low + (high - low) // 2
        if middle.astimezone(where).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def end_of_day(day: pl.Expr, zone: str) -> pl.Expr:
    """Give the last microsecond of the calendar date `day` in `zone`, as an instant."""
    midnight = day.cast(pl.Date).dt.offset_by("1d").cast(pl.Datetime("us"))
    return to_utc(midnight, zone) - pl.duration(microseconds=1)
