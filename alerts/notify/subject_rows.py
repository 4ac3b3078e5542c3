"""Incidents as their messages tell of them, read from the state database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from alerts import group_rows
from alerts.group_rows import StoredGroup
from alerts.notify.subject import Line, Member, Subject, Told
from data_access.state import schema


def load(connection: Connection, group_id: int) -> Subject | None:
    """One incident with its alerts and what was told of it; its row is locked until the end."""
    group = group_rows.load(connection, group_id)
    return None if group is None else of_group(connection, group)


def of_group(connection: Connection, group: StoredGroup) -> Subject:
    """The subject of an incident that was read already."""
    incident = group.incident
    return Subject(
        group_id=group.id,
        key=group.key,
        rule_id=group.rule_id or "",
        topic=group.topic,
        labels=group.labels,
        severity=incident.severity,
        handling=str(incident.handling),
        firing=incident.firing,
        opened_at=incident.opened_at,
        reopened=incident.reopened,
        resolved_at=incident.resolved_at,
        acknowledged_by=incident.acknowledged_by,
        assignee=incident.assignee,
        notify_at=incident.notify_at,
        notify_reason=incident.notify_reason,
        notices=incident.notices,
        members=_members(connection, group.id),
        told=_told(connection, group.id),
    )


def _members(connection: Connection, group_id: int) -> tuple[Member, ...]:
    member, alert = schema.alert_group_member, schema.alert
    rows = connection.execute(
        select(
            member.c.episode,
            member.c.joined_at,
            member.c.resolved_at,
            alert.c.fingerprint,
            alert.c.severity,
            alert.c.labels_json,
            alert.c.evidence_json,
        )
        .join(alert, alert.c.id == member.c.alert_id)
        .where(member.c.group_id == group_id)
        .order_by(member.c.joined_at, alert.c.id, member.c.episode)
    )
    return tuple(_member(row) for row in rows)


def _member(row: Any) -> Member:
    evidence: Mapping[str, Any] = row.evidence_json or {}
    texts, numbers = evidence.get("texts", {}), evidence.get("numbers", {})
    return Member(
        key=f"{row.fingerprint}:{row.episode}",
        severity=row.severity,
        open=row.resolved_at is None,
        since=row.joined_at,
        labels=row.labels_json,
        title=texts.get("title", {}),
        summary=texts.get("summary", {}),
        action=texts.get("action", {}),
        day=str(evidence.get("day", "")),
        value=numbers.get("y"),
        expected=numbers.get("mu"),
        kind=evidence.get("rule", {}).get("kind", ""),
        excess=numbers.get("excess"),
    )


def _told(connection: Connection, group_id: int) -> dict[Line, Told]:
    """What everyone was last told: what was written to the outbox, whatever became of it since."""
    outbox = schema.outbox
    rows = connection.execute(
        select(outbox.c.recipient, outbox.c.channel, outbox.c.payload_json)
        .where(outbox.c.group_id == group_id, outbox.c.kind.in_(["incident", "page"]))
        .order_by(outbox.c.id)
    )
    found: dict[Line, Told] = {}
    for row in rows:
        told = json.loads(row.payload_json).get("told")
        if told:
            found[row.recipient, row.channel] = Told.of(told)
    return found
