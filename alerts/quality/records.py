"""Incidents of a period as rows, with what people said of them and what they cost."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, select

from alerts import group_rows
from alerts.group_rows import SUBJECT
from alerts.handling import Incident, Kind
from alerts.hindsight import reading
from alerts.hindsight.incidents import stood
from alerts.notify.message import is_room
from alerts.slots import day_of
from data_access.metrics import Filter
from data_access.state import schema

CATCH_UP = timedelta(days=2)
"""An incident opened so long after its slot came from days judged anew: no delay of the rule's."""

_EVER = datetime.max.replace(tzinfo=UTC)
ACTED = (Kind.ACKNOWLEDGED, Kind.ASSIGNED, Kind.COMMENTED, Kind.SNOOZED)
_SEEN = tuple(str(kind) for kind in (*ACTED, Kind.REFIRED, "notice_muted"))

INCIDENTS: Mapping[str, pl.DataType] = {
    "group_id": pl.Int64(),
    "rule_id": pl.String(),
    "rules": pl.List(pl.String()),
    "market": pl.String(),
    "labels": pl.String(),
    "title_en": pl.String(),
    "title_zh": pl.String(),
    "severity": pl.String(),
    "handling": pl.String(),
    "verdict": pl.String(),
    "opened_at": pl.Datetime("us", "UTC"),
    "day": pl.Date(),
    "over_day": pl.Date(),
    "true_start": pl.Datetime("us", "UTC"),
    "episodes": pl.Int64(),
    "flaps": pl.Int64(),
    "messages": pl.Int64(),
    "acted": pl.Boolean(),
    "muted": pl.Boolean(),
    "detected_h": pl.Float64(),
    "acknowledged_h": pl.Float64(),
    "closed_h": pl.Float64(),
}
"""`day`: the day whose numbers raised it; `over_day`: the day it was over, null while it goes on.
`…_h`: hours from the true start to the incident, and from there to acknowledging and closing."""


@dataclass(frozen=True)
class Span:
    """A period in instants: from `starts` until before `ends`."""

    starts: datetime
    ends: datetime


def read(
    connection: Connection,
    span: Span,
    where: Filter | None,
    *,
    zone: str,
    known_at: datetime | None = None,
) -> pl.DataFrame:
    """Incidents opened in a period; columns of `INCIDENTS`, oldest first.

    Args:
        connection: state database.
        span: the period.
        where: dimension values that pass; an incident without that dimension passes.
        zone: zone in which days are counted.
        known_at: what was said of them by then; None: by now. Messages are told as of now.
    """
    group = schema.alert_group
    moment = known_at or _EVER
    rows = connection.execute(
        select(group)
        .where(group.c.opened_at >= span.starts, group.c.opened_at < span.ends)
        .where(group.c.opened_at <= moment)
        .order_by(group.c.id)
    ).all()
    rows = [row for row in rows if _passes(row.labels_json, where)]
    facts = _Facts(
        _members(connection, span, moment),
        _log(connection, span, moment),
        _slots(connection, span),
        _messages(connection, span),
    )
    told = {}
    if known_at is not None:
        told = reading.by_subject(connection, SUBJECT, [str(row.id) for row in rows])
    records = []
    for row in rows:
        incident = stood(group_rows.read(row).incident, told.get(str(row.id), ()), moment)
        records.append(_record(row, incident, facts, zone))
    return pl.DataFrame(records, schema=dict(INCIDENTS), orient="row")


def noise(
    connection: Connection, span: Span, *, zone: str, known_at: datetime | None = None
) -> pl.DataFrame:
    """Messages that reached people: `person`, `day` (in `zone`), `messages`; sorted.

    Those of drills went to the sandbox and are left out, and those that came after `known_at`.
    """
    table, crisis = schema.outbox.c, schema.crisis
    rows = connection.execute(
        select(table.recipient, table.finished_at)
        .outerjoin(crisis, crisis.c.id == table.crisis_id)
        .where(
            table.state == "sent",
            table.kind != "test",
            table.finished_at >= span.starts,
            table.finished_at < span.ends,
            table.finished_at <= (known_at or _EVER),
            crisis.c.drill_id.is_(None),
        )
    ).all()
    counted = Counter(
        (row.recipient, row.finished_at) for row in rows if not is_room(row.recipient)
    )
    frame = pl.DataFrame(
        [{"person": name, "at": at, "n": n} for (name, at), n in counted.items()],
        schema={"person": pl.String, "at": pl.Datetime("us", "UTC"), "n": pl.Int64},
    )
    return (
        frame.group_by("person", day=pl.col("at").dt.convert_time_zone(zone).dt.date())
        .agg(messages=pl.col("n").sum())
        .sort("person", "day")
    )


@dataclass(frozen=True)
class _Facts:
    members: Mapping[int, Sequence[Row[Any]]]
    log: Mapping[str, Sequence[Row[Any]]]
    slots: Mapping[tuple[str, int], datetime]
    messages: Mapping[int, int]


