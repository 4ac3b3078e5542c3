"""What a person does to a crisis, in the state database: once, in turn, and told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from alerts import event_log
from alerts.actions import Outcome, take_token
from alerts.crisis import criteria, playbooks, rows
from alerts.crisis.beginning import begin
from alerts.crisis.clock import now_of
from alerts.crisis.doing import done, step
from alerts.crisis.model import WORKER, Action, Do, Kind, Link, Refused, Why
from alerts.crisis.rows import StoredCrisis
from alerts.notify.config import Config
from data_access.state import schema
from data_access.state.engine import writing

CONTESTED = frozenset(
    {
        Kind.DECLARED,
        Kind.LEVEL_RAISED,
        Kind.LEVEL_LOWERED,
        Kind.CONTAINED,
        Kind.UNCONTAINED,
        Kind.CLOSED,
        Kind.DISMISSED,
        Kind.LAPSED,
        Kind.ROLE_ASSIGNED,
        Kind.FLAG_SET,
        Kind.FLAG_REMOVED,
    }
)
"""Events that a person who acts must have seen; comments, links and figures are none."""

PEOPLE_DO = frozenset(Do) - {Do.PROPOSE, Do.LAPSE, Do.CRITERIA}
_ALWAYS = frozenset({Do.COMMENT, Do.LINK, Do.UNLINK})
"""Actions that nothing another one did stands against."""


class _Undo(Exception):  # noqa: N818 - carries an answer out of a transaction that must not stay
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.result)
        self.outcome = outcome


def act(
    engine: Engine,
    crisis_id: int,
    action: Action,
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Do something to a crisis.

    Args:
        engine: state database.
        crisis_id: the crisis.
        action: what to do; its own `actor` is replaced by `actor`.
        config: who holds which role.
        actor: who does it; without a name it is refused.
        version: of the crisis as the person saw it; None: whatever it is by now.
        token: made for each press of a button; None: a command, which nobody presses twice.
        wall: the wall clock.

    Returns:
        What became of it. `data` of a refusal may have `what`; of a done one `runs` (begun),
        `clocks` (begun) and, of `reopen`, `crisis`: the number of the new one.
    """
    name = actor.strip()
    named = replace(action, actor=name)
    try:
        _by_person(name, action)
        _warm(engine, action)
        with writing(engine) as connection:
            event_log.lock(connection)
            now = now_of(connection, crisis_id, wall)
            if token and not take_token(
                connection,
                token,
                actor=name,
                kind=f"crisis_{action.do}",
                subject=str(crisis_id),
                now=now,
            ):
                return _repeated(connection, crisis_id, token)
            stored = _fresh(connection, crisis_id, named, version)
            return done(connection, stored, named, config, now)
    except _Undo as undone:
        return undone.outcome
    except Refused as refused:
        data = {"what": refused.what} if refused.what else None
        return Outcome("refused", version, refused.why, refused.by, refused.at, data)
    except IntegrityError:  # going on as a new crisis: another one of the same cause is open
        return Outcome("refused", version, Why.OTHER_OPEN)


