"""How much of what was sold will come back: weekly cohorts of order lines and a delay triangle.

A return counts for the week its goods were ordered in, not for the week it was asked for. Of young
weeks only a part has come back yet, so their rate so far (naive) always seems to fall; the nowcast
(`data_access.survival.nowcast`) adds what is still to come. A delay is told in ISO weeks, and only
weeks that are over count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from data_access.metrics.numbers import Numbers
from data_access.metrics.plan import Plan
from data_access.metrics.sums import Request, sums
from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts import COHORTS
from data_access.survival import DRAWS, Estimate, nowcast, nowcast_sum

LONGEST = 13
"""Weeks after which a return no longer counts for its order."""

_WEEK = timedelta(days=7)
_NOTHING = Estimate(None, None, None)
_DRAWS_OF_SEGMENT = 400
_WEEKS_OF_SEGMENT = 26 + LONGEST
_Z80 = 1.2815515655446004
"""Standard normal quantile of a two-sided 80 % interval."""
_SOLD = COHORTS["sales_lines"]
_RETURNED = COHORTS["sales_returned"]

WEEKS = {
    "week": pl.Date(),
    "sold": pl.Int64(),
    "seen": pl.Int64(),
    "rate": pl.Float64(),
    "expected": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "share_seen": pl.Float64(),
    "mature": pl.Boolean(),
}
SPLIT = {
    "segment": pl.String(),
    "sold": pl.Int64(),
    "rate": pl.Float64(),
    "expected": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "before": pl.Float64(),
    "before_low": pl.Float64(),
    "before_high": pl.Float64(),
}


@dataclass(frozen=True)
class ReturnCohorts:
    """What was sold by week, and what comes back of it; rates are shares of the lines sold."""

    weeks: pl.DataFrame
    """Columns `WEEKS`: rate so far and nowcast with its 80 % interval, oldest first. Empty where
    nothing was sold or nothing came back."""
    young: Estimate
    """Nowcast of the weeks that are not mature, together."""
    so_far: float | None
    """Their rate so far."""
    before: Estimate
    """Rate of as many mature weeks just before them, with its 80 % interval."""
    split: pl.DataFrame
    """Columns `SPLIT`: the same per segment, the largest first."""
    horizon: int
    """Weeks within which a return counts for its order; below `LONGEST` in a short history."""
    unlinked: int
    """Return lines of the period without a known order: no week can be blamed for them."""

    @property
    def last_mature(self) -> float | None:
        """Rate of the last week of which nearly everything has come back."""
        mature = self.weeks.filter("mature")
        return mature["rate"][-1] if mature.height else None


def return_cohorts(
    numbers: Numbers,
    plan: Plan,
    *,
    by: str | None,
    weeks: int,
    rng: np.random.Generator,
    limit: int = 12,
) -> ReturnCohorts:
    """Cohorts of the last weeks of the period that are over.

    Args:
        numbers: marts and rollups.
        plan: a checked question; its first day does not matter.
        by: dimension to split the young weeks by.
        weeks: how many cohorts to give; the delay pattern is learnt from `LONGEST` more.
        rng: where the draws come from.
        limit: segments at most.
    """
    this_week = _monday(plan.as_of.today)
    over = this_week - _WEEK
    last = min(over, _monday(plan.last + timedelta(days=1)) - _WEEK)
    first = last - (weeks + LONGEST - 1) * _WEEK
    sold, returned = (
        sums(numbers, _request(plan, cohort, first, last, by)) for cohort in (_SOLD, _RETURNED)
    )
    unlinked = _unlinked(numbers, plan, first)
    whole = _cells(_added(sold, ()), _added(returned, ("delay",)), over)
    # Where nothing came back there is nothing to learn a delay from; often nobody records returns.
    if whole.is_empty() or not whole["count"].sum():
        empty = pl.DataFrame(schema=WEEKS)
        split = pl.DataFrame(schema=SPLIT)
        return ReturnCohorts(empty, _NOTHING, None, _NOTHING, split, LONGEST, unlinked)
    found = _rates(nowcast(whole, rng=rng), whole).tail(weeks)
    young, before = _young(found)
    row = _together(whole, young, before, rng)
    segments = pl.DataFrame(schema=SPLIT)
    if by is not None and young.len():
        segments = _segments(
            sold, returned, by, over=over, weeks=(young, before), rng=rng, limit=limit
        )
    return ReturnCohorts(
        weeks=found,
        young=Estimate(row["expected"], row["low"], row["high"]),
        so_far=row["rate"],
        before=Estimate(row["before"], row["before_low"], row["before_high"]),
        split=segments,
        horizon=int(whole["delay"].max()) + 1,  # type: ignore[arg-type]
        unlinked=unlinked,
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _request(plan: Plan, cohort: Cohort, first: date, last: date, by: str | None) -> Request:
    return Request(
        cohort=cohort,
        measures=("n",),
        by=("week",) if by is None else ("week", by),
        where={name: values for name, values in plan.where.items() if name in cohort.dims},
        first=first,
        last=last + timedelta(days=6),
        as_of=plan.as_of,
        keys=() if cohort is _SOLD else ("delay",),
    )


def _added(rows: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The sums of all segments."""
    return rows.group_by(["week", *keys]).agg(pl.col("n").sum())


