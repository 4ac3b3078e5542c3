"""Statements of a playbook's step: the worker drafts, people sign and send, the step is done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts import library, statements
from alerts.lease import acquire
from alerts.runs.executor import run_due
from alerts.statements import Action, Do
from tests.alerts.runs import world as runs
from tests.alerts.runs.world import MINUTE, T0, line
from tests.alerts.statements.world import VALUES, config

SERVICES: Any = SimpleNamespace(warehouse=None, metrics=None, settings=SimpleNamespace(home=None))
STEP = {
    "template": "faulty-lot-holding",
    "audience": "customers",
    "channels": ["banner"],
    "public": True,
    "role": "pr",
    "phase": "contain",
}
DECLARED = "\n".join(
    f"  {name}: {{type: text, title: {{en: {name}, zh: {name}}}, required: false}}"
    for name in ("brand", "lot", "next_update", "info_url", "contact")
)
HEAD = runs.HEAD + DECLARED + "\n"


def drafted(engine: Engine, values: dict[str, Any], **changed: Any) -> runs.World:
    """A run whose statement step the worker has looked after."""
    library.register(engine, None, T0)
    world = runs.World(engine, config())
    step = line("say", "statement", **{**STEP, **changed})
    world.start(step, line("next", needs=["say"]), variables=values, head=HEAD)
    lease = acquire(engine, "worker", "w1", MINUTE, T0)
    assert lease is not None
    run_due(engine, lease, SERVICES, config(), T0 + MINUTE, measure=lambda *_: {})
    return world


def act(engine: Engine, number: int, do: Do, actor: str, **given: Any) -> str:
    outcome = statements.act(
        engine,
        number,
        Action(do, **given),
        config=config(),
        actor=actor,
        version=None,
        token=None,
        wall=T0 + 2 * MINUTE,
    )
    return outcome.result + outcome.why


def test_from_step_to_sent(engine: Engine) -> None:
    world = drafted(engine, dict(VALUES))
    listed = statements.of_crisis(engine, world.crisis_id).sort("id")
    assert listed["locale"].to_list() == ["en", "de"]  # the market is DE
    assert listed["step_key"].to_list() == ["say", "say"]
    assert world.states()["next"] == "waiting"
    english, german = listed["id"]
    for number, first in ((english, "Pia"), (german, "Tom")):
        for do, actor in ((Do.TRANSLATED, first), (Do.PROOFREAD, "Ren"), (Do.FINAL, "Fay")):
            assert act(engine, number, do, actor) == "done"
    assert act(engine, english, Do.SEND, "Pia", targets=("site",)) == "done"
    assert world.states()["say"] != "done"
    assert act(engine, german, Do.RECORD_SENT, "Pia", where="site") == "done"
    assert world.states()["say"] == "done"
    assert world.states()["next"] == "ready"
    step = world.step("say")
    assert step.result is not None
    assert step.result["locales"] == ["de", "en"]
    assert "statement_sent" in world.stored().run.anchors
    assert "statement_sent" in world.told(with_steps=False)


def test_the_last_one_withdrawn_ends_the_step_too(engine: Engine) -> None:
    world = drafted(engine, dict(VALUES))
    english, german = statements.of_crisis(engine, world.crisis_id).sort("id")["id"]
    for do, actor in ((Do.TRANSLATED, "Pia"), (Do.PROOFREAD, "Ren"), (Do.FINAL, "Fay")):
        act(engine, english, do, actor)
    act(engine, english, Do.SEND, "Pia", targets=("site",))
    assert act(engine, german, Do.WITHDRAW, "Pia", note="Nobody there") == "done"
    assert world.states()["say"] == "done"


def test_nothing_sent_is_not_done(engine: Engine) -> None:
    world = drafted(engine, dict(VALUES))
    for number in statements.of_crisis(engine, world.crisis_id)["id"]:
        act(engine, number, Do.WITHDRAW, "Pia", note="Not needed")
    assert world.states()["say"] != "done"


def test_a_missing_value_leaves_the_step_waiting_and_says_which(engine: Engine) -> None:
    # The banner names no contact; so nobody misses it.
    given = {name: VALUES[name] for name in VALUES if name not in {"contact", "brand"}}
    world = drafted(engine, given)
    step = world.step("say")
    assert step.result is not None
    assert step.result["missing"] == ["brand"]
    listed = statements.of_crisis(engine, world.crisis_id)
    assert listed["open_variables"].to_list() == [True, True]
    assert world.states()["say"] != "done"
    filled = act(engine, listed["id"][0], Do.FILL, "Pia", values={"brand": "Nordhaus"})
    assert filled == "done"
    listed = statements.of_crisis(engine, world.crisis_id)
    assert listed["open_variables"].to_list() == [False, False]


@pytest.mark.parametrize(
    "changed", [{"locales": ["sv"]}, {"channels": ["sms"]}, {"template": "no-such-template"}]
)
def test_what_cannot_be_drafted_stops_the_step(engine: Engine, changed: dict[str, Any]) -> None:
    world = drafted(engine, dict(VALUES), **changed)
    assert statements.of_crisis(engine, world.crisis_id).is_empty()
    assert world.states()["say"] in {"ready", "failed", "blocked"}
    assert "no" in (world.step("say").note or "")
