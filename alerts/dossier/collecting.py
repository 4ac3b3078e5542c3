"""Rows of the facts as evidence: by one snapshot, tagged so that housekeeping keeps it.

Rows are those that belong to what a crisis joins: its orders, parcels, cases, lots and so on. The
filter, the snapshot and the number of rows stand beside the extract, so that anybody who has the
warehouse can take it again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection, select

from alerts.dossier.filing import New
from data_access.contracts import TABLES
from data_access.state import schema
from data_access.warehouse import Warehouse

Form = Literal["csv", "parquet"]
FORMS: tuple[Form, ...] = ("csv", "parquet")
MOST_ROWS = 200_000
"""Rows of one extract; what is beyond is told in it."""

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

_FORMULA = r"^[=+\-@\t\r]"
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_DISPUTE_FACTS = ("dispute_id", "forum", "reason_code", "is_fraud")
_MOST_DISPUTES = 200


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

    refs: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[str, ...] = ()

    def chosen(self) -> tuple[str, ...]:
        """The tables to read, in the order of the contracts."""
        named = set(self.tables)
        if not named:
            named = {table for kind in self.refs for table in TABLES_OF.get(kind, ())}
        return tuple(name for name in TABLES if name in named)


@dataclass(frozen=True)
class Extract:
    """Rows of one table."""

    table: str
    snapshot_id: int
    tag: str
    where: str
    rows: pl.DataFrame
    cut: bool


def wanted(
    connection: Connection, crisis_id: int, labels: Mapping[str, str], tables: Sequence[str] = ()
) -> Wanted:
    """What belongs to a crisis: its links, and the cases that its warnings name.

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
    named = _named_cases(connection, incidents)
    if named:
        refs.setdefault("case", set()).update(("", one) for one in named)
    frozen = {kind: frozenset(found) for kind, found in refs.items()}
    return Wanted(frozen, labels, tuple(tables))


def collect(warehouse: Warehouse, asked: Wanted, *, prefix: str) -> list[Extract]:
    """Read every table that is asked for, each by its newest snapshot, tagged first.

    Args:
        warehouse: the facts.
        asked: which rows.
        prefix: of the tags, such as `evidence-7`.

    Raises:
        CollectError: a table cannot be reached by anything that is linked.
    """
    found = []
    for table in asked.chosen():
        snapshot = warehouse.snapshot_id(table)
        if snapshot is None:
            continue  # this company records none
        expression, where = _filter(table, asked)
        tag = f"{prefix}-{table}-{snapshot}"
        kept = warehouse.tag(table, tag)
        rows = (
            warehouse.scan(table, snapshot_id=kept)
            .filter(expression)
            .sort("source", *TABLES[table].key)
            .head(MOST_ROWS + 1)
            .collect()
        )
        cut = rows.height > MOST_ROWS
        found.append(Extract(table, kept, tag, where, rows.head(MOST_ROWS), cut))
    return found


def filed(extract: Extract, form: Form, *, item: str | None) -> New:
    """An extract as evidence."""
    detail: dict[str, Any] = {
        "table": f"{extract.table}",
        "snapshot_id": extract.snapshot_id,
        "tag": extract.tag,
        "where": extract.where,
        "rows": extract.rows.height,
        "cut": extract.cut,
        "format": form,
    }
    if extract.table == "disputes":
        facts = extract.rows.select(_DISPUTE_FACTS).head(_MOST_DISPUTES)
        detail["disputes"] = facts.to_dicts()
    return New(
        "rows",
        f"{extract.table}-{extract.snapshot_id}.{form}",
        written(extract.rows, form),
        _MEDIA[form],
        f"facts.{extract.table}, snapshot {extract.snapshot_id}, {extract.where}",
        None,
        item,
        detail,
    )


def written(rows: pl.DataFrame, form: Form) -> bytes:
    """Rows as a file. A text in CSV that a spreadsheet would run is prefixed by an apostrophe."""
    out = io.BytesIO()
    if form == "parquet":
        rows.write_parquet(out, compression="zstd", statistics=False)
        return out.getvalue()
    texts = pl.col(pl.String)
    safe = pl.when(texts.str.contains(_FORMULA)).then("'" + texts).otherwise(texts).name.keep()
    rows.with_columns(safe).write_csv(
        out, include_bom=True, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ"
    )
    return out.getvalue()


def _filter(table: str, asked: Wanted) -> tuple[pl.Expr, str]:
    """The rows of a table that belong to what is asked, and the filter in words."""
    columns = TABLES[table].columns
    parts: list[pl.Expr] = []
    words: list[str] = []
    for kind, column in COLUMN_OF.items():
        refs = asked.refs.get(kind)
        if refs and column in columns:
            parts.append(_among(column, refs))
            words.append(_told(column, refs))
    if not parts:
        for label, column in LABEL_COLUMNS.items():
            value = asked.labels.get(label)
            if value and column in columns:
                parts.append(pl.col(column) == value)
                words.append(f"{column} = {value}")
    if not parts:
        known = ", ".join(kind for kind, column in COLUMN_OF.items() if column in columns)
        raise CollectError(
            f"Nothing that this crisis joins leads to rows of {table}. Link one of: "
            f"{known or 'none; this table cannot be collected'}."
        )
    return pl.any_horizontal(*parts), " or ".join(words)


def _among(column: str, refs: Iterable[tuple[str, str]]) -> pl.Expr:
    by_source: dict[str, list[str]] = {}
    for source, ref in refs:
        by_source.setdefault(source, []).append(ref)
    parts = []
    for source, numbers in sorted(by_source.items()):
        hit = pl.col(column).is_in(sorted(numbers))
        parts.append(hit & (pl.col("source") == source) if source else hit)
    return pl.any_horizontal(*parts)


def _told(column: str, refs: frozenset[tuple[str, str]]) -> str:
    numbers = sorted({ref for _source, ref in refs})
    shown = ", ".join(numbers[:3])
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return f"{column} in ({shown}{more})"


def _named_cases(connection: Connection, incidents: Sequence[int]) -> set[str]:
    """Cases that the evidence of the warnings names."""
    if not incidents:
        return set()
    member, alert = schema.alert_group_member, schema.alert
    found: set[str] = set()
    for evidence in connection.execute(
        select(alert.c.evidence_json)
        .join(member, member.c.alert_id == alert.c.id)
        .where(member.c.group_id.in_(incidents))
        .order_by(alert.c.id)
    ).scalars():
        found.update(str(one) for one in (evidence or {}).get("samples", ()))
    return found
