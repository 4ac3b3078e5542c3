"""How many cases are open: at the end of each period, and how old they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl

from data_access.metrics.numbers import Numbers
from data_access.metrics.plan import AGE, Plan, source_of
from data_access.metrics.sums import one_of, sums
from data_access.rollups.days import GRAINS, end_of_day, local_day, period

AGE_BUCKETS = ("0-4h", "4-24h", "1-2d", "2-7d", ">7d")
"""Time since the case was created; a bucket includes its lower end."""

_AGE_LIMITS = (timedelta(hours=4), timedelta(hours=24), timedelta(days=2), timedelta(days=7))

_TAINTED = "tainted"


def age_bucket(age: pl.Expr) -> pl.Expr:
    """Bucket of a duration."""
    bucket = pl.lit(AGE_BUCKETS[-1])
    for limit, name in reversed(list(zip(_AGE_LIMITS, AGE_BUCKETS, strict=False))):
        bucket = pl.when(age < limit).then(pl.lit(name)).otherwise(bucket)
    return bucket


def backlog(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """`by`, value and n: cases open at the end of each period, or at the end of the filter.

    `tainted` are those of them that a data-quality check has something to say about.
    """
    found = _by_age(numbers, plan) if AGE in plan.by else _by_flow(numbers, plan)
    nothing = pl.lit(None, dtype=pl.Float64)
    return found.with_columns(
        value=pl.col("n").cast(pl.Float64),
        low=nothing,
        high=nothing,
        numerator=pl.col("n"),
        denominator=pl.lit(None, dtype=pl.Int64),
    )


def _by_flow(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """Opened minus ended so far, added up over the days."""
    cohort, measure = source_of(plan.kpi.numerator)
    counted = [measure, _TAINTED]
    ever = replace(plan, first=None)
    flows = sums(numbers, ever.request(cohort, tuple(counted)))
    if plan.grain is None:
        kept = flows if not plan.by else flows.filter(pl.col(measure) != 0)
        return kept.rename({measure: "n"})
    dims = [name for name in plan.by if name != plan.grain]
    periods = _periods(plan, flows[plan.grain])
    if periods.is_empty():
        return flows.select(*plan.by, _TAINTED, n=pl.col(measure)).clear()
    groups = flows.select(dims).unique() if dims else pl.DataFrame({"one": [0]})
    # Flows before the first period shown count into it; every period needs a row to carry over.
    grain = pl.col(plan.grain)
    shown = flows.with_columns(pl.max_horizontal(grain, pl.lit(periods[0])).alias(plan.grain))
    grid = groups.join(pl.DataFrame({plan.grain: periods}), how="cross")
    added = (
        grid.join(
            shown.group_by(plan.by).agg(pl.col(counted).sum()),
            on=list(plan.by),
            how="left",
            nulls_equal=True,
        )
        .sort([*dims, plan.grain])
        .with_columns(pl.col(counted).fill_null(0))
    )
    running = pl.col(counted).cum_sum()
    return added.select(*plan.by, running.over(dims) if dims else running).rename({measure: "n"})


def _periods(plan: Plan, seen: pl.Series) -> pl.Series:
    """First days of the periods shown."""
    assert plan.grain is not None
    first = plan.first
    if first is None:
        earliest = seen.min()
        first = earliest if isinstance(earliest, date) else plan.last
    ends = pl.select(
        first=period(plan.grain, pl.lit(first)), last=period(plan.grain, pl.lit(plan.last))
    )
    return pl.date_range(ends["first"][0], ends["last"][0], interval=GRAINS[plan.grain], eager=True)


def _by_age(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """Spells open at each instant, by the age of their case."""
    now = plan.as_of
    asked_now = plan.grain is None and numbers.state.known == now and plan.last == now.today
    spells = numbers.open_spells().lazy() if asked_now else numbers.mart("open_spells")
    dims = source_of(plan.kpi.numerator)[0].dim_types
    for name, values in plan.where.items():
        spells = spells.filter(one_of(name, values, dims[name]))
    groups = [name for name in plan.by if name != plan.grain]
    frames = []
    opened = pl.Series([], dtype=pl.Date)
    if plan.grain is not None and plan.first is None:
        first = local_day(pl.col("open_from").min(), plan.as_of.zone)
        opened = spells.select(first).collect().to_series()
    for start, instant in _instants(plan, opened):
        at = pl.lit(instant)
        still = pl.col("open_to").is_null() | (pl.col("open_to") > at)
        frame = (
            spells.filter((pl.col("open_from") <= at) & still)
            .with_columns(age_bucket(at - pl.col("created_at")).alias(AGE))
            .group_by(groups)
            .agg(n=pl.len().cast(pl.Int64), tainted=pl.col("dq").count().cast(pl.Int64))
        )
        if plan.grain is not None:
            frame = frame.with_columns(pl.lit(start).alias(plan.grain))
        frames.append(frame)
    if not frames:
        return pl.DataFrame(
            schema={
                **{name: dims.get(name, pl.Date()) for name in plan.by},
                "n": pl.Int64(),
                _TAINTED: pl.Int64(),
            }
        )
    found = pl.concat(pl.collect_all(frames))
    order = pl.Enum(AGE_BUCKETS)
    # Sorted by age here, as text would put >7d first; the caller sorts by the other columns.
    return found.select(*plan.by, "n", _TAINTED).with_columns(pl.col(AGE).cast(order))


def _instants(plan: Plan, opened: pl.Series) -> list[tuple[date, datetime]]:
    """First day of each period and the instant it is looked at: its end, or `as_of`."""
    now, zone = plan.as_of.instant, plan.as_of.zone
    if plan.grain is None:
        return [(plan.last, min(now, end_of_day(plan.last, zone)))]
    periods = _periods(plan, opened)
    following = periods.dt.offset_by(GRAINS[plan.grain])
    ends = [min(after - timedelta(days=1), plan.last) for after in following]
    return [
        (start, min(now, end_of_day(end, zone))) for start, end in zip(periods, ends, strict=True)
    ]
