"""Rows that could not go in, without persons, kept until someone looks at them."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, Engine, select

from data_access import privacy
from data_access.state.engine import upsert
from data_access.state.schema import quarantine

REFUSED_DTYPES: dict[str, pl.DataType] = {
    "file": pl.String(),
    "row": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "advice": pl.String(),
    "raw": pl.String(),
}
"""What the import hands over: one row per refused row and reason."""

_LISTED: dict[str, pl.DataType] = {
    "id": pl.String(),
    "source": pl.String(),
    "table": pl.String(),
    **REFUSED_DTYPES,
    "batch_id": pl.Int64(),
    "first_seen": pl.Datetime("us", "UTC"),
    "last_seen": pl.Datetime("us", "UTC"),
}
_CHUNK = 5_000


def redacted(refused: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Rows refused by a source, without persons in `value` and `raw`.

    Its columns are the source's own, so what is personal is judged by their names.
    """
    value = [
        privacy.redact_value(column or "", value, key)
        for column, value in refused.select("column", "value").iter_rows()
    ]
    raw = [privacy.redact_raw(text or "", key) for text in refused["raw"]]
    return refused.with_columns(
        value=pl.Series(value, dtype=pl.String), raw=pl.Series(raw, dtype=pl.String)
    )


def record(
    connection: Connection,
    refused: pl.DataFrame,
    *,
    source: str,
    table: str,
    batch_id: int,
    now: datetime,
) -> None:
    """Keep refused rows (`REFUSED_DTYPES`, already redacted).

    The id of an entry is made of its content, so that importing a file again, or a longer export
    in which the row moved to another line, does not list it twice.
    """
    seen: Counter[str] = Counter()
    entries = []
    for row in refused.iter_rows(named=True):
        content = "\x1f".join(
            str(part) for part in (source, table, row["raw"], row["column"], row["reason"])
        )
        seen[content] += 1
        digest = hashlib.blake2b(f"{content}\x1f{seen[content]}".encode(), digest_size=16)
        entries.append(
            {
                "id": digest.hexdigest(),
                "source": source,
                "table_name": table,
                "file": row["file"],
                "line": row["row"],
                "column_name": row["column"],
                "value": row["value"],
                "reason": row["reason"],
                "advice": row["advice"],
                "raw": row["raw"],
                "batch_id": batch_id,
                "first_seen": now,
                "last_seen": now,
            }
        )
    for start in range(0, len(entries), _CHUNK):
        upsert(connection, quarantine, entries[start : start + _CHUNK], keep=("first_seen",))


def listing(
    engine: Engine,
    *,
    table: str | None = None,
    batch: int | None = None,
    limit: int | None = None,
) -> pl.DataFrame:
    """Quarantined rows, newest first, then by table, file and line.

    Columns: id, source, table, file, row (line), column, value, reason, advice, raw (JSON),
    batch_id (the import that met it last), first_seen, last_seen.
    """
    q = quarantine.c
    statement = select(
        q.id,
        q.source,
        q.table_name,
        q.file,
        q.line,
        q.column_name,
        q.value,
        q.reason,
        q.advice,
        q.raw,
        q.batch_id,
        q.first_seen,
        q.last_seen,
    ).order_by(q.last_seen.desc(), q.table_name, q.file, q.line, q.id)
    if table is not None:
        statement = statement.where(q.table_name == table)
    if batch is not None:
        statement = statement.where(q.batch_id == batch)
    if limit is not None:
        statement = statement.limit(limit)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(statement)]
    return pl.DataFrame(rows, schema=_LISTED, orient="row")
