"""People act on steps: once, in turn, and told why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from alerts import runs
from alerts.event_log import verify
from alerts.runs import Action, Do, Why, rows
from alerts.runs.model import PEOPLE_DO
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.runs.world import HOUR, MINUTE, T0, World, config, line


@pytest.fixture
def world(engine: Engine) -> World:
    """A crisis of level 2."""
    return World(engine)


SIGNED = (
    line("write", role="service_manager"),
    line("sign", "approval", of="write", roles=["legal", "pr"], needs=["write"]),
)


def test_a_run_begins_once(world: World) -> None:
    first = world.start(line("aa"), line("bb", needs=["aa"]))
    with writing(world.engine) as connection:
        again = runs.start(
            connection,
            world.crisis_id,
            world.playbook_version_id,
            level=2,
            variables={},
            actor="Sam",
            now=T0 + HOUR,
        )
    assert again == first
    assert world.told() == ["run_started", "step_ready aa"]
    assert verify(world.engine) is None


def test_a_step_is_taken_and_done(world: World) -> None:
    world.start(line("aa", role="service_manager"), line("bb", needs=["aa"]))
    assert world.act("aa", Action(Do.START), actor="Sam", version=1, token="t1").result == "done"
    done = world.act("aa", Action(Do.DONE, result={"units": 4}), actor="Sam", version=2)
    assert (done.result, done.version) == ("done", 3)
    one = world.step("aa")
    assert (one.owner, one.done_by, one.result) == ("Sam", "Sam", {"units": 4})
    assert world.states() == {"aa": "done", "bb": "ready"}
    assert world.told() == [
        "run_started",
        "step_ready aa",
        "step_started aa",
        "step_done aa",
        "step_ready bb",
    ]


def test_the_second_of_two_people_is_told_what_the_first_did(world: World) -> None:
    world.start(line("aa"))
    world.act("aa", Action(Do.START), actor="Sam", version=1)
    second = world.act("aa", Action(Do.SKIP, note="no"), actor="Lea", version=1)
    assert (second.result, second.why, second.by) == ("stale", "step_started", "Sam")
    assert (second.at, second.version) == (T0 + MINUTE, 2)
    assert world.act("aa", Action(Do.COMMENT, note="ok"), version=1).result == "done"


def test_a_double_click_is_one_action(world: World) -> None:
    world.start(line("aa"), line("bb"))
    press = Action(Do.COMMENT, note="Called the broker")
    assert world.act("aa", press, token="t1").result == "done"
    again = world.act("aa", press, token="t1")
    assert (again.result, again.by) == ("repeated", "Lea")
    assert world.told().count("step_commented aa") == 1


@pytest.mark.parametrize(
    ("action", "actor", "why"),
    [
        (Action(Do.DONE), " ", Why.NAME_NEEDED),
        (Action(Do.DONE), "worker", Why.NAME_NEEDED),
        (Action(Do.DONE), "Mallory", Why.NOT_IN_ROLE),
        (Action(Do.SKIP), "Sam", Why.REASON_NEEDED),
        (Action(Do.ANSWER), "Sam", Why.NOT_UNKNOWN),
        (Action(Do.CLAIM), "Sam", Why.ONLY_WORKER),
        (Action(Do.FINISH), "Sam", Why.ONLY_WORKER),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    world: World, action: Action, actor: str, why: str
) -> None:
    world.start(line("aa", role="service_manager"))
    before = world.told()
    assert world.act("aa", action, actor=actor, token="t1").why == why
    assert world.told() == before
    assert world.act("aa", Action(Do.START), actor="Sam", token="t1").result == "done"


def test_a_refusal_names_who_may(world: World) -> None:
    world.start(line("aa", role="service_manager"))
    outcome = world.act("aa", Action(Do.DONE), actor="Liu")
    assert outcome.data == {"who": ["Sam", "Lea"]}


def test_nobody_in_a_role_its_fallback_acts(world: World) -> None:
    world.start(line("aa", role="supply"))
    assert world.act("aa", Action(Do.START), actor="Liu").result == "done"  # logistics


def test_who_is_assigned_in_the_crisis_holds_the_role(world: World) -> None:
    world.crisis(roles_json={"finance": "Nia"})
    world.start(line("aa", role="finance"))
    assert world.act("aa", Action(Do.DONE), actor="Nia").result == "done"


def test_without_anybody_in_any_role_everybody_may(world: World) -> None:
    world.config = config("schema_version: 1")
    world.crisis(lead=None)
    world.start(line("aa", role="finance"))
    assert world.act("aa", Action(Do.DONE), actor="Solo").result == "done"


def test_signatures_of_different_people_make_an_approval(world: World) -> None:
    world.start(*SIGNED)
    assert world.act("sign", Action(Do.APPROVE), actor="Liu").why == Why.NOT_YET
    world.act("write", Action(Do.DONE, result={"text": "We are sorry"}), actor="Sam")
    assert world.act("sign", Action(Do.DONE), actor="Lea").why == Why.TO_BE_SIGNED
    assert world.act("sign", Action(Do.APPROVE), actor="Sam").why == "not_in_role"
    assert world.act("sign", Action(Do.APPROVE), actor="Liu").result == "done"
    assert world.states()["sign"] == "ready"
    twice = world.act("sign", Action(Do.APPROVE, role="legal"), actor="Liu")
    assert (twice.why, twice.by) == ("already", "Liu")
    assert world.act("sign", Action(Do.APPROVE, seen="0" * 64), actor="Pia").why == "changed"
    assert world.act("sign", Action(Do.APPROVE), actor="Pia").result == "done"
    assert world.states()["sign"] == "done"
    assert world.step("sign").result is not None
    assert world.step("sign").result["signed"] == ["legal", "pr"]
    kinds = [told for told in world.told() if told.endswith("sign")]
    assert kinds == ["step_ready sign", "approved sign", "approved sign", "step_done sign"]


def test_whoever_made_it_does_not_sign_it(world: World) -> None:
    world.start(
        line("write", role="legal"),
        line("sign", "approval", of="write", roles=["legal"], needs=["write"]),
    )
    world.act("write", Action(Do.DONE), actor="Liu")
    assert world.act("sign", Action(Do.APPROVE), actor="Liu").why == "same_person"


def test_what_is_rejected_is_made_again_and_signed_anew(world: World) -> None:
    world.start(*SIGNED)
    world.act("write", Action(Do.DONE, result={"n": 1}), actor="Sam")
    world.act("sign", Action(Do.APPROVE), actor="Liu")
    assert world.act("sign", Action(Do.REJECT), actor="Pia").why == Why.REASON_NEEDED
    world.act("sign", Action(Do.REJECT, note="Too soft"), actor="Pia")
    assert world.states() == {"write": "ready", "sign": "waiting"}
    assert world.step("write").note == "Too soft"
    world.act("write", Action(Do.DONE, result={"n": 2}), actor="Sam")
    for actor in ("Liu", "Pia"):
        assert world.act("sign", Action(Do.APPROVE), actor=actor).result == "done"
    assert world.states() == {"write": "done", "sign": "done"}


def test_what_is_signed_is_left_out_by_the_lead_only(world: World) -> None:
    world.start(*SIGNED)
    skip = Action(Do.SKIP, note="Nobody there")
    assert world.act("sign", skip, actor="Liu").why == Why.NOT_IN_ROLE
    assert world.act("sign", skip, actor="Lea").result == "done"


def test_a_run_is_cancelled_with_a_reason_by_its_lead(world: World) -> None:
    world.start(line("aa"), line("bb"))
    world.act("aa", Action(Do.DONE))
    keys: dict[str, Any] = {
        "config": world.config,
        "version": None,
        "token": None,
        "wall": T0 + HOUR,
    }
    assert runs.cancel(world.engine, 1, "x", actor="Sam", **keys).why == Why.NOT_IN_ROLE
    assert runs.cancel(world.engine, 1, " ", actor="Lea", **keys).why == Why.REASON_NEEDED
    assert runs.cancel(world.engine, 1, "Wrong one", actor="Lea", **keys).result == "done"
    assert world.states() == {"aa": "done", "bb": "cancelled"}
    stored = world.stored()
    assert (stored.run.status, stored.run.cancel_reason) == ("cancelled", "Wrong one")
    for do in Do:
        if do in PEOPLE_DO:
            action = Action(do, note="n", happened=True, assignee="Bo", role="legal")
            outcome = world.act("bb", action)
            assert (outcome.result, outcome.why) == ("refused", Why.RUN_OVER)
    assert runs.cancel(world.engine, 1, "Again", actor="Lea", **keys).why == Why.RUN_OVER


def test_a_run_that_is_over_goes_on_in_a_new_one(world: World) -> None:
    world.start(line("aa"), line("bb"))
    world.act("aa", Action(Do.DONE, result={"n": 1}))
    keys: dict[str, Any] = {"config": world.config, "token": None, "wall": T0 + HOUR}
    again = runs.continue_(world.engine, 1, "It is not over", actor="Lea", **keys)
    assert again.why == Why.STILL_RUNNING
    runs.cancel(world.engine, 1, "Over", actor="Lea", version=None, **keys)
    outcome = runs.continue_(world.engine, 1, "It is not over", actor="Lea", **keys)
    assert outcome.data == {"run": 2}
    new = world.stored(2)
    assert new.continues_id == 1
    assert {key: str(one.state) for key, one in new.run.steps.items()} == {
        "aa": "done",
        "bb": "ready",
    }
    third = runs.continue_(world.engine, 1, "Once more", actor="Lea", **keys)
    assert third.why == Why.STILL_RUNNING
    world.run_id = 2
    world.act("bb", Action(Do.DONE))
    assert world.stored().run.status == "finished"
    nothing = runs.continue_(world.engine, 2, "Once more", actor="Lea", **keys)
    assert nothing.why == Why.NOTHING_LEFT
    redo = runs.continue_(world.engine, 2, "Once more", actor="Lea", again=["aa"], **keys)
    assert redo.data == {"run": 3}


def test_no_run_goes_on_in_a_crisis_that_is_closed(world: World) -> None:
    """Else its steps were due, and told as late, for ever: nobody looks there any more."""
    world.start(line("aa"))
    keys: dict[str, Any] = {"config": world.config, "token": None, "wall": T0 + HOUR}
    runs.cancel(world.engine, 1, "Over", actor="Lea", version=None, **keys)
    with writing(world.engine) as connection:
        connection.execute(
            update(schema.crisis)
            .where(schema.crisis.c.id == world.crisis_id)
            .values(status="closed", closed_at=T0 + HOUR)
        )
    refused = runs.continue_(world.engine, 1, "It is not over", actor="Lea", **keys)
    assert (refused.result, refused.why) == ("refused", Why.CRISIS_CLOSED)
    assert refused.at == T0 + HOUR


def test_a_higher_level_adds_steps_to_the_run_and_to_a_finished_one_as_a_new_run(
    world: World,
) -> None:
    world.start(line("aa"), line("bb", level=3), line("cc", level=4))
    with writing(world.engine) as connection:
        rows.raise_level(connection, world.crisis_id, 3, T0 + HOUR)
    assert world.states() == {"aa": "ready", "bb": "ready"}
    world.act("aa", Action(Do.DONE))
    world.act("bb", Action(Do.DONE))
    assert world.stored().run.status == "finished"
    with writing(world.engine) as connection:
        rows.raise_level(connection, world.crisis_id, 4, T0 + 2 * HOUR)
    assert world.states() == {"aa": "done", "bb": "done"}
    assert {key: str(one.state) for key, one in world.stored(2).run.steps.items()} == {
        "aa": "done",
        "bb": "done",
        "cc": "ready",
    }


def test_a_step_is_finished_by_whoever_finishes_it(world: World) -> None:
    world.start(line("batch", "auto", do="propose_batch"), line("after", needs=["batch"]))
    with writing(world.engine) as connection:
        rows.finish_step(
            connection, 1, "batch", {"batch": 7, "waits": True}, actor="worker", now=T0
        )
    assert world.step("batch").left_to_people
    assert world.act("batch", Action(Do.DONE, note="By hand")).why == Why.DONE_ELSEWHERE
    with writing(world.engine) as connection:
        rows.finish_step(connection, 1, "batch", {"batch": 7}, actor="Sam", now=T0 + HOUR)
        rows.finish_step(connection, 1, "batch", {"batch": 8}, actor="Sam", now=T0 + HOUR)
        rows.finish_step(connection, 9, "batch", {}, actor="Sam", now=T0 + HOUR)
    assert world.step("batch").result == {"batch": 7}
    assert world.states() == {"batch": "done", "after": "ready"}


CADENCE = """
cadence:
  - {audience: customers, every: {1: PT4H, 3: PT1H}, message: {en: x, zh: x}}
  - {audience: board, every: PT12H, levels: [3, 4], message: {en: x, zh: x}}
