"""Counts and ratios of counts, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from data_access.metrics.catalogue import Kpi
from data_access.metrics.intervals import byar, mean, net_score, wilson
from data_access.metrics.numbers import Numbers
from data_access.metrics.plan import Plan, source_of
from data_access.metrics.sums import sums

_EXTRA = {"nps": ("promoters", "detractors"), "mean": ("squares",)}


def counts(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """`by`, numerator, denominator (absent for plain counts) and what the interval needs.

    `tainted` is there where data-quality checks reach the KPI, `waiting` where rows ripen.
    """
    cohort, measure = source_of(plan.kpi.numerator)
    extra = _EXTRA.get(plan.kpi.interval, ())
    named = {measure: "numerator"}
    if plan.kpi.tainted is not None:
        named[source_of(plan.kpi.tainted)[1]] = "tainted"
    if plan.kpi.waiting is not None:
        named[source_of(plan.kpi.waiting)[1]] = "waiting"
    if plan.kpi.denominator is None:
        return sums(numbers, plan.request(cohort, tuple(named))).rename(named)
    below, size = source_of(plan.kpi.denominator)
    if below is cohort:
        named[size] = "denominator"
        return sums(numbers, plan.request(cohort, (*named, *extra))).rename(named)
    above = sums(numbers, plan.request(cohort, tuple(named))).rename(named)
    lower = plan.request(below, (size,))
    held = sums(numbers, lower).rename({size: "denominator"})
    return put_beside(above, held, plan.by, lower.by, [*named.values(), "denominator"])


def put_beside(
    above: pl.DataFrame,
    below: pl.DataFrame,
    by: Sequence[str],
    shared: Sequence[str],
    measures: Sequence[str],
) -> pl.DataFrame:
    """Numerators and denominators in one row; missing sums are 0.

    Where the denominator lacks a dimension it stays unsplit: each numerator meets the sum of the
    dimensions that both have.
    """
    if not shared:
        joined = above.join(below, how="cross")
    elif set(shared) == set(by):
        joined = above.join(below, on=list(shared), how="full", coalesce=True, nulls_equal=True)
    else:
        joined = above.join(below, on=list(shared), how="left", nulls_equal=True)
    return joined.with_columns(pl.col(*measures).fill_null(0)).select(
        *by, *(name for name in joined.columns if name not in by)
    )


def valued(frame: pl.DataFrame, kpi: Kpi) -> pl.DataFrame:
    """Add value, n, low and high to rows of counts."""
    hits = pl.col("numerator")
    if kpi.denominator is None:
        return frame.with_columns(
            value=hits.cast(pl.Float64),
            n=hits,
            low=pl.lit(None, dtype=pl.Float64),
            high=pl.lit(None, dtype=pl.Float64),
            denominator=pl.lit(None, dtype=pl.Int64),
        )
    n = pl.col("denominator")
    low, high = _interval(kpi)
    return frame.with_columns(
        value=pl.when(n > 0).then(hits / n * kpi.scale),
        n=n,
        low=(low * kpi.scale).cast(pl.Float64),
        high=(high * kpi.scale).cast(pl.Float64),
    )


def _interval(kpi: Kpi) -> tuple[pl.Expr, pl.Expr]:
    hits, n = pl.col("numerator"), pl.col("denominator")
    match kpi.interval:
        case "wilson":
            return wilson(hits, n)
        case "byar":
            return byar(hits, n)
        case "nps":
            return net_score(pl.col("promoters"), pl.col("detractors"), n)
        case "mean":
            return mean(hits, pl.col("squares"), n)
        case _:
            nothing = pl.lit(None, dtype=pl.Float64)
            return nothing, nothing
