"""The machine of a root cause: open, analysed, acted on, checked, closed. A total table. Pure.

Where it stands between `analysed` and `closed` follows from its corrective actions: it is closed
when one of them was checked and found to have helped, and none is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Status(StrEnum):
    """Where a root cause stands."""

    OPEN = "open"
    ANALYSED = "analysed"
    """Somebody said why it happened; nothing is being done about it yet."""
    ACTING = "acting"
    VERIFYING = "verifying"
    """All is done; whether it helped is checked on the day that was set."""
    CLOSED = "closed"


class Do(StrEnum):
    """What can be done; `reckon` follows from the corrective actions."""

    ANALYSE = "analyse"
    RECKON = "reckon"
    CLOSE = "close"
    """Without an action, for a reason."""
    MERGE = "merge"
    """It is the same as another one, which goes on."""
    REOPEN = "reopen"
    ASSIGN = "assign"
    COMMENT = "comment"


class Why(StrEnum):
    """Why something cannot be done; the screens hold a sentence for each."""

    NOT_FOUND = "not_found"
    NAME_NEEDED = "name_needed"
    TITLE_NEEDED = "title_needed"
    CODE_NEEDED = "code_needed"
    FINDING_NEEDED = "finding_needed"
    NOT_ANALYSED = "not_analysed"
    REASON_NEEDED = "reason_needed"
    ACTIONS_OPEN = "actions_open"
    CLOSED = "closed"
    NOT_CLOSED = "not_closed"
    SAME_OWNER = "same_owner"
    NOTE_NEEDED = "note_needed"
    SAME_CAUSE = "same_cause"
    """Merged into itself, or into one that is merged itself."""


@dataclass(frozen=True)
class Counts:
    """Corrective actions of a cause, by where they stand."""

    open: int = 0
    done: int = 0
    verified: int = 0
    failed: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class Cause:
    """What the machine knows of a root cause.

    `reason` is why it was closed without an action; `same_as` the number of the one it is merged
    into.
    """

    status: Status = Status.OPEN
    cause_code: str | None = None
    finding: str | None = None
    owner: str | None = None
    closed_at: datetime | None = None
    reason: str = ""
    same_as: int | None = None


@dataclass(frozen=True)
class Action:
    """Something done to a root cause. What an action does not need is left empty."""

    do: Do
    actor: str = "worker"
    cause_code: str = ""
    finding: str = ""
    owner: str = ""
    note: str = ""
    same_as: int | None = None
    counts: Counts = field(default_factory=Counts)


class Event(NamedTuple):
    """Something worth telling."""

    kind: str
    data: Mapping[str, Any]


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An action that cannot be done, and why."""

    def __init__(self, why: str) -> None:
        super().__init__(str(why))
        self.why = str(why)


Outcome = tuple[Cause, tuple[Event, ...]]
Transition = Callable[[Cause, Action, datetime], Outcome]


def step(cause: Cause, action: Action, now: datetime) -> Outcome:
    """The next state and what to tell.

    Raises:
        Refused: the action cannot be done in this state.
    """
    return TABLE[cause.status, action.do](cause, action, now)


def _analyse(cause: Cause, action: Action, _now: datetime) -> Outcome:
    if not action.cause_code:
        raise Refused(Why.CODE_NEEDED)
    if not action.finding.strip():
        raise Refused(Why.FINDING_NEEDED)
    status = Status.ANALYSED if cause.status is Status.OPEN else cause.status
    after = replace(
        cause, status=status, cause_code=action.cause_code, finding=action.finding.strip()
    )
    data = {"cause_code": after.cause_code, "finding": after.finding}
    return after, (Event("cause_analysed", data),)


def _reckon(cause: Cause, action: Action, now: datetime) -> Outcome:
    status = of_actions(action.counts)
    if status is cause.status:
        return cause, ()
    after = replace(cause, status=status, closed_at=now if status is Status.CLOSED else None)
    kind = "cause_closed" if status is Status.CLOSED else "cause_moved"
    return after, (Event(kind, {"before": str(cause.status), "after": str(status)}),)


def of_actions(counts: Counts) -> Status:
    """Where an analysed cause stands by its actions; one that did not help asks for another."""
    if counts.open:
        return Status.ACTING
    if counts.done:
        return Status.VERIFYING
    return Status.CLOSED if counts.verified else Status.ANALYSED


