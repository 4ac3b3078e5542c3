"""The states rows can stand in, each declared once as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import polars as pl

from data_access.marts.schemas import MARTS
from data_access.warehouse.catalog import TableMissingError

_GOODS = ("market", "continent", "region", "lane", "carrier", "category", "product", "language")
_CASE = (*_GOODS, "channel", "priority", "team", "reason")


class Tables(Protocol):
    """The part of the warehouse that is read."""

    def scan(self, table: str, *, namespace: str = "facts") -> pl.LazyFrame:
        """A table as a lazy frame."""


@dataclass(frozen=True)
class State:
    """Rows in a state.

    `rows` gives `id`, `begin` (when it entered), `since` (what its time is counted from, or its
    own deadline), `until` (null: still in it) and the dimensions.
    """

    name: str
    doc: str
    doc_zh: str
    dims: tuple[str, ...]
    rows: Callable[[Tables, datetime], pl.LazyFrame]
    """Rows in the state at or after an instant; earlier ones may be left out."""
    own_deadline: bool = False
    """Whether `since` is a deadline of the row itself, so that none at all may be older."""
    entity: str = "parcel"
    """What an id is: `parcel`, `case` or `refund`."""


def _mart(tables: Tables, name: str) -> pl.LazyFrame:
    try:
        found = tables.scan(name, namespace="marts")
    except TableMissingError:
        # A shop without a helpdesk has no cases; nothing of them is overdue.
        return MARTS[name].empty()
    return found.select(*MARTS[name].columns)


def _ended(*columns: str) -> pl.Expr:
    return pl.min_horizontal(*columns)


def _countable() -> pl.Expr:
    gone = pl.col("is_spam").fill_null(value=False) | pl.col("deleted").fill_null(value=False)
    return ~gone & pl.col("merged_into").is_null()


def _in_customs(tables: Tables, since: datetime) -> pl.LazyFrame:
    until = _ended("customs_out_at", "delivered_at", "cancelled_at", "returned_at")
    return (
        _mart(tables, "parcels")
        .filter(pl.col("customs_in_at").is_not_null())
        .select(
            *_GOODS, id="shipment_id", begin="customs_in_at", since="customs_in_at", until=until
        )
        .filter(pl.col("until").is_null() | (pl.col("until") >= since))
    )


def _unscanned(tables: Tables, since: datetime) -> pl.LazyFrame:
    """Time between two scans, and since the last one; in customs nobody scans, so it is left out.

    The parcel is the carrier's from hand-over to delivery.
    """
    parcels = _mart(tables, "parcels").filter(pl.col("shipped_at").is_not_null())
    over = _ended("delivered_at", "cancelled_at", "returned_at")
    held = parcels.select(
        "source", *_GOODS, id="shipment_id", over=over, inside="customs_in_at",
        outside="customs_out_at",
    ).filter(pl.col("over").is_null() | (pl.col("over") >= since))  # fmt: skip
    scans = tables.scan("tracking_events").select(
        "source", at="event_at", id="shipment_id"
    ).filter(pl.col("at") >= since - timedelta(days=60))  # fmt: skip
    gaps = (
        scans.join(held, on=["source", "id"], how="inner")
        .sort("source", "id", "at")
        .with_columns(next=pl.col("at").shift(-1).over("source", "id"))
        .with_columns(until=pl.coalesce(pl.min_horizontal("next", "over"), "over"))
    )
    in_customs = pl.col("inside").is_not_null() & (pl.col("at") >= pl.col("inside")) & (
        pl.col("outside").is_null() | (pl.col("at") < pl.col("outside"))
    )  # fmt: skip
    open_ = pl.col("until").is_null() | (pl.col("until") > pl.col("at"))
    return gaps.filter(open_ & ~in_customs).select(
        "id", *_GOODS, begin="at", since="at", until="until"
    )


def _first_response(tables: Tables, since: datetime) -> pl.LazyFrame:
    until = _ended("first_response_at", "fr_withdrawn_at", "closed_at")
    return (
        _mart(tables, "cases")
        .filter(_countable() & pl.col("fr_due_at").is_not_null())
        .select(*_CASE, id="case_id", begin="fr_started_at", since="fr_due_at", until=until)
        .filter(pl.col("until").is_null() | (pl.col("until") >= since))
    )


def _open_case(tables: Tables, since: datetime) -> pl.LazyFrame:
    return (
        _mart(tables, "open_spells")
        .select(*_CASE, id="case_id", begin="open_from", since="created_at", until="open_to")
        .filter(pl.col("until").is_null() | (pl.col("until") >= since))
    )


def _clock(name: str) -> Callable[[Tables, datetime], pl.LazyFrame]:
    def rows(tables: Tables, since: datetime) -> pl.LazyFrame:
        until = _ended("stopped_at", "withdrawn_at")
        return (
            _mart(tables, "clocks")
            .filter(_countable() & (pl.col("clock") == name) & pl.col("due_at").is_not_null())
            .select(*_CASE, id="case_id", begin="started_at", since="due_at", until=until)
            .filter(pl.col("until").is_null() | (pl.col("until") >= since))
        )

    return rows


def _refund(tables: Tables, since: datetime) -> pl.LazyFrame:
    orders = _mart(tables, "orders").select("source", "order_id", *_GOODS)
    refunds = tables.scan("refunds").select(
        "source", "order_id", id="refund_id", begin="requested_at", since="requested_at",
        until="settled_at",
    )  # fmt: skip
    kept = refunds.filter(pl.col("until").is_null() | (pl.col("until") >= since))
    return kept.join(orders, on=["source", "order_id"], how="left").select(
        "id", "begin", "since", "until", *_GOODS
    )


_DECLARED = (
    State("in_customs", "Parcels in customs", "海关中的包裹", _GOODS, _in_customs),
    State(
        "unscanned",
        "Parcels on their way without a new scan, customs apart",
        "运输途中没有新扫描的包裹(海关除外)",
        _GOODS,
        _unscanned,
    ),
    State(
        "first_response_due",
        "Cases waiting for the first response beyond its target",
        "首次响应超过目标的工单",
        _CASE,
        _first_response,
        own_deadline=True,
        entity="case",
    ),
    State("open_case", "Open cases", "未结工单", _CASE, _open_case, entity="case"),
    State(
        "marketplace_reply_due",
        "Customer messages on a marketplace beyond the platform's 24 h",
        "超过平台 24 小时的市场消息",
        _CASE,
        _clock("marketplace_platform"),
        own_deadline=True,
        entity="case",
    ),
    State(
        "solution_due",
        "Escalations without a solution beyond their target",
        "升级后超过目标仍无方案的工单",
        _CASE,
        _clock("solution"),
        own_deadline=True,
        entity="case",
    ),
    State(
        "refund_unsettled",
        "Refunds asked for and not paid",
        "已申请未到账的退款",
        _GOODS,
        _refund,
        entity="refund",
    ),
)

STATES: Mapping[str, State] = {state.name: state for state in _DECLARED}
"""Every state by name."""
