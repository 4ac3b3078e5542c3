"""Quantiles of how long customers wait, those who wait still included.

Kaplan–Meier over the cases that came in during the period: what has ended from the log-buckets of
the rollups, what goes on with its age as of then. A wait that ended without what the customer
waited for (solved without a reply, merged) was watched until then and is censored there: the
figure says how long it takes where somebody goes on waiting.
"""

from __future__ import annotations

import polars as pl

from data_access.metrics.filters import GRAINS
from data_access.metrics.numbers import Numbers
from data_access.metrics.plan import Plan, source_of, with_keys
from data_access.metrics.sums import one_of, sums
from data_access.rollups.cohorts.waiting import WAITS
from data_access.rollups.days import local_day, period
from data_access.rollups.histogram import edges
from data_access.survival import curves, quantiles

_SECONDS = {"hours": 3600, "days": 86_400}


def waiting_quantile(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """`by`, value, low, high (in the KPI's unit), n, tainted, numerator (waits that were met).

    n counts all cases, waiting ones too. What the curve or its band does not reach is null: it lies
    beyond what has been watched so far.
    """
    rows = waits(numbers, plan)
    by = list(plan.by)
    low, high = edges(pl.col("bucket"))
    scale = _SECONDS[plan.kpi.unit]
    curve = curves(rows.with_columns(since=low / scale, at=high / scale), by)
    assert plan.kpi.quantile is not None
    found = quantiles(curve, plan.kpi.quantile, by)
    counted = [
        (pl.col("ended") + pl.col("censored")).sum().alias("n"),
        pl.col("ended").sum().alias("numerator"),
        pl.col("tainted").sum(),
    ]
    totals = rows.group_by(by).agg(counted) if by else rows.select(counted)
    joined = (
        totals.join(found, on=by, how="left", nulls_equal=True)
        if by
        else pl.concat([totals, found], how="horizontal")
    )
    return joined.with_columns(denominator=pl.lit(None, dtype=pl.Int64))


def waits(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """`by`, bucket, ended and censored (how many ended there or wait at that age), tainted."""
    cohort, measure = source_of(plan.kpi.numerator)
    request = with_keys(plan.request(cohort, (measure, "withdrawn", "tainted")), "bucket")
    over = sums(numbers, request).rename({measure: "ended", "withdrawn": "censored"})
    going_on = _going_on(numbers, plan)
    return (
        pl.concat([over, going_on.select(over.columns).cast(over.schema)])
        .group_by([*plan.by, "bucket"])
        .agg(pl.col("ended", "censored", "tainted").sum())
    )


def _going_on(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """Cases that wait as of then, by their age."""
    cohort, _ = source_of(plan.kpi.numerator)
    wait = WAITS[cohort.name]
    rows = numbers.waiting(cohort.name, plan.as_of)
    rows = rows.with_columns(day=local_day(pl.col("created_at"), plan.as_of.zone))
    days = pl.col("day") <= plan.last
    rows = rows.filter(days if plan.first is None else days & (pl.col("day") >= plan.first))
    for name, values in plan.where.items():
        rows = rows.filter(one_of(name, values, cohort.dim_types[name]))
    periods = {grain: period(grain, pl.col("day")) for grain in plan.by if grain in GRAINS}
    age = wait.age_bucket(pl.lit(plan.as_of.instant))
    return (
        rows.with_columns(**periods, bucket=age)
        .group_by([*plan.by, "bucket"])
        .agg(censored=pl.len().cast(pl.Int64), tainted=pl.col("dq").count().cast(pl.Int64))
        .with_columns(ended=pl.lit(0, dtype=pl.Int64))
        .collect()
    )
