"""The worker at runs: each step once, whatever dies; messages with the change they tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from alerts import runs
from alerts.event_log import verify
from alerts.lease import Lease, LeaseLost, acquire
from alerts.runs import Action, Do, executor, registry, rows, tasks
from alerts.runs.effects import Effect, EffectError, EffectUnknownError, StepContext
from alerts.runs.executor import CLAIM_FOR, RunReport, run_due
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.runs.world import HOUR, MINUTE, T0, World, config, line

SERVICES: Any = SimpleNamespace(warehouse=None, metrics=None, settings=SimpleNamespace(home=None))


@dataclass
class Outside:
    """What effects did outside of the database, and how they behave."""

    calls: list[str] = field(default_factory=list)
    fails: Exception | None = None
    commit_fails: Exception | None = None
    during: Callable[[], None] = lambda: None
    result: Mapping[str, Any] = field(default_factory=lambda: {"rows": 3})

    def prepare(self, context: StepContext) -> str:
        """Remember the call."""
        self.calls.append(f"{context.run_id}:{context.step_key}")
        self.during()
        if self.fails is not None:
            raise self.fails
        return "made"

    def commit(
        self, connection: Connection, context: StepContext, prepared: Any
    ) -> Mapping[str, Any]:
        """Give the result."""
        assert prepared == "made"
        assert connection.in_transaction()
        if self.commit_fails is not None:
            raise self.commit_fails
        return {**self.result, "params": dict(context.params)}


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    """An effect `act` that does what the test says."""
    made = Outside()
    effect = Effect("act", {"text": "what"}, made.prepare, made.commit)
    monkeypatch.setattr(tasks, "EFFECTS", {**registry.EFFECTS, "act": effect})
    return made


@pytest.fixture
def world(engine: Engine) -> World:
    """A crisis of level 2."""
    return World(engine)


def leading(world: World, holder: str = "me") -> Lease:
    """Leadership under a name, taken from whoever had it: a new fence each time."""
    with writing(world.engine) as connection:
        connection.execute(schema.lease.update().values(expires_at=T0))
    lease = acquire(world.engine, "worker", holder, timedelta(seconds=30), datetime.now(T0.tzinfo))
    assert lease is not None
    return lease


def turn(world: World, wall: datetime, lease: Lease | None = None, **more: Any) -> RunReport:
    """One pass of the worker."""
    return run_due(
        world.engine,
        lease or leading(world),
        SERVICES,
        world.config,
        wall,
        rng=Random(1),
        **more,
    )


def auto(key: str = "go", **fields: Any) -> str:
    """A step of the worker."""
    return line(key, "auto", do="act", role="service_manager", **fields)


def test_the_worker_does_what_is_ready_and_what_follows(world: World, outside: Outside) -> None:
    world.start(
        auto(**{"with": {"text": "Hold {product}"}}),
        line("by-hand", needs=["go"]),
        variables={"product": "kettles"},
    )
    assert turn(world, T0 + MINUTE) == RunReport(1)
    assert world.states() == {"go": "done", "by-hand": "ready"}
    assert world.step("go").result == {"rows": 3, "params": {"text": "Hold kettles"}}
    assert world.step("go").done_by == "worker"
    assert turn(world, T0 + 2 * MINUTE) == RunReport(0)
    assert outside.calls == ["1:go"]
    assert world.told() == [
        "run_started",
        "step_ready go",
        "step_done go",
        "step_ready by-hand",
    ]
    assert verify(world.engine) is None


def test_a_failure_is_tried_again_later_and_at_last_shown_to_a_person(
    world: World, outside: Outside
) -> None:
    outside.fails = EffectError("The warehouse is closed.")
    world.start(auto())
    wall, waits = T0, []
    for attempt in range(1, 7):
        assert turn(world, wall).steps == 1
        one = world.step("go")
        assert one.attempts == attempt
        assert one.note == "The warehouse is closed."
        if one.next_at is None:
            break
        assert turn(world, wall).steps == 0 or one.next_at <= wall
        waits.append(one.next_at - wall)
        wall = one.next_at
    assert world.states() == {"go": "blocked"}
    assert len(outside.calls) == 6
    assert len(set(waits)) == 5  # jitter
    told = [json.loads(one.payload_json)["data"]["step"] for one in world.messages()]
    assert (told, world.messages()[0].recipient) == (["go"], "Sam")
    assert "The warehouse is closed" in world.messages()[0].body
    outside.fails = None
    world.act("go", Action(Do.RETRY), actor="Sam", wall=wall)
    turn(world, wall + MINUTE)
    assert world.states() == {"go": "done"}


def test_a_fault_of_the_program_is_a_failure_too(world: World, outside: Outside) -> None:
    outside.fails = ZeroDivisionError("oops")
    world.start(auto())
    assert turn(world, T0).faults == ("run 1, go: oops",)
    assert world.step("go").note == "ZeroDivisionError: oops"
    assert world.states() == {"go": "ready"}


def test_nothing_of_an_effect_stays_when_its_commit_fails(world: World, outside: Outside) -> None:
    outside.commit_fails = EffectError("Somebody else changed it.")
    world.start(auto())
    turn(world, T0)
    assert world.states() == {"go": "ready"}
    assert world.told()[-1] == "step_attempt_failed go"


def test_what_a_dead_worker_had_claimed_is_done_by_the_next(world: World, outside: Outside) -> None:
    class Died(BaseException):
        pass

    def die() -> None:
        raise Died

    outside.during = die
    world.start(auto())
    with pytest.raises(Died):
        turn(world, T0, leading(world, "one"))
    assert world.states() == {"go": "running"}
    outside.during = lambda: None
    report = turn(world, T0 + MINUTE, leading(world, "two"))
    assert (report.lost, report.steps) == (1, 1)
    assert world.states() == {"go": "done"}
    assert world.step("go").attempts == 2


def test_a_claim_stands_while_its_worker_leads_and_not_for_ever(
    world: World, outside: Outside
) -> None:
    class Died(BaseException):
        pass

    def die() -> None:
        raise Died

    outside.during = die
    world.start(auto())
    lease = leading(world)
    with pytest.raises(Died):
        turn(world, T0, lease)
    outside.during = lambda: None
    assert turn(world, T0 + CLAIM_FOR - MINUTE, lease) == RunReport(0)
    assert turn(world, T0 + CLAIM_FOR, lease).lost == 1


def test_what_must_not_be_done_twice_waits_for_a_person(world: World, outside: Outside) -> None:
    class Died(BaseException):
        pass

    def die() -> None:
        raise Died

    outside.during = die
    world.start(
        auto(effect="at_most_once", proof={"en": "Look", "zh": "查看"}), auto("next", needs=["go"])
    )
    with pytest.raises(Died):
        turn(world, T0, leading(world, "one"))
    outside.during = lambda: None
    for n in range(3):
        turn(world, T0 + (n + 1) * HOUR, leading(world, f"other {n}"))
    assert outside.calls == ["1:go"]
    assert world.states() == {"go": "unknown", "next": "waiting"}
    assert [one.recipient for one in world.messages()] == ["Sam"]
    world.act("go", Action(Do.ANSWER, happened=True, note="I saw the post"), actor="Sam")
    turn(world, T0 + 5 * HOUR)
    assert world.states() == {"go": "done", "next": "done"}
    assert outside.calls == ["1:go", "1:next"]


@pytest.mark.parametrize(
    ("fails", "state"),
    [
        (EffectError("Refused"), "failed"),
        (EffectUnknownError("No answer"), "unknown"),
        (RuntimeError("?"), "unknown"),
    ],
)
def test_what_must_not_be_done_twice_is_not_tried_again(
    world: World, outside: Outside, fails: Exception, state: str
) -> None:
    outside.fails = fails
    world.start(auto(effect="at_most_once"))
    for n in range(3):
        turn(world, T0 + n * HOUR)
    assert (outside.calls, world.states()) == (["1:go"], {"go": state})


def test_what_was_done_once_and_could_not_be_written_is_unknown(
    world: World, outside: Outside
) -> None:
    outside.commit_fails = RuntimeError("disk full")
    world.start(auto(effect="at_most_once"))
    turn(world, T0)
    turn(world, T0 + HOUR)
    assert (outside.calls, world.states()) == (["1:go"], {"go": "unknown"})


def test_a_worker_that_leads_no_more_writes_nothing(world: World, outside: Outside) -> None:
    world.start(auto())
    old = leading(world, "old")

    def take_over() -> None:
        leading(world, "new")

    outside.during = take_over
    with pytest.raises(LeaseLost):
        turn(world, T0, old)
    assert world.states() == {"go": "running"}
    outside.during = lambda: None
    turn(world, T0 + MINUTE)
    assert world.states() == {"go": "done"}


def test_a_result_that_comes_after_the_run_was_cancelled_is_only_noted(
    world: World, outside: Outside
) -> None:
    def cancel() -> None:
        outcome = runs.cancel(
            world.engine,
            world.run_id,
            "Over",
            config=world.config,
            actor="Lea",
            version=None,
            token=None,
            wall=T0,
        )
        assert outcome.result == "done"

    outside.during = cancel
    world.start(auto())
    turn(world, T0)
    assert world.states() == {"go": "cancelled"}
    assert world.told()[-1] == "step_result_discarded go"


def test_an_effect_may_leave_the_rest_to_people(world: World, outside: Outside) -> None:
    outside.result = {"waits": True, "batch": 4}
    world.start(auto())
    turn(world, T0)
    turn(world, T0 + HOUR)
    assert outside.calls == ["1:go"]
    assert world.step("go").left_to_people
    with writing(world.engine) as connection:
        rows.finish_step(connection, 1, "go", {"batch": 4}, actor="Sam", now=T0 + HOUR)
    assert world.states() == {"go": "done"}


def test_a_wait_ends_by_itself(world: World) -> None:
    world.start(line("pause", "wait", **{"for": "PT2H"}))
    assert turn(world, T0 + HOUR).steps == 0
    assert turn(world, T0 + 2 * HOUR).steps == 1
    assert world.stored().run.status == "finished"


def test_a_check_is_asked_again_until_it_holds(world: World) -> None:
    world.start(line("calm", "check", that="cases < 10 and level >= 2"))
    assert turn(world, T0, measure=lambda _: {"cases": 12}).steps == 1
    one = world.step("calm")
    assert (one.state, one.next_at) == ("ready", T0 + 5 * MINUTE)
    assert one.result == {"values": {"cases": 12, "level": 2}}
    assert turn(world, T0 + MINUTE, measure=lambda _: {"cases": 1}).steps == 0
    turn(world, T0 + 5 * MINUTE, measure=lambda _: {"cases": None})
    assert world.states() == {"calm": "ready"}
    turn(world, T0 + 10 * MINUTE, measure=lambda _: {"cases": 9})
    assert world.states() == {"calm": "done"}


def test_a_check_takes_what_the_worker_measured_last(world: World) -> None:
    world.crisis(state_json={"measured": {"cases": {"value": 3, "evidence": {}}}})
    world.start(line("calm", "check", that="cases < 10"))
    turn(world, T0)
    assert world.states() == {"calm": "done"}


def test_everybody_in_a_role_is_told_in_their_language_with_the_change(world: World) -> None:
    world.start(
        line(
            "tell",
            "notify",
            to=["legal", "crisis_lead", "#log"],
            message={"en": "Stop selling {product}", "zh": "停售{product}"},
        ),
        variables={"product": "kettles"},
    )
    turn(world, T0)
    assert world.states() == {"tell": "done"}
    assert world.step("tell").result == {"told": ["Liu", "Lea", "#log"]}
    sent = {one.recipient: one for one in world.messages()}
    assert "停售kettles" in sent["Liu"].body
    assert "Stop selling kettles" in sent["Lea"].body
    assert {one.crisis_id for one in sent.values()} == {world.crisis_id}


def test_who_has_no_role_holder_is_told_through_the_fallback(world: World) -> None:
    world.start(line("tell", "notify", to=["supply"], message={"en": "x", "zh": "x"}))
    turn(world, T0)
    assert world.step("tell").result == {"told": ["Liu"]}


def test_nobody_to_tell_blocks_and_says_whom_to_appoint(world: World) -> None:
    world.start(line("tell", "notify", to=["finance", "legal"], message={"en": "x", "zh": "x"}))
    turn(world, T0)
    one = world.step("tell")
    assert (one.state, one.result) == ("blocked", {"told": ["Liu"], "appoint": ["finance"]})
    assert [(m.recipient, m.reason) for m in world.messages()] == [
        ("Liu", "crisis_notice"),
        ("Lea", "crisis_worry"),
    ]
    world.change_crisis(roles_json={"finance": "Pia"})
    world.act("tell", Action(Do.RETRY))
    turn(world, T0 + HOUR)
    assert world.states() == {"tell": "done"}
    assert [m.recipient for m in world.messages()] == ["Liu", "Lea", "Pia"]  # Liu once


def test_overdue_is_told_to_who_leads_once(world: World) -> None:
    world.start(line("slow", role="service_manager", due={"after": "PT1H"}))
    assert turn(world, T0 + HOUR - MINUTE).told == 0
    assert turn(world, T0 + HOUR).told == 1
    assert turn(world, T0 + 2 * HOUR).told == 0
    assert [(m.recipient, m.reason) for m in world.messages()] == [("Lea", "crisis_overdue")]
    assert world.told()[-1] == "step_escalated slow"
    assert world.act("slow", Action(Do.DONE), actor="Sam", version=1).result == "done"


def test_what_the_lead_lets_pass_is_told_above(world: World) -> None:
    world.start(line("slow", role="crisis_lead", due={"after": "PT1H"}))
    turn(world, T0 + HOUR)
    assert [m.recipient for m in world.messages()] == ["Pia", "Lea"]


@pytest.mark.parametrize(("timer", "state"), [("skip", "skipped"), ("fail", "failed")])
def test_a_deadline_ends_a_step_as_the_playbook_says(world: World, timer: str, state: str) -> None:
    world.start(line("slow", role="logistics", due={"after": "PT1H"}, on_timeout=timer))
    turn(world, T0 + HOUR)
    assert world.states() == {"slow": state}
    assert len(world.messages()) == (timer == "fail")


def test_a_step_whose_needs_are_late_is_told_and_ends_when_it_could_begin(world: World) -> None:
    world.start(
        line("first"), line("then", needs=["first"], due={"after": "PT1H"}, on_timeout="skip")
    )
    assert turn(world, T0 + HOUR).told == 0
    assert turn(world, T0 + HOUR + 5 * MINUTE).told == 1
    assert world.told()[-1] == "step_escalated then"


CADENCE = """
cadence:
  - {audience: customers, every: PT4H, role: pr, message: {en: x, zh: x}}
