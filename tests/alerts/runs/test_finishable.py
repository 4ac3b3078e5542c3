"""Any playbook that the linter lets pass can be finished from every state that a run reaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import library
from alerts.playbooks.format import Playbook
from alerts.runs import machine
from alerts.runs.deciding import possible
from alerts.runs.model import (
    BY_WORKER,
    ENDED,
    MOST_ATTEMPTS,
    Action,
    Do,
    Event,
    Kind,
    Refused,
    Run,
    RunStatus,
    StepRun,
    StepState,
)
from alerts.runs.registry import EFFECTS
from tests.alerts.playbooks.strategies import playbooks
from tests.alerts.runs.world import HOUR, T0, pure_run

VALUES: dict[str, Any] = {
    "text": "x",
    "url": "https://example.org",
    "integer": 20,
    "number": 2.5,
    "percent": 2.5,
    "money": 9.9,
    "date": "2026-03-10",
    "datetime": "2026-03-10T03:00:00+00:00",
    "boolean": True,
    "list": ["x"],
}
LABELS = ({}, {"market": "DE"}, {"market": "FR", "product": "Lamp"})


@dataclass
class Walk:
    """A run, its clock, and what must hold after everything that happens."""

    book: Playbook
    run: Run
    now: datetime = T0
    events: list[Event] = field(default_factory=list)

    @classmethod
    def begun(cls, book: Playbook, level: int, labels: dict[str, str]) -> Walk:
        """A run at its start."""
        run, events = machine.begin(book, pure_run(level, labels=labels), T0)
        walk = cls(book, run)
        walk._hold(run, events)
        return walk

    def do(self, key: str, action: Action) -> bool:
        """Try something; False if it is refused."""
        try:
            run, events = machine.step(self.book, self.run, key, action, self.now)
        except Refused:
            return False
        self._hold(run, events)
        return True

    def to(self, run: Run, events: tuple[Event, ...]) -> None:
        """What is done to the whole run."""
        self._hold(run, events)

    def _hold(self, run: Run, events: tuple[Event, ...]) -> None:
        before = self.run
        for key, one in before.steps.items():
            after = run.steps[key]  # none is lost
            if one.state in ENDED and after != one:
                assert after.state is StepState.READY, "only what was rejected is made again"
                assert one.kind == "manual"
        if before.status is not RunStatus.RUNNING:
            assert run == before
        assert StepState.CANCELLED not in {one.state for one in run.steps.values()}
        done = [event.step for event in events if event.kind is Kind.DONE]
        assert len(done) == len(set(done))
        for key, one in run.steps.items():
            if one.state is StepState.WAITING:
                assert machine_unmet(self.book, run, key)
        self.run = run
        self.events += events


def machine_unmet(book: Playbook, run: Run, key: str) -> bool:
    """Whether something that a step needs is neither done nor skipped."""
    satisfied = (StepState.DONE, StepState.SKIPPED)
    return any(
        need in run.steps and run.steps[need].state not in satisfied
        for need in book.by_key[key].needs
    )


def by_person(book: Playbook, one: StepRun, do: Do, answer: bool) -> Action:
    """An action with everything that it can need."""
    asked = {name: VALUES[book.variables[name].type] for name in book.by_key[one.key].asks}
    return Action(
        do,
        "Ana",
        result=asked,
        note="because",
        happened=answer,
        assignee="Bo" if one.owner != "Bo" else "",
        role=(book.by_key[one.key].roles or ("legal",))[0],
        complete=answer,
    )


WORKER_ENDS = (Do.FINISH, Do.FAIL, Do.LOSE, Do.BLOCK, Do.ASK_AGAIN)


def wander(walk: Walk, draw: Any) -> None:
    """One thing that may happen to a run."""
    draw(st.sampled_from(MOVES))(walk, draw)


def time_passes(walk: Walk, draw: Any) -> None:
    """The clock goes on."""
    walk.now += timedelta(minutes=draw(st.sampled_from([1, 31, 300])))


def level_rises(walk: Walk, draw: Any) -> None:
    """It gets worse, or better, which changes nothing."""
    level = draw(st.integers(1, 4))
    walk.to(*machine.raise_level(walk.book, walk.run, level, walk.now))


def statement_goes_out(walk: Walk, draw: Any) -> None:
    """An anchor becomes known."""
    walk.to(*machine.anchor(walk.book, walk.run, "statement_sent", walk.now, walk.now))


def somebody_knows(walk: Walk, draw: Any) -> None:
    """Variables become known."""
    if walk.run.status is RunStatus.RUNNING:
        values = {"injury": draw(st.booleans()), "product": "Lamp"}
        walk.to(*machine.set_variables(walk.book, walk.run, values, walk.now, actor="Ana"))


def worker_dies(walk: Walk, draw: Any) -> None:
    """Everything that it was at is lost."""
    for key in sorted(walk.run.steps):
        if walk.run.steps[key].kind in BY_WORKER:
            walk.do(key, Action(Do.LOSE, note="died"))


def person_acts(walk: Walk, draw: Any) -> None:
    """Somebody does something that is offered."""
    if not walk.run.steps:
        return
    one = walk.run.steps[draw(st.sampled_from(sorted(walk.run.steps)))]
    do = draw(st.sampled_from(possible(one, walk.run) or (Do.COMMENT,)))
    walk.do(one.key, by_person(walk.book, one, do, draw(st.booleans())))


def worker_claims(walk: Walk, draw: Any) -> None:
    """The worker takes whatever is due."""
    for key in sorted(walk.run.steps):
        walk.do(key, Action(Do.CLAIM))


def deadlines_pass(walk: Walk, draw: Any) -> None:
    """What is overdue ends or is told."""
    for key in sorted(walk.run.steps):
        due = walk.run.steps[key].due_at
        if due is not None and due <= walk.now:
            walk.do(key, Action(Do.TIME_OUT, timer=walk.book.by_key[key].on_timeout))


def worker_ends(walk: Walk, draw: Any) -> None:
    """The worker is done with a step, one way or the other."""
    at_it = [
        one
        for one in walk.run.steps.values()
        if one.state is StepState.RUNNING and one.kind in BY_WORKER
    ]
    if not at_it:
        return
    one = draw(st.sampled_from(at_it))
    waits = draw(st.booleans()) and one.kind in ("auto", "statement")
    result = {"waits": True} if waits else {"n": 1}
    do = draw(st.sampled_from(WORKER_ENDS))
    walk.do(one.key, Action(do, result=result, note="so it is", at=walk.now + HOUR))


MOVES: tuple[Callable[[Walk, Any], None], ...] = (
    worker_claims,
    worker_ends,
    person_acts,
    worker_claims,
    worker_ends,
    person_acts,
    worker_ends,
    worker_dies,
    deadlines_pass,
    time_passes,
    level_rises,
    statement_goes_out,
    somebody_knows,
)


def finish(walk: Walk) -> None:
    """Do whatever each open step waits for; nothing is skipped, nobody gives up."""
    most = (MOST_ATTEMPTS + 4) * (len(walk.book.steps) + 1)
    for _ in range(most):
        if walk.run.status is RunStatus.FINISHED:
            return
        moved = [key for key in walk.run.steps if _forward(walk, key)]
        assert moved or walk.run.status is RunStatus.FINISHED, {
            key: str(one.state) for key, one in walk.run.steps.items()
        }
    raise AssertionError("it does not come to an end")


def _forward(walk: Walk, key: str) -> bool:
    """Do what a step waits for; False if it waits for others, or has ended."""
    one = walk.run.steps[key]
    if one.state is StepState.READY and one.next_at is not None:
        walk.now = max(walk.now, one.next_at)
    action = _next(walk.book, one)
    return action is not None and walk.do(key, action)


def _next(book: Playbook, one: StepRun) -> Action | None:
    if one.state is StepState.READY:
        return _ready(book, one)
    if one.state is StepState.RUNNING and one.kind in BY_WORKER:
        return Action(Do.FINISH, result={"n": 1})
    do = {
        StepState.RUNNING: Do.DONE,
        StepState.UNKNOWN: Do.ANSWER,
        StepState.FAILED: Do.RETRY,
        StepState.BLOCKED: Do.RETRY,
    }.get(one.state)
    return None if do is None else by_person(book, one, do, answer=True)


def _ready(book: Playbook, one: StepRun) -> Action | None:
    if one.undecided:
        return by_person(book, one, Do.START, answer=True)
    if one.next_at is not None:
        return Action(Do.CLAIM)
    if one.kind in BY_WORKER:
        sent = Action(Do.FINISH, "Ana", result={"sent": 1})
        return sent if one.left_to_people else None
    do = Do.APPROVE if one.kind == "approval" else Do.DONE
    return by_person(book, one, do, answer=True)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), book=playbooks(10), labels=st.sampled_from(LABELS))
def test_a_clean_playbook_can_be_finished_from_wherever_it_is(
    data: st.DataObject, book: Playbook, labels: dict[str, str]
) -> None:
    walk = Walk.begun(book, data.draw(st.sampled_from(book.levels)), labels)
    for _ in range(data.draw(st.integers(0, 40))):
        wander(walk, data.draw)
    skipped = sum(event.kind is Kind.SKIPPED for event in walk.events)
    finish(walk)
    assert all(one.ended for one in walk.run.steps.values())
    again = [e for e in walk.events if e.kind is Kind.SKIPPED and e.data.get("reason") != "when"]
    assert len(again) <= skipped, "the finisher skips nothing"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), book=playbooks(8))
def test_a_cancelled_run_can_be_taken_up_and_finished(data: st.DataObject, book: Playbook) -> None:
    walk = Walk.begun(book, book.highest, {"market": "DE"})
    for _ in range(data.draw(st.integers(0, 12))):
        wander(walk, data.draw)
    if walk.run.status is not RunStatus.RUNNING:
        return
    once = {
        key
        for key, one in walk.run.steps.items()
        if book.by_key[key].effect == "at_most_once"
        and one.state in (StepState.RUNNING, StepState.UNKNOWN)
    }
    over, _ = machine.cancel(walk.run, "Over", "Lea", walk.now)
    steps = machine.carried(book, over, (), over.level)
    for key in once:
        assert steps[key].state is StepState.UNKNOWN
    done = {key for key, one in over.steps.items() if one.state is StepState.DONE}
    assert {key for key, one in steps.items() if one.state is StepState.DONE} == done
    fresh = pure_run(over.level, steps=steps, labels={"market": "DE"}, variables=over.variables)
    run, events = machine.begin(book, fresh, walk.now)
    again = Walk(book, run, walk.now, list(events))
    finish(again)
    assert not done & {event.step for event in again.events if event.kind is Kind.DONE}


SHIPPED = library.shipped(library.kind_of("playbook"))


@pytest.mark.parametrize("level", [1, 2, 3, 4])
@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_shipped_playbook_can_be_finished(name: str, level: int) -> None:
    book: Playbook = SHIPPED[name][1]
    assert {step.do for step in book.steps if step.do} <= set(EFFECTS)
    walk = Walk.begun(book, level, {"market": "DE", "product": "Kettle", "lot": "L-1"})
    finish(walk)
    assert {plan.key for plan in book.steps_at(level)} == set(walk.run.steps)
