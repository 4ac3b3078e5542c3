"""What people do to root causes: once, in turn, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from alerts.actions import Outcome
from alerts.crisis import rows as crisis_rows
from alerts.reviews import cause_rows, workdays
from alerts.reviews.cause_machine import Action, Do, Event, Status, Why, step
from alerts.reviews.cause_rows import StoredCause
from alerts.reviews.pressing import clock, fresh, press, refuse, subject_of, tell

DUE_WORKDAYS = 5
"""Working days in which a cause should be found, from the day it was asked for."""
LONGEST_TITLE = 200


def add_to_crisis(
    connection: Connection,
    crisis_id: int,
    title: str,
    *,
    labels: Mapping[str, str],
    drill: bool,
    actor: str,
    now: datetime,
) -> int:
    """Ask why a crisis happened; in the caller's transaction."""
    earlier = cause_rows.of_crisis(connection, crisis_id)
    made = cause_rows.add(
        connection,
        {
            "origin_key": f"crisis:{crisis_id}:{len(earlier) + 1}",
            "crisis_id": crisis_id,
            "title": title[:LONGEST_TITLE],
            "status": "open",
            "owner": actor,
            "opened_at": now,
            "due_at": workdays.after(now, DUE_WORKDAYS),
            "facts_json": {"labels": dict(labels)},
            "drill": drill,
            "updated_at": now,
        },
    )
    assert made is not None, "the log's lock keeps two from counting at once"
    event = Event("cause_opened", {"title": title[:LONGEST_TITLE]})
    facts = {"cause": made, "version": 1}
    tell(connection, ("crisis", str(crisis_id)), (event,), actor=actor, now=now, facts=facts)
    return made


def ask(
    engine: Engine, crisis_id: int, title: str, *, actor: str, token: str | None, wall: datetime
) -> Outcome:
    """Ask why a crisis happened; `data["cause"]` is the number of the question."""

    def work(connection: Connection, name: str) -> Outcome:
        crisis = crisis_rows.load(connection, crisis_id)
        if crisis is None:
            raise refuse(Why.NOT_FOUND)
        if not title.strip():
            raise refuse(Why.TITLE_NEEDED)
        made = add_to_crisis(
            connection,
            crisis_id,
            title.strip(),
            labels=crisis.labels,
            drill=crisis.drill_id is not None,
            actor=name,
            now=clock(connection, crisis_id, wall),
        )
        return Outcome("done", 1, data={"cause": made})

    subject = str(crisis_id)
    return press(
        engine, work, actor=actor, token=token, kind="cause_ask", subject=subject, wall=wall
    )


def answer_group(
    engine: Engine,
    cause_ids: Sequence[int],
    cause_code: str,
    finding: str,
    *,
    actor: str,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """One answer to many questions: the newest is analysed, the others are merged into it.

    Returns:
        `data["cause"]` is the one that goes on, `data["merged"]` how many went into it.
    """

    def work(connection: Connection, name: str) -> Outcome:
        loaded = [cause_rows.load(connection, number) for number in sorted(set(cause_ids))]
        found = [
            one for one in loaded if one and one.cause.status in (Status.OPEN, Status.ANALYSED)
        ]
        if not found:
            raise refuse(Why.NOT_FOUND)
        leader = found[-1]
        analysis = Action(Do.ANALYSE, name, cause_code=cause_code, finding=finding)
        change(connection, leader, analysis, wall)
        for one in found[:-1]:
            change(connection, one, Action(Do.MERGE, name, same_as=leader.id), wall)
        return Outcome("done", None, data={"cause": leader.id, "merged": len(found) - 1})

    subject = ",".join(map(str, list(cause_ids)[:20]))
    return press(
        engine, work, actor=actor, token=token, kind="causes_answer", subject=subject, wall=wall
    )


def act(
    engine: Engine,
    cause_id: int,
    action: Action,
    *,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Do something to a root cause.

    Args:
        engine: state database.
        cause_id: which one.
        action: what to do; its own `actor` is replaced by `actor`.
        actor: who does it; without a name it is refused.
        version: of the cause as the person saw it; None: whatever it is by now.
        token: made for each press of a button; None: a command.
        wall: the wall clock.
    """

    def work(connection: Connection, name: str) -> Outcome:
        stored = cause_rows.load(connection, cause_id)
        if stored is None:
            raise refuse(Why.NOT_FOUND)
        if action.do is not Do.COMMENT:
            fresh(
                connection,
                subject_of(stored.crisis_id, stored.id),
                seen=version,
                version=stored.version,
                about=("cause", stored.id),
            )
        if action.do is Do.RECKON:
            raise refuse(Why.NOT_FOUND)
        if action.do is Do.MERGE:
            _mergeable(connection, stored, action)
        named = replace(action, actor=name)
        return Outcome("done", change(connection, stored, named, wall))

    kind, subject = f"cause_{action.do}", str(cause_id)
    return press(engine, work, actor=actor, token=token, kind=kind, subject=subject, wall=wall)


def change(connection: Connection, stored: StoredCause, action: Action, wall: datetime) -> int:
    """One step of the machine, written and told; gives the version afterwards.

    Raises:
        Refused: it cannot be done in this state.
    """
    now = clock(connection, stored.crisis_id, wall)
    after, events = step(stored.cause, action, now)
    if after == stored.cause and not events:
        return stored.version
    version = cause_rows.save(connection, stored, after, now)
    facts: dict[str, Any] = {"cause": stored.id, "version": version}
    subject = subject_of(stored.crisis_id, stored.id)
    tell(connection, subject, events, actor=action.actor, now=now, facts=facts)
    return version


def reckon(connection: Connection, stored: StoredCause, actor: str, wall: datetime) -> None:
    """Let a cause follow its corrective actions."""
    counts = cause_rows.counts(connection, stored.id)
    if stored.cause.status is not Status.CLOSED:
        change(connection, stored, Action(Do.RECKON, actor, counts=counts), wall)


def _mergeable(connection: Connection, stored: StoredCause, action: Action) -> None:
    other = cause_rows.load(connection, action.same_as or 0)
    if other is None or other.id == stored.id or other.cause.same_as is not None:
        raise refuse(Why.SAME_CAUSE)
