"""Transitions that the worker and the clock make. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from alerts.records import altered
from alerts.runs.changes import Outcome, armed, at_most_once, ended, told
from alerts.runs.model import (
    BY_WORKER,
    MOST_ATTEMPTS,
    WORRIES,
    Action,
    Kind,
    Refused,
    StepRun,
    StepState,
    Why,
)

if TYPE_CHECKING:
    from alerts.playbooks.format import Step


def claim(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:
    """Begin a step whose time has come. What must not be done twice is told before it is done."""
    if step.kind not in BY_WORKER or step.next_at is None or step.next_at > now:
        raise Refused(Why.NOT_YET)
    changed = altered(
        step,
        state=StepState.RUNNING,
        attempts=step.attempts + 1,
        started_at=step.started_at or now,
        next_at=None,
    )
    if not at_most_once(plan):
        return changed, ()
    return changed, (told(Kind.STARTED, now, action, step, attempt=changed.attempts),)


def finish(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """The effect is there, or whoever else finishes it says so."""
    result = dict(action.result)
    if result.get("waits"):
        changed = altered(
            step, state=StepState.READY, next_at=None, attempts=0, result=result, note=None
        )
        return changed, (told(Kind.PROGRESS, now, action, step, result=result),)
    note = action.note.strip() or None
    changed = ended(step, StepState.DONE, action, now, result=result or None, note=note)
    return changed, (told(Kind.DONE, now, action, step, result=result, note=note),)


def ask_again(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """A check does not hold yet: what it saw, and when it is asked again."""
    if step.kind != "check":
        raise Refused(Why.ONLY_WORKER)
    changed = altered(
        step,
        state=StepState.READY,
        next_at=action.at,
        attempts=0,
        result=dict(action.result) or None,
    )
    return changed, ()


def fail(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:
    """An attempt failed. What must not be done twice is not tried again by itself."""
    if step.kind not in BY_WORKER:
        raise Refused(Why.ONLY_WORKER)
    facts = {"note": action.note, "attempt": step.attempts}
    if at_most_once(plan):
        changed = altered(step, state=StepState.FAILED, next_at=None, note=action.note)
        return changed, (told(Kind.FAILED, now, action, step, **facts),)
    if action.at is None or step.attempts >= MOST_ATTEMPTS:
        return block(plan, step, action, now)
    changed = altered(step, state=StepState.READY, next_at=action.at, note=action.note)
    return changed, (told(Kind.ATTEMPT_FAILED, now, action, step, **facts),)


def lose(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:
    """Whoever was at it is gone."""
    if step.kind not in BY_WORKER:
        raise Refused(Why.ONLY_WORKER)
    if at_most_once(plan):
        changed = altered(step, state=StepState.UNKNOWN, next_at=None)
        return changed, (told(Kind.UNKNOWN, now, action, step, note=action.note),)
    if step.attempts >= MOST_ATTEMPTS:
        return block(plan, step, action, now)
    return altered(step, state=StepState.READY, next_at=now), ()


def block(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """The worker cannot do it: a person must look at it."""
    result = dict(action.result) or step.result
    changed = altered(step, state=StepState.BLOCKED, next_at=None, note=action.note, result=result)
    data = {**action.result, "note": action.note, "attempts": step.attempts}
    return changed, (told(Kind.BLOCKED, now, action, step, **data),)


def time_out(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """Its time is over: somebody above is told, once, or it ends as its playbook says."""
    if step.overdue_told_at is not None:
        return step, ()
    due = step.due_at.isoformat() if step.due_at else None
    if action.timer == "escalate" or step.state in WORRIES:
        changed = altered(step, overdue_told_at=now)
        return changed, (told(Kind.ESCALATED, now, action, step, due_at=due),)
    if step.state is StepState.RUNNING and step.kind in BY_WORKER:
        raise Refused(Why.WORKER_AT_IT, at=step.started_at)
    if action.timer == "skip":
        changed = ended(step, StepState.SKIPPED, action, now, overdue_told_at=now, note=None)
        return changed, (told(Kind.SKIPPED, now, action, step, reason="time_out", due_at=due),)
    changed = altered(step, state=StepState.FAILED, next_at=None, overdue_told_at=now, note=None)
    return changed, (told(Kind.FAILED, now, action, step, reason="time_out", due_at=due),)


def time_out_waiting(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:
    """What has not begun is told; it ends by its deadline only once it could begin."""
    if action.timer != "escalate":
        raise Refused(Why.NOT_YET)
    return time_out(plan, step, action, now)


def send_back(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:
    """What a person made was rejected: they make it again."""
    if step.kind != "manual":
        return step, ()
    changed = altered(armed(plan, step, now), done_at=None, done_by=None, note=action.note)
    event = told(Kind.SENT_BACK, now, action, step, note=action.note, owner=step.owner)
    return changed, (event,)
