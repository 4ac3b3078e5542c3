"""Promises that people gave, due in a period and in the one before: kept, broken, still open.

Terms of laws in crises, steps of playbooks, corrective actions, decisions; as known at the cut.
Promises to customers are KPIs: the section asks for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerts.crisis.model import Status
from alerts.hindsight import causes as hindsight
from alerts.hindsight.steps import Task, tasks, unsettled
from alerts.playbooks.names import filled
from alerts.runs import rows as run_rows
from alerts.runs.conditions import variables
from alerts.runs.rows import StoredRun
from dashboard.reports import decisions_record
from dashboard.reports.operations import causes, crises
from dashboard.reports.operations.crises import Then
from dashboard.reports.periods import Period

Standing = Literal["kept", "broken", "open"]


@dataclass(frozen=True)
class Promise:
    """One promise. `kept_at` None: not kept by the cut; `title` by language."""

    kind: Literal["term", "task", "action", "decision"]
    key: str
    title: dict[str, str]
    who: str | None
    due_at: datetime
    kept_at: datetime | None
    link: str

    def standing(self, cut: datetime) -> Standing:
        """Whether it was kept: what is not yet due and not yet done is open."""
        if self.kept_at is not None:
            return "kept" if self.kept_at <= self.due_at else "broken"
        return "broken" if self.due_at <= cut else "open"


def gather(
    connection: Connection, period: Period, zone: str, cut: datetime
) -> list[dict[str, Any]]:
    """Promises due in the period or in the one before it, each as plain JSON.

    Returns:
        `kind`, `key`, `title`, `who`, `due_at`, `kept_at`, `standing`, `link`, and `period`: `now`
        or `before`; sorted by `due_at` and `key`.
    """
    starts = period.before()
    edges = [_midnight(day, zone) for day in (starts.first, period.first)]
    ends = period.ends_at(zone)
    found = sorted(_all(connection, zone, edges[0], cut), key=lambda one: (one.due_at, one.key))
    return [
        _plain(one, "now" if one.due_at >= edges[1] else "before", cut)
        for one in found
        if edges[0] <= one.due_at < ends
    ]


def _all(connection: Connection, zone: str, since: datetime, cut: datetime) -> Iterator[Promise]:
    # A crisis that was closed long before kept or broke what it had promised by then.
    for then in crises.known(connection, since, cut):
        if then.stood.status is not Status.DISMISSED:
            yield from _terms(connection, then, cut)
        yield from _tasks(connection, then, cut)
    yield from _actions(connection, zone, cut)
    yield from _decisions(connection, zone, cut)


def _terms(connection: Connection, then: Then, cut: datetime) -> Iterator[Promise]:
    for term in crises.clocks(connection, then, cut):
        if term.due_at is None or term.status == "not_applicable":
            continue
        yield Promise(
            "term",
            f"term-{then.stored.id}-{term.key}",
            crises.term_title(term),
            then.stood.lead,
            term.due_at,
            term.settled_at,
            f"/crises/{then.stored.id}",
        )


def _tasks(connection: Connection, then: Then, cut: datetime) -> Iterator[Promise]:
    unsure = unsettled(then.told, cut)
    for run in run_rows.all_of(connection, then.stored.id):
        for task in tasks(run, then.told, cut):
            if task.ended == "skipped" or _withdrawn(task):
                continue
            yield Promise(
                "task",
                f"task-{run.run.id}-{task.key}",
                _step_title(run, task.key, unsure),
                task.who,
                task.due_at,
                task.ended_at if task.ended == "done" else None,
                f"/crises/{then.stored.id}",
            )


def _withdrawn(task: Task) -> bool:
    """Cancelled before it was due: nobody broke anything."""
    return task.ended == "cancelled" and task.ended_at is not None and task.ended_at < task.due_at


def _step_title(run: StoredRun, key: str, unsure: Collection[str]) -> dict[str, str]:
    """What is to be done; what was not known at the cut is left open."""
    words = run.playbook.by_key[key].title
    known = variables(run.playbook, run.run)
    said = {name: "…" if name in unsure or not value else value for name, value in known.items()}
    return {"en": filled(words.en, said), "zh": filled(words.zh, said)}


def _actions(connection: Connection, zone: str, cut: datetime) -> Iterator[Promise]:
    stored, actions = causes.read(connection, cut)
    told = causes.told_of(connection, [one for one in stored if one.id in actions])
    for number, own in sorted(actions.items()):
        for one in own:
            was = hindsight.action(one, told.get(number, ()), cut)
            if was is None or was.status == "dropped":
                continue
            done_at = hindsight.done_at(one, told.get(number, ()), cut)
            yield Promise(
                "action",
                f"action-{one.id}",
                {"en": one.text, "zh": one.text},
                was.owner,
                _midnight(was.due_on + timedelta(days=1), zone),
                done_at,
                "/reviews",
            )


def _decisions(connection: Connection, zone: str, cut: datetime) -> Iterator[Promise]:
    for one in decisions_record.known(connection, cut):
        if one.status == "dropped":
            continue
        yield Promise(
            "decision",
            f"decision-{one.id}",
            {"en": one.text, "zh": one.text},
            one.owner,
            _midnight(one.due_on + timedelta(days=1), zone),
            one.settled_at,
            f"/reports/{one.raised_in}",
        )


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _plain(one: Promise, period: str, cut: datetime) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "key": one.key,
        "title": one.title,
        "who": one.who,
        "due_at": one.due_at.astimezone(UTC).isoformat(),
        "kept_at": crises.iso(one.kept_at),
        "standing": one.standing(cut),
        "link": one.link,
        "period": period,
    }
