"""What a digest tells, read from the state database. Drills are left out."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from alerts import event_log
from alerts.digest.facts import Digest, Line
from data_access.state import schema

_OPEN_STEPS = ("ready", "running", "unknown", "blocked", "failed")
_OPEN_CRISES = ("proposed", "declared", "contained")


def read(connection: Connection, day: date, since: datetime, now: datetime) -> Digest:
    """The digest of a day.

    Args:
        connection: a transaction that holds the lock of the log, so that the head stays it.
        day: the local day.
        since: messages lost after this are told.
        now: the wall clock.
    """
    head = event_log.head(connection)
    return Digest(
        day,
        _crises(connection),
        _incidents(connection),
        (*_steps(connection, now), *_terms(connection, now), *_updates(connection, now)),
        _lost(connection, since, now),
        head.seq,
        head.hash,
    )


def _crises(connection: Connection) -> tuple[Line, ...]:
    crisis = schema.crisis
    rows = connection.execute(
        select(crisis)
        .where(crisis.c.status.in_(_OPEN_CRISES), crisis.c.drill_id.is_(None))
        .order_by(crisis.c.level.desc(), crisis.c.id)
    )
    return tuple(
        Line(
            "crisis",
            row.id,
            _both(row.title),
            {
                "level": str(row.level or row.proposed_level or "–"),
                "status": row.status,
                "lead": row.lead or "",
            },
            row.declared_at or row.detected_at,
        )
        for row in rows
    )


def _incidents(connection: Connection) -> tuple[Line, ...]:
    group, rule = schema.alert_group, schema.rule
    titles = _titles(connection)
    rows = connection.execute(
        select(group, rule.c.name)
        .outerjoin(rule, rule.c.id == group.c.rule_id)
        .where(group.c.handling != "closed")
        .order_by(group.c.opened_at, group.c.id)
    ).all()
    order = {"critical": 0, "warning": 1, "info": 2}
    return tuple(
        Line(
            "incident",
            row.id,
            titles.get(row.id) or _both(row.name or ""),
            {"severity": row.severity, "status": row.handling},
            row.opened_at,
        )
        for row in sorted(rows, key=lambda row: order.get(row.severity, 3))
    )


def _titles(connection: Connection) -> dict[int, dict[str, str]]:
    """The title of the first alert of every open incident."""
    group, member, alert = schema.alert_group, schema.alert_group_member, schema.alert
    found: dict[int, dict[str, str]] = {}
    for row in connection.execute(
        select(member.c.group_id, alert.c.evidence_json)
        .join(alert, alert.c.id == member.c.alert_id)
        .join(group, group.c.id == member.c.group_id)
        .where(group.c.handling != "closed")
        .order_by(member.c.joined_at, alert.c.id)
    ):
        title = ((row.evidence_json or {}).get("texts") or {}).get("title")
        if isinstance(title, dict):
            found.setdefault(row.group_id, title)
    return found


def _steps(connection: Connection, now: datetime) -> tuple[Line, ...]:
    step, run, crisis = schema.run_step, schema.playbook_run, schema.crisis
    rows = connection.execute(
        select(step.c.step_key, step.c.due_at, step.c.owner, step.c.role, run.c.crisis_id)
        .join(run, run.c.id == step.c.run_id)
        .join(crisis, crisis.c.id == run.c.crisis_id)
        .where(
            run.c.status == "running",
            crisis.c.drill_id.is_(None),
            step.c.state.in_(_OPEN_STEPS),
            step.c.due_at < now,
        )
        .order_by(step.c.due_at, step.c.run_id, step.c.step_key)
    )
    return tuple(
        _late("step", row.crisis_id, row.step_key, row.due_at, row.owner or row.role or "")
        for row in rows
    )


def _terms(connection: Connection, now: datetime) -> tuple[Line, ...]:
    clock, crisis = schema.statutory_clock, schema.crisis
    rows = connection.execute(
        select(clock.c.crisis_id, clock.c.rule, clock.c.due_at)
        .join(crisis, crisis.c.id == clock.c.crisis_id)
        .where(clock.c.status == "running", clock.c.due_at < now, crisis.c.drill_id.is_(None))
        .order_by(clock.c.due_at, clock.c.crisis_id, clock.c.rule)
    )
    return tuple(_late("term", row.crisis_id, row.rule, row.due_at) for row in rows)


def _updates(connection: Connection, now: datetime) -> tuple[Line, ...]:
    cadence, run, crisis = schema.run_cadence, schema.playbook_run, schema.crisis
    rows = connection.execute(
        select(cadence.c.audience, cadence.c.next_at, run.c.crisis_id)
        .join(run, run.c.id == cadence.c.run_id)
        .join(crisis, crisis.c.id == run.c.crisis_id)
        .where(run.c.status == "running", cadence.c.next_at < now, crisis.c.drill_id.is_(None))
        .order_by(cadence.c.next_at, run.c.crisis_id, cadence.c.audience)
    )
    return tuple(_late("update", row.crisis_id, row.audience, row.next_at) for row in rows)


def _lost(connection: Connection, since: datetime, now: datetime) -> tuple[Line, ...]:
    outbox = schema.outbox
    rows = connection.execute(
        select(outbox)
        .where(
            outbox.c.state == "dead",
            outbox.c.finished_at > since,
            outbox.c.finished_at <= now,
            outbox.c.kind != "dead_letter",
        )
        .order_by(outbox.c.id)
    )
    return tuple(
        Line(
            "message",
            row.id,
            _both(row.subject),
            {"channel": row.channel, "recipient": row.recipient},
            row.finished_at,
        )
        for row in rows
        if not _is_drill(row)
    )


def _is_drill(row: Any) -> bool:
    """Messages of a drill carry its number, those of a batch of a drill that they are of one."""
    return bool(json.loads(row.payload_json).get("drill"))


def _late(what: str, crisis_id: int, name: str, at: datetime, owner: str = "") -> Line:
    return Line(what, crisis_id, _both(name), {"crisis": str(crisis_id), "owner": owner}, at)


def _both(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}