"""


def test_an_update_that_did_not_go_out_is_told_once(world: World) -> None:
    world.start(line("open"), tail=CADENCE)
    assert turn(world, T0 + 4 * HOUR).told == 1
    assert turn(world, T0 + 5 * HOUR).told == 0
    assert [(m.recipient, m.reason) for m in world.messages()] == [("Pia", "crisis_update")]
    assert world.told()[-1] == "update_overdue"
    runs.update_sent(
        world.engine,
        world.run_id,
        "customers",
        config=world.config,
        actor="Pia",
        version=None,
        token=None,
        wall=T0 + 5 * HOUR,
    )
    assert turn(world, T0 + 9 * HOUR).told == 1
    assert len(world.messages()) == 2


def test_a_step_that_was_claimed_is_not_claimed_again(world: World, outside: Outside) -> None:
    world.start(auto())
    lease = leading(world)
    pass_ = executor._Executor(
        executor._With(world.engine, lease, SERVICES, config(), T0, dict, Random(1))  # type: ignore[arg-type]
    )
    assert pass_.claimed(1, "go") is not None
    assert pass_.claimed(1, "go") is None
    assert pass_.claimed(1, "odd") is None
    assert outside.calls == []


def test_no_step_is_lost_between_two_passes(world: World, outside: Outside) -> None:
    world.start(auto("one-1"), auto("two-2"), auto("three-3", needs=["one-1", "two-2"]))
    assert turn(world, T0, most=1).steps == 1
    assert turn(world, T0, stopping=lambda: True).steps == 0
    for _ in range(2):
        assert turn(world, T0, most=1).steps == 1
    assert world.stored().run.status == "finished"
    with world.engine.connect() as connection:
        claims = connection.execute(select(schema.run_step.c.lease_by)).scalars().all()
    assert set(claims) == {None}
