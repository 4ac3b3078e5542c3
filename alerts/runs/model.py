"""Records of the run machine; all immutable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

NOBODY: Mapping[str, Any] = MappingProxyType({})
WORKER = "worker"

BY_WORKER = frozenset({"auto", "statement", "notify", "wait", "check"})
"""Kinds that the worker begins by itself; of `auto` and `statement` people may do the rest."""

MOST_ATTEMPTS = 6
"""How often the worker tries a step before a person must look at it."""

ASK_EVERY = timedelta(minutes=5)
"""How soon a check that does not hold yet is asked again."""


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    """Something it needs is not done, or it is not known whether it applies."""
    READY = "ready"
    RUNNING = "running"
    """A person has it in hand, or the worker is at it."""
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    """It did not happen; a person repeats it, skips it or says what was done instead."""
    UNKNOWN = "unknown"
    """The worker died while it did what must not be done twice: a person says if it happened."""
    BLOCKED = "blocked"
    """The worker cannot do it; a person removes the cause and lets it try again."""
    CANCELLED = "cancelled"

    __hash__ = str.__hash__


ENDED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.CANCELLED})
"""States that nothing leaves; a run whose steps are all there is finished."""
SATISFIES = frozenset({StepState.DONE, StepState.SKIPPED})
"""States by which what needs a step may begin."""
WORRIES = frozenset({StepState.FAILED, StepState.UNKNOWN, StepState.BLOCKED})
"""States that only a person leads out of."""


class RunStatus(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"

    __hash__ = str.__hash__


class Do(StrEnum):
    """Actions on a step: the first ones are people's, the others the worker's and the clock's."""

    START = "start"
    """Take it in hand; of the worker's kinds: it applies, let it begin."""
    DONE = "done"
    SKIP = "skip"
    RETRY = "retry"
    ANSWER = "answer"
    """Of an unknown step: it happened, or it did not."""
    ASSIGN = "assign"
    COMMENT = "comment"
    APPROVE = "approve"
    """Sign in one of the roles; the action says whether that was the last one."""
    REJECT = "reject"
    CLAIM = "claim"
    FINISH = "finish"
    """The effect is there; what it left for people keeps the step open."""
    ASK_AGAIN = "ask_again"
    """A check does not hold yet."""
    FAIL = "fail"
    """An attempt failed; the action says when to try again."""
    LOSE = "lose"
    """Whoever had claimed it is gone."""
    BLOCK = "block"
    TIME_OUT = "time_out"
    SEND_BACK = "send_back"
    """What it yielded was rejected."""

    __hash__ = str.__hash__


PEOPLE_DO = frozenset(
    {
        Do.START,
        Do.DONE,
        Do.SKIP,
        Do.RETRY,
        Do.ANSWER,
        Do.ASSIGN,
        Do.COMMENT,
        Do.APPROVE,
        Do.REJECT,
    }
)
"""What a person may ask for; everything else is the worker's own."""


class Kind(StrEnum):
    """Kinds of events of a run. Their subject is the crisis; the payload names `run` and `step`."""

    RUN_STARTED = "run_started"
    RUN_LEVEL_RAISED = "run_level_raised"
    RUN_ANCHOR = "run_anchor"
    RUN_VARIABLES = "run_variables"
    RUN_FINISHED = "run_finished"
    RUN_CANCELLED = "run_cancelled"
    READY = "step_ready"
    STARTED = "step_started"
    """A person took it, or the worker is about to do what must not be done twice."""
    PROGRESS = "step_progress"
    """The worker did its part; people do the rest."""
    DONE = "step_done"
    SKIPPED = "step_skipped"
    RETRIED = "step_retried"
    ATTEMPT_FAILED = "step_attempt_failed"
    FAILED = "step_failed"
    UNKNOWN = "step_unknown"
    ANSWERED = "step_answered"
    BLOCKED = "step_blocked"
    ASSIGNED = "step_assigned"
    COMMENTED = "step_commented"
    SENT_BACK = "step_sent_back"
    ESCALATED = "step_escalated"
    OVERDUE = "step_overdue"
    RESULT_DISCARDED = "step_result_discarded"
    UPDATE_SENT = "update_sent"
    UPDATE_OVERDUE = "update_overdue"


