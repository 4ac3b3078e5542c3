"""Drills on both databases: by their own clock, told to the sandbox, judged by the same targets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, insert, select

from alerts import drills, quality, reviews, runs
from alerts.crisis import rows as crisis_rows
from alerts.drills import Scenario, Why, scenarios
from alerts.event_log import verify
from alerts.notify.config import load
from alerts.quality import known as known_incidents
from alerts.quality.records import Span, noise
from alerts.reviews import causes, tracker
from alerts.runs import rows as run_rows
from alerts.runs.model import Action, Do
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.drills.exercise import SCENARIO, Exercise
from tests.alerts.notify.fault_server import FaultServer, fault_server
from tests.alerts.runs import world
from tests.alerts.runs.world import HOUR, MINUTE, T0


@pytest.fixture
def exercise(engine: Engine) -> Exercise:
    made = Exercise(engine)
    made.prepare()
    return made


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A web server that remembers who called."""
    with fault_server() as running:
        yield running


def crisis(found: Exercise) -> crisis_rows.StoredCrisis:
    with found.engine.connect() as connection:
        stored = crisis_rows.look(connection, found.drill().crisis_id)
    assert stored is not None
    return stored


def act(found: Exercise, key: str, do: Do, actor: str, **more: str) -> str:
    with found.engine.connect() as connection:
        (run,) = run_rows.all_of(connection, found.drill().crisis_id)
    return runs.act(
        found.engine,
        run.run.id,
        key,
        Action(do, **more),  # type: ignore[arg-type]
        config=found.config,
        actor=actor,
        version=None,
        token=None,
        wall=found.wall,
    ).result


def test_a_drill_from_start_to_report(exercise: Exercise) -> None:
    started = exercise.start()
    assert (started.result, started.drill_id) == ("done", 1)
    played = crisis(exercise)
    assert (played.status, played.level, played.lead, played.drill_id) == ("declared", 3, "Lea", 1)
    assert played.roles == {"crisis_lead": "Lea", "logistics": "Liu"}
    assert played.declared_at == T0
    exercise.work()
    assert exercise.channels["hook"].sent == [], "nobody real hears of it"
    assert [one.subject[:7] for one in exercise.channels["log"].sent] == ["[DRILL]"]
    # At x60 half an hour of the drill takes half a minute.
    exercise.wall += timedelta(seconds=29)
    assert act(exercise, "call-carrier", Do.DONE, "Liu") == "done"
    exercise.work()
    assert act(exercise, "look", Do.DONE, "Sam") == "refused", "the wait is not over"
    (first,) = exercise.log("inject")
    assert json.loads(first.payload_json)["en"] == "A journalist calls"
    assert first.at == T0 + 20 * MINUTE
    exercise.wall += timedelta(seconds=31)
    exercise.work()
    assert len(exercise.log("inject")) == 2
    assert crisis(exercise).proposed_level == 4
    exercise.wall += timedelta(seconds=90)
    assert act(exercise, "look", Do.DONE, "Sam") == "done"
    assert exercise.end().result == "done"
    report = exercise.drill().report
    assert report is not None
    assert report["standings"] == {
        "on_time": 1,
        "late": 1,
        "skipped": 0,
        "unknown": 0,
        "not_done": 0,
        "not_reached": 0,
        "no_target": 2,
    }
    steps = {step["key"]: step for step in report["steps"]}
    assert steps["call-carrier"]["took_s"] == 29 * 60
    # It could begin when the worker found the wait over, at T+60 min; due at T+120, done at T+150.
    assert steps["look"]["late_s"] == 30 * 60
    assert (report["masked_seconds"], report["real_seconds"]) == (150 * 60, 150)
    assert report["missing"] == []
    assert report["last"] is None
    assert crisis(exercise).status == "closed"
    assert verify(exercise.engine) is None