def _members(
    connection: Connection, span: Span, moment: datetime
) -> Mapping[int, Sequence[Row[Any]]]:
    member, alert, group = schema.alert_group_member, schema.alert, schema.alert_group
    rows = connection.execute(
        select(
            member.c.group_id,
            member.c.episode,
            alert.c.rule_id,
            alert.c.fingerprint,
            alert.c.evidence_json,
        )
        .join(alert, alert.c.id == member.c.alert_id)
        .join(group, group.c.id == member.c.group_id)
        .where(group.c.opened_at >= span.starts, group.c.opened_at < span.ends)
        .where(member.c.joined_at <= moment)
        .order_by(member.c.joined_at, alert.c.id)
    )
    return _grouped(rows, lambda row: row.group_id)


def _log(connection: Connection, span: Span, moment: datetime) -> Mapping[str, Sequence[Row[Any]]]:
    log = schema.event_log.c
    rows = connection.execute(
        select(log.subject_id, log.kind, log.at)
        .where(log.subject_kind == SUBJECT, log.kind.in_(_SEEN), log.at >= span.starts)
        .where(log.at <= moment)
        .order_by(log.seq)
    )
    return _grouped(rows, lambda row: row.subject_id)


def _slots(connection: Connection, span: Span) -> Mapping[tuple[str, int], datetime]:
    """Slot at which each episode opened."""
    log = schema.event_log.c
    rows = connection.execute(
        select(log.subject_id, log.payload_json).where(
            log.subject_kind == "alert", log.kind == "episode_opened", log.at >= span.starts
        )
    )
    found = {}
    for row in rows:
        payload = json.loads(row.payload_json)
        key = row.subject_id, payload["episode"]
        found[key] = datetime.fromisoformat(payload["slot"])
    return found


def _messages(connection: Connection, span: Span) -> Mapping[int, int]:
    """Messages written for each incident; those that went out inside a bundle count."""
    table = schema.outbox.c
    rows = connection.execute(
        select(table.group_id, table.state, table.state_reason).where(
            table.group_id.is_not(None), table.kind != "test", table.created_at >= span.starts
        )
    )
    return Counter(
        row.group_id
        for row in rows
        if row.state != "dropped" or (row.state_reason or "").startswith("bundled")
    )


def _record(row: Row[Any], incident: Incident, facts: _Facts, zone: str) -> dict[str, Any]:
    members = facts.members.get(row.id, ())
    log = facts.log.get(str(row.id), ())
    kinds = Counter(entry.kind for entry in log)
    slot = next(
        (facts.slots[key] for m in members if (key := (m.fingerprint, m.episode)) in facts.slots),
        row.opened_at,
    )
    acknowledged = next(
        (e.at for e in log if e.kind == Kind.ACKNOWLEDGED), incident.acknowledged_at
    )
    titles = _titles(members)
    prompt = row.opened_at - slot <= CATCH_UP
    return {
        "group_id": row.id,
        "rule_id": row.rule_id,
        "rules": sorted({m.rule_id for m in members} or {row.rule_id}),
        "market": row.labels_json.get("market", ""),
        "labels": json.dumps(row.labels_json, ensure_ascii=False, sort_keys=True),
        "title_en": titles.get("en", ""),
        "title_zh": titles.get("zh", ""),
        "severity": incident.severity,
        "handling": str(incident.handling),
        "verdict": str(incident.verdict) if incident.verdict else None,
        "opened_at": row.opened_at,
        "day": day_of(slot, zone),
        "over_day": day_of(incident.resolved_at, zone) if incident.resolved_at else None,
        "true_start": incident.true_start,
        "episodes": max(len(members), 1),
        "flaps": kinds[Kind.REFIRED],
        "messages": facts.messages.get(row.id, 0),
        "acted": any(kinds[str(kind)] for kind in ACTED),
        "muted": kinds["notice_muted"] > 0,
        "detected_h": _hours(incident.true_start, row.opened_at) if prompt else None,
        "acknowledged_h": _hours(row.opened_at, acknowledged),
        "closed_h": _hours(row.opened_at, incident.closed_at),
    }


def _titles(members: Sequence[Row[Any]]) -> Mapping[str, str]:
    for member in members:
        titles: Mapping[str, str] | None = (
            (member.evidence_json or {}).get("texts", {}).get("title")
        )
        if titles:
            return titles
    return {}


def _hours(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return max((end - start).total_seconds(), 0.0) / 3600


def _passes(labels: Mapping[str, str], where: Filter | None) -> bool:
    wanted = where.values() if where else {}
    return all(labels.get(name, values[0]) in values for name, values in wanted.items())


def _grouped(rows: Any, key: Any) -> dict[Any, list[Row[Any]]]:
    found: dict[Any, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
