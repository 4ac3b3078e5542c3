"""The run machine: steps of a playbook on their way to the end, as a total table.

Every state × every action has exactly one entry, and a test enumerates them. After every action the
run is settled: what can begin does, what does not apply is skipped, and a run whose steps have
all ended is finished. Nothing changes a run that is over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerts.records import altered
from alerts.runs import people_moves as people
from alerts.runs import worker_moves as worker
from alerts.runs.changes import Transition, nothing, refused
from alerts.runs.model import (
    NOBODY,
    WORKER,
    Action,
    Do,
    Event,
    Kind,
    Refused,
    Run,
    RunStatus,
    StepRun,
    StepState,
    Why,
)
from alerts.runs.settling import settle
from alerts.runs.values import fitted

if TYPE_CHECKING:
    from alerts.playbooks.format import Playbook, Step

_S = StepState
_NOT_YET = refused(Why.NOT_YET)
_ENDED = refused(Why.ENDED)
_ANSWER_FIRST = refused(Why.ANSWER_FIRST)
_RETRY_FIRST = refused(Why.RETRY_FIRST)
_NOT_UNKNOWN = refused(Why.NOT_UNKNOWN)
_NOTHING_TO_RETRY = refused(Why.NOTHING_TO_RETRY)
_NOT_TO_BE_SIGNED = refused(Why.NOT_TO_BE_SIGNED)
_NOT_CLAIMED = refused(Why.NOT_STARTED)

_WORRY: Mapping[Do, Transition] = {
    Do.START: _RETRY_FIRST,
    Do.DONE: people.done,
    Do.SKIP: people.skip,
    Do.RETRY: people.retry,
    Do.ANSWER: _NOT_UNKNOWN,
    Do.ASSIGN: people.assign,
    Do.COMMENT: people.comment,
    Do.APPROVE: _RETRY_FIRST,
    Do.REJECT: _RETRY_FIRST,
    Do.CLAIM: _RETRY_FIRST,
    Do.FINISH: worker.finish,
    Do.ASK_AGAIN: _NOT_CLAIMED,
    Do.FAIL: _NOT_CLAIMED,
    Do.LOSE: _NOT_CLAIMED,
    Do.BLOCK: nothing,
    Do.TIME_OUT: worker.time_out,
    Do.SEND_BACK: nothing,
}
_OVER: Mapping[Do, Transition] = dict.fromkeys(Do, _ENDED) | {Do.COMMENT: people.comment}

_ROWS: Mapping[StepState, Mapping[Do, Transition]] = {
    _S.WAITING: {
        Do.START: _NOT_YET,
        Do.DONE: _NOT_YET,
        Do.SKIP: people.skip,
        Do.RETRY: _NOTHING_TO_RETRY,
        Do.ANSWER: _NOT_UNKNOWN,
        Do.ASSIGN: people.assign,
        Do.COMMENT: people.comment,
        Do.APPROVE: _NOT_YET,
        Do.REJECT: _NOT_YET,
        Do.CLAIM: _NOT_YET,
        Do.FINISH: worker.finish,
        Do.ASK_AGAIN: _NOT_CLAIMED,
        Do.FAIL: _NOT_CLAIMED,
        Do.LOSE: _NOT_CLAIMED,
        Do.BLOCK: _NOT_YET,
        Do.TIME_OUT: worker.time_out_waiting,
        Do.SEND_BACK: nothing,
    },
    _S.READY: {
        Do.START: people.start,
        Do.DONE: people.done,
        Do.SKIP: people.skip,
        Do.RETRY: people.hurry,
        Do.ANSWER: _NOT_UNKNOWN,
        Do.ASSIGN: people.assign,
        Do.COMMENT: people.comment,
        Do.APPROVE: people.approve,
        Do.REJECT: people.reject,
        Do.CLAIM: worker.claim,
        Do.FINISH: worker.finish,
        Do.ASK_AGAIN: _NOT_CLAIMED,
        Do.FAIL: _NOT_CLAIMED,
        Do.LOSE: _NOT_CLAIMED,
        Do.BLOCK: worker.block,
        Do.TIME_OUT: worker.time_out,
        Do.SEND_BACK: nothing,
    },
    _S.RUNNING: {
        Do.START: people.start_again,
        Do.DONE: people.done,
        Do.SKIP: people.skip,
        Do.RETRY: _NOTHING_TO_RETRY,
        Do.ANSWER: _NOT_UNKNOWN,
        Do.ASSIGN: people.assign,
        Do.COMMENT: people.comment,
        Do.APPROVE: _NOT_TO_BE_SIGNED,
        Do.REJECT: _NOT_TO_BE_SIGNED,
        Do.CLAIM: refused(Why.WORKER_AT_IT),
        Do.FINISH: worker.finish,
        Do.ASK_AGAIN: worker.ask_again,
        Do.FAIL: worker.fail,
        Do.LOSE: worker.lose,
        Do.BLOCK: worker.block,
        Do.TIME_OUT: worker.time_out,
        Do.SEND_BACK: nothing,
    },
    _S.DONE: {**_OVER, Do.SEND_BACK: worker.send_back},
    _S.SKIPPED: {**_OVER, Do.SEND_BACK: nothing},
    _S.CANCELLED: {**_OVER, Do.SEND_BACK: nothing},
    _S.FAILED: _WORRY,
    _S.BLOCKED: _WORRY,
    _S.UNKNOWN: {
        **_WORRY,
        Do.START: _ANSWER_FIRST,
        Do.DONE: _ANSWER_FIRST,
        Do.SKIP: _ANSWER_FIRST,
        Do.RETRY: _ANSWER_FIRST,
        Do.ANSWER: people.answer,
        Do.APPROVE: _NOT_TO_BE_SIGNED,
        Do.REJECT: _NOT_TO_BE_SIGNED,
        Do.CLAIM: _ANSWER_FIRST,
    },
}
TABLE: Mapping[tuple[StepState, Do], Transition] = {
    (state, do): transition for state, row in _ROWS.items() for do, transition in row.items()
}
"""State × action → transition."""


def step(
    playbook: Playbook, run: Run, key: str, action: Action, now: datetime
) -> tuple[Run, tuple[Event, ...]]:
    """The run after an action on one of its steps, and what to tell.

    Raises:
        Refused: the action cannot be done; says why.
    """
    if run.status is not RunStatus.RUNNING:
        raise Refused(Why.RUN_OVER, at=run.finished_at, data={"status": str(run.status)})
    before = run.steps.get(key)
    if before is None:
        raise Refused(Why.NOT_FOUND)
    plan = playbook.by_key[key]
    if action.do is Do.DONE:
        given = {name: action.result[name] for name in plan.asks if name in action.result}
        action = altered(action, result={**action.result, **_checked(playbook, given)})
    after, events = TABLE[before.state, action.do](plan, before, action, now)
    run = with_steps(run, {key: after})
    if after.state is StepState.DONE and plan.asks:
        said = after.result or {}
        known = {name: said[name] for name in plan.asks if name in said}
        run = altered(run, variables={**run.variables, **known})
    if action.do is Do.REJECT and plan.of is not None and plan.of in run.steps:
        run, more = _sent_back(playbook, run, plan.of, action, now)
        events += more
    run, settled = settle(playbook, run, now)
    return run, (*events, *settled)


def _sent_back(
    playbook: Playbook, run: Run, key: str, action: Action, now: datetime
) -> tuple[Run, tuple[Event, ...]]:
    before = run.steps[key]
    back = Action(Do.SEND_BACK, action.actor, note=action.note)
    after, events = TABLE[before.state, Do.SEND_BACK](playbook.by_key[key], before, back, now)
    return with_steps(run, {key: after}), events


def begin(
    playbook: Playbook,
    run: Run,
    now: datetime,
    *,
    actor: str = WORKER,
    data: Mapping[str, Any] = NOBODY,
) -> tuple[Run, tuple[Event, ...]]:
    """A run with the steps of its level and below; `run` has none yet, or those it takes over."""
    anchors = {"start": now, "level_change": now, **run.anchors}
    steps = {**_added(playbook, run, 0, run.level), **run.steps}
    ordered = dict(sorted(steps.items(), key=lambda item: item[1].place))
    run = altered(run, anchors=anchors, steps=ordered)
    started = Event(Kind.RUN_STARTED, now, actor, "", {**data, "level": run.level})
    run, events = settle(playbook, run, now)
    return run, (started, *events)


def raise_level(
    playbook: Playbook, run: Run, level: int, now: datetime, *, actor: str = WORKER
) -> tuple[Run, tuple[Event, ...]]:
    """Add what belongs to a higher level; what runs goes on, and nothing starts again."""
    if run.status is not RunStatus.RUNNING or level <= run.level:
        return run, ()
    added = _added(playbook, run, run.level, level)
    steps = {**run.steps, **added}
    ordered = dict(sorted(steps.items(), key=lambda item: item[1].place))
    data = {"from": run.level, "level": level, "steps": list(added)}
    raised = altered(run, level=level, steps=ordered, anchors={**run.anchors, "level_change": now})
    raised, events = settle(playbook, raised, now)
    return raised, (Event(Kind.RUN_LEVEL_RAISED, now, actor, "", data), *events)


def anchor(
    playbook: Playbook, run: Run, name: str, at: datetime, now: datetime, *, actor: str = WORKER
) -> tuple[Run, tuple[Event, ...]]:
    """Something happened that due times hang on. Its first time counts."""
    if run.status is not RunStatus.RUNNING or name in run.anchors:
        return run, ()
    known = altered(run, anchors={**run.anchors, name: at})
    known, events = settle(playbook, known, now)
    data = {"anchor": name, "since": at.isoformat()}
    return known, (Event(Kind.RUN_ANCHOR, now, actor, "", data), *events)


def set_variables(
    playbook: Playbook, run: Run, values: Mapping[str, Any], now: datetime, *, actor: str
) -> tuple[Run, tuple[Event, ...]]:
    """Say what was not known; conditions that waited for it are decided.

    Raises:
        Refused: the run is over, or a value is not of its type.
    """
    if run.status is not RunStatus.RUNNING:
        raise Refused(Why.RUN_OVER, at=run.finished_at)
    fitting = _checked(playbook, values)
    new = {name: value for name, value in fitting.items() if run.variables.get(name) != value}
    if not new:
        return run, ()
    known = altered(run, variables={**run.variables, **new})
    known, events = settle(playbook, known, now)
    return known, (Event(Kind.RUN_VARIABLES, now, actor, "", {"variables": new}), *events)


def _checked(playbook: Playbook, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of variables, each of the type that the playbook declares."""
    made, wrong = dict(values), []
    for name, value in values.items():
        variable = playbook.variables.get(name)
        if variable is None or value in (None, ""):
            continue
        made[name] = fitted(variable.type, value)
        if made[name] is None:
            wrong.append(name)
    if wrong:
        raise Refused(Why.WRONG_VALUE, data={"fields": wrong})
    return made


