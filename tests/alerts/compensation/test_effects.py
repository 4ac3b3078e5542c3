"""A playbook's step proposes a batch, waits, and is done when people have exported it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from alerts.compensation import batches, effects, rows
from alerts.compensation.facts import READ_MARTS
from alerts.compensation.machine import Action, Do, Why
from alerts.event_log import verify
from alerts.lease import acquire
from alerts.runs.effects import EffectError, StepContext
from alerts.runs.executor import RunReport, run_due
from data_access.marts.state import RefreshState, write_state
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.compensation.world import DAY, NOW, POLICY, World, config, registered
from tests.alerts.runs.world import T0, line
from tests.alerts.runs.world import World as RunWorld
from tests.dashboard.compensation_home import WorldWarehouse

CONFIG = config()


def facts() -> World:
    """Two late orders of DE, one of FR; a lot that two people bought from."""
    world = World()
    for order, country in (("A", "DE"), ("B", "DE"), ("C", "FR")):
        world.order(order, country=country).parcel(order, 4 * DAY, market=country)
    bought = {"placed_at": NOW - 40 * DAY, "qty": 1, "sku": "K1", "lot_id": "L7"}
    world.add("order_lines", {"line_id": "1", "order_id": "A", **bought})
    return world.add("order_lines", {"line_id": "2", "order_id": "C", **bought})


@pytest.fixture
def run(engine: Engine, tmp_path: Path) -> RunWorld:
    """A crisis of the market DE; its playbook proposes a batch for those who wait."""
    registered(engine, tmp_path)
    write_state(engine, RefreshState(1, NOW, "UTC", "r", NOW, marts=dict.fromkeys(READ_MARTS, 1)))
    return RunWorld(engine, config=CONFIG)


def turn(world: RunWorld, wall: datetime) -> RunReport:
    services: Any = SimpleNamespace(
        warehouse=WorldWarehouse(facts()), metrics=None, settings=SimpleNamespace(home=None)
    )
    with writing(world.engine) as connection:
        connection.execute(schema.lease.update().values(expires_at=T0))
    wall_now = datetime.now(T0.tzinfo)
    lease = acquire(world.engine, "worker", "me", timedelta(seconds=30), wall_now)
    assert lease is not None
    return run_due(world.engine, lease, services, CONFIG, wall)


def pay(**params: str) -> str:
    return line("pay", "auto", do="propose_batch", role="finance", **{"with": params})


def do(world: RunWorld, action: Action | Do, actor: str) -> Any:
    asked = action if isinstance(action, Action) else Action(action)
    return batches.act(
        world.engine, 1, asked, config=CONFIG, actor=actor, version=None, token=None, wall=NOW
    )


def test_the_step_waits_for_people_and_is_done_by_the_export(run: RunWorld) -> None:
    run.start(pay(cause="late_72h"), line("after", needs=["pay"]))
    assert turn(run, NOW).steps == 1
    assert run.states()["pay"] != "done"
    with run.engine.connect() as connection:
        stored = rows.find(connection, 1)
        assert stored is not None
        items = rows.items(connection, 1)
    assert (stored.crisis_id, stored.run_id, stored.step_key) == (run.crisis_id, run.run_id, "pay")
    assert stored.batch.created_by == "worker"
    assert items["order_id"].to_list() == ["A", "B"]  # the crisis is of DE
    assert stored.snapshots["facts.orders"] == 1
    assert turn(run, NOW + timedelta(hours=1)) is not None
    assert do(run, Do.SUBMIT, "Anna").result == "done"
    own = do(run, Do.APPROVE, "Anna")  # nobody else has looked at what the worker proposed
    assert (own.why, own.by) == (Why.OWN_BATCH, "Anna")
    assert do(run, Do.APPROVE, "Bo").result == "done"
    assert run.states()["pay"] != "done"
    assert do(run, Do.EXPORT, "Anna").result == "done"
    assert run.states() == {"pay": "done", "after": "ready"}
    result = run.step("pay").result
    assert result is not None
    assert (result["batch"], result["items"]) == (1, 2)
    assert run.step("pay").done_by == "Anna"
    kinds = [kind.split()[0] for kind in run.told()]
    assert {"batch_proposed", "batch_submitted", "batch_approved", "batch_exported"} <= set(kinds)
    assert verify(run.engine) is None


def test_where_nobody_is_owed_anything_the_step_is_done(run: RunWorld) -> None:
    run.start(pay(cause="late_72h", market="PL"))
    turn(run, NOW)
    assert run.states() == {"pay": "done"}
    assert run.step("pay").result == {"batch": None, "items": 0, "excluded": 0}


def context(run: RunWorld, **given: Any) -> StepContext:
    keys: dict[str, Any] = {
        "engine": run.engine,
        "warehouse": WorldWarehouse(facts()),
        "metrics": None,
        "home": Path(),
        "config": CONFIG,
        "run_id": 1,
        "step_key": "pay",
        "crisis_id": run.crisis_id,
        "params": {},
        "variables": {},
        "labels": {"market": "DE", "category": "Toys", "lot": "L7"},
        "level": 2,
        "now": NOW,
        "wall": NOW,
        "drill": None,
    }
    return StepContext(**{**keys, **given})


def test_labels_and_links_of_the_crisis_fill_what_the_step_leaves_empty(run: RunWorld) -> None:
    run.crisis()
    late = effects.criteria_of(context(run, params={"cause": "late_72h"}), POLICY)
    assert (late.market, late.category, late.lot) == (("DE",), ("Toys",), ())
    every = {"cause": "late_72h", "market": "any", "category": "Audio, Home"}
    chosen = effects.criteria_of(context(run, params=every), POLICY)
    assert (chosen.market, chosen.category) == ((), ("Audio", "Home"))
    lot = effects.criteria_of(context(run, params={"cause": "faulty_lot", "lot": ""}), POLICY)
    assert (lot.lot, lot.market, lot.category) == (("L7",), (), ())
    with run.engine.begin() as connection:
        connection.execute(
            insert(schema.crisis_link).values(
                crisis_id=run.crisis_id, kind="order", source="shop", ref="B", added_by="Anna",
                added_at=NOW,
            )
        )  # fmt: skip
    named = effects.criteria_of(context(run, params={"cause": "viral"}), POLICY)
    assert named.orders == ("B",)
    with pytest.raises(EffectError, match="late_72h"):
        effects.criteria_of(context(run, params={"cause": "bad_mood"}), POLICY)


def test_buyers_of_a_lot_are_meant_wherever_they_live(run: RunWorld) -> None:
    run.crisis()
    effect = effects.EFFECTS["propose_batch"]
    prepared = effect.prepare(context(run, params={"cause": "faulty_lot"}))
    assert prepared.found.rows["order_id"].to_list() == ["A", "C"]


def test_without_a_policy_the_step_says_what_is_missing(run: RunWorld) -> None:
    run.crisis()
    missing = context(run, params={"cause": "late_72h", "policy": "mine"})
    with pytest.raises(EffectError, match="mine"):
        effects.EFFECTS["propose_batch"].prepare(missing)


def test_a_batch_of_a_drill_is_one(run: RunWorld) -> None:
    run.start(pay(cause="late_72h"))
    effect = effects.EFFECTS["propose_batch"]
    drill = context(run, params={"cause": "late_72h"}, run_id=run.run_id, drill=3,
                    labels={})  # fmt: skip
    prepared = effect.prepare(drill)
    with writing(run.engine) as connection:
        told = effect.commit(connection, drill, prepared)
        again = effect.commit(connection, replace(drill, actor="Bo"), prepared)
    assert told == again == {"waits": True, "batch": 1, "items": 3}
    do(run, Do.SUBMIT, "Emil")
    assert do(run, Do.APPROVE, "Anna").result == "done"
    assert do(run, Action(Do.EXPORT, channel="payer"), "Anna").why == Why.DRILL_TARGET
