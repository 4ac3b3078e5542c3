"""Amounts of money: each day converted at its own rate, then added up, then perhaps divided.

Added up are whole numbers: an amount in minor units times its rate as a fixed-point number. So a
sum is the same in whatever order its rows are read, on any machine, and the sums of a split add up
to the sum of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from data_access.metrics.currency import rated
from data_access.metrics.numbers import Numbers
from data_access.metrics.plan import Plan, source_of, with_keys
from data_access.metrics.ratios import put_beside
from data_access.metrics.sums import sums
from data_access.money import MINOR_UNITS

SCALE = 10**12
"""Rates are rounded to this fraction: under a minor unit in 10^10 of any real currency."""


@dataclass(frozen=True)
class Basis:
    """What stands behind an amount in one currency."""

    currency: str
    first_rate: date | None
    """Day of the oldest rate used; None: all was in that currency already."""
    last_rate: date | None
    left_out: pl.DataFrame
    """currency, rows, value_minor (in that currency): what no rate was known for, sorted by it."""


def money_amount(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """`by`, numerator, denominator, value, n, low, high, excluded; all money in `plan.currency`.

    Numerator and value are in units of the currency (3.12 euros). n is the denominator or, without
    one, the number of rows added up. Rows in a currency without a rate on their day are left out
    and counted in `excluded`. A period in which nothing at all was booked has no value: that
    nobody recorded costs does not mean that there were none.
    """
    above, split = _daily(numbers, plan, plan.kpi.numerator)
    nothing_booked = above.is_empty()
    spent = _total(_fixed(above, numbers.fx_rates(), plan.currency), split)
    unit = 10 ** MINOR_UNITS[plan.currency]
    spent = spent.select(
        *split, (pl.col("amount") / unit).alias("numerator"), rows="n", excluded="left_out"
    )
    if plan.kpi.denominator is None:
        found = spent.with_columns(
            n="rows", denominator=pl.lit(None, dtype=pl.Int64), scale=pl.lit(1.0)
        )
    else:
        below, size = source_of(plan.kpi.denominator)
        lower = plan.request(below, (size,))
        held = sums(numbers, lower).rename({size: "n"})
        measures = ["numerator", "rows", "excluded", "n"]
        joined = put_beside(spent, held, plan.by, lower.by, measures)
        found = joined.with_columns(
            denominator="n",
            scale=pl.when(pl.col("n") > 0).then(plan.kpi.scale / pl.col("n")),
        )
    unknown = pl.lit(nothing_booked) | ((pl.col("rows") == 0) & (pl.col("excluded") > 0))
    nothing = pl.lit(None, dtype=pl.Float64)
    return found.with_columns(
        value=pl.when(~unknown).then(pl.col("numerator") * pl.col("scale")),
        low=nothing,
        high=nothing,
    ).drop("scale", "rows")


def money_ratio(numbers: Numbers, plan: Plan) -> pl.DataFrame:
    """`by`, numerator and denominator (minor units), value, n (lines sold), low, high, excluded.

    Amounts of a single currency are divided as they are. Lines in a currency without a rate on
    their day are left out and counted in `excluded`.
    """
    assert plan.kpi.denominator is not None
    above, split = _daily(numbers, plan, plan.kpi.numerator)
    below, shared = _daily(numbers, plan, plan.kpi.denominator)
    currencies = pl.concat([above["currency"], below["currency"]]).drop_nulls().unique()
    to = plan.currency if currencies.len() != 1 else currencies.item()
    rates = numbers.fx_rates()
    above, below = (_fixed(rows, rates, to) for rows in (above, below))
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


def basis(numbers: Numbers, plan: Plan) -> Basis:
    """Which days' rates the amounts of a KPI are converted at, and what has none."""
    rows, _ = _daily(numbers, plan, plan.kpi.numerator)
    found = rated(rows, numbers.fx_rates(), plan.currency)
    missing = found.filter(pl.col("rate").is_null() & ~_worthless())
    left_out = (
        missing.group_by("currency")
        .agg(rows=pl.col("n").sum(), value_minor=pl.col("value").sum())
        .sort("currency", nulls_last=True)
    )
    first, last = found.select(
        pl.col("rated_on").min(), pl.col("rated_on").max().alias("last")
    ).row(0)
    return Basis(plan.currency, first, last, left_out)


def _daily(numbers: Numbers, plan: Plan, measure: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Sums per day and currency besides the dimensions, and the dimensions."""
    cohort, value = source_of(measure)
    counted = value.removesuffix("value") + "n"
    request = plan.request(cohort, (value, counted))
    by = request.by if "day" in request.by else (*request.by, "day")
    found = sums(numbers, with_keys(request, "currency", by=by)).rename({value: "value"})
    found = found.rename({counted: "n"} if counted != "n" else {})
    return found.filter((pl.col("n") != 0) | (pl.col("value") != 0)), request.by


def _worthless() -> pl.Expr:
    """A row without an amount has no currency either; it is worth nothing, not unknown."""
    return pl.col("currency").is_null() & (pl.col("value") == 0)


def _fixed(rows: pl.DataFrame, rates: pl.DataFrame, to: str) -> pl.DataFrame:
    """Add `fixed`: minor units of `to` times `SCALE` (Int128); null without a rate."""
    rate = (pl.col("rate") * SCALE).round().cast(pl.Int128)
    return rated(rows, rates, to).with_columns(fixed=pl.col("value").cast(pl.Int128) * rate)


def _total(rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """`by`, amount (minor units, not rounded), n, left_out."""
    known = pl.col("fixed").is_not_null() | _worthless()
    added = [
        pl.col("fixed").sum(),
        pl.col("n").filter(known).sum(),
        pl.col("n").filter(~known).sum().alias("left_out"),
    ]
    found = rows.group_by(by).agg(added) if by else rows.select(added)
    return found.select(*by, (pl.col("fixed") / SCALE).alias("amount"), "n", "left_out")
