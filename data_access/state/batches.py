"""The record of imports: which ran, how they ended, what they counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, Engine, func, insert, select, update

from data_access.state.engine import writing
from data_access.state.schema import batch_table, import_batch

COUNTS = ("read", "new", "changed", "unchanged", "quarantined")


def begin(engine: Engine, *, source: str, path: str, now: datetime) -> int:
    """Record that an import starts; returns its number, larger than all before.

    Call it under the import lock: a batch that still counts as running belonged to a process that
    died, and is marked as interrupted.
    """
    with writing(engine) as connection:
        connection.execute(
            update(import_batch)
            .where(import_batch.c.status == "running")
            .values(
                status="interrupted",
                finished_at=now,
                message="The importing process ended before it was done.",
            )
        )
        values = {"source": source, "path": path, "status": "running", "started_at": now}
        statement = insert(import_batch).values(values).returning(import_batch.c.id)
        return int(connection.execute(statement).scalar_one())


def end(
    engine: Engine, batch_id: int, *, status: str, now: datetime, message: str | None = None
) -> None:
    """Record how an import ended: `done` or `failed`."""
    with writing(engine) as connection:
        connection.execute(
            update(import_batch)
            .where(import_batch.c.id == batch_id)
            .values(status=status, finished_at=now, message=message)
        )


def count(connection: Connection, batch_id: int, table: str, counts: Mapping[str, int]) -> None:
    """Add to the counts of a table in a batch; `counts` has every name of `COUNTS`."""
    found = connection.execute(
        update(batch_table)
        .where(batch_table.c.batch_id == batch_id, batch_table.c.table_name == table)
        .values({name: batch_table.c[name] + counts[name] for name in COUNTS})
    )
    if not found.rowcount:
        values = {name: counts[name] for name in COUNTS}
        connection.execute(
            insert(batch_table).values(batch_id=batch_id, table_name=table, **values)
        )


def history(engine: Engine, *, limit: int = 50) -> pl.DataFrame:
    """The newest imports with their counts over all tables, newest first."""
    sums = [func.coalesce(func.sum(batch_table.c[name]), 0).label(name) for name in COUNTS]
    statement = (
        select(import_batch, *sums)
        .join(batch_table, batch_table.c.batch_id == import_batch.c.id, isouter=True)
        .group_by(*import_batch.c)
        .order_by(import_batch.c.id.desc())
        .limit(limit)
    )
    moment = pl.Datetime("us", "UTC")
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "id": pl.Int64,
        "source": pl.String,
        "path": pl.String,
        "status": pl.String,
        "message": pl.String,
        "started_at": moment,
        "finished_at": moment,
        **dict.fromkeys(COUNTS, pl.Int64),
    }
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(statement)]
    return pl.DataFrame(rows, schema=schema, orient="row")
