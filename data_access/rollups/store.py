"""Rollup tables: which of their days are stale, and putting fresh ones in their place.

One Iceberg table per cohort, partitioned by month, holds all cuts: a refresh commits once per
cohort.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial as bind
from itertools import groupby

import polars as pl

from data_access.rollups.cohort import Cohort
from data_access.rollups.days import AsOf, local_day, near_days
from data_access.rollups.partial import DaysOfMart, Executor, all_cuts
from data_access.warehouse import Warehouse

ROWS_AT_ONCE = 2_000_000


def scan_rollup(
    warehouse: Warehouse, cohort: Cohort, snapshot_id: int | None = None
) -> pl.LazyFrame:
    """The rollup table of a cohort; empty if it was never written."""
    return warehouse.scan(
        cohort.name, namespace="rollups", snapshot_id=snapshot_id, schema=cohort.columns
    )


def changed_days(
    cohort: Cohort,
    old: pl.LazyFrame,
    new: pl.LazyFrame,
    *,
    parts: Collection[int],
    before: AsOf,
    after: AsOf,
    only: pl.LazyFrame | None = None,
) -> set[date]:
    """Days that a row left, entered or counts differently on.

    Args:
        cohort: whose days.
        old: the mart that the rollup was computed from.
        new: the mart as it is.
        parts: months in which the two may differ.
        before: as of when the rollup holds.
        after: as of when it shall hold.
        only: one column of keys; rows of other keys are the same in both marts. None: any differs.
    """
    ripe = cohort.prepare(new).filter(cohort.may_change(before, after))
    days = set(_anchor_days(cohort, ripe, after.zone))
    if parts:
        rows = [
            _among(rows.filter(pl.col("part").is_in(list(parts))), only).with_columns(
                side=pl.lit(side)
            )
            for rows, side in ((old, -1), (new, 1))
        ]
        columns = [name for name in new.collect_schema().names() if name != "subject"]
        differing = (
            pl.concat(rows)
            .group_by(columns)
            .agg(pl.col("side").sum())
            .filter(pl.col("side") != 0)
            .drop("side")
        )
        days |= set(_anchor_days(cohort, cohort.prepare(differing), after.zone))
    return days


def _among(rows: pl.LazyFrame, only: pl.LazyFrame | None) -> pl.LazyFrame:
    if only is None:
        return rows
    return rows.join(only, on=only.collect_schema().names(), how="semi")


def _anchor_days(cohort: Cohort, rows: pl.LazyFrame, zone: str) -> pl.Series:
    anchor = pl.col(cohort.anchor)
    dated = rows.collect_schema()[cohort.anchor] == pl.Date
    day = anchor if dated else local_day(anchor, zone)
    return rows.select(day.drop_nulls().unique().alias("day")).collect().to_series()


def rebuild_days(
    warehouse: Warehouse,
    cohort: Cohort,
    mart: pl.LazyFrame,
    days: Collection[date] | None,
    *,
    as_of: AsOf,
    executor: Executor[DaysOfMart],
) -> Collection[date]:
    """Recompute some days (None: all) of a cohort's rollup; gives the days.

    Many rows are taken month by month, each its own part for the executor and its own commit.
    """
    present = scan_rollup(warehouse, cohort)
    stale: set[int] = set()
    if days is None:
        stale = set(present.select(pl.col("part").unique()).collect().to_series())
        days = set(_anchor_days(cohort, cohort.prepare(mart), as_of.zone))
        present = present.clear()
    chunks = _chunks(cohort, mart, sorted(days))
    parts = [(chunk, mart) for chunk in chunks]
    function = bind(all_cuts, cohort.name, as_of)
    for chunk, fresh in zip(chunks, executor(function, parts), strict=True):
        months = {day.year * 100 + day.month for day in chunk}
        others = pl.col("part").is_in(list(months)) & ~pl.col("day").is_in(chunk)
        rows = pl.concat([present.filter(others).collect(), fresh])
        # By cut, then by day: a reader of one cut skips what belongs to the others.
        rows = rows.sort("part", "cut", "day", *cohort.dims)
        warehouse.replace_parts(cohort.name, "rollups", rows, months | stale)
        stale = set()
    if stale:
        warehouse.replace_parts(cohort.name, "rollups", present.collect(), stale)
    return days


def _chunks(cohort: Cohort, mart: pl.LazyFrame, days: list[date]) -> list[list[date]]:
    """The days in one piece, or month by month where they hold more than `ROWS_AT_ONCE` rows."""
    if not days:
        return []
    near = mart
    anchor = mart.collect_schema().get(cohort.anchor)
    if anchor is not None:
        near = mart.filter(near_days(cohort.anchor, anchor, days[0], days[-1]))
    if near.select(pl.len()).collect().item() <= ROWS_AT_ONCE:
        return [days]
    return [list(month) for _, month in groupby(days, lambda day: (day.year, day.month))]
