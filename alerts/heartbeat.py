"""The worker's sign of life: one row, written at every tick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from alerts.lease import Lease, fenced
from data_access.state.engine import upsert, writing
from data_access.state.schema import worker_heartbeat as table

NAME = "worker"


@dataclass(frozen=True)
class Heartbeat:
    """Newest sign of life.

    `detail`, all of the last tick that was finished: `holder`, `ticks`, `faults` (messages for a
    person), `overdue` (what should have happened), `waiting` and `dead_letters` (messages),
    `tick_seconds`, `leading_since` (ISO), `dead_man_failing`.
    """

    at: datetime
    started_at: datetime
    detail: Mapping[str, Any]


def beat(
    engine: Engine,
    now: datetime,
    started_at: datetime,
    detail: Mapping[str, Any],
    *,
    lease: Lease | None = None,
) -> None:
    """Write the row; with a lease only while it is held.

    Raises:
        LeaseLost: another worker leads, and its sign of life stays.
    """
    row = {"name": NAME, "at": now, "started_at": started_at, "detail_json": dict(detail)}
    with writing(engine) if lease is None else fenced(engine, lease) as connection:
        upsert(connection, table, [row])


def read(engine: Engine) -> Heartbeat | None:
    """The newest sign of life, None if no worker ever ran."""
    with engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.name == NAME)).first()
    return None if row is None else Heartbeat(row.at, row.started_at, row.detail_json or {})
