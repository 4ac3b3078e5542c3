"""Rows of `report_slot`: planned reports, what they wait for, what became of them.

`reason_json` of a slot of a schedule has `code`: `making` (`since`, `after`: the issue before),
`late` (`feeds`, `until`), `failed` (`step`, `error`), `skipped` (`feeds`), `archived` (`newer`) or
`sent` (`outbox`, `faults`). `feeds` and `missing` are lists of `feeds.Late.plain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.engine import Row

from alerts.event_log import Entry, append, lock
from dashboard.reports.schedule import Slot, slot_period
from data_access.state import schema

SUBJECT = "report_slot"
LOGGED = frozenset({"late", "issued", "sent", "failed", "skipped"})
table = schema.report_slot


@dataclass(frozen=True)
class Planned:
    """A row for people: whose slot it is, and the slot."""

    id: int
    schedule: str
    template: str
    slot: Slot
    updated_at: datetime


def of(engine: Engine, schedule: str) -> dict[str, Slot]:
    """Slots of a schedule by name of their period."""
    with engine.connect() as connection:
        rows = connection.execute(select(table).where(table.c.schedule == schedule)).all()
    return {row.period: read(row) for row in rows}


def listed(engine: Engine, *, limit: int = 50) -> list[Planned]:
    """The newest slots of all schedules; those that people asked for by hand are left out."""
    query = (
        select(table)
        .where(~table.c.schedule.contains(":"))  # what was asked for by hand: see `requests`
        .order_by(table.c.due_at.desc(), table.c.id.desc())
        .limit(limit)
    )
    with engine.connect() as connection:
        return [
            Planned(row.id, row.schedule, row.template, read(row), row.updated_at)
            for row in connection.execute(query)
        ]


def save(connection: Connection, schedule: str, template: str, slot: Slot, now: datetime) -> None:
    """Write a slot, and log it where its state changed; inside the caller's transaction."""
    lock(connection)
    mine = (table.c.schedule == schedule) & (table.c.period == slot.period.name)
    before = connection.execute(select(table.c.state).where(mine).with_for_update()).scalar()
    values: dict[str, Any] = {
        "template": template,
        "due_at": slot.due_at,
        "state": slot.state,
        "reason_json": dict(slot.reason),
        "attempts": slot.attempts,
        "next_at": slot.next_at,
        "report_id": slot.report_id,
        "updated_at": now,
    }
    if before is None:
        values |= {"schedule": schedule, "period": slot.period.name}
        connection.execute(insert(table).values(**values))
    else:
        connection.execute(update(table).where(mine).values(**values))
    if slot.state != before and slot.state in LOGGED:
        told: Mapping[str, Any] = {
            "schedule": schedule,
            "template": template,
            "period": slot.period.name,
            "report": slot.report_id,
            "reason": dict(slot.reason),
        }
        name = f"{schedule}/{slot.period.name}"
        append(connection, [Entry(now, "worker", f"report_{slot.state}", SUBJECT, name, told)])


def read(row: Row[Any]) -> Slot:
    """A slot from its row."""
    return Slot(
        slot_period(row.period),
        row.due_at,
        row.state,
        row.next_at,
        row.reason_json,
        row.attempts,
        row.report_id,
    )
