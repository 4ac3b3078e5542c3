"""Rows of the dossier, and whatever else the database knows of a crisis. Reading only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, select

from data_access.state import schema
from data_access.state.schema import evidence as table

KINDS = ("file", "note", "link", "rows", "checklist")
"""`checklist`: somebody chose a checklist, kept with its text as it was then."""

_COLUMNS: Mapping[str, Any] = {
    "id": pl.Int64,
    "kind": pl.String,
    "item": pl.String,
    "name": pl.String,
    "media_type": pl.String,
    "sha256": pl.String,
    "size": pl.Int64,
    "source": pl.String,
    "captured_at": pl.Datetime("us", "UTC"),
    "added_by": pl.String,
    "added_at": pl.Datetime("us", "UTC"),
    "withdrawn_at": pl.Datetime("us", "UTC"),
    "withdrawn_because": pl.String,
    "run_id": pl.Int64,
    "step_key": pl.String,
}


@dataclass(frozen=True)
class Pack:
    """A pack that was built."""

    id: int
    sha256: str
    size: int
    head_seq: int
    head_hash: str
    complete: bool
    missing: tuple[str, ...]
    created_by: str
    created_at: datetime


def rows_of(engine: Engine, crisis_id: int) -> pl.DataFrame:
    """The evidence of a crisis, the newest first; what was withdrawn is there too."""
    with engine.connect() as connection:
        found = connection.execute(
            select(*(table.c[name] for name in _COLUMNS))
            .where(table.c.crisis_id == crisis_id)
            .order_by(table.c.id.desc())
        ).all()
    return pl.DataFrame(
        [dict(row._mapping) for row in found],  # noqa: SLF001 - SQLAlchemy's public name
        schema=dict(_COLUMNS),
    )


def find(connection: Connection, evidence_id: int) -> Any | None:
    """One piece of evidence."""
    return connection.execute(select(table).where(table.c.id == evidence_id)).first()


def crisis_row(connection: Connection, crisis_id: int) -> Any | None:
    """The row of a crisis, unlocked."""
    crisis = schema.crisis
    return connection.execute(select(crisis).where(crisis.c.id == crisis_id)).first()


def packs_of(engine: Engine, crisis_id: int) -> list[Pack]:
    """Packs of a crisis, the newest first."""
    with engine.connect() as connection:
        return packs_in(connection, crisis_id)


def packs_in(connection: Connection, crisis_id: int) -> list[Pack]:
    """The same in a transaction."""
    pack = schema.evidence_pack
    found = connection.execute(
        select(pack).where(pack.c.crisis_id == crisis_id).order_by(pack.c.id.desc())
    )
    return [pack_of(row) for row in found]


def find_pack(engine: Engine, crisis_id: int, pack_id: int) -> Pack | None:
    """One pack of a crisis."""
    return next((pack for pack in packs_of(engine, crisis_id) if pack.id == pack_id), None)


def pack_of(row: Any) -> Pack:
    """A row of `evidence_pack`."""
    return Pack(
        row.id,
        row.sha256,
        row.size,
        row.head_seq,
        row.head_hash,
        row.complete,
        tuple(str(one) for one in row.missing_json),
        row.created_by,
        row.created_at,
    )
