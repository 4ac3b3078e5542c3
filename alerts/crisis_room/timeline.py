"""What happened in a crisis, the newest first, a page at a time."""

from __future__ import annotations

import json

from sqlalchemy import Engine, func, select

from alerts.crisis.model import Kind
from alerts.crisis.rows import SUBJECT
from alerts.crisis_room.model import Moment
from data_access.state import schema

DECISIONS = (
    Kind.PROPOSED,
    Kind.DECLARED,
    Kind.LEVEL_PROPOSED,
    Kind.LEVEL_RAISED,
    Kind.LEVEL_LOWERED,
    Kind.CONTAINED,
    Kind.UNCONTAINED,
    Kind.CLOSED,
    Kind.DISMISSED,
    Kind.REOPENED,
    Kind.FLAG_SET,
    Kind.FLAG_REMOVED,
    Kind.ROLE_ASSIGNED,
    "approved",
    "rejected",
    "step_answered",
    "step_skipped",
    "run_started",
    "run_cancelled",
    "statement_sent",
)
COMMENTS = (Kind.COMMENTED, "step_commented")


def timeline(
    engine: Engine, crisis_id: int, *, of: str = "all", limit: int = 40
) -> tuple[tuple[Moment, ...], int]:
    """The newest entries of the event log about a crisis, and how many there are.

    Args:
        engine: state database.
        crisis_id: the crisis.
        of: `all`, `people` (not by the worker), `decisions`, `comments`.
        limit: how many at most.
    """
    log = schema.event_log.c
    wanted = [log.subject_kind == SUBJECT, log.subject_id == str(crisis_id)]
    if of == "people":
        wanted.append(log.actor != "worker")
    elif of == "decisions":
        wanted.append(log.kind.in_([str(kind) for kind in DECISIONS]))
    elif of == "comments":
        wanted.append(log.kind.in_([str(kind) for kind in COMMENTS]))
    with engine.connect() as connection:
        count: int = connection.execute(select(func.count()).where(*wanted)).scalar_one()
        rows = connection.execute(
            select(log.seq, log.at, log.actor, log.kind, log.payload_json)
            .where(*wanted)
            .order_by(log.seq.desc())
            .limit(limit)
        ).all()
    found = tuple(
        Moment(row.seq, row.at, row.actor, row.kind, json.loads(row.payload_json)) for row in rows
    )
    return found, count