def open_by_hand(
    engine: Engine,
    title: str,
    labels: Mapping[str, str],
    joined: tuple[Link, ...],
    level: int,
    reason: str,
    *,
    config: Config,
    actor: str,
    token: str | None,
    wall: datetime,
    began_at: datetime | None = None,
    chosen: tuple[str, ...] | None = None,
    variables: Mapping[str, Any] | None = None,
    flags: tuple[str, ...] = (),
) -> Outcome:
    """Declare a crisis that nothing proposed; `data["crisis"]` is its number.

    Args:
        engine: state database.
        title: what people call it.
        labels: `topic`, and what it is narrowed to.
        joined: what belongs to it.
        level: 1 to 4.
        reason: why it is a crisis.
        config: who holds which role.
        actor: who declares it.
        token: of the press; None: a command.
        wall: the wall clock.
        began_at: when the trouble began, if known.
        chosen: playbooks to start; None: those for its topic and level.
        variables: what is known for them.
        flags: what is known that no figure tells.
    """
    name = actor.strip()
    opening = Action(Do.COMMENT, name, note=title)
    try:
        _by_person(name, opening)
        _warm(engine, Action(Do.DECLARE))
        with writing(engine) as connection:
            event_log.lock(connection)
            if token and not take_token(
                connection, token, actor=name, kind="crisis_open", subject=title[:200], now=wall
            ):
                return _opened_before(connection, token, title)
            stored = begin(
                connection, title=title.strip(), labels=labels, began_at=began_at or wall, now=wall
            )
            if joined:
                link = Action(Do.LINK, name, links=joined)
                stored = step(connection, stored, link, config, wall)
            for flag in flags:
                stored = step(connection, stored, Action(Do.FLAG, name, flag=flag), config, wall)
            levels = criteria.levels_of(connection, stored.levels_version_id)
            stored = criteria.settle(connection, stored, levels, stored.measured, wall)
            declare = Action(
                Do.DECLARE,
                name,
                level=level,
                note=reason,
                playbooks=chosen,
                variables=variables or {},
            )
            outcome = done(connection, stored, declare, config, wall)
            return replace(outcome, data={**(outcome.data or {}), "crisis": stored.id})
    except Refused as refused:
        data = {"what": refused.what} if refused.what else None
        return Outcome("refused", None, refused.why, refused.by, refused.at, data)
    except IntegrityError:
        return Outcome("refused", why=Why.OTHER_OPEN)


def _warm(engine: Engine, action: Action) -> None:
    """Parse playbooks before the transaction in which they are chosen: nobody waits for that."""
    if action.do in (Do.DECLARE, Do.START_PLAYBOOK):
        with engine.connect() as connection:
            playbooks.in_force(connection)


def _by_person(name: str, action: Action) -> None:
    if not name or name == WORKER:
        raise Refused(Why.NAME_NEEDED)
    if action.do not in PEOPLE_DO:
        raise Refused(Why.ONLY_THE_WORKER)
    if action.do is Do.COMMENT and not action.note.strip():
        raise Refused(Why.NOTE_NEEDED)


def _repeated(connection: Connection, crisis_id: int, token: str) -> Outcome:
    table = schema.action_token
    before = connection.execute(select(table).where(table.c.token == token)).one()
    stored = rows.look(connection, crisis_id)
    return Outcome("repeated", stored.version if stored else None, "", before.actor, before.at)


def _opened_before(connection: Connection, token: str, title: str) -> Outcome:
    tokens, table = schema.action_token, schema.crisis
    before = connection.execute(select(tokens).where(tokens.c.token == token)).one()
    made = connection.execute(
        select(table.c.id, table.c.version)
        .where(table.c.title == title.strip(), table.c.detected_at == before.at)
        .order_by(table.c.id.desc())
    ).first()
    data = None if made is None else {"crisis": made.id}
    return Outcome("repeated", made.version if made else None, "", before.actor, before.at, data)


def _fresh(
    connection: Connection, crisis_id: int, action: Action, version: int | None
) -> StoredCrisis:
    """The crisis, unless it changed in a way that the person must see first."""
    stored = rows.load(connection, crisis_id)
    if stored is None:
        raise _Undo(Outcome("refused", why=Why.NOT_FOUND))
    if version is None or version == stored.version or action.do in _ALWAYS:
        return stored
    between = _between(connection, crisis_id, version)
    if between is None:
        return stored
    payload = json.loads(between.payload_json)
    raise _Undo(Outcome("stale", stored.version, between.kind, between.actor, between.at, payload))


def _between(connection: Connection, crisis_id: int, version: int) -> Any:
    """The newest event after `version` that a person who acts must have seen."""
    log = schema.event_log
    query = (
        select(log)
        .where(log.c.subject_kind == rows.SUBJECT, log.c.subject_id == str(crisis_id))
        .where(log.c.kind.in_([str(kind) for kind in CONTESTED]))
        .order_by(log.c.seq.desc())
    )
    for row in connection.execute(query):
        if json.loads(row.payload_json).get("version", 0) > version:
            return row
    return None
