"""Transitions that people make. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerts.records import altered
from alerts.runs.changes import Outcome, armed, ended, told
from alerts.runs.model import BY_WORKER, Action, Kind, Refused, StepRun, StepState, Why

if TYPE_CHECKING:
    from alerts.playbooks.format import Step


def start(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:
    """Take a ready step in hand; where nobody knew whether it applies, it does from now on."""
    decided = bool(step.undecided)
    if decided:
        step = altered(armed(plan, step, now), ready_at=step.ready_at)
    if step.kind == "manual":
        taken = altered(
            step, state=StepState.RUNNING, owner=action.actor, started_at=now, result=None
        )
        return taken, (told(Kind.STARTED, now, action, step, note=action.note),)
    if decided:
        return step, (told(Kind.STARTED, now, action, step, applies=True, note=action.note),)
    if step.left_to_people and step.owner != action.actor:
        taken = altered(step, owner=action.actor)
        return taken, (told(Kind.ASSIGNED, now, action, step, assignee=action.actor),)
    if step.left_to_people:
        raise Refused(Why.ALREADY_STARTED, by=step.owner or "", at=step.started_at)
    raise Refused(Why.TO_BE_SIGNED if step.kind == "approval" else Why.WORKER_DOES_IT)


def start_again(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """Somebody has it in hand; another one takes it over by assigning it."""
    why = Why.WORKER_AT_IT if step.kind in BY_WORKER else Why.ALREADY_STARTED
    raise Refused(why, by=step.owner or "", at=step.started_at)


def done(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:
    """A person did it: their own step, or by hand what the worker would do."""
    if step.kind == "approval":
        raise Refused(Why.TO_BE_SIGNED)
    if step.kind == "statement" or step.left_to_people:
        raise Refused(Why.DONE_ELSEWHERE)
    if step.kind in BY_WORKER and step.state is StepState.RUNNING:
        raise Refused(Why.WORKER_AT_IT, at=step.started_at)
    by_hand = step.kind in BY_WORKER or step.state in (StepState.FAILED, StepState.BLOCKED)
    if by_hand and not action.note.strip():
        raise Refused(Why.REASON_NEEDED)
    if plan.evidence and not action.evidence and not action.note.strip():
        raise Refused(Why.EVIDENCE_NEEDED, data={"evidence": list(plan.evidence)})
    missing = [name for name in plan.asks if action.result.get(name) in (None, "")]
    if missing:
        raise Refused(Why.FIELDS_NEEDED, data={"fields": missing})
    result: dict[str, Any] = dict(action.result)
    if action.evidence:
        result["evidence"] = list(action.evidence)
    if by_hand:
        result["by_hand"] = True
    changed = ended(
        step,
        StepState.DONE,
        action,
        now,
        owner=step.owner or action.actor,
        result=result or None,
        note=action.note.strip() or None,
    )
    return changed, (told(Kind.DONE, now, action, step, result=result, note=action.note.strip()),)


def skip(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """Leave it out, with a reason."""
    if step.kind in BY_WORKER and step.state is StepState.RUNNING:
        raise Refused(Why.WORKER_AT_IT, at=step.started_at)
    note = action.note.strip()
    if not note:
        raise Refused(Why.REASON_NEEDED)
    changed = ended(step, StepState.SKIPPED, action, now, note=note)
    return changed, (told(Kind.SKIPPED, now, action, step, note=note, reason="person"),)


def retry(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:
    """Try again what failed or was blocked. A deadline that passed does not pass again."""
    changed = altered(armed(plan, step, now), attempts=0, note=None)
    return changed, (told(Kind.RETRIED, now, action, step, note=action.note.strip()),)


def hurry(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """Let the worker try now what it would try later."""
    if step.next_at is None or step.next_at <= now or step.kind == "wait":
        raise Refused(Why.NOTHING_TO_RETRY)
    return altered(step, next_at=now), (told(Kind.RETRIED, now, action, step),)


def answer(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:
    """Say whether it happened, with proof; if it did not, the worker does it."""
    note = action.note.strip()
    if action.happened is None or not (note or action.evidence):
        raise Refused(Why.PROOF_NEEDED)
    proof = {"happened": action.happened, "note": note, "evidence": list(action.evidence)}
    event = told(Kind.ANSWERED, now, action, step, **proof)
    if not action.happened:
        again = altered(armed(plan, step, now), note=note or None)
        return again, (event,)
    result = {**action.result, "confirmed_by": action.actor}
    if action.evidence:
        result["evidence"] = list(action.evidence)
    changed = ended(step, StepState.DONE, action, now, result=result, note=note or None)
    return changed, (event, told(Kind.DONE, now, action, step, result=result))


def assign(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """Make somebody its owner, or nobody."""
    if (step.owner or "") == action.assignee:
        raise Refused(Why.SAME_ASSIGNEE, by=step.owner or "")
    changed = altered(step, owner=action.assignee or None)
    event = told(Kind.ASSIGNED, now, action, step, assignee=action.assignee, note=action.note)
    return changed, (event,)


def comment(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """Say something about it; nothing changes."""
    if not action.note.strip():
        raise Refused(Why.REASON_NEEDED)
    return step, (told(Kind.COMMENTED, now, action, step, note=action.note.strip()),)


def approve(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """One signature more; the last one makes the step done. Signatures log themselves."""
    if step.kind != "approval":
        raise Refused(Why.NOT_TO_BE_SIGNED)
    signed = [*(step.result or {}).get("signed", ()), action.role]
    if not action.complete:
        return altered(step, result={"signed": signed}, note=None), ()
    result = {**action.result, "signed": signed}
    changed = ended(step, StepState.DONE, action, now, result=result, note=None)
    return changed, (told(Kind.DONE, now, action, step, result=result),)


def reject(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """Not like this: it stays to be signed, with the reason. Signatures log themselves."""
    if step.kind != "approval":
        raise Refused(Why.NOT_TO_BE_SIGNED)
    if not action.note.strip():
        raise Refused(Why.REASON_NEEDED)
    rejected = {"role": action.role, "by": action.actor, "at": now.isoformat()}
    return altered(step, result={"rejected": rejected}, note=action.note.strip()), ()
