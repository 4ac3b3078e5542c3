"""How angry customers and others are: messages, reviews and mentions that carry a score of anger.

The score is imported (`anger`, 0 to 100); nothing here reads the text.
"""

from __future__ import annotations

import polars as pl

from data_access.marts.link import link
from data_access.marts.orders import Facts, mart_columns, order_context, product_categories

_SHARED = ("region", "lane", "carrier", "category", "product")


def voices(
    own: pl.LazyFrame, facts: Facts, orders_mart: pl.LazyFrame, cases_mart: pl.LazyFrame
) -> pl.LazyFrame:
    """Mart `voices` from the messages `own` and the reviews and mentions of `facts`."""
    rows = pl.concat(
        [_messages(own), _reviews(facts["reviews"]), _mentions(facts["mentions"])], how="diagonal"
    )
    rows = _link(rows, _cases(cases_mart), "case_id")
    rows = rows.with_columns(order_id=pl.coalesce("order_id", "case_order_id"))
    rows = _link(rows, order_context(orders_mart), "order_id")
    rows = _link(rows, product_categories(facts), "sku")
    return rows.with_columns(
        market=pl.coalesce("country", "case_market", "order_market"),
        language=pl.coalesce("lang", "case_language", "order_language"),
        **{
            name: pl.coalesce(f"case_{name}", f"order_{name}")
            for name in _SHARED
            if name not in {"category", "product"}
        },
        category=pl.when(pl.col("sku").is_null())
        .then(pl.coalesce("case_category", "order_category"))
        .otherwise("product_category"),
        product=pl.coalesce("sku", "case_product", "order_product"),
        channel="case_channel",
        team="case_team",
        reason="case_reason",
        is_spam=pl.col("case_is_spam").fill_null(value=False),
        deleted=pl.col("case_deleted").fill_null(value=False),
    ).select(mart_columns("voices"))


def _scored(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.filter(pl.col("anger").is_not_null())


def _messages(own: pl.LazyFrame) -> pl.LazyFrame:
    """What customers wrote: agents and bots have no anger that counts."""
    theirs = (pl.col("direction") == "in") & (
        (pl.col("author_role") == "customer") | pl.col("author_role").is_null()
    )
    return _scored(own).filter(theirs).select(
        "source", "case_id", "at", "lang", "anger", "part",
        voice_id="message_id", medium=pl.lit("message"),
    )  # fmt: skip


def _reviews(rows: pl.LazyFrame) -> pl.LazyFrame:
    return _scored(rows).select(
        "source", "order_id", "sku", "at", "lang", "country", "anger", "part",
        voice_id="review_id", medium=pl.lit("review"),
    )  # fmt: skip


def _mentions(rows: pl.LazyFrame) -> pl.LazyFrame:
    return _scored(rows).select(
        "source", "sku", "at", "lang", "country", "anger", "part",
        voice_id="mention_id", medium=pl.lit("mention"),
    )  # fmt: skip


def _cases(cases_mart: pl.LazyFrame) -> pl.LazyFrame:
    taken = (
        "market", "language", *_SHARED, "channel", "team", "reason", "order_id", "is_spam",
        "deleted",
    )  # fmt: skip
    return cases_mart.select(
        "source", "case_id", **{f"case_{name}": pl.col(name) for name in taken}
    )


def _link(rows: pl.LazyFrame, lookup: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Of few rows only what they name is looked up, not all cases there are."""
    named = lookup.join(rows.select(key).unique(), on=key, how="semi")
    return link(rows, named, key)
