"""Which rows a crisis asks for, and by which columns they are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection, select

from data_access.contracts import TABLES
from data_access.state import schema

Refs = frozenset[tuple[str, str]]
"""Source and number of things of one kind; an empty source means any."""

COLUMN_OF: Mapping[str, str] = {
    "case": "case_id",
    "order": "order_id",
    "parcel": "shipment_id",
    "return": "return_id",
    "lot": "lot_id",
    "review": "review_id",
    "survey": "response_id",
    "dispute": "dispute_id",
    "mention": "mention_id",
}
"""Column by which rows belong to a linked thing."""

TABLES_OF: Mapping[str, tuple[str, ...]] = {
    "case": ("cases", "messages"),
    "order": ("orders", "order_lines"),
    "parcel": ("shipments", "tracking_events"),
    "return": ("returns", "return_lines", "refunds"),
    "lot": ("lots",),
    "review": ("reviews",),
    "survey": ("surveys",),
    "dispute": ("disputes",),
    "mention": ("mentions",),
}
"""What is collected of each kind of linked thing unless tables are named."""

LABEL_COLUMNS: Mapping[str, str] = {"lot": "lot_id", "product": "sku"}
"""Labels of a crisis by which rows are found where nothing is linked."""


class CollectError(Exception):
    """Rows that cannot be collected; the message says why and what to do."""


@dataclass(frozen=True)
class Wanted:
    """What rows are asked for.

    Attributes:
        refs: by kind of link, source and number; an empty source means any.
        labels: of the crisis, used for tables that nothing linked reaches.
        tables: of the facts; empty: those of what is linked.
    """

    refs: Mapping[str, Refs] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[str, ...] = ()

    def chosen(self) -> tuple[str, ...]:
        """The tables to read, in the order of the contracts."""
        named = set(self.tables)
        if not named:
            named = {table for kind in self.refs for table in TABLES_OF.get(kind, ())}
        return tuple(name for name in TABLES if name in named)


def wanted(
    connection: Connection, crisis_id: int, labels: Mapping[str, str], tables: Sequence[str] = ()
) -> Wanted:
    """What belongs to a crisis: its links, and what its warnings name.

    Raises:
        CollectError: there is no such table.
    """
    unknown = [name for name in tables if name not in TABLES]
    if unknown:
        raise CollectError(
            f"There is no table {', '.join(unknown)} of facts. Known: {', '.join(TABLES)}."
        )
    link = schema.crisis_link
    refs: dict[str, set[tuple[str, str]]] = {}
    incidents = []
    for row in connection.execute(
        select(link.c.kind, link.c.source, link.c.ref).where(
            link.c.crisis_id == crisis_id, link.c.removed_at.is_(None)
        )
    ):
        if row.kind in COLUMN_OF:
            refs.setdefault(row.kind, set()).add((row.source, row.ref))
        elif row.kind == "incident" and row.ref.isdigit():
            incidents.append(int(row.ref))
    for kind, number in _named(connection, incidents):
        refs.setdefault(kind, set()).add(("", number))
    frozen = {kind: frozenset(found) for kind, found in refs.items()}
    return Wanted(frozen, labels, tuple(tables))


def among(column: str, refs: Iterable[tuple[str, str]]) -> pl.Expr:
    """The rows whose `column` is one of `refs`."""
    by_source: dict[str, list[str]] = {}
    for source, ref in refs:
        by_source.setdefault(source, []).append(ref)
    parts = []
    for source, numbers in sorted(by_source.items()):
        hit = pl.col(column).is_in(sorted(numbers))
        parts.append(hit & (pl.col("source") == source) if source else hit)
    return pl.any_horizontal(*parts)


def _named(connection: Connection, incidents: Sequence[int]) -> set[tuple[str, str]]:
    """Cases and parcels that the evidence of the warnings names."""
    if not incidents:
        return set()
    member, alert = schema.alert_group_member, schema.alert
    found: set[tuple[str, str]] = set()
    for evidence in connection.execute(
        select(alert.c.evidence_json)
        .join(member, member.c.alert_id == alert.c.id)
        .where(member.c.group_id.in_(incidents))
        .order_by(alert.c.id)
    ).scalars():
        told = evidence or {}
        found.update(("case", str(one)) for one in told.get("samples") or ())
        found.update(
            (str(row["kind"]), str(row["id"]))
            for row in told.get("rows") or ()
            if row.get("kind") in ("case", "parcel")
        )
    return found