"""


def test_updates_are_due_again_and_again(world: World) -> None:
    world.start(line("aa"), tail=CADENCE)
    (beat,) = runs.board(world.engine, 1, world.config, T0).runs[0].beats
    assert (beat.audience, beat.next_at, beat.version) == ("customers", T0 + 4 * HOUR, 1)
    keys: dict[str, Any] = {"config": world.config, "token": None}
    sent = runs.update_sent(
        world.engine, 1, "customers", actor="Sam", version=1, wall=T0 + HOUR, **keys
    )
    assert sent.result == "done"
    stale = runs.update_sent(
        world.engine, 1, "customers", actor="Pia", version=1, wall=T0 + HOUR, **keys
    )
    assert (stale.result, stale.by, stale.at) == ("stale", "Sam", T0 + HOUR)
    with writing(world.engine) as connection:
        rows.raise_level(connection, world.crisis_id, 3, T0 + HOUR + MINUTE)
    beats = {
        one.audience: one for one in runs.board(world.engine, 1, world.config, T0).runs[0].beats
    }
    assert beats["customers"].next_at == T0 + 2 * HOUR
    assert beats["board"].next_at == T0 + 13 * HOUR + MINUTE
    world.act("aa", Action(Do.DONE))
    beats = {
        one.audience: one for one in runs.board(world.engine, 1, world.config, T0).runs[0].beats
    }
    assert {one.next_at for one in beats.values()} == {None}
    over = runs.update_sent(
        world.engine, 1, "customers", actor="Sam", version=None, wall=T0 + 2 * HOUR, **keys
    )
    assert over.why == Why.RUN_OVER


def test_a_drill_runs_by_its_own_clock(world: World) -> None:
    with writing(world.engine) as connection:
        version = connection.execute(
            insert(schema.document_version)
            .values(
                kind="levels",
                name="drilled",
                n=1,
                body_yaml="{}",
                sha256="0" * 64,
                origin="screen",
                created_by="Lea",
                created_at=T0,
            )
            .returning(schema.document_version.c.id)
        ).scalar_one()
        connection.execute(
            insert(schema.drill).values(
                id=5,
                title="Drill",
                playbook_version_id=version,
                scenario_json={},
                speed=60.0,
                real_start=T0,
                masked_start=T0 + 100 * HOUR,
                status="running",
                started_by="Lea",
                version=1,
            )
        )
    world.crisis(drill_id=5)
    world.start(line("aa"))
    world.act("aa", Action(Do.DONE), wall=T0 + MINUTE)
    assert world.step("aa").done_at == T0 + 101 * HOUR
    with world.engine.connect() as connection:
        payloads = connection.execute(select(schema.event_log.c.payload_json)).scalars().all()
    assert all('"drill":5' in payload for payload in payloads)


def test_variables_are_given_later(world: World) -> None:
    world.start(line("aa", when="units > 10"), line("bb"))
    keys: dict[str, Any] = {"config": world.config, "token": None, "version": None}
    wall = T0 + timedelta(seconds=1)
    odd = runs.set_variables(world.engine, 1, {"x": 1}, actor="Sam", wall=wall, **keys)
    assert odd.data == {"fields": ["x"]}
    no = runs.set_variables(world.engine, 1, {"units": 1}, actor="Mallory", wall=wall, **keys)
    assert no.why == Why.NOT_IN_ROLE
    assert world.step("aa").undecided
    runs.set_variables(world.engine, 1, {"units": 11}, actor="Sam", wall=wall, **keys)
    assert (world.states()["aa"], world.step("aa").undecided) == ("ready", ())
