"""Corrective actions: decided with owner, due date and check date; done; checked by another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection, Engine

from alerts.actions import Outcome
from alerts.reviews import cause_machine, cause_rows, causes
from alerts.reviews.action_machine import Action, Do, Why, step
from alerts.reviews.cause_machine import Event, Refused
from alerts.reviews.cause_rows import StoredCause
from alerts.reviews.pressing import clock, fresh, press, refuse, subject_of, tell


def add(
    engine: Engine,
    cause_id: int,
    text: str,
    *,
    owner: str,
    due_on: date,
    check_on: date,
    actor: str,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Decide what is done about a cause that was analysed; `data["action"]` is its number."""

    def work(connection: Connection, name: str) -> Outcome:
        stored = cause_rows.load(connection, cause_id)
        if stored is None:
            raise refuse(Why.NOT_FOUND)
        now = clock(connection, stored.crisis_id, wall)
        why = _refusal(stored, text, owner, due_on, check_on, now)
        if why is not None:
            raise refuse(why)
        made = cause_rows.add_action(
            connection,
            cause_id,
            text=text.strip(),
            owner=owner.strip(),
            due_on=due_on,
            check_on=check_on,
            now=now,
        )
        data = {
            "text": text.strip(),
            "owner": owner.strip(),
            "due_on": str(due_on),
            "check_on": str(check_on),
        }
        facts = {"cause": cause_id, "action": made, "version": 1}
        subject = subject_of(stored.crisis_id, stored.id)
        event = Event("action_added", data)
        tell(connection, subject, (event,), actor=name, now=now, facts=facts)
        causes.reckon(connection, stored, name, wall)
        return Outcome("done", 1, data={"action": made})

    subject = str(cause_id)
    return press(
        engine, work, actor=actor, token=token, kind="action_add", subject=subject, wall=wall
    )


def act(
    engine: Engine,
    action_id: int,
    action: Action,
    *,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Do something to a corrective action; its cause follows."""

    def work(connection: Connection, name: str) -> Outcome:
        stored = cause_rows.load_action(connection, action_id)
        cause = cause_rows.load(connection, stored.cause_id) if stored else None
        if stored is None or cause is None:
            raise refuse(Why.NOT_FOUND)
        subject = subject_of(cause.crisis_id, cause.id)
        about = ("action", action_id)
        fresh(connection, subject, seen=version, version=stored.version, about=about)
        if cause.cause.status is cause_machine.Status.CLOSED:
            raise refuse(Why.CAUSE_CLOSED)
        now = clock(connection, cause.crisis_id, wall)
        try:
            after, events = step(stored.state, replace(action, actor=name), now)
        except Refused as refused:
            at = _midnight(stored.state.check_on) if refused.why == Why.TOO_EARLY else None
            raise refuse(refused.why, by=stored.state.owner, at=at) from refused
        made = cause_rows.save_action(connection, stored, after, now)
        facts = {"cause": cause.id, "action": action_id, "version": made}
        tell(connection, subject, events, actor=name, now=now, facts=facts)
        causes.reckon(connection, cause, name, wall)
        return Outcome("done", made)

    kind = f"action_{action.do}"
    return press(
        engine, work, actor=actor, token=token, kind=kind, subject=str(action_id), wall=wall
    )


def _refusal(
    stored: StoredCause, text: str, owner: str, due_on: date, check_on: date, now: datetime
) -> Why | None:
    status = stored.cause.status
    asked = (
        (status is cause_machine.Status.OPEN, Why.NOT_ANALYSED),
        (status is cause_machine.Status.CLOSED, Why.CAUSE_CLOSED),
        (not text.strip(), Why.TEXT_NEEDED),
        (not owner.strip(), Why.OWNER_NEEDED),
        (due_on < now.date(), Why.PAST),
        (check_on < due_on, Why.CHECK_BEFORE_DUE),
    )
    return next((why for wrong, why in asked if wrong), None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


__all__ = ["Action", "Do", "Why", "act", "add"]
