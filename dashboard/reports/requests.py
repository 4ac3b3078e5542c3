"""Reports that people ask for: rows of `report_slot` that the worker takes; no screen waits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from alerts.actions import Outcome
from alerts.event_log import Entry, append
from alerts.reviews.pressing import press, refuse
from dashboard.reports.comments import SUBJECT
from data_access.state.engine import writing
from data_access.state.schema import report_slot

log = logging.getLogger(__name__)

BY_HAND = "by-hand:"
"""What the schedule of a slot begins with that a person asked for; its template follows."""
GIVE_UP = timedelta(minutes=15)
"""A report takes seconds: what was begun longer ago was left by a worker that ended."""
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Made:
    """What became of one request: the report, and whether it is a new issue."""

    report_id: int
    n: int
    new: bool


Make = Callable[[str, str, str], Made]
"""Template, period and who asked, to what was made; raises with a message for a person."""


def ask(
    engine: Engine, template: str, period: str, *, actor: str, token: str | None, now: datetime
) -> Outcome:
    """Ask the worker for a report; asked again while it waits it is one request.

    Returns:
        `data["slot"]` is the number of the row to watch; refused `waiting` with it in `data` too.
    """

    def work(connection: Connection, name: str) -> Outcome:
        schedule = f"{BY_HAND}{template}"
        table = report_slot
        found = connection.execute(
            select(table)
            .where(table.c.schedule == schedule, table.c.period == period)
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
            slot = connection.execute(
                insert(table)
                .values(schedule=schedule, template=template, period=period, **values)
                .returning(table.c.id)
            ).scalar_one()
        else:
            slot = found.id
            connection.execute(update(table).where(table.c.id == slot).values(**values))
        payload = {"slot": slot, "template": template, "period": period}
        append(connection, [Entry(now, name, "report_asked", SUBJECT, f"slot-{slot}", payload)])
        return Outcome("done", 1, data={"slot": slot})

    subject = f"{template}/{period}"
    return press(
        engine, work, actor=actor, token=token, kind="report_ask", subject=subject, wall=now
    )


def run_due(engine: Engine, make: Make, now: Callable[[], datetime]) -> int:
    """Make what people asked for, the oldest first; the worker's leader calls this.

    Args:
        engine: state database.
        make: makes one report.
        now: the clock.

    Returns:
        How many requests were settled, one way or the other.
    """
    settled = 0
    while (slot := _taken(engine, now())) is not None:
        values: dict[str, Any]
        try:
            made = make(slot.template, slot.period, str(slot.reason_json.get("by", "")))
        except Exception as error:
            log.exception("the report %s %s failed", slot.template, slot.period)
            reason = {**slot.reason_json, "error": str(error) or type(error).__name__}
            values = {"state": "failed", "reason_json": reason}
        else:
            reason = {**slot.reason_json, "n": made.n, "new": made.new}
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
    with writing(engine) as connection:
        row = connection.execute(
            select(table)
            .where(table.c.schedule.startswith(BY_HAND, autoescape=True))
            .where(table.c.state == "waiting", table.c.next_at <= now)
            .order_by(table.c.due_at, table.c.id)
            .limit(1)
            .with_for_update()
        ).first()
        if row is None:
            return None
        late = row.attempts >= MOST_ATTEMPTS
        reason = {**row.reason_json, "error": "interrupted"} if late else row.reason_json
        connection.execute(
            update(table)
            .where(table.c.id == row.id)
            .values(
                state="failed" if late else "waiting",
                reason_json=reason,
                attempts=row.attempts + (0 if late else 1),
                next_at=None if late else now + GIVE_UP,
                updated_at=now,
            )
        )
    return _taken(engine, now) if late else row
