"""Amounts of several currencies added up in one, each day at that day's rate."""

from __future__ import annotations

import polars as pl

from data_access.money import minor_factor

WITHIN_DAYS = 7
"""A rate holds for the days after it, until the next one, for at most a week."""


def published(rates: pl.DataFrame) -> pl.DataFrame:
    """date, currency, per_base: units of each currency for one unit of the common base.

    The base is the one most rates are quoted against; others are left out.
    """
    if rates.is_empty():
        return pl.DataFrame(schema={"date": pl.Date, "currency": pl.String, "per_base": pl.Float64})
    base = rates.group_by("base").len().sort(["len", "base"], descending=[True, False])["base"][0]
    quoted = rates.filter(pl.col("base") == base).select("date", currency="quote", per_base="rate")
    itself = quoted.select(pl.col("date").unique(), currency=pl.lit(base), per_base=pl.lit(1.0))
    return (
        pl.concat([quoted, itself])
        # Of two that published one day's rate the lower one, whichever file was read first.
        .sort("currency", "date", "per_base")
        .unique(["currency", "date"], keep="first", maintain_order=True)
        .sort("currency", "date")
    )


def convert(amounts: pl.DataFrame, rates: pl.DataFrame, to: str) -> pl.DataFrame:
    """Add `converted`: the amount in minor units of `to`, null where a rate is missing.

    Args:
        amounts: day, currency, value (minor units) and anything else.
        rates: as given by `published`.
        to: target currency.
    """
    rows = rated(amounts, rates, to)
    return rows.with_columns(converted=pl.col("value") * pl.col("rate")).drop("rate", "rated_on")


def rated(amounts: pl.DataFrame, rates: pl.DataFrame, to: str) -> pl.DataFrame:
    """Add `rate` and `rated_on`, both null where a rate is missing.

    `rate` is how many minor units of `to` one minor unit is worth, `rated_on` the day that the
    older of the two rates it is made of was published; null where none is needed.

    Args:
        amounts: day, currency and anything else.
        rates: as given by `published`.
        to: target currency.
    """
    target = rates.filter(pl.col("currency") == to).select(
        "date", to_base="per_base", to_date="date"
    )
    rates = rates.with_columns(from_date="date")
    days = amounts.sort("day").with_columns(date="day")
    limit = f"{WITHIN_DAYS}d"
    known = days.join_asof(
        rates.sort("date"),
        on="date",
        by="currency",
        strategy="backward",
        tolerance=limit,
        check_sortedness=False,
    ).join_asof(target.sort("date"), on="date", strategy="backward", tolerance=limit)
    same = (pl.col("currency") == to).fill_null(value=False)
    rate = pl.when(same).then(1.0).otherwise(pl.col("to_base") / pl.col("per_base"))
    unit = minor_factor(pl.lit(to)) / minor_factor(pl.col("currency"))
    both = pl.col("to_date").is_not_null() & pl.col("from_date").is_not_null()
    return known.with_columns(
        rate=rate * unit,
        rated_on=pl.when(~same & both).then(pl.min_horizontal("to_date", "from_date")),
    ).drop("date", "per_base", "to_base", "from_date", "to_date")
