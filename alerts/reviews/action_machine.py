"""The machine of a corrective action: open, done, then checked whether it helped. Total. Pure.

Whoever checks is not who did it, and does not say that it helped before the day set for that: an
effect needs time to show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from alerts.reviews.cause_machine import Event, Refused


class Status(StrEnum):
    """Where a corrective action stands."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"
    """Somebody else looked on the day of the check: it helped."""
    FAILED = "failed"
    """It did not help."""
    DROPPED = "dropped"


class Do(StrEnum):
    """What can be done."""

    DONE = "done"
    VERIFY = "verify"
    FAIL = "fail"
    DROP = "drop"
    RESUME = "resume"
    """It was not done after all."""
    CHANGE = "change"
    """Owner or dates."""


class Why(StrEnum):
    """Why something cannot be done; the screens hold a sentence for each."""

    NOT_FOUND = "not_found"
    NAME_NEEDED = "name_needed"
    TEXT_NEEDED = "text_needed"
    OWNER_NEEDED = "owner_needed"
    CHECK_BEFORE_DUE = "check_before_due"
    PAST = "past"
    NOT_ANALYSED = "not_analysed"
    CAUSE_CLOSED = "cause_closed"
    NOT_DONE = "not_done"
    ALREADY_DONE = "already_done"
    SETTLED = "settled"
    EVIDENCE_NEEDED = "evidence_needed"
    REASON_NEEDED = "reason_needed"
    SAME_PERSON = "same_person"
    TOO_EARLY = "too_early"
    """`at`: the day from which it may be checked."""


@dataclass(frozen=True)
class Corrective:
    """What the machine knows of a corrective action."""

    owner: str
    due_on: date
    check_on: date
    status: Status = Status.OPEN
    result: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True)
class Action:
    """Something done to a corrective action. `note` is what was done, the evidence, the reason."""

    do: Do
    actor: str = ""
    note: str = ""
    owner: str = ""
    due_on: date | None = None
    check_on: date | None = None


Outcome = tuple[Corrective, tuple[Event, ...]]
Transition = Callable[[Corrective, Action, datetime], Outcome]


def step(given: Corrective, action: Action, now: datetime) -> Outcome:
    """The next state and what to tell.

    Raises:
        Refused: the action cannot be done in this state.
    """
    return TABLE[given.status, action.do](given, action, now)


def _noted(action: Action, why: Why) -> str:
    note = action.note.strip()
    if not note:
        raise Refused(why)
    return note


def _done(given: Corrective, action: Action, now: datetime) -> Outcome:
    after = _settled(given, action, now, Status.DONE, action.note.strip())
    late = max((now.date() - given.due_on).days, 0)
    return after, (Event("action_done", {"note": action.note.strip(), "late_days": late}),)


def _verify(given: Corrective, action: Action, now: datetime) -> Outcome:
    evidence = _noted(action, Why.EVIDENCE_NEEDED)
    _by_another(given, action)
    if now.date() < given.check_on:
        raise Refused(Why.TOO_EARLY)
    after = _settled(given, action, now, Status.VERIFIED, evidence)
    return after, (Event("action_verified", {"evidence": evidence}),)


def _fail(given: Corrective, action: Action, now: datetime) -> Outcome:
    evidence = _noted(action, Why.EVIDENCE_NEEDED)
    _by_another(given, action)
    after = _settled(given, action, now, Status.FAILED, evidence)
    return after, (Event("action_failed", {"evidence": evidence}),)


def _drop(given: Corrective, action: Action, now: datetime) -> Outcome:
    reason = _noted(action, Why.REASON_NEEDED)
    after = _settled(given, action, now, Status.DROPPED, reason)
    return after, (Event("action_dropped", {"note": reason}),)


def _resume(given: Corrective, action: Action, _now: datetime) -> Outcome:
    reason = _noted(action, Why.REASON_NEEDED)
    after = replace(given, status=Status.OPEN, result=None, settled_by=None, settled_at=None)
    return after, (Event("action_resumed", {"note": reason}),)


def _change(given: Corrective, action: Action, _now: datetime) -> Outcome:
    due_on = action.due_on or given.due_on
    check_on = action.check_on or max(given.check_on, due_on)
    owner = action.owner.strip() or given.owner
    if check_on < due_on:
        raise Refused(Why.CHECK_BEFORE_DUE)
    reason = _noted(action, Why.REASON_NEEDED) if due_on > given.due_on else action.note.strip()
    after = replace(given, owner=owner, due_on=due_on, check_on=check_on)
    data: dict[str, Any] = {
        "owner": owner,
        "due_on": str(due_on),
        "check_on": str(check_on),
        "was_due_on": str(given.due_on),
        "note": reason,
    }
    return after, (Event("action_changed", data),)


def _settled(
    given: Corrective, action: Action, now: datetime, status: Status, result: str
) -> Corrective:
    return replace(
        given, status=status, result=result or None, settled_by=action.actor, settled_at=now
    )


def _by_another(given: Corrective, action: Action) -> None:
    if action.actor in {given.owner, given.settled_by}:
        raise Refused(Why.SAME_PERSON)


def _refused(why: Why) -> Transition:
    def refuse(_given: Corrective, _action: Action, _now: datetime) -> Outcome:
        raise Refused(why)

    return refuse


_not_done, _over = _refused(Why.NOT_DONE), _refused(Why.SETTLED)

TABLE: Mapping[tuple[Status, Do], Transition] = {
    (Status.OPEN, Do.DONE): _done,
    (Status.OPEN, Do.VERIFY): _not_done,
    (Status.OPEN, Do.FAIL): _not_done,
    (Status.OPEN, Do.DROP): _drop,
    (Status.OPEN, Do.RESUME): _not_done,
    (Status.OPEN, Do.CHANGE): _change,
    (Status.DONE, Do.DONE): _refused(Why.ALREADY_DONE),
    (Status.DONE, Do.VERIFY): _verify,
    (Status.DONE, Do.FAIL): _fail,
    (Status.DONE, Do.DROP): _drop,
    (Status.DONE, Do.RESUME): _resume,
    (Status.DONE, Do.CHANGE): _change,
    **{
        (status, do): _over
        for status in (Status.VERIFIED, Status.FAILED, Status.DROPPED)
        for do in Do
    },
}
"""State × action → transition; what is settled stays so."""
