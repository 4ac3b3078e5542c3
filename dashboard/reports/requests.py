"""Reports that people ask for: rows of `report_slot` that the worker takes; no screen waits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from alerts.actions import Outcome
from alerts.event_log import Entry, append
from alerts.reviews.pressing import press, refuse
from dashboard.reports.comments import SUBJECT
from data_access.state.engine import writing
from data_access.state.schema import report, report_slot

log = logging.getLogger(__name__)

BY_HAND = "by-hand:"
"""What the schedule of a slot begins with that a person asked for; its template follows."""
REBUILD = "rebuild:"
"""The same for a report that is built again and compared; its number follows."""
GIVE_UP = timedelta(minutes=15)
"""A report takes seconds: what was begun longer ago was left by a worker that ended."""
MOST_ATTEMPTS = 3
INTERRUPTED = "interrupted"
"""What is said of a request that no worker lived to finish."""


@dataclass(frozen=True)
class Made:
    """What became of one request: the report, and facts to show of it (plain JSON)."""

    report_id: int
    facts: Mapping[str, Any]


Make = Callable[[str, str, str], Made]
"""Template, period and who asked, to what was made; raises with a message for a person."""
Again = Callable[[int], Made]
"""Number of a report, to how it compares when it is built again."""


@dataclass(frozen=True)
class Request:
    """A request as it stands; `state` is `waiting`, `issued` (done) or `failed`."""

    id: int
    template: str
    period: str
    state: str
    begun: bool
    by: str
    error: str
    facts: Mapping[str, Any]
    report_id: int | None
    asked_at: datetime
    updated_at: datetime


def ask(
    engine: Engine, template: str, period: str, *, actor: str, token: str | None, now: datetime
) -> Outcome:
    """Ask the worker for a report; asked again while it waits it is one request.

    Returns:
        `data["slot"]` is the number of the row to watch; refused `waiting` with it in `data` too.
    """
    row = {"schedule": f"{BY_HAND}{template}", "template": template, "period": period}
    return _asked(engine, row, actor=actor, token=token, now=now)


def ask_again(
    engine: Engine, report_id: int, *, actor: str, token: str | None, now: datetime
) -> Outcome:
    """Ask the worker to build a report again and compare; it changes nothing."""
    with engine.connect() as connection:
        wanted = select(report.c.template, report.c.period).where(report.c.id == report_id)
        found = connection.execute(wanted).first()
    if found is None:
        return Outcome("refused", why="not_found")
    row = {"schedule": f"{REBUILD}{report_id}", "template": found.template, "period": found.period}
    return _asked(engine, row, actor=actor, token=token, now=now)


def _asked(
    engine: Engine, row: dict[str, str], *, actor: str, token: str | None, now: datetime
) -> Outcome:
    table = report_slot

    def work(connection: Connection, name: str) -> Outcome:
        found = connection.execute(
            select(table)
            .where(table.c.schedule == row["schedule"], table.c.period == row["period"])
            .with_for_update()
        ).first()
        if found is not None and found.state == "waiting":
            raise refuse("waiting", by=found.reason_json.get("by", ""), data={"slot": found.id})
        values: dict[str, Any] = {
            "state": "waiting",
            "due_at": now,
            "next_at": now,
            "reason_json": {"by": name},
            "attempts": 0,
            "report_id": None,
            "updated_at": now,
        }
        if found is None:
            made = insert(table).values(**row, **values).returning(table.c.id)
            slot: int = connection.execute(made).scalar_one()
        else:
            slot = found.id
            connection.execute(update(table).where(table.c.id == slot).values(**values))
        payload = {"slot": slot, **row}
        append(connection, [Entry(now, name, "report_asked", SUBJECT, f"slot-{slot}", payload)])
        return Outcome("done", 1, data={"slot": slot})

    subject = f"{row['schedule']}/{row['period']}"
    return press(
        engine, work, actor=actor, token=token, kind="report_ask", subject=subject, wall=now
    )


def asked_for(engine: Engine, *, since: datetime) -> list[Request]:
    """Reports that people asked for: those that wait, and what became of others since."""
    table = report_slot
    wanted = (
        select(table)
        .where(table.c.schedule.startswith(BY_HAND, autoescape=True))
        .where((table.c.state == "waiting") | (table.c.updated_at >= since))
        .order_by(table.c.updated_at.desc(), table.c.id.desc())
    )
    with engine.connect() as connection:
        return [_read(row) for row in connection.execute(wanted)]


def compared(engine: Engine, report_id: int) -> Request | None:
    """The newest comparison of a report with itself, built again; None if nobody asked for one."""
    table = report_slot
    with engine.connect() as connection:
        row = connection.execute(
            select(table).where(table.c.schedule == f"{REBUILD}{report_id}")
        ).first()
    return None if row is None else _read(row)


def _read(row: Any) -> Request:
    said = dict(row.reason_json or {})
    return Request(
        id=row.id,
        template=row.template,
        period=row.period,
        state=row.state,
        begun=row.attempts > 0,
        by=str(said.pop("by", "")),
        error=str(said.pop("error", "")),
        facts=said,
        report_id=row.report_id,
        asked_at=row.due_at,
        updated_at=row.updated_at,
    )


def run_due(engine: Engine, make: Make, again: Again, now: Callable[[], datetime]) -> int:
    """Do what people asked for, the oldest first; the worker's leader calls this.

    Args:
        engine: state database.
        make: makes one report.
        again: builds one again and compares.
        now: the clock.

    Returns:
        How many requests were settled, one way or the other.
    """
    settled = 0
    while (slot := _taken(engine, now())) is not None:
        values: dict[str, Any]
        by = str(slot.reason_json.get("by", ""))
        try:
            if slot.schedule.startswith(REBUILD):
                made = again(int(slot.schedule.removeprefix(REBUILD)))
            else:
                made = make(slot.template, slot.period, by)
        except Exception as error:
            log.exception("%s %s failed", slot.schedule, slot.period)
            reason = {"by": by, "error": str(error) or type(error).__name__}
            values = {"state": "failed", "reason_json": reason}
        else:
            reason = {**made.facts, "by": by}
            values = {"state": "issued", "report_id": made.report_id, "reason_json": reason}
        with writing(engine) as connection:
            connection.execute(
                update(report_slot)
                .where(report_slot.c.id == slot.id)
                .values(next_at=None, updated_at=now(), **values)
            )
        settled += 1
    return settled


def _taken(engine: Engine, now: datetime) -> Any:
    """The next request, marked as begun; None if there is none. A broken one is begun again."""
    table = report_slot
    ours = table.c.schedule.startswith(BY_HAND, autoescape=True)
    ours |= table.c.schedule.startswith(REBUILD, autoescape=True)
    with writing(engine) as connection:
        row = connection.execute(
            select(table)
            .where(ours, table.c.state == "waiting", table.c.next_at <= now)
            .order_by(table.c.due_at, table.c.id)
            .limit(1)
            .with_for_update()
        ).first()
        if row is None:
            return None
        given_up = row.attempts >= MOST_ATTEMPTS
        values: dict[str, Any] = {"attempts": row.attempts + 1, "next_at": now + GIVE_UP}
        if given_up:
            reason = {**row.reason_json, "error": INTERRUPTED}
            values = {"state": "failed", "reason_json": reason, "next_at": None}
        connection.execute(
            update(table).where(table.c.id == row.id).values(updated_at=now, **values)
        )
    return _taken(engine, now) if given_up else row
