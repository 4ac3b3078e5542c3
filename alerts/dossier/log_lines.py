"""The event log as it goes into a pack: one JSON object a line, chained twice.

The hashes of the log itself (`prev_hash`, `hash`) go on over every entry from the first of the
crisis to the head. What belongs to the crisis is told in full; of everything else only sequence
number and hashes, so that the chain is whole and nothing foreign leaks. `chain` is the pack's own:
it covers every byte of a line and names the line that was touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from alerts.dossier.verifier import GENESIS, link
from alerts.event_log import GENESIS as FIRST_HASH
from data_access.state.schema import event_log as table

_AT_A_TIME = 5_000

Subject = tuple[str, str]
"""`subject_kind` and `subject_id` of entries that are told in full."""


@dataclass(frozen=True)
class LogFacts:
    """What the manifest says of the log."""

    first_seq: int
    first_prev_hash: str
    head_seq: int
    head_hash: str
    lines: int
    own_entries: int
    tail: str

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return dict(vars(self))


def write(connection: Connection, subjects: Sequence[Subject], out: BinaryIO) -> LogFacts:
    """Write the log from the first entry of `subjects` up to the head.

    The connection must see one moment: on PostgreSQL a transaction of repeatable reads.
    """
    own = or_(*(_of(*subject) for subject in subjects))
    head = connection.execute(
        select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
    ).first()
    head_seq, head_hash = (head.seq, head.hash) if head else (0, FIRST_HASH)
    first = connection.execute(select(func.min(table.c.seq)).where(own)).scalar()
    if first is None:
        return LogFacts(head_seq + 1, head_hash, head_seq, head_hash, 0, 0, GENESIS)
    before = connection.execute(select(table.c.prev_hash).where(table.c.seq == first)).scalar_one()
    chain, lines, told = GENESIS, 0, 0
    full = _full(connection, own)
    following = next(full, None)
    for seq, prev_hash, hash_ in _light(connection, first, head_seq):
        if following is not None and following["seq"] == seq:
            body = canonical(following)
            told += 1
            following = next(full, None)
        else:
            body = f'{{"hash":"{hash_}","prev_hash":"{prev_hash}","seq":{seq}}}'
        stem = body[:-1].encode()
        chain = link(chain, stem)
        out.write(stem + f',"chain":"{chain}"}}\n'.encode())
        lines += 1
    return LogFacts(first, before, head_seq, head_hash, lines, told, chain)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _of(kind: str, number: str) -> ColumnElement[bool]:
    return and_(table.c.subject_kind == kind, table.c.subject_id == number)


def _light(connection: Connection, first: int, head: int) -> Iterator[Any]:
    yield from connection.execute(
        select(table.c.seq, table.c.prev_hash, table.c.hash)
        .where(table.c.seq >= first, table.c.seq <= head)
        .order_by(table.c.seq)
    ).yield_per(_AT_A_TIME)


def _full(connection: Connection, own: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    """Entries as they were hashed: the payload is the text that was written."""
    for row in connection.execute(select(table).where(own).order_by(table.c.seq)).yield_per(
        _AT_A_TIME
    ):
        yield {
            "seq": row.seq,
            "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": row.actor,
            "kind": row.kind,
            "subject_kind": row.subject_kind,
            "subject_id": row.subject_id,
            "payload": row.payload_json,
            "prev_hash": row.prev_hash,
            "hash": row.hash,
        }