def _close(cause: Cause, action: Action, now: datetime) -> Outcome:
    if not action.note.strip():
        raise Refused(Why.REASON_NEEDED)
    after = replace(cause, status=Status.CLOSED, closed_at=now, reason=action.note.strip())
    return after, (Event("cause_closed", {"note": after.reason}),)


def _merge(cause: Cause, action: Action, now: datetime) -> Outcome:
    if action.same_as is None:
        raise Refused(Why.SAME_CAUSE)
    after = replace(cause, status=Status.CLOSED, closed_at=now, same_as=action.same_as)
    return after, (Event("cause_merged", {"same_as": action.same_as}),)


def _reopen(cause: Cause, action: Action, _now: datetime) -> Outcome:
    if not action.note.strip():
        raise Refused(Why.REASON_NEEDED)
    status = Status.ANALYSED if cause.finding else Status.OPEN
    after = replace(cause, status=status, closed_at=None, reason="", same_as=None)
    return after, (Event("cause_reopened", {"note": action.note.strip()}),)


def _assign(cause: Cause, action: Action, _now: datetime) -> Outcome:
    owner = action.owner.strip() or None
    if owner == cause.owner:
        raise Refused(Why.SAME_OWNER)
    data = {"before": cause.owner or "", "after": owner or ""}
    return replace(cause, owner=owner), (Event("cause_assigned", data),)


def _comment(cause: Cause, action: Action, _now: datetime) -> Outcome:
    if not action.note.strip():
        raise Refused(Why.NOTE_NEEDED)
    return cause, (Event("commented", {"note": action.note.strip()}),)


def _refused(why: Why) -> Transition:
    def refuse(_cause: Cause, _action: Action, _now: datetime) -> Outcome:
        raise Refused(why)

    return refuse


_not_analysed, _actions_open = _refused(Why.NOT_ANALYSED), _refused(Why.ACTIONS_OPEN)
_closed, _not_closed = _refused(Why.CLOSED), _refused(Why.NOT_CLOSED)

TABLE: Mapping[tuple[Status, Do], Transition] = {
    (Status.OPEN, Do.ANALYSE): _analyse,
    (Status.OPEN, Do.RECKON): _not_analysed,
    (Status.OPEN, Do.CLOSE): _not_analysed,
    (Status.OPEN, Do.MERGE): _merge,
    (Status.OPEN, Do.REOPEN): _not_closed,
    (Status.OPEN, Do.ASSIGN): _assign,
    (Status.OPEN, Do.COMMENT): _comment,
    (Status.ANALYSED, Do.ANALYSE): _analyse,
    (Status.ANALYSED, Do.RECKON): _reckon,
    (Status.ANALYSED, Do.CLOSE): _close,
    (Status.ANALYSED, Do.MERGE): _merge,
    (Status.ANALYSED, Do.REOPEN): _not_closed,
    (Status.ANALYSED, Do.ASSIGN): _assign,
    (Status.ANALYSED, Do.COMMENT): _comment,
    (Status.ACTING, Do.ANALYSE): _analyse,
    (Status.ACTING, Do.RECKON): _reckon,
    (Status.ACTING, Do.CLOSE): _actions_open,
    (Status.ACTING, Do.MERGE): _actions_open,
    (Status.ACTING, Do.REOPEN): _not_closed,
    (Status.ACTING, Do.ASSIGN): _assign,
    (Status.ACTING, Do.COMMENT): _comment,
    (Status.VERIFYING, Do.ANALYSE): _analyse,
    (Status.VERIFYING, Do.RECKON): _reckon,
    (Status.VERIFYING, Do.CLOSE): _actions_open,
    (Status.VERIFYING, Do.MERGE): _actions_open,
    (Status.VERIFYING, Do.REOPEN): _not_closed,
    (Status.VERIFYING, Do.ASSIGN): _assign,
    (Status.VERIFYING, Do.COMMENT): _comment,
    (Status.CLOSED, Do.ANALYSE): _closed,
    (Status.CLOSED, Do.RECKON): _closed,
    (Status.CLOSED, Do.CLOSE): _closed,
    (Status.CLOSED, Do.MERGE): _closed,
    (Status.CLOSED, Do.REOPEN): _reopen,
    (Status.CLOSED, Do.ASSIGN): _closed,
    (Status.CLOSED, Do.COMMENT): _comment,
}
"""State × action → transition."""
