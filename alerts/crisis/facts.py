"""The rows that a crisis is measured by: a few lazy scans, narrowed before anything is read.

Every scan is bounded by labels, market or lot, and by time; only columns that are needed are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import polars as pl

from alerts.crisis.safety import alarming
from alerts.crisis.selection import LONGEST, Selection
from data_access.marts.schemas import MARTS

FAULTS = ("defective", "legal_compliance")
"""Reasons of a return that tell of the goods themselves."""
MARKETPLACE_DAYS = 60
"""Days over which marketplaces judge disputed orders."""
_CASE = ("source", "case_id")
_ORDER = ("source", "order_id")
_NO_ROWS = pl.lit(value=False)


class Tables(Protocol):
    """Where facts and marts are read; `data_access.warehouse.Warehouse` is one."""

    def scan(
        self,
        table: str,
        *,
        namespace: str = ...,
        schema: Mapping[str, pl.DataType] | None = ...,
    ) -> pl.LazyFrame:
        """A table, empty if it was never written."""

    def exists(self, table: str, namespace: str = ...) -> bool:
        """Whether a table was ever written."""

    def snapshot_id(self, table: str, namespace: str = ...) -> int | None:
        """Its present snapshot."""


@dataclass(frozen=True)
class Facts:
    """Rows of a selection, each frame the newest first.

    Attributes:
        cases: source, case_id, order_id, shipment_id, customer_key, created_at, vip_tier.
        messages: source, case_id, at, anger, alarming; what customers wrote in these cases.
        mentions: source, mention_id, at, author_kind, reach, anger, alarming; None: mentions of
            something like this are never of one crisis.
        reviews: source, review_id, at, anger, alarming.
        surveys: source, response_id, at, score; NPS only.
        lots: source, order_id, lot, market, ref, kind (`return` | `case` | `sold`); the market
            only of what was sold.
        parcels: source, shipment_id, at: late or held ones, where it is about delivery.
        disputes: source, dispute_id, order_id, at.
        marketplace: one row: orders, disputed; None: the market is not known.
        snapshots: of the tables read.
    """

    cases: pl.DataFrame
    messages: pl.DataFrame
    mentions: pl.DataFrame | None
    reviews: pl.DataFrame
    surveys: pl.DataFrame
    lots: pl.DataFrame
    parcels: pl.DataFrame
    disputes: pl.DataFrame
    marketplace: pl.DataFrame | None
    snapshots: Mapping[str, int]


def gather(tables: Tables, chosen: Selection) -> Facts:
    """Read what a selection is about; empty frames where it selects nothing."""
    cases = _cases(tables, chosen).collect()
    lots = _lots(tables, chosen, cases).collect()
    orders = pl.concat([cases.select(_ORDER), lots.filter(kind="return").select(_ORDER)])
    plans = {
        "messages": _messages(tables, chosen, cases),
        "reviews": _reviews(tables, chosen),
        "surveys": _surveys(tables, chosen),
        "disputes": _disputes(tables, chosen, orders.drop_nulls().unique()),
        "parcels": _parcels(tables, chosen),
        "mentions": _mentions(tables, chosen),
        "marketplace": _marketplace(tables, chosen),
    }
    wanted = {name: plan for name, plan in plans.items() if plan is not None}
    read = dict(zip(wanted, pl.collect_all(list(wanted.values())), strict=True))
    return Facts(
        cases=cases,
        messages=read["messages"],
        mentions=read.get("mentions"),
        reviews=read["reviews"],
        surveys=read["surveys"],
        lots=lots,
        parcels=read["parcels"],
        disputes=read["disputes"],
        marketplace=read.get("marketplace"),
        snapshots=_snapshots(tables),
    )


def _mart(tables: Tables, name: str) -> pl.LazyFrame:
    return tables.scan(name, namespace="marts", schema=MARTS[name].columns)


def _during(column: str, chosen: Selection) -> pl.Expr:
    return pl.col(column).is_between(chosen.since, chosen.until)


def _cases(tables: Tables, chosen: Selection) -> pl.LazyFrame:
    where = [_during("created_at", chosen), *chosen.where("category", "product", "carrier")]
    if chosen.reasons:
        where.append(pl.col("reason").is_in(chosen.reasons))
    if not (chosen.labels or chosen.markets or chosen.reasons):
        where.append(_NO_ROWS)
    return (
        _mart(tables, "cases")
        .filter(*where)
        .filter(~pl.col("is_spam").fill_null(value=False), pl.col("merged_into").is_null())
        .filter(~pl.col("deleted").fill_null(value=False))
        .select(*_CASE, "order_id", "shipment_id", "customer_key", "created_at", "vip_tier")
        .sort("created_at", *_CASE, descending=[True, False, False])
    )


def _messages(tables: Tables, chosen: Selection, cases: pl.DataFrame) -> pl.LazyFrame:
    return (
        tables.scan("messages")
        .filter(_during("at", chosen), pl.col("direction") == "in")
        .join(cases.lazy().select(_CASE), on=_CASE, how="semi")
        .select(*_CASE, "at", "anger", alarming=alarming("text", "lang"))
        .sort("at", *_CASE, descending=[True, False, False])
    )


def _goods(tables: Tables, chosen: Selection) -> pl.LazyFrame:
    """The products that a selection is about, as `sku`."""
    where = []
    if "product" in chosen.labels:
        where.append(pl.col("sku") == chosen.labels["product"])
    elif "category" in chosen.labels:
        where.append(pl.col("category") == chosen.labels["category"])
    return tables.scan("products").filter(*(where or [_NO_ROWS])).select("sku").unique()


def _said(
    tables: Tables, chosen: Selection, table: str, key: str, *more: str
) -> pl.LazyFrame | None:
    """Mentions or reviews of the goods of a selection; None if it is not about goods."""
    if not chosen.about_goods:
        return None
    where = [_during("at", chosen)]
    if chosen.markets:
        where.append(pl.col("country").is_in(chosen.markets) | pl.col("country").is_null())
    return (
        tables.scan(table)
        .filter(*where)
        .join(_goods(tables, chosen), on="sku", how="semi")
        .select("source", key, "at", *more, "anger", alarming=alarming("text", "lang"))
        .sort("at", "source", key, descending=[True, False, False])
    )


def _mentions(tables: Tables, chosen: Selection) -> pl.LazyFrame | None:
    return _said(tables, chosen, "mentions", "mention_id", "author_kind", "reach")


def _reviews(tables: Tables, chosen: Selection) -> pl.LazyFrame:
    found = _said(tables, chosen, "reviews", "review_id")
    if found is not None:
        return found
    none = tables.scan("reviews").filter(_NO_ROWS)
    return none.select("source", "review_id", "at", "anger", alarming=pl.lit(value=False))


def _surveys(tables: Tables, chosen: Selection) -> pl.LazyFrame:
    where = [_during("answered_at", chosen), *chosen.where("category", "product", "carrier")]
    where += [pl.col("kind") == "nps", pl.col("score").is_not_null()]
    if chosen.reasons:
        where.append(pl.col("reason").is_in(chosen.reasons))
    if not (chosen.labels or chosen.markets or chosen.reasons):
        where.append(_NO_ROWS)
    return (
        _mart(tables, "surveys")
        .filter(*where)
        .select("source", "response_id", pl.col("answered_at").alias("at"), "score")
        .sort("at", "source", "response_id", descending=[True, False, False])
    )


def _lots(tables: Tables, chosen: Selection, cases: pl.DataFrame) -> pl.LazyFrame:
    """What was sold of the lots, what came back with a fault, and cases about these orders."""
    lots = pl.col("lot").is_in(chosen.lots)
    sold = _mart(tables, "lines").filter(lots).select(*_ORDER, "lot", "market").unique()
    back = _mart(tables, "return_lines").filter(lots, pl.col("reason").is_in(FAULTS))
    asked = cases.lazy().join(sold, on=_ORDER, how="inner")
    nowhere = pl.lit(None, pl.String()).alias("market")
    return pl.concat(
        [
            sold.select(*_ORDER, "lot", "market", ref="order_id", kind=pl.lit("sold")),
            back.select(*_ORDER, "lot", nowhere, ref="return_id", kind=pl.lit("return")),
            asked.select(*_ORDER, "lot", nowhere, ref="case_id", kind=pl.lit("case")),
        ]
    ).sort("kind", "lot", "source", "ref", descending=[False, False, False, True])


def _parcels(tables: Tables, chosen: Selection) -> pl.LazyFrame:
    """Parcels that are late or stand at customs, where a crisis is about delivery."""
    until = chosen.until
    held = (pl.col("customs_in_at") <= until) & (
        pl.col("customs_out_at").is_null() | (pl.col("customs_out_at") >= chosen.since)
    )
    late = (pl.col("promised_at") < until) & pl.coalesce(
        pl.col("delivered_at") > pl.col("promised_at"), pl.lit(value=True)
    )
    where = [
        pl.col("created_at").is_between(until - LONGEST, until),
        pl.col("delivered_at").is_null() | (pl.col("delivered_at") >= chosen.since),
        pl.col("cancelled_at").is_null(),
        held | late,
        *chosen.where("category", "product", "carrier", "lane", "region"),
    ]
    if not chosen.about_delivery or not (chosen.labels or chosen.markets):
        where.append(_NO_ROWS)
    return (
        _mart(tables, "parcels")
        .filter(*where)
        .select("source", "shipment_id", pl.col("created_at").alias("at"))
        .sort("at", "source", "shipment_id", descending=[True, False, False])
    )


def _disputes(tables: Tables, chosen: Selection, orders: pl.DataFrame) -> pl.LazyFrame:
    return (
        tables.scan("disputes")
        .filter(_during("opened_at", chosen))
        .join(orders.lazy(), on=_ORDER, how="semi")
        .select("source", "dispute_id", "order_id", pl.col("opened_at").alias("at"))
        .sort("at", "source", "dispute_id", descending=[True, False, False])
    )


def _marketplace(tables: Tables, chosen: Selection) -> pl.LazyFrame | None:
    """Orders of the markets in the window that marketplaces judge, and how many are disputed."""
    if not chosen.markets:
        return None
    since = chosen.until - timedelta(days=MARKETPLACE_DAYS)
    orders = (
        _mart(tables, "orders")
        .filter(pl.col("placed_at").is_between(since, chosen.until))
        .filter(pl.col("market").is_in(chosen.markets), pl.col("marketplace").is_not_null())
        .select(_ORDER)
    )
    disputed = (
        tables.scan("disputes")
        .filter(pl.col("opened_at").is_between(since, chosen.until))
        .filter(pl.col("outcome").is_null() | (pl.col("outcome") != "withdrawn"))
        .filter(pl.col("forum").is_in(["marketplace", "card"]))
        .select(_ORDER)
        .unique()
    )
    return orders.join(disputed.with_columns(hit=pl.lit(value=True)), on=_ORDER, how="left").select(
        orders=pl.len().cast(pl.Int64), disputed=pl.col("hit").count().cast(pl.Int64)
    )


_READ: Mapping[str, str] = {
    "cases": "marts",
    "parcels": "marts",
    "lines": "marts",
    "return_lines": "marts",
    "surveys": "marts",
    "orders": "marts",
    "messages": "facts",
    "mentions": "facts",
    "reviews": "facts",
    "disputes": "facts",
}


def _snapshots(tables: Tables) -> dict[str, int]:
    found = {
        f"{namespace}.{table}": tables.snapshot_id(table, namespace)
        for table, namespace in _READ.items()
        if tables.exists(table, namespace)
    }
    return {name: number for name, number in found.items() if number is not None}
