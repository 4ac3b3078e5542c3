"""Incident rows: the state of the handling machine as columns, and its events as log entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from alerts.event_log import Entry, append, lock
from alerts.handling import Event, Handling, Incident, Verdict
from data_access.state.schema import alert_group as table

SUBJECT = "incident"
"""`subject_kind` of an incident's entries in the event log; `subject_id` is its number."""


@dataclass(frozen=True)
class StoredGroup:
    """One incident. `version` grows with every change."""

    id: int
    key: str
    rule_id: str | None
    topic: str
    labels: Mapping[str, str]
    incident: Incident
    continues_id: int | None
    version: int


def load(connection: Connection, group_id: int) -> StoredGroup | None:
    """One incident by its number; on PostgreSQL its row is locked until the transaction ends."""
    return first(connection, select(table).where(table.c.id == group_id))


def first(connection: Connection, query: Select[Any]) -> StoredGroup | None:
    """The first incident of a query over whole rows, locked."""
    lock(connection)  # before the row, as every transaction that changes incidents does
    row = connection.execute(query.with_for_update()).first()
    return None if row is None else read(row)


def read(row: Any) -> StoredGroup:
    """A row of `alert_group` as the machine knows it."""
    rest = row.state_json or {}
    touched = rest.get("touched_at")
    incident = Incident(
        severity=row.severity,
        opened_at=row.opened_at,
        handling=Handling(row.handling),
        firing=row.signal_open,
        demanded=rest.get("demanded", row.severity),
        resolved_at=row.resolved_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        touched_at=datetime.fromisoformat(touched) if touched else None,
        assignee=row.assignee,
        snooze_until=row.snooze_until,
        closed_at=row.closed_at,
        closed_by=rest.get("closed_by"),
        verdict=Verdict(row.verdict) if row.verdict else None,
        verdict_note=row.verdict_note,
        true_start=row.true_start,
        reopened=row.reopened,
        notify_at=row.notify_at,
        notify_reason=row.notify_reason,
        notices=row.notices,
    )
    return StoredGroup(
        row.id,
        row.group_key,
        row.rule_id,
        rest.get("topic") or row.rule_id or "",
        row.labels_json,
        incident,
        row.continues_id,
        row.version,
    )


def columns(incident: Incident, topic: str) -> dict[str, Any]:
    """The columns that the machine owns."""
    touched = incident.touched_at
    return {
        "severity": incident.severity,
        "handling": str(incident.handling),
        "signal_open": incident.firing,
        "opened_at": incident.opened_at,
        "resolved_at": incident.resolved_at,
        "acknowledged_at": incident.acknowledged_at,
        "acknowledged_by": incident.acknowledged_by,
        "assignee": incident.assignee,
        "snooze_until": incident.snooze_until,
        "closed_at": incident.closed_at,
        "verdict": str(incident.verdict) if incident.verdict else None,
        "verdict_note": incident.verdict_note,
        "true_start": incident.true_start,
        "reopened": incident.reopened,
        "notify_at": incident.notify_at,
        "notify_reason": incident.notify_reason,
        "notices": incident.notices,
        "state_json": {
            "topic": topic,
            "demanded": incident.demanded,
            "closed_by": incident.closed_by,
            "touched_at": touched.isoformat() if touched else None,
        },
    }


def save(
    connection: Connection,
    group: StoredGroup,
    incident: Incident,
    events: Sequence[Event],
    now: datetime,
) -> StoredGroup:
    """Write what changed and the events, under the next version; nothing if nothing changed."""
    if incident == group.incident and not events:
        return group
    version = group.version + 1
    connection.execute(
        update(table)
        .where(table.c.id == group.id)
        .values(**columns(incident, group.topic), version=version, updated_at=now)
    )
    tell(connection, group.id, version, events)
    return replace(group, incident=incident, version=version)


def tell(connection: Connection, group_id: int, version: int, events: Sequence[Event]) -> None:
    """Write events of an incident to the log; `version` is the row's after them."""
    append(
        connection,
        [
            Entry(
                event.at,
                event.actor,
                str(event.kind),
                SUBJECT,
                str(group_id),
                {**event.data, "reason": event.reason, "version": version},
            )
            for event in events
        ],
    )
