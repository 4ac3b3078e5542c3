"""From what a crisis joins to what hangs on it: orders of a case, a lot, a dispute, and on."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import polars as pl

from alerts.dossier.wanted import LABEL_COLUMNS, Refs, Wanted, among
from data_access.warehouse import Warehouse

MOST = 100_000
"""Things of one kind that are followed."""


class Hop(NamedTuple):
    """Rows of `table` whose `by` is a known `start` name things of the kind `end` in `column`."""

    start: str
    table: str
    by: str
    end: str
    column: str


HOPS: tuple[Hop, ...] = (
    Hop("dispute", "disputes", "dispute_id", "order", "order_id"),
    Hop("dispute", "disputes", "dispute_id", "case", "case_id"),
    Hop("case", "cases", "case_id", "order", "order_id"),
    Hop("case", "cases", "case_id", "parcel", "shipment_id"),
    Hop("lot", "order_lines", "lot_id", "order", "order_id"),
    Hop("review", "reviews", "review_id", "order", "order_id"),
    Hop("return", "returns", "return_id", "order", "order_id"),
    Hop("parcel", "shipments", "shipment_id", "order", "order_id"),
    Hop("order", "shipments", "order_id", "parcel", "shipment_id"),
    Hop("order", "returns", "order_id", "return", "return_id"),
)
"""Taken once, in this order: towards orders first, then from them."""


def reached(warehouse: Warehouse, asked: Wanted) -> Wanted:
    """The same wish with everything that hangs on what is linked.

    Without any link the crisis's own lot, or its product, leads to the orders that hold it.
    """
    refs = dict(asked.refs)
    lot = asked.labels.get("lot")
    if lot and not refs.get("lot"):
        refs["lot"] = frozenset({("", lot)})
    if not refs:
        found = _by_labels(warehouse, asked)
        refs = {"order": found} if found else {}
    for hop in HOPS:
        known = refs.get(hop.start)
        if known and warehouse.exists(hop.table):
            more = _found(warehouse, hop, among(hop.by, known))
            refs[hop.end] = refs.get(hop.end, frozenset()) | more
    return replace(asked, refs={kind: found for kind, found in refs.items() if found})


def _by_labels(warehouse: Warehouse, asked: Wanted) -> Refs:
    if not warehouse.exists("order_lines"):
        return frozenset()
    for label, column in LABEL_COLUMNS.items():
        value = asked.labels.get(label)
        if value:
            hop = Hop("", "order_lines", column, "order", "order_id")
            return _found(warehouse, hop, pl.col(column) == value)
    return frozenset()


def _found(warehouse: Warehouse, hop: Hop, which: pl.Expr) -> Refs:
    rows = (
        warehouse.scan(hop.table)
        .filter(which & pl.col(hop.column).is_not_null())
        .select("source", hop.column)
        .unique()
        .sort("source", hop.column)
        .head(MOST)
        .collect()
    )
    return frozenset((source, number) for source, number in rows.iter_rows())
