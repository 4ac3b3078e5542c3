"""Returned lines with the order they came from."""

from __future__ import annotations

import polars as pl

from data_access.marts.link import link
from data_access.marts.orders import Facts, mart_columns, order_context, product_categories


def return_lines(own: pl.LazyFrame, facts: Facts, orders_mart: pl.LazyFrame) -> pl.LazyFrame:
    """Mart `return_lines` from the return lines `own`."""
    returns = facts["returns"].select(
        "source",
        "return_id",
        "received_at",
        "closed_at",
        "state",
        return_order_id="order_id",
        return_country="country",
    )
    joined = link(own, returns, "return_id").with_columns(
        order_id=pl.coalesce("order_id", "return_order_id")
    )
    joined = link(joined, order_context(orders_mart), "order_id")
    joined = link(joined, product_categories(facts), "sku")
    return joined.with_columns(
        value_minor="price",
        market=pl.coalesce("return_country", "order_market"),
        region="order_region",
        lane="order_lane",
        carrier="order_carrier",
        category=pl.when(pl.col("sku").is_null())
        .then("order_category")
        .otherwise("product_category"),
        product=pl.coalesce("sku", "order_product"),
        lot="lot_id",
        language="order_language",
    ).select(mart_columns("return_lines"))
