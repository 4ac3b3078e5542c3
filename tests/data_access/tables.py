"""Canonical tables written out by hand, for tests of marts and metrics."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from data_access.contracts import TABLES

Rows = list[dict[str, Any]]


def at(text: str) -> datetime:
    """`2026-03-02 09:30` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def table(name: str, rows: Rows, *, source: str = "shop") -> pl.DataFrame:
    """Rows of a canonical table as stored; what a row does not say is null."""
    contract = TABLES[name]
    dtypes = contract.stored_dtypes()
    frame = pl.DataFrame(
        [{"source": source, "batch_id": 1, "ingested_at": at("2026-01-01"), **row} for row in rows],
        schema=dtypes,
    )
    if contract.partition_time is None:
        return frame.with_columns(part=pl.lit(0, dtype=pl.Int32))
    moment = pl.col(contract.partition_time)
    month = moment.dt.year() * 100 + moment.dt.month().cast(pl.Int32)
    return frame.with_columns(part=month.fill_null(0).cast(pl.Int32))


def facts(**tables: Rows) -> dict[str, pl.LazyFrame]:
    """All canonical tables; those not given are empty."""
    return {name: table(name, tables.get(name, [])).lazy() for name in TABLES}
