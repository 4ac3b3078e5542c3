"""One press of a button as one transaction: done, repeated, stale or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from alerts.actions import Outcome, take_token
from alerts.crisis.clock import now_of
from alerts.event_log import Entry, append, lock
from alerts.reviews.cause_machine import Event, Refused
from data_access.state import schema
from data_access.state.engine import writing

NAME_NEEDED = "name_needed"
UNCONTESTED = frozenset({"commented"})
"""Events that a person who acts need not have seen."""
Work = Callable[[Connection, str], Outcome]
"""From the connection and the actor's name to what came of it; raises `Refused` or `Stop`."""


class Stop(Exception):  # noqa: N818 - carries an answer out of a transaction that must not stay
    """Ends a transaction without a trace."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.result)
        self.outcome = outcome


def press(
    engine: Engine,
    work: Work,
    *,
    actor: str,
    token: str | None,
    kind: str,
    subject: str,
    wall: datetime,
) -> Outcome:
    """Do `work` in a transaction under the log's lock; a press that came before is not repeated."""
    name = actor.strip()
    if not name or name == "worker":
        return Outcome("refused", why=NAME_NEEDED)
    try:
        with writing(engine) as connection:
            lock(connection)
            if token and not take_token(
                connection, token, actor=name, kind=kind, subject=subject, now=wall
            ):
                return _before(connection, token)
            return work(connection, name)
    except Stop as stop:
        return stop.outcome
    except Refused as refused:
        return Outcome("refused", why=refused.why)


def _before(connection: Connection, token: str) -> Outcome:
    table = schema.action_token
    before = connection.execute(select(table).where(table.c.token == token)).one()
    return Outcome("repeated", None, "", before.actor, before.at)


def refuse(why: str, **more: Any) -> Stop:
    """The answer to what cannot be done."""
    return Stop(Outcome("refused", why=str(why), **more))


def fresh(
    connection: Connection,
    subject: tuple[str, str],
    *,
    seen: int | None,
    version: int,
    about: tuple[str, int],
) -> None:
    """Stop if something changed that the person has not seen.

    Args:
        connection: the transaction.
        subject: `subject_kind` and `subject_id` of the log.
        seen: version that the person saw; None: whatever it is by now.
        version: what it is.
        about: key of the payload that names the row, and its value.
    """
    if seen is None or seen == version:
        return
    log = schema.event_log
    rows = connection.execute(
        select(log)
        .where(log.c.subject_kind == subject[0], log.c.subject_id == subject[1])
        .where(log.c.kind.not_in(UNCONTESTED))
        .order_by(log.c.seq.desc())
    )
    for row in rows:
        payload = json.loads(row.payload_json)
        if payload.get(about[0]) == about[1] and payload.get("version", 0) > seen:
            raise Stop(Outcome("stale", version, row.kind, row.actor, row.at, payload))


def subject_of(crisis_id: int | None, cause_id: int) -> tuple[str, str]:
    """Where the log tells of a cause: with its crisis, else by itself."""
    return ("crisis", str(crisis_id)) if crisis_id is not None else ("root_cause", str(cause_id))


def tell(
    connection: Connection,
    subject: tuple[str, str],
    events: tuple[Event, ...],
    *,
    actor: str,
    now: datetime,
    facts: dict[str, Any],
) -> None:
    """Write events; `facts` go into each payload."""
    append(
        connection,
        [
            Entry(now, actor, one.kind, subject[0], subject[1], {**one.data, **facts})
            for one in events
        ],
    )


def clock(connection: Connection, crisis_id: int | None, wall: datetime) -> datetime:
    """The clock that a cause or review runs by: its crisis's, else the wall."""
    return wall if crisis_id is None else now_of(connection, crisis_id, wall)
