"""Incidents as rows: what the list and the page of one incident both show of it.

An incident is a row of `alert_group` with the alerts that joined it. Its numbers are the evidence
of its *lead*: of the members whose episode is the one that joined, the one that tells most.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, select

from alerts import group_rows
from alerts.handling.lead import LeadOrder, lead_order
from alerts.muting import Mute, MuteKind, Silence, Subject, muted
from alerts.rules.texts import segment_text
from data_access.metrics import Filter
from data_access.state import schema

NUMBERS = (
    "y",
    "mu",
    "increase",
    "excess",
    "n",
    "value",
    "usual",
    "limit",
    "share",
    "oldest",
    "allowed",
    "silent",
)
"""Numbers of all kinds of rules, as `alerts.evidence` names them; a kind has some of them."""
TEXTS = ("title", "summary", "action")
SPARK_DAYS = 28

INBOX: Mapping[str, pl.DataType] = {
    "group_id": pl.Int64(),
    "version": pl.Int64(),
    "rule_id": pl.String(),
    "kind": pl.String(),
    "kpi": pl.String(),
    "unit": pl.String(),
    "entity": pl.String(),
    "severity": pl.String(),
    "handling": pl.String(),
    "firing": pl.Boolean(),
    "opened_at": pl.Datetime("us", "UTC"),
    "resolved_at": pl.Datetime("us", "UTC"),
    "closed_at": pl.Datetime("us", "UTC"),
    "acknowledged_at": pl.Datetime("us", "UTC"),
    "acknowledged_by": pl.String(),
    "assignee": pl.String(),
    "snooze_until": pl.Datetime("us", "UTC"),
    "notify_at": pl.Datetime("us", "UTC"),
    "notify_reason": pl.String(),
    "notices": pl.Int64(),
    "next_step_at": pl.Datetime("us", "UTC"),
    "mute_kind": pl.String(),
    "mute_what": pl.String(),
    "mute_data": pl.String(),
    "mute_until": pl.Datetime("us", "UTC"),
    "verdict": pl.String(),
    "verdict_note": pl.String(),
    "members": pl.Int64(),
    "firing_members": pl.Int64(),
    "day": pl.Date(),
    "first_day": pl.Date(),
    "beyond_since": pl.Date(),
    "labels": pl.String(),
    "segment": pl.String(),
    **{f"{name}_{language}": pl.String() for name in TEXTS for language in ("en", "zh")},
    **{name: pl.Float64() for name in NUMBERS},
    "spark": pl.List(pl.Float64()),
    "spark_low": pl.List(pl.Float64()),
    "spark_high": pl.List(pl.Float64()),
}


@dataclass(frozen=True)
class Member:
    """An alert in an incident; `evidence` is empty when it belongs to a later episode."""

    alert_id: int
    rule_id: str
    fingerprint: str
    labels: Mapping[str, str]
    severity: str
    signal: str
    episode: int
    joined_at: datetime
    resolved_at: datetime | None
    evidence: Mapping[str, Any]


def record(
    row: Row[Any],
    members: Sequence[Member],
    steps: Mapping[int, datetime],
    silences: Sequence[Silence],
    now: datetime,
) -> tuple[Mapping[str, str], dict[str, Any]]:
    """The labels of an incident, and its row of `INBOX`."""
    lead = lead_of(members)
    evidence: Mapping[str, Any] = lead.evidence if lead else {}
    labels = dict(lead.labels if lead else row.labels_json)
    mute = mute_of(row, silences, now)
    texts, numbers = evidence.get("texts", {}), evidence.get("numbers", {})
    series = list(evidence.get("series", []))[-SPARK_DAYS:]
    where = evidence.get("where", {})
    return labels, {
        "group_id": row.id,
        "version": row.version,
        "rule_id": lead.rule_id if lead else row.rule_id,
        "kind": evidence.get("rule", {}).get("kind", "surge"),
        "kpi": evidence.get("rule", {}).get("kpi"),
        "unit": evidence.get("unit", "count"),
        "entity": overdue[0]["kind"] if (overdue := evidence.get("rows")) else None,
        "severity": row.severity,
        "handling": row.handling,
        "firing": row.signal_open,
        **{
            name: getattr(row, name)
            for name in (
                "opened_at", "resolved_at", "closed_at", "acknowledged_at", "acknowledged_by",
                "assignee", "notify_at", "notify_reason", "notices", "verdict", "verdict_note",
            )
        },
        "snooze_until": row.snooze_until,
        "next_step_at": steps.get(row.id),
        "mute_kind": str(mute.kind) if mute else None,
        "mute_what": mute.what if mute else None,
        "mute_data": json.dumps(mute.data, ensure_ascii=False) if mute else None,
        "mute_until": mute.until if mute else None,
        "members": len(members),
        "firing_members": sum(member.resolved_at is None for member in members),
        "day": _day(evidence.get("day")),
        "first_day": _day(where.get("start")),
        "beyond_since": beyond_since(evidence) if row.signal_open else None,
        "labels": json.dumps(labels, ensure_ascii=False),
        "segment": segment_text(list(labels.values())),
        **{
            f"{name}_{language}": texts.get(name, {}).get(language, "")
            for name in TEXTS
            for language in ("en", "zh")
        },
        **{name: numbers.get(name) for name in NUMBERS},
        "spark": [point.get("y") for point in series],
        "spark_low": [point.get("low") for point in series],
        "spark_high": [point.get("high") for point in series],
    }  # fmt: skip


def lead_of(members: Sequence[Member]) -> Member | None:
    """The member whose evidence speaks for the incident, see `alerts.handling.lead`."""

    def order(member: Member) -> tuple[bool, LeadOrder]:
        evidence = member.evidence
        return not evidence, lead_order(
            goes_on=member.resolved_at is None,
            severity=member.severity,
            kind=evidence.get("rule", {}).get("kind", ""),
            labels=len(member.labels),
            excess=evidence.get("numbers", {}).get("excess"),
            key=member.fingerprint,
        )

    return min(members, key=order, default=None)


def members_of(connection: Connection, group_ids: Iterable[int]) -> dict[int, list[Member]]:
    """Members by incident, each alert once with its newest episode there."""
    joined, alert = schema.alert_group_member.c, schema.alert.c
    rows = connection.execute(
        select(
            joined.group_id, joined.episode, joined.joined_at, joined.resolved_at,
            alert.id, alert.rule_id, alert.fingerprint, alert.labels_json, alert.severity,
            alert.signal, alert.evidence_json, alert.episode.label("present"),
        )
        .join(schema.alert, alert.id == joined.alert_id)
        .where(joined.group_id.in_(list(group_ids)))
        .order_by(joined.group_id, joined.episode, alert.id)
    )  # fmt: skip
    found: dict[int, dict[int, Member]] = {}
    for row in rows:
        evidence = row.evidence_json if row.present == row.episode else None
        found.setdefault(row.group_id, {})[row.id] = Member(
            row.id, row.rule_id, row.fingerprint, row.labels_json, row.severity, row.signal,
            row.episode, row.joined_at, row.resolved_at, evidence or {},
        )  # fmt: skip
    return {group_id: list(members.values()) for group_id, members in found.items()}


def mute_of(row: Row[Any], silences: Sequence[Silence], now: datetime) -> Mute | None:
    """Why nobody is told of an incident at `now`; None when somebody is.

    Snoozes and silences are looked at now; what a calendar or a larger incident holds back stands
    on the row since the last message was planned.
    """
    stored = group_rows.read(row)
    subject = Subject.of(
        stored.id,
        stored.labels,
        rule=stored.rule_id or "",
        topic=stored.topic,
        incident=stored.incident,
    )
    holding = muted(subject, silences, (), (), (), now)
    if holding is not None or not row.mute_json:
        return holding
    kept = Mute.of(row.mute_json)
    if kept.kind in {MuteKind.SILENCE, MuteKind.SNOOZED}:
        return None
    return None if kept.until is not None and kept.until <= now else kept


def passes(labels: Mapping[str, str], where: Filter | None) -> bool:
    """Whether labels agree with a filter; a dimension that they lack agrees."""
    wanted = where.values() if where else {}
    return all(labels.get(name, values[0]) in values for name, values in wanted.items())


def next_steps(connection: Connection) -> dict[int, datetime]:
    """When each incident is told to the next person, by incident; escalations that go on only."""
    step = schema.escalation.c
    rows = connection.execute(
        select(step.group_id, step.next_at).where(
            step.next_at.is_not(None), step.stopped_at.is_(None)
        )
    )
    found: dict[int, datetime] = {}
    for row in rows:
        found[row.group_id] = min(row.next_at, found.get(row.group_id, row.next_at))
    return found


def beyond_since(evidence: Mapping[str, Any]) -> date | None:
    """First day of the unbroken run of days, up to the judged one, beyond what was expected.

    Beyond is above the band, of a deadline rule at its least number of rows. None where the rule
    compares something else, where the run is the judged day alone, and where it is as long as the
    series: nobody knows how much longer it is.
    """
    bound = {"surge": "high", "proportion": "high", "deadline": "mu"}.get(
        evidence.get("rule", {}).get("kind", "")
    )
    series = evidence.get("series", [])
    if bound is None or not series or series[-1]["day"] != evidence.get("day"):
        return None
    run = 0
    for point in reversed(series):
        seen, limit = point.get("y"), point.get(bound)
        least = bound == "mu"
        if seen is None or limit is None or seen < limit or (seen == limit and not least):
            break
        run += 1
    return _day(series[-run]["day"]) if 1 < run < len(series) else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
