"""Sums of one part of a mart, and adding such sums up.

`partial` and `merge` are the only way rows become counts: a direct scan, a rollup and a cluster
engine run the same two functions, and all agree to the integer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

import polars as pl
from polars import selectors

from data_access.rollups.cohort import Cohort, cut_name
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import AsOf, hour_of_week, local_day, near_days, weeks_between

Part = TypeVar("Part")
Executor = Callable[[Callable[[Part], pl.DataFrame], Sequence[Part]], Iterable[pl.DataFrame]]
"""Runs a function over parts, here or on a cluster; results come in the order of the parts."""

DaysOfMart = tuple[Sequence[date], pl.LazyFrame]
"""A part of the work on a rollup: some days, and the mart they are found in."""


def local_executor(
    function: Callable[[Part], pl.DataFrame], parts: Sequence[Part]
) -> Iterable[pl.DataFrame]:
    """One part after the other in this process; Polars itself uses all cores."""
    return map(function, parts)


def cohort_rows(
    mart: pl.LazyFrame,
    cohort: Cohort,
    as_of: AsOf,
    first: date | None = None,
    last: date | None = None,
) -> pl.LazyFrame:
    """The rows of the cohort that exist as of then, with their `day` and derived dimensions.

    `first` and `last` bound the days, both included.
    """
    rows = cohort.prepare(mart)
    known = as_of.passed(pl.col(cohort.known_at or cohort.anchor))
    anchor, dtype = pl.col(cohort.anchor), rows.collect_schema()[cohort.anchor]
    near = near_days(cohort.anchor, dtype, first, last)
    derived = {"day": anchor if dtype == pl.Date else local_day(anchor, as_of.zone)}
    if "hour_of_week" in cohort.dims:
        derived["hour_of_week"] = hour_of_week(anchor, as_of.zone)
    if "delay" in cohort.keys and cohort.known_at is not None:
        known_on = local_day(pl.col(cohort.known_at), as_of.zone)
        derived["delay"] = weeks_between(derived["day"], known_on)
    found = rows.filter(near & known & anchor.is_not_null()).with_columns(**derived)
    if first is not None:
        found = found.filter(pl.col("day") >= first)
    return found if last is None else found.filter(pl.col("day") <= last)


def partial(
    rows: pl.LazyFrame, cohort: Cohort, by: Sequence[str], as_of: AsOf, measures: Sequence[str] = ()
) -> pl.LazyFrame:
    """Sums (Int64) of the cohort's measures per `by` (columns of `cohort_rows`) and its keys."""
    wanted = measures or tuple(cohort.measures)
    sums = [cohort.measures[name](as_of).cast(pl.Int64).sum().alias(name) for name in wanted]
    groups = [*by, *cohort.keys]
    return rows.group_by(groups).agg(sums) if groups else rows.select(sums)


def merge(frames: Iterable[pl.DataFrame], measures: Sequence[str]) -> pl.DataFrame:
    """Add partial sums up; all columns but the measures are the group."""
    stacked = pl.concat(list(frames))
    groups = [name for name in stacked.columns if name not in measures]
    return added(stacked.lazy(), groups, measures).collect()


def added(rows: pl.LazyFrame, groups: Sequence[str], measures: Sequence[str]) -> pl.LazyFrame:
    """The measures (Int64) summed per group; without groups one row."""
    sums = [pl.col(name).cast(pl.Int64).sum() for name in measures]
    return rows.group_by(groups).agg(sums) if groups else rows.select(sums)


def all_cuts(name: str, as_of: AsOf, part: DaysOfMart) -> pl.DataFrame:
    """Rows of the rollup table of cohort `name` for some days, all cuts below one another.

    Takes the name, not the cohort, so that the call can be sent to another machine.
    """
    cohort = COHORTS[name]
    days, mart = part
    rows = cohort_rows(mart, cohort, as_of, min(days), max(days))
    used = [*_used_columns(cohort, as_of), "day", *cohort.dims, *cohort.keys]
    held = rows.filter(pl.col("day").is_in(list(days))).select(list(dict.fromkeys(used)))
    # Groups of numbers, not of words: every cut below groups the same rows again.
    held = held.with_columns(selectors.string().cast(pl.Categorical)).collect().lazy()
    frames = [
        partial(held, cohort, ["day", *cut], as_of).with_columns(cut=pl.lit(cut_name(cut)))
        for cut in cohort.cuts
    ]
    stacked = pl.concat(pl.collect_all(frames), how="diagonal")
    return stacked.select(_stored(cohort, stacked))


def _used_columns(cohort: Cohort, as_of: AsOf) -> list[str]:
    """Columns that the measures read."""
    return [
        column
        for measure in cohort.measures.values()
        for column in measure(as_of).meta.root_names()
    ]


def _stored(cohort: Cohort, frame: pl.DataFrame) -> list[pl.Expr]:
    day = pl.col("day")
    month = (day.dt.year() * 100 + day.dt.month()).cast(pl.Int32)
    return [
        month.alias(name)
        if name == "part"
        else (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in cohort.columns.items()
    ]