class Why(StrEnum):
    """Why something cannot be done; the screens hold a sentence and a remedy for each."""

    NOT_FOUND = "not_found"
    NAME_NEEDED = "name_needed"
    NOT_IN_ROLE = "not_in_role"
    RUN_OVER = "run_over"
    NOT_YET = "not_yet"
    """Steps that it needs are not done; `data["needs"]` names them."""
    ENDED = "ended"
    ALREADY_STARTED = "already_started"
    NOT_STARTED = "not_started"
    WORKER_AT_IT = "worker_at_it"
    WORKER_DOES_IT = "worker_does_it"
    NOT_UNKNOWN = "not_unknown"
    ANSWER_FIRST = "answer_first"
    """Nobody said yet whether it happened."""
    NOTHING_TO_RETRY = "nothing_to_retry"
    RETRY_FIRST = "retry_first"
    REASON_NEEDED = "reason_needed"
    PROOF_NEEDED = "proof_needed"
    FIELDS_NEEDED = "fields_needed"
    """The step asks for variables; `data["fields"]` names those that are missing."""
    WRONG_VALUE = "wrong_value"
    """`data["fields"]` names the variables whose values are not of their type."""
    EVIDENCE_NEEDED = "evidence_needed"
    """The step yields evidence; name it, or why there is none."""
    TO_BE_SIGNED = "to_be_signed"
    """It is done by signatures, not by saying so."""
    NOT_TO_BE_SIGNED = "not_to_be_signed"
    DONE_ELSEWHERE = "done_elsewhere"
    """Its statements or its batch finish it."""
    SAME_ASSIGNEE = "same_assignee"
    ONLY_WORKER = "only_worker"
    NOTHING_LEFT = "nothing_left"
    """A run that continues another one needs something to do."""
    STILL_RUNNING = "still_running"
    CRISIS_CLOSED = "crisis_closed"
    """Nothing begins in a crisis that is over."""
    NO_CADENCE = "no_cadence"


@dataclass(frozen=True)
class Action:
    """Something done to a step. What an action does not need is left empty.

    Attributes:
        do: the action.
        actor: a person's name, or `worker`.
        result: fields of the result, JSON.
        evidence: hashes or names of the evidence given with it.
        note: a comment, a reason, the proof of an answer, in the person's own words.
        happened: of `answer`.
        assignee: of `assign`; empty takes the assignment away.
        role: of `approve` and `reject`: in which role.
        seen: of `approve` and `reject`: hash of what the person looked at.
        complete: of `approve`: no signature is missing any more.
        at: of `fail` and `ask_again`: when to try again; None: not by itself.
        timer: of `time_out`: `escalate`, `skip` or `fail`, as the step says.
    """

    do: Do
    actor: str = WORKER
    result: Mapping[str, Any] = field(default_factory=dict)
    evidence: Sequence[str] = ()
    note: str = ""
    happened: bool | None = None
    assignee: str = ""
    role: str = ""
    seen: str | None = None
    complete: bool = False
    at: datetime | None = None
    timer: str = "escalate"


@dataclass(frozen=True)
class StepRun:
    """Where one step stands. Times are those of the crisis's clock.

    `next_at` is when the worker takes it; None: it waits for people (or for what it needs).
    `result` holds what it yielded; while it is ready, `undecided` names what nobody knows of its
    condition, and `waits` says that the worker did its part.
    """

    key: str
    place: int
    kind: str
    state: StepState = StepState.WAITING
    role: str | None = None
    owner: str | None = None
    due_at: datetime | None = None
    next_at: datetime | None = None
    ready_at: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    attempts: int = 0
    overdue_told_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    note: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.state in ENDED

    @property
    def undecided(self) -> Sequence[str]:
        """What nobody knows of the step's condition: a person decides whether it applies."""
        return (self.result or {}).get("undecided", ()) if self.state is StepState.READY else ()

    @property
    def left_to_people(self) -> bool:
        """Whether the worker did its part and people do the rest elsewhere."""
        return self.state is StepState.READY and bool((self.result or {}).get("waits"))


@dataclass(frozen=True)
class Run:
    """What the machine knows of a run. `labels` are those of the crisis."""

    id: int
    crisis_id: int
    level: int
    status: RunStatus
    anchors: Mapping[str, datetime]
    variables: Mapping[str, Any]
    labels: Mapping[str, str]
    steps: Mapping[str, StepRun]
    finished_at: datetime | None = None
    cancel_reason: str | None = None
    drill: int | None = None


class Event(NamedTuple):
    """Something worth telling of a run or (`step`) of one of its steps."""

    kind: Kind
    at: datetime
    actor: str
    step: str = ""
    data: Mapping[str, Any] = NOBODY


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An action that cannot be done: why, and what stands against it."""

    def __init__(
        self,
        why: Why | str,
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
