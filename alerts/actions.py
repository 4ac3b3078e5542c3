"""What a person does to an incident, in the state database: once, in turn, and told.

Of two people who act at once the second is told what the first did. A button pressed twice is one
action, by a token that the browser makes for each press.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from alerts import group_rows
from alerts.group_rows import SUBJECT, StoredGroup
from alerts.handling import Action, Do, Kind, Policy, Refused, Why, step
from data_access.state import schema
from data_access.state.engine import insert_once, writing

_POLICY = Policy()

CONTESTED = frozenset(
    {
        Kind.ACKNOWLEDGED,
        Kind.UNACKNOWLEDGED,
        Kind.ASSIGNED,
        Kind.SNOOZED,
        Kind.WOKEN,
        Kind.SEVERITY_RAISED,
        Kind.SEVERITY_LOWERED,
        Kind.CLOSED,
        Kind.VERDICT_CHANGED,
        Kind.REOPENED,
        Kind.RESOLVED,
    }
)
"""Events that a person who acts must have seen; messages sent or comments are none."""


@dataclass(frozen=True)
class Outcome:
    """What became of an action.

    Attributes:
        result: `done`; `repeated`: the same press of the button came before; `stale`: another one
            was faster; `refused`: it cannot be done.
        version: of the incident afterwards; None if there is no such incident.
        why: of a refusal, one of `Why`; of a stale action the kind of event that came between.
        by: who did what stands against it, or came before.
        at: when that was; of a refused snooze the latest moment possible.
        data: facts of the event that came between, such as its verdict.
    """

    result: Literal["done", "repeated", "stale", "refused"]
    version: int | None = None
    why: str = ""
    by: str = ""
    at: datetime | None = None
    data: dict[str, Any] | None = None


class _Undo(Exception):  # noqa: N818 - carries an answer out of a transaction that must not stay
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.result)
        self.outcome = outcome


def act(
    engine: Engine,
    group_id: int,
    action: Action,
    *,
    actor: str,
    version: int | None,
    token: str | None,
    now: datetime,
    policy: Policy = _POLICY,
) -> Outcome:
    """Do something to an incident.

    Args:
        engine: state database.
        group_id: the incident.
        action: what to do; its own `actor` is replaced by `actor`.
        actor: who does it; without a name it is refused.
        version: of the incident as the person saw it; None: whatever it is by now.
        token: made for each press of a button (at most 64 characters); None: a command, which
            nobody presses twice.
        now: the wall clock.
        policy: durations.
    """
    name = actor.strip()
    if not name or name == "worker":
        return Outcome("refused", why=Why.NAME_NEEDED)
    try:
        with writing(engine) as connection:
            if token and not take_token(
                connection, token, actor=name, kind=str(action.do), subject=str(group_id), now=now
            ):
                return _repeated(connection, group_id, token)
            group = _fresh(connection, group_id, action, version)
            named = replace(action, actor=name)
            incident, events = step(policy, group.incident, named, now)
            saved = group_rows.save(connection, group, incident, events, now)
            return Outcome("done", saved.version)
    except _Undo as undone:
        return undone.outcome
    except Refused as refused:
        return Outcome("refused", version, refused.why, refused.by, refused.at)
    except IntegrityError:  # reopening: another incident of the same key is open
        return Outcome("refused", version, Why.OTHER_OPEN)


def take_token(
    connection: Connection, token: str, *, actor: str, kind: str, subject: str, now: datetime
) -> bool:
    """Note a press of a button; False if it was noted before."""
    table = schema.action_token
    noted = connection.execute(
        insert_once(connection, table)
        .values(token=token, at=now, actor=actor, kind=kind, subject=subject)
        .returning(table.c.token)
    ).first()
    return noted is not None


def _repeated(connection: Connection, group_id: int, token: str) -> Outcome:
    table = schema.action_token
    before = connection.execute(select(table).where(table.c.token == token)).one()
    group = group_rows.load(connection, group_id)
    return Outcome("repeated", group.version if group else None, "", before.actor, before.at)


def _fresh(
    connection: Connection, group_id: int, action: Action, version: int | None
) -> StoredGroup:
    """The incident, unless it changed in a way that the person must see first."""
    group = group_rows.load(connection, group_id)
    if group is None:
        raise _Undo(Outcome("refused", why=Why.NOT_FOUND))
    if version is None or version == group.version or action.do is Do.COMMENT:
        return group
    between = _between(connection, group_id, version)
    if between is None:
        return group
    payload = json.loads(between.payload_json)
    raise _Undo(Outcome("stale", group.version, between.kind, between.actor, between.at, payload))


def _between(connection: Connection, group_id: int, version: int) -> Any:
    """The newest event after `version` that a person who acts must have seen."""
    log = schema.event_log
    rows = connection.execute(
        select(log)
        .where(log.c.subject_kind == SUBJECT, log.c.subject_id == str(group_id))
        .where(log.c.kind.in_([str(kind) for kind in CONTESTED]))
        .order_by(log.c.seq.desc())
    )
    for row in rows:
        if json.loads(row.payload_json).get("version", 0) > version:
            return row
    return None
