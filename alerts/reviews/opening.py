"""The review of a crisis is asked for: once, when the crisis closes, due in working days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from alerts.event_log import Entry, append, lock
from alerts.reviews import workdays
from data_access.state import schema
from data_access.state.engine import insert_once

DUE_WORKDAYS = 5
"""Working days after which a review should be published."""
SUBJECT = "crisis"
SECTIONS = ("happened", "went_well", "went_badly", "luck")
"""What people write, in the order read."""


def open_review(connection: Connection, crisis_id: int, *, now: datetime, actor: str) -> None:
    """Ask for the review of a crisis, in the caller's transaction; asked again it stays one.

    Args:
        connection: a writing transaction.
        crisis_id: the crisis.
        now: the clock of the crisis.
        actor: who closed the crisis, or `worker`.
    """
    lock(connection)
    lead = connection.execute(
        select(schema.crisis.c.lead, schema.crisis.c.drill_id).where(
            schema.crisis.c.id == crisis_id
        )
    ).one()
    table = schema.crisis_review
    due = workdays.after(now, DUE_WORKDAYS)
    made = connection.execute(
        insert_once(connection, table)
        .values(
            crisis_id=crisis_id,
            status="draft",
            due_at=due,
            owner=lead.lead,
            content_json={"sections": dict.fromkeys(SECTIONS, "")},
            public_json={},
            version=1,
            updated_at=now,
        )
        .returning(table.c.crisis_id)
    ).first()
    if made is None:
        return
    facts = {"due_at": due.isoformat(), "owner": lead.lead or "", "version": 1}
    if lead.drill_id is not None:
        facts["drill"] = lead.drill_id
    append(connection, [Entry(now, actor, "review_opened", SUBJECT, str(crisis_id), facts)])
