"""Ratios of money: each day converted at its own rate, then added up, then divided."""

from __future__ import annotations

import polars as pl

from data_access.metrics.currency import convert
from data_access.metrics.numbers import Numbers
from data_access.metrics.plan import Plan, source_of, with_keys
from data_access.metrics.ratios import put_beside
from data_access.metrics.sums import sums


def money_ratio(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """`by`, numerator and denominator (minor units), value, n (lines sold), low, high, excluded.

    Amounts of a single currency are divided as they are. Lines in a currency without a rate on
    their day are left out and counted in `excluded`.
    """
    assert plan.kpi.denominator is not None
    above, split = _daily(numbers, plan, plan.kpi.numerator)
    below, shared = _daily(numbers, plan, plan.kpi.denominator)
    currencies = pl.concat([above["currency"], below["currency"]]).drop_nulls().unique()
    if currencies.len() > 1:
        rates = numbers.fx_rates()
        above, below = (convert(rows, rates, plan.currency) for rows in (above, below))
    else:
        above, below = (
            rows.with_columns(converted=pl.col("value").cast(pl.Float64)) for rows in (above, below)
        )
    returned = _total(above, split).rename(
        {"amount": "numerator", "n": "returned", "left_out": "left_out_above"}
    )
    sold = _total(below, shared).rename({"amount": "denominator"})
    measures = ["numerator", "returned", "left_out_above", "denominator", "n", "left_out"]
    joined = put_beside(returned, sold, plan.by, shared, measures)
    nothing = pl.lit(None, dtype=pl.Float64)
    return joined.with_columns(
        value=pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator")),
        low=nothing,
        high=nothing,
        excluded=pl.col("left_out_above") + pl.col("left_out"),
    )


def _daily(numbers: Numbers, plan: Plan, measure: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Sums per day and currency besides the dimensions, and the dimensions."""
    cohort, value = source_of(measure)
    request = plan.request(cohort, (value, "n"))
    by = request.by if "day" in request.by else (*request.by, "day")
    found = sums(numbers, with_keys(request, "currency", by=by))
    return found.filter((pl.col("n") != 0) | (pl.col("value") != 0)), request.by


def _total(rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    # A line without an amount has no currency either; it is worth nothing, not unknown.
    worthless = pl.col("currency").is_null() & (pl.col("value") == 0)
    known = pl.col("converted").is_not_null() | worthless
    added = [
        pl.col("converted").sum().alias("amount"),
        pl.col("n").filter(known).sum(),
        pl.col("n").filter(~known).sum().alias("left_out"),
    ]
    return rows.group_by(by).agg(added) if by else rows.select(added)
