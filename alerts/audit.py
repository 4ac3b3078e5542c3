"""What should have happened by now and did not: escalations, messages, incidents left untold.

A separate look at the rows themselves, so that a fault in whoever should have acted is found too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Select, String, and_, cast, func, or_, select

from alerts.event_log import Entry, append, lock
from alerts.lease import Lease, fenced
from data_access.state import schema

PATIENCE = timedelta(minutes=5)
"""How late something may be before it is told."""
KIND = "overdue"
_NOTHING = schema.UtcDateTime()


@dataclass(frozen=True)
class Overdue:
    """One thing that waits for too long. `what`: escalation, message, incident or step."""

    what: str
    subject: str
    due_at: datetime

    def __str__(self) -> str:
        return f"{self.what} {self.subject} is overdue since {self.due_at:%F %H:%M} UTC"


@dataclass(frozen=True)
class Depth:
    """How full the outbox is."""

    waiting: int
    dead: int


def overdue(engine: Engine, now: datetime, since: datetime) -> list[Overdue]:
    """What waits for more than `PATIENCE`, oldest first.

    Args:
        engine: state database.
        now: the wall clock.
        since: when this worker began to lead: nothing counts as late before it could be done.
    """
    if now - since <= PATIENCE:
        return []
    late = now - PATIENCE
    escalation, outbox, group = schema.escalation.c, schema.outbox.c, schema.alert_group.c
    queries = (
        (
            "escalation",
            select(escalation.group_id, escalation.next_at).where(
                escalation.stopped_because.is_(None), escalation.next_at < late
            ),
        ),
        (
            "message",
            select(
                outbox.id, func.coalesce(outbox.lease_until, outbox.not_before, type_=_NOTHING)
            ).where(
                or_(
                    and_(outbox.state == "pending", outbox.not_before < late),
                    and_(outbox.state == "sending", outbox.lease_until < late),
                )
            ),
        ),
        (
            "incident",
            select(group.id, group.notify_at).where(
                group.notify_at < late, group.closed_at.is_(None)
            ),
        ),
        ("step", _steps(late)),
    )
    with engine.connect() as connection:
        found = [
            Overdue(what, str(number), at)
            for what, query in queries
            for number, at in connection.execute(query)
        ]
    return sorted(found, key=lambda one: (one.due_at, one.what, one.subject))


def _steps(late: datetime) -> Select[Any]:
    """Steps of crisis runs that the worker should have taken; a drill has a clock of its own."""
    step, run, crisis = schema.run_step.c, schema.playbook_run, schema.crisis
    name = cast(step.run_id, String) + ":" + step.step_key
    return (
        select(name, step.next_at)
        .join(run, run.c.id == step.run_id)
        .join(crisis, crisis.c.id == run.c.crisis_id)
        .where(run.c.status == "running", crisis.c.drill_id.is_(None))
        .where(step.state == "ready", step.next_at < late)
    )


def report(engine: Engine, lease: Lease, found: Sequence[Overdue], now: datetime) -> int:
    """Write each overdue thing to the log, once for each time that it was due.

    Raises:
        LeaseLost: another worker leads.
    """
    if not found:
        return 0
    with fenced(engine, lease) as connection:
        lock(connection)
        log = schema.event_log.c
        rows = connection.execute(
            select(log.subject_kind, log.subject_id, log.payload_json).where(
                log.kind == KIND, log.subject_id.in_({one.subject for one in found})
            )
        )
        told = {
            (row.subject_kind, row.subject_id, json.loads(row.payload_json)["due_at"])
            for row in rows
        }
        fresh = [
            one for one in found if (one.what, one.subject, one.due_at.isoformat()) not in told
        ]
        entries = [
            Entry(now, "worker", KIND, one.what, one.subject, {"due_at": one.due_at.isoformat()})
            for one in fresh
        ]
        append(connection, entries)
    return len(fresh)


def depth(engine: Engine) -> Depth:
    """How many messages wait, and how many could not be delivered."""
    table = schema.outbox.c
    with engine.connect() as connection:
        counted = dict(
            tuple(row)
            for row in connection.execute(
                select(table.state, func.count())
                .where(table.state.in_(["pending", "sending", "dead"]))
                .group_by(table.state)
            )
        )
    return Depth(counted.get("pending", 0) + counted.get("sending", 0), counted.get("dead", 0))
