"""A filter as expressions over a mart: which rows, and which partitions can hold them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from data_access.metrics.filters import Filter


def matches(where: Filter) -> pl.Expr:
    """Rows whose dimensions the filter lets through; the value "" lets unknown ones through."""
    passed = [
        _among(pl.col(name).cast(pl.String), values) for name, values in where.values().items()
    ]
    return pl.all_horizontal(passed) if passed else pl.lit(value=True)


def _among(column: pl.Expr, values: tuple[str, ...]) -> pl.Expr:
    named = column.is_in([value for value in values if value]).fill_null(value=False)
    return named | column.is_null() if "" in values else named


def within(where: Filter, anchor: str, zone: str) -> pl.Expr:
    """Rows whose `anchor` lies on the filter's days, cut in `zone`; prunes partitions too.

    `anchor` is the instant that rows are partitioned by; for any other see `on_days`.
    """
    kept = []
    if where.start is not None:
        first = _midnight(where.start, zone)
        # A row belongs to the partition of its UTC month, so neighbours of the zone's day count.
        kept += [pl.col(anchor) >= first, pl.col("part") >= _part(first)]
    if where.end is not None:
        after = _midnight(where.end + timedelta(days=1), zone)
        kept += [pl.col(anchor) < after, pl.col("part") <= _part(after)]
    return pl.all_horizontal(kept) if kept else pl.lit(value=True)


def on_days(where: Filter, anchor: str, zone: str) -> pl.Expr:
    """Rows whose `anchor` lies on the filter's days, whatever partition they are in."""
    kept = []
    if where.start is not None:
        kept.append(pl.col(anchor) >= _midnight(where.start, zone))
    if where.end is not None:
        kept.append(pl.col(anchor) < _midnight(where.end + timedelta(days=1), zone))
    return pl.all_horizontal(kept) if kept else pl.lit(value=True)


def since(instant: datetime) -> pl.Expr:
    """Partitions that can hold rows anchored at or after `instant`."""
    return pl.col("part") >= _part(instant)


def until(instant: datetime) -> pl.Expr:
    """Partitions that can hold rows anchored at or before `instant`."""
    return pl.col("part") <= _part(instant)


def _midnight(day: date, zone: str) -> datetime:
    local = datetime.combine(day, time(), ZoneInfo(zone))
    return local.astimezone(ZoneInfo("UTC"))


def _part(instant: datetime) -> int:
    utc = instant.astimezone(ZoneInfo("UTC"))
    return utc.year * 100 + utc.month
