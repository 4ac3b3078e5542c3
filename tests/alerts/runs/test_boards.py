"""What the screens show of runs: whom a step waits for, and what this reader can do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event

from alerts import runs
from alerts.runs import Action, Do, StepView, board
from tests.alerts.runs.world import HEAD, HOUR, T0, World, line

CALL = {"en": "Call {product}", "zh": "致电"}


@pytest.fixture
def world(sqlite_engine: Engine) -> World:
    """A crisis of level 2."""
    return World(sqlite_engine)


def seen(world: World) -> dict[str, StepView]:
    """Steps of the board by key."""
    found = board(world.engine, world.crisis_id, world.config, T0 + HOUR)
    return {one.key: one for one in found.steps}


def test_a_step_says_whom_it_waits_for_and_who_can_do_what(world: World) -> None:
    world.start(
        line(
            "mine",
            role="service_manager",
            due={"after": "PT30M"},
            title={"en": "Call {product}", "zh": "致电"},
        ),
        line("later", role="logistics", needs=["mine"]),
        line("sign", "approval", of="mine", roles=["legal", "pr"], needs=["mine"]),
        line("pause", "wait", **{"for": "PT2H"}),
        line("robot", "auto", do="collect_rows", role="service_manager"),
        line("who-knows", role="finance", when="injured"),
        variables={"product": "kettles"},
    )
    steps = seen(world)
    assert {key: one.waits_for for key, one in steps.items()} == {
        "mine": "people",
        "later": "needs",
        "sign": "needs",
        "pause": "clock",
        "robot": "worker",
        "who-knows": "people",
    }
    mine = steps["mine"]
    assert (mine.title.en, mine.people, mine.overdue) == ("Call kettles", ("Sam",), True)
    assert mine.mine("Sam")
    assert not mine.mine("Liu")
    assert mine.can("Sam") == (Do.START, Do.DONE, Do.SKIP, Do.ASSIGN, Do.COMMENT)
    assert mine.can("Liu") == (Do.COMMENT,)
    assert mine.can("") == ()
    assert steps["later"].needs == ("mine",)
    assert steps["who-knows"].undecided == ("injured",)
    assert steps["who-knows"].people == ()
    assert steps["who-knows"].can("Lea")[0] is Do.START
    for key, one in steps.items():
        for do in one.can("Sam"):
            given = Action(do, note="n", assignee="Sam", happened=True)
            outcome = world.act(key, given, actor="Sam", version=one.version)
            assert outcome.result in ("done", "stale"), (key, do, outcome)
            break


def test_an_approval_shows_what_is_signed_and_by_whom(world: World) -> None:
    world.start(
        line("write", role="service_manager"),
        line("sign", "approval", of="write", roles=["legal", "pr"], needs=["write"]),
    )
    assert seen(world)["sign"].sha256 == ""
    world.act("write", Action(Do.DONE, result={"n": 1}), actor="Sam")
    one = seen(world)["sign"]
    assert (one.missing, one.subject) == (("legal", "pr"), "result")
    assert Do.APPROVE in one.can("Liu")
    outcome = world.act("sign", Action(Do.APPROVE, seen=one.sha256), actor="Liu")
    assert outcome.result == "done"
    one = seen(world)["sign"]
    assert ([s.by for s in one.signatures], one.missing) == (["Liu"], ("pr",))
    assert Do.APPROVE not in one.can("Liu")
    assert Do.SKIP in one.can("Lea")
    assert Do.SKIP not in one.can("Liu")


def test_a_run_says_what_nobody_told_it(world: World) -> None:
    head = """
schema_version: 1
id: test-run
title: {en: Test, zh: 测试}
summary: {en: x, zh: x}
owner: x
review_by: 2030-01-01
roles: {crisis_lead: {title: {en: Lead, zh: 负责人}}}
variables:
  product: {type: text, title: {en: Product, zh: 商品}, required: true}
  market: {type: text, title: {en: Market, zh: 市场}, required: true}
"""
    world.start(line("ask", role="crisis_lead", asks=["product"]), head=head)
    (run,) = board(world.engine, world.crisis_id, world.config, T0).runs
    assert [one.name for one in run.unknown] == ["product"]
    assert run.variables == {"product": None, "market": "DE"}
    assert [one.name for one in run.steps[0].asks] == ["product"]


def test_steps_of_a_continued_run_are_shown_once(world: World) -> None:
    world.start(line("first"), line("then"))
    keys: dict[str, Any] = {"config": world.config, "actor": "Lea", "token": None, "wall": T0}
    runs.cancel(world.engine, 1, "Over", version=None, **keys)
    runs.continue_(world.engine, 1, "Again", **keys)
    found = board(world.engine, world.crisis_id, world.config, T0)
    assert [run.id for run in found.runs] == [1, 2]
    assert {one.run_id for one in found.steps} == {2}


def test_two_hundred_steps_cost_as_many_queries_as_two(world: World) -> None:
    def queries(count: int) -> int:
        world.crisis_id = 0
        world.crisis(cause_key=f"{count:064d}")
        lines = [line(f"step-{n}", role="service_manager") for n in range(count - 1)]
        world.start(
            *lines,
            line("sign", "approval", of="step-0", roles=["legal"], needs=["step-0"]),
            head=HEAD.replace("test-run", f"test-run-{count}"),
        )
        asked: list[str] = []

        def count_one(*given: Any) -> None:
            asked.append(given[2])

        event.listen(world.engine, "before_cursor_execute", count_one)
        found = board(world.engine, world.crisis_id, world.config, T0)
        event.remove(world.engine, "before_cursor_execute", count_one)
        assert len(found.steps) == count
        return len(asked)

    assert queries(200) == queries(2) <= 10
