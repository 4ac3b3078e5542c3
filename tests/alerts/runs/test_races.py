"""Several at once: workers, people, and both; every step is done once and nobody is overwritten."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts import runs
from alerts.actions import Outcome
from alerts.event_log import verify
from alerts.lease import acquire
from alerts.runs import Action, Do, registry, tasks
from alerts.runs.effects import Effect
from alerts.runs.executor import run_due
from data_access.state.engine import open_state
from tests.alerts.runs.world import T0, World, line

SERVICES: Any = SimpleNamespace(warehouse=None, metrics=None, settings=SimpleNamespace(home=None))


@pytest.fixture
def world(engine: Engine) -> World:
    """A crisis of level 2."""
    return World(engine)


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each gives, all begun at the same moment."""
    barrier = threading.Barrier(len(works))
    found: list[Any] = [None] * len(works)

    def go(place: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        found[place] = work()

    threads = [threading.Thread(target=go, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def pressing(world: World, url: str, key: str, action: Action, actor: str) -> Callable[[], Outcome]:
    """A person in a process of their own, who saw the first version."""

    def press() -> Outcome:
        engine = open_state(url)
        try:
            return runs.act(
                engine,
                world.run_id,
                key,
                action,
                config=world.config,
                actor=actor,
                version=1,
                token=None,
                wall=T0,
            )
        finally:
            engine.dispose()

    return press


def test_of_people_who_do_a_step_at_once_one_does_it(world: World, state_url: str) -> None:
    world.start(line("step"))
    people = ("Lea", "Sam", "Liu", "Pia")
    found = at_once(
        [
            pressing(world, state_url, "step", Action(Do.DONE, result={"by": name}), name)
            for name in people
        ]
    )
    results = Counter(one.result for one in found)
    assert results["done"] == 1
    assert results["done"] + results["stale"] + results["refused"] == len(people)
    winner = people[[one.result for one in found].index("done")]
    assert world.step("step").result == {"by": winner}
    assert {one.by for one in found if one.result == "stale"} <= {winner}
    assert world.told().count("step_done step") == 1
    assert verify(world.engine) is None


def test_signatures_at_once_are_all_kept(world: World, state_url: str) -> None:
    world.start(
        line("write", role="service_manager"),
        line("sign", "approval", of="write", roles=["legal", "pr"]),
    )
    world.act("write", Action(Do.DONE, result={"n": 1}), actor="Sam")
    at_once(
        [
            pressing(world, state_url, "sign", Action(Do.APPROVE, role=role), name)
            for name, role in (("Liu", "legal"), ("Pia", "pr"))
        ]
    )
    for name in ("Liu", "Pia"):  # whoever was told that somebody was faster looks and signs
        world.act("sign", Action(Do.APPROVE), actor=name)
    assert world.states()["sign"] == "done"
    assert world.told().count("approved sign") == 2


def test_workers_that_look_at_once_do_each_step_once(
    world: World, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    effect = Effect(
        "count", {}, lambda context: calls.append(context.step_key), lambda *_: {"n": 1}
    )
    monkeypatch.setattr(tasks, "EFFECTS", {**registry.EFFECTS, "count": effect})
    world.start(*(line(f"step-{n}", "auto", do="count") for n in range(8)))
    ttl = timedelta(minutes=5)
    lease = acquire(world.engine, "worker", "me", ttl, datetime.now(UTC))
    assert lease is not None

    def work() -> int:
        engine = open_state(state_url)
        try:
            return run_due(engine, lease, SERVICES, world.config, T0, rng=Random(1)).steps
        finally:
            engine.dispose()

    found = at_once([work, work, work])
    assert sum(found) == 8
    assert Counter(calls) == Counter(f"step-{n}" for n in range(8))
    assert world.stored().run.status == "finished"
    assert verify(world.engine) is None
