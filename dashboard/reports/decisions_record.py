"""What a report keeps of decisions: those open at its cut, and those settled since the one before.

A decision stands in every report made between its raising and its settling, and in the first one
after; in none later. "Before" means an earlier period: an issue made anew shows the same again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from alerts.notify.config import Config
from dashboard.reports.comments import SUBJECT
from dashboard.reports.decisions import Decision, of_template
from dashboard.reports.periods import Period
from data_access.state.schema import event_log, report

PART = "decisions"


def gather(
    engine: Engine,
    config: Config,  # noqa: ARG001 - every part is asked alike
    period: Period,
    zone: str,  # noqa: ARG001
    cut: datetime,
) -> dict[str, Any]:
    """Decisions of every template as of `cut`; the section takes those of its own.

    Returns:
        `decisions`: per decision its fields as they stood; `before`: template to the cut of the
        newest issue of an earlier period.
    """
    with engine.connect() as connection:
        before = _before(connection, period, cut)
        found = known(connection, cut)
    shown = [one for one in found if _stands(one, before.get(one.template))]
    return {
        "decisions": [_plain(one) for one in shown],
        "before": {template: at.isoformat() for template, at in sorted(before.items())},
    }


def known(connection: Connection, cut: datetime) -> list[Decision]:
    """Every decision that was raised by `cut`, as it stood then; of all templates, by number."""
    found = [one for one in of_template(connection) if one.created_at <= cut]
    later = _changes(connection, cut) if found else []
    return [_as_of(one, later, cut) for one in found]


def _stands(one: Decision, since: datetime | None) -> bool:
    """Open, or settled since the report before."""
    return one.settled_at is None or since is None or one.settled_at > since


def _before(connection: Connection, period: Period, cut: datetime) -> dict[str, datetime]:
    """By template the newest cut of an issue of an earlier period that was before this cut."""
    rows = connection.execute(
        select(report.c.template, report.c.as_of).where(
            report.c.first_day < period.first, report.c.as_of < cut
        )
    )
    found: dict[str, datetime] = {}
    for template, at in rows:
        found[template] = max(at, found.get(template, at))
    return found


def _changes(connection: Connection, cut: datetime) -> list[dict[str, Any]]:
    """Changes of owner or day after the cut, the newest first."""
    rows = connection.execute(
        select(event_log.c.payload_json)
        .where(event_log.c.subject_kind == SUBJECT, event_log.c.kind == "decision_changed")
        .where(event_log.c.at > cut)
        .order_by(event_log.c.seq.desc())
    )
    return [json.loads(row.payload_json) for row in rows]


def _as_of(one: Decision, later: Iterable[dict[str, Any]], cut: datetime) -> Decision:
    for change in later:
        if change["decision"] == one.id:
            due_on = date.fromisoformat(change["was_due_on"])
            one = replace(one, owner=change["was_owner"], due_on=due_on)
    if one.settled_at is not None and one.settled_at > cut:
        return replace(one, status="open", outcome=None, settled_by=None, settled_at=None)
    return one


def _plain(one: Decision) -> dict[str, Any]:
    return {
        "id": one.id,
        "template": one.template,
        "raised_in": one.raised_in,
        "period": one.period,
        "figure": one.figure,
        "text": one.text,
        "owner": one.owner,
        "due_on": one.due_on.isoformat(),
        "status": one.status,
        "outcome": one.outcome,
        "created_by": one.created_by,
        "created_at": one.created_at.isoformat(),
        "settled_by": one.settled_by,
        "settled_at": one.settled_at.isoformat() if one.settled_at else None,
    }
