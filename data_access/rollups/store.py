"""Rollup tables: which of their days are stale, and putting fresh ones in their place.

One Iceberg table per cohort, partitioned by month, holds all cuts: a refresh commits once per
cohort.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial as bind

import polars as pl

from data_access.rollups.cohort import Cohort
from data_access.rollups.days import AsOf, local_day, near_days
from data_access.rollups.partial import Executor, all_cuts, merge
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
) -> set[date]:
    """Days that a row left, entered or counts differently on.

    Args:
        cohort: whose days.
        old: the mart that the rollup was computed from.
        new: the mart as it is.
        parts: months in which the two may differ.
        before: as of when the rollup holds.
        after: as of when it shall hold.
    """
    ripe = cohort.prepare(new).filter(cohort.may_change(before, after))
    days = set(_anchor_days(cohort, ripe, after.zone))
    if parts:
        rows = [
            rows.filter(pl.col("part").is_in(list(parts))).with_columns(side=pl.lit(side))
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
    executor: Executor[pl.LazyFrame],
) -> int:
    """Recompute some days (None: all) of a cohort's rollup in one commit; gives their number."""
    if days is not None and not days:
        return 0
    present = scan_rollup(warehouse, cohort)
    parts = _parts_of(mart, cohort, days)
    function = bind(all_cuts, cohort.name, as_of, None if days is None else sorted(days))
    sums = list(cohort.measures)
    fresh = merge(executor(function, parts), sums)
    months = set(fresh["part"])
    if days is None:
        months |= set(present.select(pl.col("part").unique()).collect().to_series())
        rows = fresh
    else:
        months |= {day.year * 100 + day.month for day in days}
        kept = present.filter(
            pl.col("part").is_in(list(months)) & ~pl.col("day").is_in(list(days))
        ).collect()
        rows = pl.concat([kept, fresh.select(kept.columns)])
    if months:
        # By cut, then by day: a reader of one cut skips the row groups of the others.
        warehouse.replace_parts(
            cohort.name, "rollups", rows.sort("part", "cut", "day", *cohort.dims), months
        )
    return rows["day"].n_unique() if days is None else len(days)


def _parts_of(
    mart: pl.LazyFrame, cohort: Cohort, days: Collection[date] | None
) -> list[pl.LazyFrame]:
    """The rows of the days, split by month of the mart where they are many."""
    near = mart
    anchor = mart.collect_schema().get(cohort.anchor)
    if days is not None and anchor is not None:
        near = mart.filter(near_days(cohort.anchor, anchor, min(days), max(days)))
    counts = near.group_by("part").len().sort("part").collect()
    if counts["len"].sum() <= ROWS_AT_ONCE:
        return [mart]
    return [mart.filter(pl.col("part") == month) for month in counts["part"]]
