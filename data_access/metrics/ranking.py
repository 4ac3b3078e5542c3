"""Segments in rank, the surest misses first, without the luck of small numbers.

A segment of twenty cases leads most lists of raw shares, at one end or the other. Each share is
drawn towards what segments of its kind are like, by as much as its own cases leave open
(empirical-Bayes beta-binomial, `data_access.survival.shrunk`); the rank goes by the bound of that
interval which lies nearer to the good side: a segment leads only if it is bad for certain.
"""

from __future__ import annotations

import polars as pl

from data_access.metrics.catalogue import Kpi
from data_access.survival import shrunk


def ranked(rows: pl.DataFrame, kpi: Kpi, by: str, limit: int | None = None) -> pl.DataFrame:
    """Rows with `shrunk`, `shrunk_low` and `shrunk_high`, the surest misses first.

    Args:
        rows: an answer of `Metrics.kpi` split by `by`.
        kpi: a share of its denominator.
        by: the dimension; breaks ties.
        limit: how many rows to give; all without one.

    Rows whose numerator exceeds the denominator are no shares: they have no place and come last, as
    do rows without anything to judge.
    """
    hits, n = pl.col("numerator"), pl.col("denominator")
    valid = ((n > 0) & (hits <= n)).fill_null(value=False)
    judged, others = rows.filter(valid), rows.filter(~valid)
    found = shrunk(judged["numerator"], judged["denominator"]).rename(
        {"value": "shrunk", "low": "shrunk_low", "high": "shrunk_high"}
    )
    scaled = found.with_columns(pl.all() * kpi.scale)
    beside = pl.concat(
        [pl.concat([judged, scaled], how="horizontal"), others], how="diagonal_relaxed"
    )
    bound = "shrunk_low" if kpi.better == "down" else "shrunk_high"
    worst_high = kpi.better == "down"
    order = beside.sort(
        [bound, "shrunk", by], descending=[worst_high, worst_high, False], nulls_last=True
    )
    return order if limit is None else order.head(limit)
