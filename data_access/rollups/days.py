"""Cutting instants into calendar days of a zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl


@dataclass(frozen=True)
class AsOf:
    """What was known at `instant`; `zone` is the one that days are cut in."""

    instant: datetime
    zone: str

    @property
    def today(self) -> date:
        """The calendar day in the zone."""
        return self.instant.astimezone(ZoneInfo(self.zone)).date()

    def passed(self, instant: pl.Expr) -> pl.Expr:
        """Whether an instant has come; false where it is null."""
        return (instant <= pl.lit(self.instant)).fill_null(value=False)


def local_day(instant: pl.Expr, zone: str) -> pl.Expr:
    """Calendar day of an instant in `zone`."""
    return instant.dt.convert_time_zone(zone).dt.date()


def hour_of_week(instant: pl.Expr, zone: str) -> pl.Expr:
    """0 for Monday 00:00 to 01:00 up to 167, in `zone`."""
    local = instant.dt.convert_time_zone(zone)
    return (local.dt.weekday().cast(pl.Int64) - 1) * 24 + local.dt.hour().cast(pl.Int64)


def weeks_between(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """How many ISO weeks (Int32) the week of one day lies after the week of another."""
    apart = period("week", last) - period("week", first)
    return (apart.dt.total_days() // 7).cast(pl.Int32)


def end_of_day(day: date, zone: str) -> datetime:
    """First instant after `day` in `zone`, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def near_days(column: str, dtype: pl.DataType, first: date | None, last: date | None) -> pl.Expr:
    """A condition on the bare column that keeps all rows of the days and can prune files.

    A day in any zone lies within 14 hours of the UTC day; two days are on the safe side.
    """
    kept = pl.lit(value=True)
    if dtype == pl.Date:
        if first is not None:
            kept &= pl.col(column) >= first
        return kept & (pl.col(column) <= last) if last is not None else kept
    if first is not None:
        kept &= pl.col(column) >= datetime.combine(first, time(), UTC) - timedelta(days=2)
    if last is not None:
        kept &= pl.col(column) < datetime.combine(last, time(), UTC) + timedelta(days=3)
    return kept


GRAINS = {"day": "1d", "week": "1w", "month": "1mo"}


def period(grain: str, day: pl.Expr) -> pl.Expr:
    """First day of the `grain` that `day` lies in; weeks begin on Monday (ISO 8601)."""
    return day if grain == "day" else day.dt.truncate(GRAINS[grain])
