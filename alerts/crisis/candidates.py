"""Which open incidents belong to no crisis yet, and what one made of them would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, String, cast, exists, select

from alerts import group_rows
from alerts.crisis import causes, links, signals
from alerts.crisis.signals import Signal
from data_access.state import schema

SEVERE = ("warning", "critical")
MOST = 100
"""Incidents that are looked at in one tick, the oldest first."""


@dataclass(frozen=True)
class Candidate:
    """Incidents of one cause that no crisis has.

    Attributes:
        key: of the cause.
        topic: of the foremost incident; `labels` are what all share.
        groups: numbers of the incidents, the oldest first.
        titles: of the foremost incident, by language.
        began_at: when the first alert began; `detected_at`: when the first incident was opened.
        signals: their alerts.
    """

    key: str
    topic: str
    labels: Mapping[str, str]
    groups: tuple[int, ...]
    titles: Mapping[str, str]
    began_at: datetime
    detected_at: datetime
    signals: tuple[Signal, ...]


@dataclass(frozen=True)
class _Incident:
    id: int
    topic: str
    opened_at: datetime
    labels: Mapping[str, str]
    signals: tuple[Signal, ...]
    titles: Mapping[str, str]


def of(connection: Connection) -> list[Candidate]:
    """Open incidents of severity warning or above that belong to no crisis, by cause."""
    loose = _loose(connection)
    by_cause: dict[str, list[_Incident]] = {}
    for incident in loose:
        by_cause.setdefault(causes.key(incident.topic, incident.labels), []).append(incident)
    return [_candidate(key, incidents) for key, incidents in by_cause.items()]


def _loose(connection: Connection) -> list[_Incident]:
    group, link, crisis = schema.alert_group, schema.crisis_link, schema.crisis
    joined = exists().where(
        link.c.kind == links.INCIDENT,
        link.c.ref == cast(group.c.id, String),
        link.c.crisis_id == crisis.c.id,
        crisis.c.drill_id.is_(None),
    )
    rows = connection.execute(
        select(group)
        .where(group.c.closed_at.is_(None), group.c.severity.in_(SEVERE), ~joined)
        .order_by(group.c.id)
        .limit(MOST)
    ).all()
    alerts: dict[int, list[Signal]] = {}
    for signal in signals.of(connection, [row.id for row in rows]):
        alerts.setdefault(signal.group_id, []).append(signal)
    titles = _titles(connection, [row.id for row in rows])
    found = []
    for row in rows:
        stored = group_rows.read(row)
        own = alerts.get(row.id, [])
        labels = _labels(own) if own else dict(stored.labels)
        found.append(
            _Incident(
                row.id,
                stored.topic,
                stored.incident.opened_at,
                labels,
                tuple(own),
                titles.get(row.id, {"en": stored.topic, "zh": stored.topic}),
            )
        )
    return found


def _labels(own: Sequence[Signal]) -> dict[str, str]:
    """What all alerts of an incident share, and what the grave ones say of its cause.

    Consequences come with it (late answers, new words) and name no category: they must not hide
    the one that the complaints are about.
    """
    grave = [signal.labels for signal in own if signal.severity in SEVERE]
    return {**causes.shared([signal.labels for signal in own]), **causes.named(grave)}


def _titles(connection: Connection, groups: Sequence[int]) -> dict[int, dict[str, str]]:
    """The title of each incident's first alert that has one, by language."""
    member, alert = schema.alert_group_member, schema.alert
    rows = connection.execute(
        select(member.c.group_id, alert.c.evidence_json)
        .join(alert, alert.c.id == member.c.alert_id)
        .where(member.c.group_id.in_(list(groups)))
        .order_by(member.c.group_id, alert.c.id)
    )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        title = ((row.evidence_json or {}).get("texts") or {}).get("title")
        if title and row.group_id not in found:
            found[row.group_id] = {name: str(title[name]) for name in ("en", "zh")}
    return found


def _candidate(key: str, incidents: Sequence[_Incident]) -> Candidate:
    foremost = incidents[0]
    every = tuple(signal for incident in incidents for signal in incident.signals)
    labels = causes.shared([incident.labels for incident in incidents])
    detected_at = min(incident.opened_at for incident in incidents)
    return Candidate(
        key,
        foremost.topic,
        {"topic": foremost.topic, **labels},
        tuple(incident.id for incident in incidents),
        foremost.titles,
        min((signal.since for signal in every), default=detected_at),
        detected_at,
        every,
    )
