"""The life of a batch, as a total table. Pure.

draft → submitted → approved → exported; rejected → draft; cancelled from anywhere before export.
Every state × every action has exactly one entry, and a test enumerates them. Whoever changes an
item begins a new *round*: it is part of the hash that people sign, so what was signed is void.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

WORKER = "worker"


class BatchState(StrEnum):
    """Where a batch stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPORTED = "exported"
    CANCELLED = "cancelled"


class Do(StrEnum):
    """What people do to a batch."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    REOPEN = "reopen"
    EXCLUDE = "exclude"
    INCLUDE = "include"
    EXPORT = "export"
    CANCEL = "cancel"


class Why(StrEnum):
    """Named reasons of refusals; the screens hold a sentence for each."""

    NAME_NEEDED = "name_needed"
    NOT_FOUND = "batch_not_found"
    EMPTY = "empty"
    NOTE_NEEDED = "note_needed"
    NO_ITEM = "no_item"
    FIRM = "firm"
    NOT_SUBMITTED = "not_submitted"
    ALREADY_SUBMITTED = "already_submitted"
    ALREADY_APPROVED = "already_approved"
    NOT_APPROVED = "not_approved"
    NOT_REJECTED = "not_rejected"
    REJECTED = "rejected"
    EXPORTED = "exported"
    CANCELLED = "cancelled"
    OWN_BATCH = "own_batch"
    ELSEWHERE = "elsewhere"
    """Orders of the batch are in another approved one; `data` says which in which."""
    DRILL_TARGET = "drill_target"
    NO_CHANNEL = "no_channel"
    ROLE_NOT_ASKED = "role_not_asked"
    UNKNOWN_CAUSE = "unknown_cause"
    NO_POLICY = "no_policy"


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An action that cannot be done: why, who did what stands against it, when, and what."""

    def __init__(
        self,
        why: str,
        *,
        by: str = "",
        at: datetime | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(str(why))
        self.why = str(why)
        self.by = by
        self.at = at
        self.data = dict(data or {})


@dataclass(frozen=True)
class Batch:
    """What the machine knows of a batch. Times run by the clock of its crisis, if it has one.

    `round` counts the contents that people were asked to sign; `proposed` the items left in it.
    """

    state: BatchState
    created_by: str
    created_at: datetime
    proposed: int
    round: int = 1
    drill: bool = False
    submitted_at: datetime | None = None
    submitted_by: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    exported_at: datetime | None = None
    exported_by: str | None = None

    @property
    def maker(self) -> str:
        """Whose batch it is: of one that the worker proposed whoever submitted it."""
        return (self.submitted_by or WORKER) if self.created_by == WORKER else self.created_by


@dataclass(frozen=True)
class Action:
    """What is done. `items` are numbers; `role` is the one signed in; `complete`: it was the last.

    `channel` is where an export goes: empty for a file.
    """

    do: Do
    items: tuple[int, ...] = ()
    note: str = ""
    role: str = ""
    channel: str = ""
    seen: str = ""
    complete: bool = False
    actor: str = ""


class Event(NamedTuple):
    """Something for the log."""

    kind: str
    data: Mapping[str, Any] = MappingProxyType({})


Outcome = tuple[Batch, tuple[Event, ...]]
Transition = Callable[[Batch, Action, datetime], Outcome]


def step(batch: Batch, action: Action, now: datetime) -> Outcome:
    """The next state and what to tell.

    Raises:
        Refused: the action cannot be done in this state; says why.
    """
    return TABLE[batch.state, action.do](batch, action, now)


def _submit(batch: Batch, action: Action, now: datetime) -> Outcome:
    if not batch.proposed:
        raise Refused(Why.EMPTY)
    done = replace(batch, state=BatchState.SUBMITTED, submitted_at=now, submitted_by=action.actor)
    return done, (Event("batch_submitted", {"items": batch.proposed}),)


def _approve(batch: Batch, action: Action, now: datetime) -> Outcome:
    if action.actor == batch.maker:
        raise Refused(Why.OWN_BATCH, by=batch.maker, at=batch.created_at)
    if not batch.proposed:
        raise Refused(Why.EMPTY)
    if not action.complete:
        return batch, (Event("batch_signed", {"role": action.role}),)
    done = replace(batch, state=BatchState.APPROVED, decided_at=now, decided_by=action.actor)
    return done, (Event("batch_approved", {"role": action.role, "items": batch.proposed}),)


def _reject(batch: Batch, action: Action, now: datetime) -> Outcome:
    _said(action)
    done = replace(batch, state=BatchState.REJECTED, decided_at=now, decided_by=action.actor)
    return done, (Event("batch_rejected", {"note": action.note.strip()}),)


def _reopen(batch: Batch, action: Action, _now: datetime) -> Outcome:
    done = replace(
        batch,
        state=BatchState.DRAFT,
        round=batch.round + 1,
        submitted_at=None,
        submitted_by=None,
        decided_at=None,
        decided_by=None,
    )
    return done, (Event("batch_reopened", {"note": action.note.strip()}),)


def _change(batch: Batch, action: Action, _now: datetime) -> Outcome:
    _said(action)
    if not action.items:
        raise Refused(Why.NO_ITEM)
    back = batch.state is BatchState.APPROVED
    done = replace(
        batch,
        state=BatchState.SUBMITTED if back else batch.state,
        round=batch.round + 1,
        decided_at=None if back else batch.decided_at,
        decided_by=None if back else batch.decided_by,
    )
    kind = "items_excluded" if action.do is Do.EXCLUDE else "items_included"
    data = {"items": list(action.items), "note": action.note.strip()}
    voided = batch.state is not BatchState.DRAFT
    return done, (Event(kind, {**data, "voids": voided}),)


def _export(batch: Batch, action: Action, now: datetime) -> Outcome:
    if batch.drill and action.channel:
        raise Refused(Why.DRILL_TARGET)
    first = batch.state is BatchState.APPROVED
    event = Event(
        "batch_exported",
        {"channel": action.channel or "file", "again": not first, "items": batch.proposed},
    )
    if not first:
        return batch, (event,)
    done = replace(batch, state=BatchState.EXPORTED, exported_at=now, exported_by=action.actor)
    return done, (event,)


def _cancel(batch: Batch, action: Action, _now: datetime) -> Outcome:
    _said(action)
    done = replace(batch, state=BatchState.CANCELLED)
    return done, (Event("batch_cancelled", {"note": action.note.strip()}),)


def _said(action: Action) -> None:
    if not action.note.strip():
        raise Refused(Why.NOTE_NEEDED)


def _refused(why: Why) -> Transition:
    def refuse(batch: Batch, _action: Action, _now: datetime) -> Outcome:
        who = {
            Why.ALREADY_SUBMITTED: (batch.submitted_by, batch.submitted_at),
            Why.ALREADY_APPROVED: (batch.decided_by, batch.decided_at),
            Why.REJECTED: (batch.decided_by, batch.decided_at),
            Why.EXPORTED: (batch.exported_by, batch.exported_at),
        }.get(why, (None, None))
        raise Refused(why, by=who[0] or "", at=who[1])

    return refuse


_S = BatchState
TABLE: Mapping[tuple[BatchState, Do], Transition] = {
    (_S.DRAFT, Do.SUBMIT): _submit,
    (_S.DRAFT, Do.APPROVE): _refused(Why.NOT_SUBMITTED),
    (_S.DRAFT, Do.REJECT): _refused(Why.NOT_SUBMITTED),
    (_S.DRAFT, Do.REOPEN): _refused(Why.NOT_REJECTED),
    (_S.DRAFT, Do.EXCLUDE): _change,
    (_S.DRAFT, Do.INCLUDE): _change,
    (_S.DRAFT, Do.EXPORT): _refused(Why.NOT_APPROVED),
    (_S.DRAFT, Do.CANCEL): _cancel,
    (_S.SUBMITTED, Do.SUBMIT): _refused(Why.ALREADY_SUBMITTED),
    (_S.SUBMITTED, Do.APPROVE): _approve,
    (_S.SUBMITTED, Do.REJECT): _reject,
    (_S.SUBMITTED, Do.REOPEN): _refused(Why.NOT_REJECTED),
    (_S.SUBMITTED, Do.EXCLUDE): _change,
    (_S.SUBMITTED, Do.INCLUDE): _change,
    (_S.SUBMITTED, Do.EXPORT): _refused(Why.NOT_APPROVED),
    (_S.SUBMITTED, Do.CANCEL): _cancel,
    (_S.APPROVED, Do.SUBMIT): _refused(Why.ALREADY_APPROVED),
    (_S.APPROVED, Do.APPROVE): _refused(Why.ALREADY_APPROVED),
    (_S.APPROVED, Do.REJECT): _refused(Why.ALREADY_APPROVED),
    (_S.APPROVED, Do.REOPEN): _refused(Why.NOT_REJECTED),
    (_S.APPROVED, Do.EXCLUDE): _change,
    (_S.APPROVED, Do.INCLUDE): _change,
    (_S.APPROVED, Do.EXPORT): _export,
    (_S.APPROVED, Do.CANCEL): _cancel,
    (_S.REJECTED, Do.SUBMIT): _refused(Why.REJECTED),
    (_S.REJECTED, Do.APPROVE): _refused(Why.REJECTED),
    (_S.REJECTED, Do.REJECT): _refused(Why.REJECTED),
    (_S.REJECTED, Do.REOPEN): _reopen,
    (_S.REJECTED, Do.EXCLUDE): _refused(Why.REJECTED),
    (_S.REJECTED, Do.INCLUDE): _refused(Why.REJECTED),
    (_S.REJECTED, Do.EXPORT): _refused(Why.NOT_APPROVED),
    (_S.REJECTED, Do.CANCEL): _cancel,
    (_S.EXPORTED, Do.SUBMIT): _refused(Why.EXPORTED),
    (_S.EXPORTED, Do.APPROVE): _refused(Why.EXPORTED),
    (_S.EXPORTED, Do.REJECT): _refused(Why.EXPORTED),
    (_S.EXPORTED, Do.REOPEN): _refused(Why.EXPORTED),
    (_S.EXPORTED, Do.EXCLUDE): _refused(Why.EXPORTED),
    (_S.EXPORTED, Do.INCLUDE): _refused(Why.EXPORTED),
    (_S.EXPORTED, Do.EXPORT): _export,
    (_S.EXPORTED, Do.CANCEL): _refused(Why.EXPORTED),
    (_S.CANCELLED, Do.SUBMIT): _refused(Why.CANCELLED),
    (_S.CANCELLED, Do.APPROVE): _refused(Why.CANCELLED),
    (_S.CANCELLED, Do.REJECT): _refused(Why.CANCELLED),
    (_S.CANCELLED, Do.REOPEN): _refused(Why.CANCELLED),
    (_S.CANCELLED, Do.EXCLUDE): _refused(Why.CANCELLED),
    (_S.CANCELLED, Do.INCLUDE): _refused(Why.CANCELLED),
    (_S.CANCELLED, Do.EXPORT): _refused(Why.CANCELLED),
    (_S.CANCELLED, Do.CANCEL): _refused(Why.CANCELLED),
}
"""State × action → transition."""
