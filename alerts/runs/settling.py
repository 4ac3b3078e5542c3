"""What follows from where the steps of a run stand. Pure.

Steps whose needs are met begin, those that do not apply are skipped, due times hang on what
happened, and a run without open steps is finished.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from alerts.records import altered
from alerts.runs.changes import armed
from alerts.runs.conditions import holds, missing
from alerts.runs.model import SATISFIES, WORKER, Event, Kind, Run, RunStatus, StepRun, StepState

if TYPE_CHECKING:
    from alerts.playbooks.format import Playbook, Step


def settle(playbook: Playbook, run: Run, now: datetime) -> tuple[Run, tuple[Event, ...]]:
    """Everything that follows, until nothing more does."""
    if run.status is not RunStatus.RUNNING:
        return run, ()
    steps = dict(run.steps)
    events: list[Event] = []
    moved = True
    while moved:
        moved = False
        current = altered(run, steps=steps)
        for plan in playbook.steps:
            one = steps.get(plan.key)
            if one is None:
                continue
            after, told = _settled(playbook, plan, one, current, now)
            if after is not one:
                steps[plan.key] = after
                events += told
                moved = True
                current = altered(run, steps=steps)
    run = altered(run, steps=dict(steps))
    for plan in playbook.steps:
        if plan.key in steps:
            steps[plan.key] = _timed(plan, steps[plan.key], run)
    run = altered(run, steps=steps)
    if all(one.ended for one in steps.values()):
        run = altered(run, status=RunStatus.FINISHED, finished_at=now)
        events.append(Event(Kind.RUN_FINISHED, now, WORKER))
    return run, tuple(events)


def unmet(plan: Step, run: Run) -> tuple[str, ...]:
    """What a step still needs. A step that does not belong to the run's level is not waited for."""
    return tuple(
        key for key in plan.needs if key in run.steps and run.steps[key].state not in SATISFIES
    )


def _settled(
    playbook: Playbook, plan: Step, one: StepRun, run: Run, now: datetime
) -> tuple[StepRun, tuple[Event, ...]]:
    if one.state is StepState.WAITING:
        if unmet(plan, run):
            return one, ()
        return _opened(playbook, plan, one, run, now)
    if one.undecided and holds(playbook, plan.when, run) is not None:
        return _opened(playbook, plan, one, run, now)
    if one.state is StepState.READY and one.kind == "approval" and unmet(plan, run):
        return altered(one, state=StepState.WAITING, ready_at=None), ()
    return one, ()


def _opened(
    playbook: Playbook, plan: Step, one: StepRun, run: Run, now: datetime
) -> tuple[StepRun, tuple[Event, ...]]:
    """A step whose needs are met: it begins, does not apply, or a person decides that."""
    applies = holds(playbook, plan.when, run)
    if applies is False:
        skipped = altered(
            one,
            state=StepState.SKIPPED,
            done_at=now,
            done_by=WORKER,
            next_at=None,
            result={"when": plan.when},
        )
        return skipped, (Event(Kind.SKIPPED, now, WORKER, plan.key, {"reason": "when"}),)
    ready = armed(plan, one, now)
    if applies is None:
        names = missing(playbook, plan.when, run)
        ready = altered(ready, next_at=None, result={"undecided": names})
        return ready, (Event(Kind.READY, now, WORKER, plan.key, {"undecided": names}),)
    return ready, (Event(Kind.READY, now, WORKER, plan.key),)


def _timed(plan: Step, one: StepRun, run: Run) -> StepRun:
    """Its due time, as soon as what it hangs on has happened."""
    if plan.due is None or one.ended:
        return one
    since = run.anchors.get(plan.due.anchor)
    if since is None and plan.due.anchor in run.steps:
        other = run.steps[plan.due.anchor]
        since = other.done_at if other.state in SATISFIES else None
    due_at = None if since is None else since + plan.due.at(run.level)
    return one if due_at == one.due_at else altered(one, due_at=due_at)