def test_who_was_missing_and_what_was_left(exercise: Exercise) -> None:
    exercise.start(replace(SCENARIO, people={}))
    exercise.wall += timedelta(minutes=3)
    exercise.work()
    exercise.end()
    report = exercise.drill().report
    assert report is not None
    assert {(one["role"], tuple(one["steps"])) for one in report["missing"]} == {
        ("logistics", ("call-carrier",)),
        ("service_manager", ("look",)),
    }
    assert report["standings"]["not_done"] == 2
    with exercise.engine.connect() as connection:
        states = connection.execute(select(schema.run_step.c.state)).scalars().all()
        status = connection.execute(select(schema.playbook_run.c.status)).scalar_one()
    assert "cancelled" in states
    assert status == "cancelled"


def test_a_second_drill_is_compared_with_the_first(exercise: Exercise) -> None:
    exercise.start()
    exercise.wall += timedelta(seconds=20)
    act(exercise, "call-carrier", Do.DONE, "Liu")
    exercise.end()
    exercise.wall += HOUR
    exercise.start()
    exercise.wall += timedelta(seconds=10)
    with exercise.engine.connect() as connection:
        second = drills.load(connection, 2)
        assert second is not None
        (run,) = run_rows.all_of(connection, second.crisis_id)
    runs.act(
        exercise.engine,
        run.run.id,
        "call-carrier",
        Action(Do.DONE),
        config=exercise.config,
        actor="Liu",
        version=None,
        token=None,
        wall=exercise.wall,
    )
    exercise.end(2)
    report = exercise.drill(2).report
    assert report is not None
    assert report["last"]["drill"] == 1
    assert report["last"]["steps"] == [{"key": "call-carrier", "took_s": 600.0, "before_s": 1200.0}]


def test_a_drill_that_has_ended_stands_still(exercise: Exercise) -> None:
    exercise.start()
    exercise.wall += timedelta(minutes=2)
    exercise.end()
    ended = exercise.drill()
    shown = ended.now(exercise.wall)
    assert shown == T0 + 120 * MINUTE
    exercise.wall += 5 * HOUR
    assert exercise.drill().now(exercise.wall) == shown
    exercise.work()
    assert exercise.log("inject") == [], "what was to come does not come any more"
    again = exercise.end()
    assert (again.result, again.why) == ("refused", Why.OVER)


def test_a_cancelled_drill_has_no_report_and_is_compared_with_nothing(exercise: Exercise) -> None:
    exercise.start()
    exercise.end(cancelled=True, reason="Fire alarm")
    assert (exercise.drill().status, exercise.drill().report) == ("cancelled", None)
    exercise.start()
    exercise.end(2)
    report = exercise.drill(2).report
    assert report is not None
    assert report["last"] is None


def test_a_worker_that_died_in_between_lets_nothing_happen_twice(exercise: Exercise) -> None:
    exercise.start()
    for _ in range(4):
        exercise.wall += timedelta(seconds=15)
        exercise.work()
        exercise.work()
    assert [json.loads(row.payload_json)["en"] for row in exercise.log("inject")] == [
        "A journalist calls",
        "Somebody is injured",
    ]


def test_what_everybody_left_ends_by_itself(exercise: Exercise) -> None:
    exercise.start()
    exercise.wall += 13 * HOUR
    exercise.work()
    assert exercise.drill().status == "ended"
    (entry,) = exercise.log("drill_ended")
    assert entry.actor == "worker"
    assert exercise.drill().ended_at == T0 + 12 * HOUR


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"actor": " "}, Why.NAME_NEEDED),
        ({"actor": "worker"}, Why.NAME_NEEDED),
        ({"title": ""}, Why.TITLE_NEEDED),
        ({"speed": 0.5}, Why.SPEED),
        ({"speed": 601}, Why.SPEED),
        ({"scenario": Scenario("injected", "form", {}, 5)}, Why.LEVEL),
    ],
)
def test_what_cannot_be_started_says_why(
    exercise: Exercise, given: dict[str, object], why: Why
) -> None:
    started = exercise.start(**given)  # type: ignore[arg-type]
    assert (started.result, started.why) == ("refused", why)
    assert exercise.log("drill_started") == []


