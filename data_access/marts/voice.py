"""Reviews and answered surveys."""

from __future__ import annotations

import polars as pl

from data_access.marts.link import link
from data_access.marts.orders import Facts, mart_columns, order_context, product_categories
from data_access.marts.schemas import CASE_DIMS


def reviews(own: pl.LazyFrame, facts: Facts, orders_mart: pl.LazyFrame) -> pl.LazyFrame:
    """Mart `reviews` from the reviews `own`."""
    joined = link(own, order_context(orders_mart), "order_id")
    joined = link(joined, product_categories(facts), "sku")
    return joined.with_columns(
        market=pl.coalesce("country", "order_market"),
        region="order_region",
        lane="order_lane",
        carrier="order_carrier",
        category=pl.when(pl.col("sku").is_null())
        .then("order_category")
        .otherwise("product_category"),
        product=pl.coalesce("sku", "order_product"),
        language=pl.coalesce("lang", "order_language"),
    ).select(mart_columns("reviews"))


def surveys(own: pl.LazyFrame, orders_mart: pl.LazyFrame, cases_mart: pl.LazyFrame) -> pl.LazyFrame:
    """Mart `surveys` from the surveys `own` that were answered.

    Dimensions come from the case where the survey names one, else from the order. An answer
    without a time counts when the survey was sent.
    """
    at = pl.coalesce("answered_at", "sent_at")
    answered = own.filter(pl.col("score").is_not_null() & at.is_not_null()).with_columns(
        answered_at=at
    )
    case = cases_mart.select(
        "source",
        "case_id",
        "level",
        case_order_id="order_id",
        **{f"case_{name}": pl.col(name) for name in CASE_DIMS if name != "continent"},
    )
    joined = link(answered, case, "case_id").with_columns(
        order_id=pl.coalesce("order_id", "case_order_id")
    )
    joined = link(joined, order_context(orders_mart), "order_id")
    shared = ("region", "lane", "carrier", "category", "product")
    return joined.with_columns(
        market=pl.coalesce("country", "case_market", "order_market"),
        language=pl.coalesce("lang", "case_language", "order_language"),
        **{name: pl.coalesce(f"case_{name}", f"order_{name}") for name in shared},
        **{name: pl.col(f"case_{name}") for name in ("channel", "priority", "team", "reason")},
    ).select(mart_columns("surveys"))
