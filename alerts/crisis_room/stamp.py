"""Whether anything of a crisis may have changed: one cheap question that an open room repeats."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, select

from alerts.crisis.rows import SUBJECT
from data_access.state import schema

_LARGEST = 2**63 - 1


def news_of(engine: Engine, crisis_id: int, wall: datetime) -> str:
    """A text that changes when something of the crisis may have, and with every minute.

    Everything that people or the worker do is an entry of the event log. Figures of criteria and
    the next update of a cadence change without one; so does what is overdue, by the clock.
    """
    log, run = schema.event_log.c, schema.playbook_run.c
    criterion, statement = schema.crisis_criterion.c, schema.statement.c
    crisis, batch = schema.crisis.c, schema.compensation_batch.c
    parts = (
        select(func.max(log.seq)).where(
            log.subject_kind == SUBJECT, log.subject_id == str(crisis_id)
        ),
        select(crisis.version).where(crisis.id == crisis_id),
        select(func.sum(run.version)).where(run.crisis_id == crisis_id),
        select(func.sum(statement.version)).where(statement.crisis_id == crisis_id),
        select(func.sum(batch.version)).where(batch.crisis_id == crisis_id),
        select(func.max(criterion.checked_at)).where(criterion.crisis_id == crisis_id),
    )
    with engine.connect() as connection:
        row = connection.execute(select(*[part.scalar_subquery() for part in parts])).one()
    told = " ".join(str(part or 0) for part in row)
    return f"{told} {wall:%d%H%M}"


def exists(engine: Engine, crisis_id: int) -> bool:
    """Whether there is a crisis of this number; one beyond what a database counts is none."""
    crisis = schema.crisis.c
    with engine.connect() as connection:
        found = connection.execute(select(crisis.id).where(crisis.id == min(crisis_id, _LARGEST)))
        return found.first() is not None