def _cells(sold: pl.DataFrame, returned: pl.DataFrame, over: date) -> pl.DataFrame:
    """The triangle: cohort, size, delay, count; from the first week with a sale to now."""
    sizes = sold.filter(pl.col("n") > 0).select(cohort="week", size="n").sort("cohort")
    if sizes.is_empty():
        return pl.DataFrame(schema={"cohort": pl.Date, "size": pl.Int64, "count": pl.Int64})
    every = pl.date_range(sizes["cohort"][0], sizes["cohort"][-1], interval="1w", eager=True)
    age = ((pl.lit(over) - pl.col("cohort")).dt.total_days() // 7).clip(0, LONGEST - 1)
    grid = (
        pl.DataFrame({"cohort": every})
        .join(sizes, on="cohort", how="left")
        .with_columns(pl.col("size").fill_null(0), delay=pl.int_ranges(0, age + 1, dtype=pl.Int32))
        .explode("delay")
    )
    counts = returned.select(cohort="week", delay=pl.col("delay").cast(pl.Int32), count="n")
    return grid.join(counts, on=["cohort", "delay"], how="left").with_columns(
        pl.col("count").fill_null(0)
    )


def _rates(found: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    sizes = cells.group_by("cohort").agg(sold=pl.col("size").first())
    size = pl.col("sold")
    counts = {"rate": "seen", "expected": "expected", "low": "low", "high": "high"}
    return (
        found.join(sizes, on="cohort", how="left", maintain_order="left")
        .with_columns(
            week="cohort",
            **{
                name: pl.when(size > 0).then(pl.col(count) / size) for name, count in counts.items()
            },
        )
        .select(*WEEKS)
    )


def _young(weeks: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """The weeks that are not mature, and as many mature ones just before."""
    young = weeks.filter(~pl.col("mature"))["week"]
    mature = weeks.filter(pl.col("mature"))["week"]
    return young, mature.tail(young.len())


def _together(
    cells: pl.DataFrame,
    young: pl.Series,
    before: pl.Series,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> dict[str, float | None]:
    """Rates of some weeks taken together."""
    told = nowcast_sum(cells, young, rng=rng, draws=draws)
    size = _total(cells, young, "size")
    earlier = _share(_total(cells, before, "count"), _total(cells, before, "size"))
    return {
        "sold": size,
        "rate": _total(cells, young, "count") / size if size else None,
        "before": earlier.value,
        "before_low": earlier.low,
        "before_high": earlier.high,
        **{
            name: value / size if size and value is not None else None
            for name, value in (("expected", told.value), ("low", told.low), ("high", told.high))
        },
    }


def _share(hits: int, n: int) -> Estimate:
    """A share with its 80 % interval (Wilson 1927)."""
    if not 0 < n >= hits:
        return _NOTHING
    p, scale = hits / n, 1 + _Z80**2 / n
    middle = (p + _Z80**2 / (2 * n)) / scale
    spread = _Z80 * math.sqrt((p * (1 - p) + _Z80**2 / (4 * n)) / n) / scale
    return Estimate(p, max(middle - spread, 0.0), min(middle + spread, 1.0))


def _total(cells: pl.DataFrame, weeks: pl.Series, column: str) -> int:
    mine = cells.filter(pl.col("cohort").is_in(weeks.implode()))
    if column == "size":
        mine = mine.filter(pl.col("delay") == 0)
    return int(mine[column].sum())


def _segments(
    sold: pl.DataFrame,
    returned: pl.DataFrame,
    by: str,
    *,
    over: date,
    weeks: tuple[pl.Series, pl.Series],
    rng: np.random.Generator,
    limit: int,
) -> pl.DataFrame:
    young, before = weeks
    since = over - _WEEKS_OF_SEGMENT * _WEEK
    sold, returned = (rows.filter(pl.col("week") > since) for rows in (sold, returned))
    recent = sold.filter(pl.col("week").is_in(young.implode()))
    largest = (
        recent.group_by(by)
        .agg(pl.col("n").sum())
        .filter(pl.col("n") > 0)
        .sort(["n", by], descending=[True, False], nulls_last=True)
        .head(limit)
    )
    rows = []
    for segment in largest[by]:
        mine = pl.col(by).eq_missing(pl.lit(segment))
        cells = _cells(
            _added(sold.filter(mine), ()), _added(returned.filter(mine), ("delay",)), over
        )
        told = _together(cells, young, before, rng, _DRAWS_OF_SEGMENT)
        rows.append({"segment": None if segment is None else str(segment), **told})
    return pl.DataFrame(rows, schema=SPLIT)


def _unlinked(numbers: Numbers, plan: Plan, first: date) -> int:
    """Return lines asked for since then whose order is not known."""
    rows = numbers.mart("return_lines").filter(
        (pl.col("requested_at").dt.date() >= first)
        & plan.as_of.passed(pl.col("requested_at"))
        & pl.col("order_placed_at").is_null()
    )
    return int(rows.select(pl.len()).collect().item())