def test_a_double_click_starts_one_drill(exercise: Exercise) -> None:
    assert exercise.start(token="t").result == "done"
    assert exercise.start(token="t").result == "repeated"
    with exercise.engine.connect() as connection:
        assert len(drills.running(connection)) == 1


def test_without_levels_nothing_is_played(engine: Engine) -> None:
    made = Exercise(engine)
    with writing(engine) as connection:
        text = world.playbook_text(world.line("look"))
        made.playbook_id = world._document(connection, "playbook", "other", text)
    assert made.start().why == Why.NO_LEVELS
    with writing(engine) as connection:
        broken = world._document(connection, "playbook", "broken", "{}")
    made.prepare()
    made.playbook_id = broken
    assert made.start().why == Why.NO_PLAYBOOK


def test_only_who_leads_it_lets_things_happen_or_ends_it(exercise: Exercise) -> None:
    exercise.start()
    refused = exercise.end(actor="Sam")
    assert (refused.why, refused.by) == (Why.NOT_IN_ROLE, "Lea")
    keys = {"config": exercise.config, "token": None, "wall": exercise.wall + MINUTE}
    said = drills.inject(exercise.engine, 1, "The radio calls", actor="Lea", **keys)  # type: ignore[arg-type]
    assert said.result == "done"
    assert drills.inject(exercise.engine, 1, " ", actor="Lea", **keys).why == Why.TEXT_NEEDED  # type: ignore[arg-type]
    (entry,) = exercise.log("inject")
    assert (entry.actor, entry.at) == ("Lea", T0 + 60 * MINUTE)


# ---- replays ----


def past(exercise: Exercise) -> int:
    """A crisis that was led, with what the systems saw."""
    found = world.World(exercise.engine)
    began = datetime(2025, 6, 1, 4, tzinfo=UTC)
    number = found.crisis(
        3, began_at=began - HOUR, detected_at=began, title="Leaking kettles", status="closed"
    )
    with writing(exercise.engine) as connection:
        stored = crisis_rows.load(connection, number)
        assert stored is not None
        from alerts.event_log import append

        append(
            connection,
            [
                crisis_rows.entry(stored, kind, "worker", began + after, data)
                for kind, after, data in (
                    ("level_proposed", HOUR, {"level": 3}),
                    ("commented", HOUR, {"note": "We should have called"}),
                    ("flag_set", 2 * HOUR, {"flag": "injury", "note": "one child"}),
                )
            ],
        )
    return number


def test_a_replay_shows_the_time_and_the_signals_of_then(exercise: Exercise) -> None:
    number = past(exercise)
    playbook = world.playbook(world.line("look"))
    with exercise.engine.connect() as connection:
        prepared = scenarios.replay_crisis(connection, number, playbook)
    assert prepared is not None
    assert prepared.title == "Leaking kettles"
    assert [(one.after, one.level, one.flag) for one in prepared.scenario.injects] == [
        (HOUR, 3, ""),
        (2 * HOUR, 0, "injury"),
    ]
    exercise.start(prepared.scenario, masked_start=prepared.masked_start, speed=600)
    exercise.wall += timedelta(seconds=12)
    exercise.work()
    assert [row.at for row in exercise.log("inject")] == [
        datetime(2025, 6, 1, 5, tzinfo=UTC),
        datetime(2025, 6, 1, 6, tzinfo=UTC),
    ]
    assert crisis(exercise).labels == {"market": "DE", "topic": "product"}
    with exercise.engine.connect() as connection:
        assert scenarios.replay_crisis(connection, exercise.drill().crisis_id, playbook) is None


