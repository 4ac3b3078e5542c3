"""Quantiles of a duration from its histogram."""

from __future__ import annotations

import polars as pl

from data_access.metrics.intervals import quantile_rank, quantile_ranks
from data_access.metrics.numbers import Numbers
from data_access.metrics.plan import Plan, source_of, with_keys
from data_access.metrics.sums import sums
from data_access.rollups.histogram import representative

_SECONDS_PER_DAY = 86_400


def quantile(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """`by`, value, low and high in days, n; without rows n is 0 and the value null."""
    cohort, measure = source_of(plan.kpi.numerator)
    request = with_keys(plan.request(cohort, (measure,)), "bucket")
    histogram = sums(numbers, request).rename({measure: "count"})
    by = list(plan.by)
    totals = (
        histogram.group_by(by).agg(n=pl.col("count").sum())
        if by
        else histogram.select(n=pl.col("count").sum())
    )
    assert plan.kpi.quantile is not None
    ranks = totals.with_columns(
        value=quantile_rank(plan.kpi.quantile, pl.col("n")),
        **dict(zip(("low", "high"), quantile_ranks(plan.kpi.quantile, pl.col("n")), strict=True)),
    )
    ordered = histogram.sort([*by, "bucket"]).with_columns(
        upto=pl.col("count").cum_sum().over(by) if by else pl.col("count").cum_sum()
    )
    beside = (
        ordered.join(ranks, on=by, nulls_equal=True) if by else ordered.join(ranks, how="cross")
    )
    days = representative(pl.col("bucket")) / _SECONDS_PER_DAY
    chosen = [
        days.filter(pl.col("upto") >= pl.col(name)).first().alias(name)
        for name in ("value", "low", "high")
    ]
    # `upto` grows with the bucket, so the first one that reaches the rank holds the value.
    found = (
        beside.group_by(by, maintain_order=True).agg(*chosen, pl.col("n").first())
        if by
        else beside.select(*chosen, n=pl.col("count").sum())
    )
    return found.with_columns(numerator=pl.col("n"), denominator=pl.lit(None, dtype=pl.Int64))
