"""Incidents of the inbox of a period as they stood at the cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from alerts import group_rows
from alerts.group_rows import StoredGroup
from alerts.handling import Handling, Incident
from alerts.hindsight import reading
from alerts.hindsight.incidents import first_acknowledged, stood
from alerts.hindsight.told import Told
from dashboard.reports.operations.crises import iso
from data_access.state import schema

MOST = 50
"""Incidents kept one by one; all are counted."""
_GRAVITY = {"critical": 0, "warning": 1, "info": 2}


def gather(
    connection: Connection, since: datetime, ends: datetime, cut: datetime
) -> dict[str, Any]:
    """Incidents open at some time from `since`, the beginning of the period, to the cut.

    Returns:
        `counts`: `all` of them, `open`, `unacknowledged` (of those), `opened` and `closed` (both
        in the period); `rows`: the foremost `MOST`: open ones first, the gravest, then the oldest.
    """
    table = schema.alert_group
    rows = connection.execute(
        select(table)
        .where(table.c.opened_at <= cut)
        .where(or_(table.c.closed_at.is_(None), table.c.closed_at >= since))
        .order_by(table.c.id)
    ).all()
    stored = [group_rows.read(row) for row in rows]
    told = reading.by_subject(connection, group_rows.SUBJECT, [str(one.id) for one in stored])
    found = []
    for one in stored:
        own = told.get(str(one.id), [])
        was = stood(one.incident, own, cut)
        if was.closed_at is None or was.closed_at >= since:
            found.append((one, was, own))
    found.sort(key=lambda each: _order(each[0], each[1]))
    titles = _titles(connection, [one.id for one, _, _ in found[:MOST]], cut)
    return {
        "counts": _counts([was for _, was, _ in found], since, ends),
        "rows": [_plain(one, was, own, titles, cut) for one, was, own in found[:MOST]],
    }


def _order(stored: StoredGroup, was: Incident) -> tuple[bool, int, datetime, int]:
    closed = was.handling is Handling.CLOSED
    return closed, _GRAVITY.get(was.severity, 9), stored.incident.opened_at, stored.id


def _counts(incidents: Sequence[Incident], since: datetime, ends: datetime) -> dict[str, int]:
    open_ones = [one for one in incidents if one.handling is not Handling.CLOSED]
    return {
        "all": len(incidents),
        "open": len(open_ones),
        "unacknowledged": sum(one.handling is Handling.OPEN for one in open_ones),
        "opened": sum(since <= one.opened_at < ends for one in incidents),
        "closed": sum(
            one.closed_at is not None and since <= one.closed_at < ends for one in incidents
        ),
    }


def _titles(
    connection: Connection, groups: Sequence[int], cut: datetime
) -> Mapping[int, dict[str, str]]:
    """The title of the alert that opened each incident, by language."""
    member, alert = schema.alert_group_member, schema.alert
    rows = connection.execute(
        select(member.c.group_id, alert.c.evidence_json)
        .join(alert, alert.c.id == member.c.alert_id)
        .where(member.c.group_id.in_(list(groups)), member.c.joined_at <= cut)
        .order_by(member.c.group_id, member.c.joined_at, alert.c.id, member.c.episode)
    )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        title = ((row.evidence_json or {}).get("texts") or {}).get("title")
        if title and row.group_id not in found:
            found[row.group_id] = {name: str(title[name]) for name in ("en", "zh")}
    return found


def _plain(
    stored: StoredGroup,
    was: Incident,
    told: Sequence[Told],
    titles: Mapping[int, dict[str, str]],
    cut: datetime,
) -> dict[str, Any]:
    taken = first_acknowledged(was, told, cut)
    named = titles.get(stored.id, {"en": stored.topic, "zh": stored.topic})
    return {
        "id": stored.id,
        "title": named,
        "severity": was.severity,
        "handling": str(was.handling),
        "owner": was.assignee or was.acknowledged_by,
        "opened_at": was.opened_at.isoformat(),
        "true_start": iso(was.true_start),
        "acknowledged_at": iso(taken.at if taken else None),
        "resolved_at": iso(was.resolved_at),
        "closed_at": iso(was.closed_at),
        "verdict": str(was.verdict) if was.verdict else None,
        "market": stored.labels.get("market"),
    }