def cancel(run: Run, reason: str, actor: str, now: datetime) -> tuple[Run, tuple[Event, ...]]:
    """End a run before its time. Steps remember where they stood.

    Raises:
        Refused: it is over already, or there is no reason.
    """
    if run.status is not RunStatus.RUNNING:
        raise Refused(Why.RUN_OVER, at=run.finished_at, data={"status": str(run.status)})
    if not reason.strip():
        raise Refused(Why.REASON_NEEDED)
    left = {
        key: altered(
            one,
            state=StepState.CANCELLED,
            done_at=now,
            done_by=actor,
            next_at=None,
            result={**(one.result or {}), "was": str(one.state)},
        )
        for key, one in run.steps.items()
        if not one.ended
    }
    over = altered(
        with_steps(run, left),
        status=RunStatus.CANCELLED,
        finished_at=now,
        cancel_reason=reason.strip(),
    )
    data = {"reason": reason.strip(), "steps": list(left)}
    return over, (Event(Kind.RUN_CANCELLED, now, actor, "", data),)


def carried(
    playbook: Playbook, before: Run, again: Collection[str], level: int
) -> dict[str, StepRun]:
    """Steps of a run that continues one that is over.

    What was done or skipped stays so, unless it is asked for `again`. What was begun and must not
    be done twice is unknown until a person says whether it happened.
    """
    taken: dict[str, StepRun] = {}
    for n, plan in enumerate(playbook.steps):
        old = before.steps.get(plan.key)
        if plan.level > level:
            continue
        fresh = StepRun(plan.key, n, plan.kind, role=plan.role)
        if old is None or plan.key in again:
            taken[plan.key] = fresh
        elif old.state in (StepState.DONE, StepState.SKIPPED):
            taken[plan.key] = old
        elif _perhaps_done(plan, old):
            taken[plan.key] = altered(
                fresh, state=StepState.UNKNOWN, owner=old.owner, started_at=old.started_at
            )
        else:
            taken[plan.key] = altered(fresh, owner=old.owner)
    return taken


def _perhaps_done(plan: Step, old: StepRun) -> bool:
    was = (old.result or {}).get("was")
    return plan.kind == "auto" and plan.effect == "at_most_once" and was in ("running", "unknown")


def with_steps(run: Run, changed: Mapping[str, StepRun]) -> Run:
    """The run with some steps changed."""
    return altered(run, steps={**run.steps, **changed})


def _added(playbook: Playbook, run: Run, above: int, level: int) -> dict[str, StepRun]:
    """Steps that belong to levels above one, up to another."""
    return {
        plan.key: StepRun(plan.key, n, plan.kind, role=plan.role)
        for n, plan in enumerate(playbook.steps)
        if above < plan.level <= level and plan.key not in run.steps
    }
