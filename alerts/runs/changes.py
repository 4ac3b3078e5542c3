"""What transitions are made of. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerts.records import altered
from alerts.runs.model import BY_WORKER, Action, Event, Kind, Refused, StepRun, StepState, Why

if TYPE_CHECKING:
    from alerts.playbooks.format import Step

Outcome = tuple[StepRun, tuple[Event, ...]]
Transition = Callable[["Step", StepRun, Action, datetime], Outcome]


def told(kind: Kind, now: datetime, action: Action, step: StepRun, **data: Any) -> Event:
    """An event of a step; empty facts are left out."""
    facts = {name: value for name, value in data.items() if value not in (None, "", [], (), {})}
    return Event(kind, now, action.actor, step.key, facts)


def refused(why: Why) -> Transition:
    """A transition that is none, and says who did what stands against it."""

    def refuse(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
        if step.ended:
            raise Refused(why, by=step.done_by or "", at=step.done_at)
        raise Refused(why, by=step.owner or "", at=step.started_at, data={"state": str(step.state)})

    return refuse


def nothing(plan: Step, step: StepRun, action: Action, now: datetime) -> Outcome:  # noqa: ARG001
    """Nothing changes and nobody is told."""
    return step, ()


def armed(plan: Step, step: StepRun, now: datetime) -> StepRun:
    """The step ready, with the time at which the worker takes it."""
    at = None
    if step.kind == "wait":
        at = now if plan.for_ is None else now + plan.for_
    elif step.kind in BY_WORKER:
        at = now
    return altered(
        step, state=StepState.READY, ready_at=now, next_at=at, started_at=None, result=None
    )


def ended(
    step: StepRun, state: StepState, action: Action, now: datetime, **changes: Any
) -> StepRun:
    """The step at its end."""
    return altered(step, state=state, done_at=now, done_by=action.actor, next_at=None, **changes)


def at_most_once(plan: Step) -> bool:
    """Whether the step must not be done twice, whatever happens."""
    return plan.kind == "auto" and plan.effect == "at_most_once"
