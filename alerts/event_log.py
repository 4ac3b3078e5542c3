"""The append-only log: every row carries the hash of the one before it.

The database refuses updates and deletes by trigger; the chain shows if somebody went around that.
It shows later change, not truth at entry, and whoever may write to the database can rebuild all of
it: keep a head hash elsewhere to notice even that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.engine import Row

from data_access.state.schema import event_log as table

GENESIS = "0" * 64
"""What the first row names as the hash before it."""

_APPEND_LOCK = 7_206_137_412
"""Key of the PostgreSQL advisory lock under which one transaction appends at a time."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `payload` must be JSON."""

    at: datetime
    actor: str
    kind: str
    subject_kind: str
    subject_id: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Head:
    """The last entry: whoever keeps it can tell later whether the log was rebuilt."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write entries in order, inside the caller's transaction."""
    if not entries:
        return
    lock(connection)
    last = head(connection)
    seq, previous = last.seq, last.hash
    rows = []
    for entry in entries:
        seq += 1
        row = {
            "seq": seq,
            "at": entry.at.astimezone(UTC),
            "actor": entry.actor,
            "kind": entry.kind,
            "subject_kind": entry.subject_kind,
            "subject_id": entry.subject_id,
            "payload_json": canonical(entry.payload),
            "prev_hash": previous,
        }
        previous = _hash(row)
        rows.append({**row, "hash": previous})
    connection.execute(insert(table), rows)


def head(connection: Connection) -> Head:
    """The last entry; of an empty log what the first one will follow."""
    found = connection.execute(
        select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
    ).first()
    return Head(found.seq, found.hash) if found else Head(0, GENESIS)


def lock(connection: Connection) -> None:
    """Let nobody else append until this transaction ends.

    `append` does it by itself. Whoever locks other rows first and appends later must call this at
    the start: two transactions that take the two locks in different order would wait for each
    other. SQLite lets only one writer in anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _APPEND_LOCK})


def verify(engine: Engine) -> str | None:
    """None if the chain holds; else a sentence that names the first broken row."""
    seq, previous = 0, GENESIS
    with engine.connect() as connection:
        for row in connection.execute(select(table).order_by(table.c.seq)).yield_per(5_000):
            if row.seq != seq + 1:
                return f"Row {seq + 1} of the event log is missing."
            if row.prev_hash != previous or row.hash != _hash(_fields(row)):
                return (
                    f"Row {row.seq} of the event log ({row.kind}) was changed after it was written."
                )
            seq, previous = row.seq, row.hash
    return None


def canonical(payload: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: equal contents, equal text."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _fields(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def _hash(row: Mapping[str, Any]) -> str:
    hashed = {
        "seq": row["seq"],
        "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row["actor"],
        "kind": row["kind"],
        "subject_kind": row["subject_kind"],
        "subject_id": row["subject_id"],
        "payload": row["payload_json"],
        "prev_hash": row["prev_hash"],
    }
    return hashlib.sha256(canonical(hashed).encode()).hexdigest()
