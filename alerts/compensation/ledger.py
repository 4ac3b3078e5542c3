"""What was given so far, under the order it belongs to, and worth in one currency. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from alerts.compensation.facts import Load
from alerts.compensation.selecting import INSTANT
from data_access.marts.link import link
from data_access.metrics.currency import convert, published

LEDGER: Mapping[str, pl.DataType] = {
    "source": pl.String(),
    "order_id": pl.String(),
    "comp_id": pl.String(),
    "market": pl.String(),
    "cause": pl.String(),
    "level": pl.Int64(),
    "amount_minor": pl.Int64(),
    "currency": pl.String(),
    "at": INSTANT,
}
"""One row per compensation; `source` is the order's where it is known, else the row's own."""


def given(load: Load, as_of: datetime) -> pl.DataFrame:
    """LEDGER of everything decided by then, by time and number."""
    rows = (
        load("compensations")
        .filter(pl.col("decided_at") <= as_of)
        .rename({"country": "comp_country", "amount": "amount_minor", "decided_at": "at"})
    )
    wanted = rows.select("order_id").unique()
    orders = (
        load("orders")
        .join(wanted, on="order_id", how="semi")
        .select("source", "order_id", "country", order_source="source")
    )
    return (
        link(rows, orders, "order_id")
        .with_columns(
            source=pl.coalesce("order_source", "source"),
            market=pl.coalesce("country", "comp_country"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in LEDGER.items())
        .collect()
        .sort("at", "comp_id", "source")
    )


def in_currency(rows: pl.DataFrame, fx_rates: pl.DataFrame, to: str) -> pl.DataFrame:
    """Add `worth`: minor units of `to` at the rate of the row's own day; null without a rate.

    Args:
        rows: at, currency, amount_minor and anything else; their order is kept.
        fx_rates: facts `fx_rates`.
        to: the currency.
    """
    numbered = rows.with_row_index("_n")
    amounts = numbered.select(
        "_n", "currency", day=pl.col("at").dt.date(), value=pl.col("amount_minor").fill_null(0)
    )
    worth = convert(amounts, published(fx_rates), to).select(
        "_n", worth=pl.col("converted").round(0).cast(pl.Int64)
    )
    joined = numbered.join(worth, on="_n", how="left", maintain_order="left")
    nothing = pl.col("amount_minor").is_null() & pl.col("currency").is_null()
    return joined.with_columns(
        worth=pl.when(nothing).then(pl.lit(0, dtype=pl.Int64)).otherwise(pl.col("worth"))
    ).drop("_n")
