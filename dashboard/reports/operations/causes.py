"""Root causes and corrective actions as they stood at the cut. Drills are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from alerts.hindsight import causes as hindsight
from alerts.hindsight import reading
from alerts.hindsight.told import Told
from alerts.reviews import cause_codes, cause_rows
from alerts.reviews.cause_codes import Codes, CodesError
from alerts.reviews.cause_machine import Cause, Status
from alerts.reviews.cause_rows import StoredAction, StoredCause
from alerts.reviews.pressing import subject_of
from dashboard.reports.operations.crises import iso
from data_access.state import schema

MOST = 5_000
"""Causes read, the newest; low scores force many."""


def gather(
    connection: Connection, home: Path | None, since: datetime, cut: datetime
) -> list[dict[str, Any]]:
    """Causes that were open at some time from `since` to the cut, with their actions; by number.

    A cause that was merged into another one is told of by that one alone, and one that nobody has
    looked into yet only by the reason and market it is about.
    """
    stored, actions = read(connection, cut)
    told = _told(connection, stored)
    codes = names(home)
    found = []
    for one in stored:
        own = told[one.id]
        was = hindsight.cause(one, own, cut)
        settled = was.status is Status.CLOSED and (was.closed_at is None or was.closed_at < since)
        if was.same_as is not None or settled:
            continue
        found.append(_plain(one, was, _actions(actions.get(one.id, ()), own, cut), codes))
    return found


def read(
    connection: Connection, cut: datetime
) -> tuple[list[StoredCause], Mapping[int, list[StoredAction]]]:
    """Causes asked for by the cut, by number, and the corrective actions of each."""
    table, action = schema.root_cause, schema.corrective_action
    rows = connection.execute(
        select(table)
        .where(~table.c.drill, table.c.opened_at <= cut)
        .order_by(table.c.id.desc())
        .limit(MOST)
    ).all()
    stored = [cause_rows.read(row) for row in reversed(rows)]
    by_cause: dict[int, list[StoredAction]] = {}
    wanted = (
        select(action)
        .join(table, table.c.id == action.c.root_cause_id)
        .where(~table.c.drill, table.c.opened_at <= cut)
        .order_by(action.c.id)
    )
    for row in connection.execute(wanted):
        by_cause.setdefault(row.root_cause_id, []).append(cause_rows.read_action(row))
    return stored, by_cause


def told_of(connection: Connection, stored: Sequence[StoredCause]) -> Mapping[int, list[Told]]:
    """What was told of causes, by number; what concerns others of a crisis is there too."""
    return _told(connection, stored)


def names(home: Path | None) -> Codes:
    """What causes are called; a list of the home that cannot be used gives way to what ships."""
    try:
        return cause_codes.shipped() if home is None else cause_codes.of_home(home)
    except CodesError:
        return cause_codes.shipped()


def _told(connection: Connection, stored: Sequence[StoredCause]) -> Mapping[int, list[Told]]:
    places = {one.id: subject_of(one.crisis_id, one.id) for one in stored}
    told = {
        kind: reading.by_subject(
            connection, kind, [subject for other, subject in places.values() if other == kind]
        )
        for kind in sorted({kind for kind, _ in places.values()})
    }
    return {number: told[kind].get(subject, []) for number, (kind, subject) in places.items()}


def _actions(
    actions: Sequence[StoredAction], told: Sequence[Told], cut: datetime
) -> list[dict[str, Any]]:
    found = []
    for one in actions:
        was = hindsight.action(one, told, cut)
        if was is None:
            continue
        found.append(
            {
                "id": one.id,
                "text": one.text,
                "owner": was.owner,
                "due_on": was.due_on.isoformat(),
                "check_on": was.check_on.isoformat(),
                "status": str(was.status),
                "settled_at": iso(was.settled_at),
            }
        )
    return found


def _plain(
    one: StoredCause, was: Cause, actions: list[dict[str, Any]], codes: Codes
) -> dict[str, Any]:
    labels: Mapping[str, str] = one.facts.get("labels", {})
    code = was.cause_code
    return {
        "id": one.id,
        "crisis": one.crisis_id,
        "title": one.title,
        "reason": labels.get("reason") or None,
        "market": labels.get("market") or None,
        "code": code,
        "name": code and {language: codes.name(code, language) for language in ("en", "zh")},
        "status": str(was.status),
        "owner": was.owner,
        "opened_at": one.opened_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "closed_at": iso(was.closed_at),
        "actions": actions,
    }