def test_an_incident_that_people_know_of_can_be_replayed(exercise: Exercise) -> None:
    with writing(exercise.engine) as connection:
        number = known_incidents.note(
            connection,
            "Strike in France",
            {"market": "FR"},
            began_on=date(2025, 6, 1),
            ended_on=date(2025, 6, 3),
            author="Lea",
            now=T0,
        )
        for rule, market, hours in (("late", "FR", 10), ("other", "DE", 10), ("after", "FR", 200)):
            connection.execute(insert(schema.rule).values(id=rule, name=rule))
            connection.execute(
                insert(schema.alert_group).values(
                    group_key=rule.ljust(64, "x"),
                    rule_id=rule,
                    labels_json={"market": market},
                    severity="warning",
                    handling="closed",
                    signal_open=False,
                    opened_at=datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=hours),
                    closed_at=T0,
                    reopened=0,
                    notices=0,
                    version=1,
                    updated_at=T0,
                )
            )
        playbook = world.playbook(world.line("look"))
        prepared = scenarios.replay_known(connection, number, playbook)
        assert scenarios.replay_known(connection, 99, playbook) is None
    assert prepared is not None
    assert prepared.masked_start == datetime(2025, 6, 1, 8, tzinfo=UTC)
    (inject,) = prepared.scenario.injects
    assert (inject.after, inject.en) == (2 * HOUR, "Warning: late (market FR)")


# ---- what a drill must not touch ----


def test_a_drill_counts_for_nothing(exercise: Exercise) -> None:
    exercise.start()
    exercise.work()
    exercise.end()
    span = (date(2020, 1, 1), date(2030, 1, 1))
    assert quality.known_incidents(exercise.engine, *span) == []
    with exercise.engine.connect() as connection:
        for table in (schema.alert, schema.alert_group, schema.known_incident):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        # Every entry about it says that it is one.
        log = schema.event_log
        for row in connection.execute(select(log).where(log.c.subject_kind == "crisis")):
            assert json.loads(row.payload_json)["drill"] == 1
        payloads = connection.execute(select(schema.outbox.c.payload_json)).scalars().all()
    assert payloads
    assert all(json.loads(payload)["drill"] for payload in payloads)


def test_messages_of_a_drill_are_nobodys_noise(exercise: Exercise) -> None:
    exercise.start()
    for _ in range(3):
        exercise.work()
        exercise.wall += MINUTE
    with exercise.engine.connect() as connection:
        outbox = schema.outbox
        sent = connection.execute(select(outbox.c.recipient).where(outbox.c.state == "sent"))
        assert "Sam" in sent.scalars().all()
        span = Span(T0 - 24 * HOUR, T0 + 24 * HOUR)
        assert noise(connection, span, zone="UTC").is_empty()


def test_a_webhook_of_a_drill_calls_nobody(engine: Engine, server: FaultServer) -> None:
    made = Exercise(engine)
    made.config = load(
        "schema_version: 1\npeople:\n  Lea: {roles: [crisis_lead]}\n"
        f'channels:\n  hook: {{kind: webhook, url: "{server.url}/real"}}\n'
    )
    step = {"do": "call_webhook", "with": {"channel": "hook"}, "effect": "at_most_once"}
    made.prepare(world.line("call-partner", "auto", **step))
    made.start(replace(SCENARIO, people={}))
    for _ in range(3):
        made.wall += timedelta(seconds=10)
        made.work()
    with engine.connect() as connection:
        row = connection.execute(select(schema.run_step)).one()
    assert (row.state, row.result_json["sent"]) == ("done", False)
    assert server.requests == []


def test_a_real_crisis_is_reviewed_as_if_there_were_no_drill(exercise: Exercise) -> None:
    exercise.start()
    number = exercise.drill().crisis_id
    asked = causes.ask(exercise.engine, number, "Why?", actor="Lea", token=None, wall=exercise.wall)
    assert asked.result == "done"
    exercise.end()
    with writing(exercise.engine) as connection:
        reviews.open(connection, number, now=exercise.wall, actor="Lea")
    found = tracker.tracker(exercise.engine, exercise.wall + timedelta(days=90))
    assert (found.causes, found.reviews, found.figures.all) == ((), (), 0)
    with exercise.engine.connect() as connection:
        assert connection.execute(select(schema.root_cause.c.drill)).scalar_one() is True
        payloads = connection.execute(
            select(schema.event_log.c.payload_json).where(
                schema.event_log.c.kind == "review_opened"
            )
        ).scalars()
        assert [json.loads(payload)["drill"] for payload in payloads] == [1]
