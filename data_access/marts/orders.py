"""Orders and their lines, with where they went and what they were about."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from data_access.marts.continents import continent_of
from data_access.marts.link import link, unique_by
from data_access.marts.schemas import MARTS, ORDER_DIMS

Facts = Mapping[str, pl.LazyFrame]
"""Canonical tables by name, as stored."""


def lane() -> pl.Expr:
    """`origin>dest`, null unless both ends are known."""
    return pl.col("origin") + ">" + pl.col("dest")


def product_categories(facts: Facts) -> pl.LazyFrame:
    """source, sku, product_category."""
    return facts["products"].select("source", "sku", product_category="category")


def customer_places(facts: Facts) -> pl.LazyFrame:
    """source, customer_key and what a customer adds where a row does not say it itself."""
    return facts["customers"].select(
        "source",
        "customer_key",
        customer_country="country",
        customer_region="region",
        customer_lang="lang",
    )


def _main_goods(facts: Facts) -> pl.LazyFrame:
    """Category and product of each order's line of the highest value."""
    lines = link(facts["order_lines"], product_categories(facts), "sku")
    return (
        lines.sort(["price", "line_id"], descending=[True, False], nulls_last=True)
        .unique(["source", "order_id"], keep="first", maintain_order=True)
        .select("source", "order_id", category="product_category", product="sku")
    )


def _first_parcel(facts: Facts) -> pl.LazyFrame:
    """Carrier and lane of each order's first forward parcel."""
    forward = facts["shipments"].filter(pl.col("direction") == "fwd")
    first = unique_by(forward.sort("shipment_id"), "order_id", order="created_at")
    return first.select("source", "order_id", "carrier", lane=lane())


def orders(own: pl.LazyFrame, facts: Facts) -> pl.LazyFrame:
    """Mart `orders` from the order rows `own`."""
    wanted = own.select("source", "order_id")
    goods = _main_goods(
        {**facts, "order_lines": facts["order_lines"].join(wanted, on="order_id", how="semi")}
    )
    parcel = _first_parcel(
        {**facts, "shipments": facts["shipments"].join(wanted, on="order_id", how="semi")}
    )
    joined = link(
        link(link(own, goods, "order_id"), parcel, "order_id"),
        customer_places(facts),
        "customer_key",
    )
    return joined.with_columns(
        total_minor="total",
        market=pl.coalesce("country", "customer_country"),
        region=pl.coalesce("region", "customer_region"),
        language="customer_lang",
    ).select(mart_columns("orders"))


def order_context(orders_mart: pl.LazyFrame) -> pl.LazyFrame:
    """What other subjects take from their order: `order_<dimension>`, time and marketplace."""
    return orders_mart.select(
        "source",
        "order_id",
        order_placed_at="placed_at",
        order_marketplace="marketplace",
        **{f"order_{name}": pl.col(name) for name in ORDER_DIMS if name != "continent"},
    )


def lines(own: pl.LazyFrame, facts: Facts, orders_mart: pl.LazyFrame) -> pl.LazyFrame:
    """Mart `lines` from the order lines `own`; category and product are the line's own."""
    joined = link(own, order_context(orders_mart), "order_id")
    joined = link(joined, product_categories(facts), "sku")
    return joined.with_columns(
        value_minor="price",
        market="order_market",
        region="order_region",
        lane="order_lane",
        carrier="order_carrier",
        category="product_category",
        product="sku",
        lot="lot_id",
        language="order_language",
    ).select(mart_columns("lines"))


def mart_columns(mart: str) -> list[pl.Expr]:
    """The mart's columns in their types; the continent comes from the market."""
    return [
        (continent_of("market") if name == "continent" else pl.col(name)).cast(dtype).alias(name)
        for name, dtype in MARTS[mart].columns.items()
    ]
