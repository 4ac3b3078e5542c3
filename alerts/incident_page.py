"""Everything about one incident: numbers, slice, members, timeline, messages, next steps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, Row, and_, or_, select

from alerts.group_rows import SUBJECT
from alerts.incident_rows import Member, lead_of, members_of, next_steps, record
from alerts.lifecycle.model import Kind
from alerts.silences import load_active
from data_access.state import schema

TIMELINE: Mapping[str, pl.DataType] = {
    "at": pl.Datetime("us", "UTC"),
    "actor": pl.String(),
    "kind": pl.String(),
    "reason": pl.String(),
    "data": pl.String(),
}
DELIVERIES: Mapping[str, pl.DataType] = {
    "outbox_id": pl.Int64(),
    "created_at": pl.Datetime("us", "UTC"),
    "not_before": pl.Datetime("us", "UTC"),
    "finished_at": pl.Datetime("us", "UTC"),
    "kind": pl.String(),
    "reason": pl.String(),
    "channel": pl.String(),
    "recipient": pl.String(),
    "state": pl.String(),
    "state_reason": pl.String(),
    "attempts": pl.Int64(),
    "outcome": pl.String(),
    "http_status": pl.Int64(),
    "detail": pl.String(),
}
TOLD_BY_THE_INCIDENT = frozenset({Kind.OPENED, Kind.REFIRED, Kind.RESOLVED})
"""Events of an alert that its incident tells as well, in its own words."""
TOLD_BY_MESSAGES = "notified"
"""Event of an incident that its messages tell, each with what became of it."""


@dataclass(frozen=True)
class Step:
    """Where an incident stands in an escalation: `step` (from 0) of `steps` is taken next."""

    policy: str
    step: int
    steps: int
    round: int
    next_at: datetime | None
    stopped_at: datetime | None
    stopped_because: str | None


@dataclass(frozen=True)
class Version:
    """The rule version that speaks for the incident: its number, hash, stage and source text."""

    rule_id: str
    n: int
    sha256: str
    stage: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class IncidentPage:
    """One incident.

    Attributes:
        row: its row of `INBOX`.
        labels: the slice.
        evidence: of the lead member, see `alerts.evidence`; empty if a later episode replaced it.
        members: the alerts inside, in the order they joined.
        timeline: `TIMELINE`, oldest first: what the signal, people and messages did.
        deliveries: `DELIVERIES`, newest first.
        steps: escalations, the next to act first.
        version: of the rule that made the evidence; None if it is not known here.
        group_labels: what all members share, and what a silence of the incident matches.
        true_start: when it really began, as its verdict says.
        reopened: how often it was opened again.
        continues_id: the incident of the same kind before it, that was closed too long ago.
    """

    row: Mapping[str, Any]
    labels: Mapping[str, str]
    evidence: Mapping[str, Any]
    members: tuple[Member, ...]
    timeline: pl.DataFrame
    deliveries: pl.DataFrame
    steps: tuple[Step, ...]
    version: Version | None
    group_labels: Mapping[str, str]
    true_start: datetime | None
    reopened: int
    continues_id: int | None


def incident(engine: Engine, group_id: int, now: datetime) -> IncidentPage | None:
    """One incident as it stands at `now`; None if there is none of this number."""
    group = schema.alert_group
    with engine.connect() as connection:
        row = connection.execute(select(group).where(group.c.id == group_id)).first()
        if row is None:
            return None
        members = members_of(connection, [group_id]).get(group_id, [])
        steps = next_steps(connection)
        labels, shown = record(row, members, steps, load_active(connection, now), now)
        lead = lead_of(members)
        deliveries = _deliveries(connection, group_id)
        events = _events(connection, group_id, members, row)
        return IncidentPage(
            row=shown,
            labels=labels,
            evidence=lead.evidence if lead else {},
            members=tuple(members),
            timeline=_timeline(events, deliveries),
            deliveries=deliveries,
            steps=_steps(connection, group_id),
            version=_version(connection, lead),
            group_labels=row.labels_json,
            true_start=row.true_start,
            reopened=row.reopened,
            continues_id=row.continues_id,
        )


def _events(
    connection: Connection, group_id: int, members: Sequence[Member], row: Row[Any]
) -> list[dict[str, Any]]:
    """What the log says of the incident, and of its alerts while they belonged to it."""
    log = schema.event_log.c
    own = and_(
        log.subject_kind == SUBJECT,
        log.subject_id == str(group_id),
        log.kind != TOLD_BY_MESSAGES,
    )
    prints = {member.fingerprint: dict(member.labels) for member in members}
    inside = and_(
        log.subject_kind == "alert",
        log.subject_id.in_(list(prints)),
        log.kind.not_in([str(kind) for kind in TOLD_BY_THE_INCIDENT]),
        log.at >= row.opened_at,
    )
    if row.closed_at is not None:
        inside = and_(inside, log.at <= row.closed_at)
    found = connection.execute(
        select(log.seq, log.at, log.actor, log.kind, log.payload_json, log.subject_id)
        .where(or_(own, inside))
        .order_by(log.seq)
    )
    return [
        {
            "at": event.at,
            "actor": event.actor,
            "kind": event.kind,
            "reason": payload.get("reason") or "",
            "data": json.dumps(payload, ensure_ascii=False),
        }
        for event in found
        if (payload := _named(event.payload_json, prints.get(event.subject_id)))
    ]


def _named(written: str, labels: Mapping[str, str] | None) -> dict[str, Any]:
    """What an event carries, and the slice of the alert it is about."""
    payload: dict[str, Any] = json.loads(written)
    return payload if labels is None else {"labels": labels, **payload}


def _timeline(events: Sequence[Mapping[str, Any]], deliveries: pl.DataFrame) -> pl.DataFrame:
    """Events and messages on one line; a message stands where its fate was known."""
    messages = deliveries.select(
        at=pl.coalesce("finished_at", "created_at"),
        actor=pl.col("recipient"),
        kind=pl.lit("message_") + pl.col("state"),
        reason=pl.col("reason"),
        data=pl.struct("channel", "state_reason", "detail").struct.json_encode(),
    )
    told = pl.DataFrame(events, schema=TIMELINE, orient="row")
    return pl.concat([told, messages]).sort("at", maintain_order=True)


def _deliveries(connection: Connection, group_id: int) -> pl.DataFrame:
    message, attempt = schema.outbox.c, schema.delivery_attempt.c
    rows = connection.execute(
        select(
            message.id.label("outbox_id"), message.created_at, message.not_before,
            message.finished_at, message.kind, message.reason, message.channel, message.recipient,
            message.state, message.state_reason, message.attempts,
            attempt.outcome, attempt.http_status, attempt.detail,
        )
        .join(
            schema.delivery_attempt,
            and_(attempt.outbox_id == message.id, attempt.n == message.attempts),
            isouter=True,
        )
        .where(message.group_id == group_id)
        .order_by(message.id.desc())
    )  # fmt: skip
    return pl.DataFrame([dict(row._mapping) for row in rows], schema=DELIVERIES, orient="row")  # noqa: SLF001


def _steps(connection: Connection, group_id: int) -> tuple[Step, ...]:
    step = schema.escalation.c
    rows = connection.execute(
        select(schema.escalation)
        .where(step.group_id == group_id)
        .order_by(step.next_at.is_(None), step.next_at, step.policy)
    )
    return tuple(
        Step(
            policy=row.policy,
            step=row.step,
            steps=len(row.policy_json.get("steps", [])),
            round=row.round,
            next_at=row.next_at,
            stopped_at=row.stopped_at,
            stopped_because=row.stopped_because,
        )
        for row in rows
    )


def _version(connection: Connection, lead: Member | None) -> Version | None:
    """The version that the evidence names by its hash."""
    if lead is None:
        return None
    version = schema.rule_version.c
    sha256 = lead.evidence.get("rule", {}).get("sha256")
    row = connection.execute(
        select(version.n, version.sha256, version.stage, version.body_json)
        .where(version.rule_id == lead.rule_id, version.sha256 == sha256)
        .order_by(version.n.desc())
    ).first()
    if row is None:
        return None
    return Version(lead.rule_id, row.n, row.sha256, row.stage, json.loads(row.body_json))
