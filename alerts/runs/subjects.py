"""What an approval step signs: the statements, the batch or the result of another step."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from alerts.event_log import canonical
from alerts.runs.model import SATISFIES, Run
from data_access.state import schema

_run, _statement, _batch = schema.playbook_run, schema.statement, schema.compensation_batch


@dataclass(frozen=True)
class Signed:
    """What is signed as it is now, and by whom it was made: they may not sign it."""

    sha256: str
    kind: str
    refs: tuple[int, ...]
    authors: tuple[str, ...]


def chain(connection: Connection, run_id: int) -> list[int]:
    """The run and those that it continues, the newest first."""
    found = [run_id]
    while True:
        before = connection.execute(
            select(_run.c.continues_id).where(_run.c.id == found[-1])
        ).scalar()
        if before is None:
            return found
        found.append(before)


def of_steps(
    connection: Connection, run: Run, runs: Sequence[int], keys: Sequence[str]
) -> dict[str, Signed]:
    """What the steps `keys` of a run yielded, by key; those that yielded nothing yet are missing.

    Two queries, however many steps there are.
    """
    if not keys:
        return {}
    found: dict[str, Signed] = {}
    for key, rows in _grouped(connection, _statement, runs, keys).items():
        live = [row for row in rows if row.status != "withdrawn"]
        if live:
            body = {"statements": [[row.id, row.sha256] for row in live]}
            authors = tuple(sorted({row.author for row in live}))
            found[key] = Signed(_hash(body), "statements", tuple(r.id for r in live), authors)
    for key, rows in _grouped(connection, _batch, runs, keys).items():
        live = [row for row in rows if row.state != "cancelled"]
        if live and key not in found:
            newest = live[-1]
            found[key] = Signed(
                newest.sha256, "batch", (newest.id,), (newest.submitted_by or newest.created_by,)
            )
    for key in keys:
        one = run.steps.get(key)
        if key in found or (one is not None and one.state not in SATISFIES):
            continue
        yielded: dict[str, Any] = {
            "step": key,
            "result": one.result if one else None,
            "note": one.note if one else "",
        }
        authors = (one.done_by,) if one is not None and one.done_by else ()
        found[key] = Signed(_hash(yielded), "result", (), authors)
    return found


def _grouped(
    connection: Connection, table: Any, runs: Sequence[int], keys: Sequence[str]
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    query = select(table).where(table.c.run_id.in_(runs), table.c.step_key.in_(keys))
    for row in connection.execute(query.order_by(table.c.id)):
        found.setdefault(row.step_key, []).append(row)
    return found


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(body).encode()).hexdigest()
