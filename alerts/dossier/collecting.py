"""Rows of the facts as evidence: by one snapshot, tagged so that housekeeping keeps it.

Rows are those that belong to what a crisis joins: its orders, parcels, cases, lots and so on. The
filter, the snapshot and the number of rows stand beside the extract, so that anybody who has the
warehouse can take it again.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from alerts.dossier.filing import New
from alerts.dossier.reaching import reached
from alerts.dossier.wanted import COLUMN_OF, LABEL_COLUMNS, CollectError, Refs, Wanted, among
from data_access.contracts import TABLES
from data_access.warehouse import Warehouse

Form = Literal["csv", "parquet"]
FORMS: tuple[Form, ...] = ("csv", "parquet")
MOST_ROWS = 200_000
"""Rows of one extract; what is beyond is told in it."""

_FORMULA = r"^[=+\-@\t\r]"
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_DISPUTE_FACTS = ("dispute_id", "forum", "reason_code", "is_fraud")
_MOST_DISPUTES = 200


@dataclass(frozen=True)
class Extract:
    """Rows of one table."""

    table: str
    snapshot_id: int
    tag: str
    where: str
    rows: pl.DataFrame
    cut: bool


@dataclass(frozen=True)
class Collected:
    """What was found, and why each other table was left out."""

    extracts: tuple[Extract, ...]
    left_out: Mapping[str, str]


def collect(
    warehouse: Warehouse, asked: Wanted, *, prefix: str, none_is_fine: bool = False
) -> Collected:
    """Read every table that is asked for, each by its newest snapshot, tagged first.

    Where tables are named, the rows that hang on what is linked are followed there.

    Args:
        warehouse: the facts.
        asked: which rows.
        prefix: of the tags, such as `evidence-7`.
        none_is_fine: finding nothing is a result, as in a drill, whose story joins no facts.

    Raises:
        CollectError: nothing that is linked leads to any of the tables.
    """
    wish = reached(warehouse, asked) if asked.tables else asked
    found: list[Extract] = []
    left_out: dict[str, str] = {}
    for table in asked.chosen():
        try:
            found.append(_extract(warehouse, table, wish, prefix))
        except CollectError as error:
            left_out[table] = str(error)
    if not found and not none_is_fine:
        raise CollectError(
            " ".join(left_out.values())
            or "Nothing is linked to this crisis that rows could be collected of; link cases, "
            "orders, parcels or a lot, or name the tables."
        )
    return Collected(tuple(found), left_out)


def _extract(warehouse: Warehouse, table: str, asked: Wanted, prefix: str) -> Extract:
    snapshot = warehouse.snapshot_id(table)
    if snapshot is None:
        raise CollectError(f"This home records no {table}.")
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
    return Extract(table, kept, tag, where, rows.head(MOST_ROWS), rows.height > MOST_ROWS)


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
            parts.append(among(column, refs))
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


def _told(column: str, refs: Refs) -> str:
    numbers = sorted({ref for _source, ref in refs})
    shown = ", ".join(numbers[:3])
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return f"{column} in ({shown}{more})"
