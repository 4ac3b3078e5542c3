"""People act on incidents: once, in turn, and told why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from alerts import store
from alerts.actions import Outcome, act
from alerts.event_log import verify
from alerts.handling import Action, Do, Verdict, Why
from alerts.lifecycle import Seen, Timing
from data_access.state import schema
from tests.alerts import by_hand
from tests.alerts.by_hand import DAY, START

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def firing(engine: Engine) -> Engine:
    """A database with one incident, number 1: DE fires."""
    world = by_hand.World(engine)
    world.slot(START, {"DE": Seen.BREACH}, now=NOW)
    return engine


def do(engine: Engine, action: Action, **changed: object) -> Outcome:
    keys = {"actor": "Anna", "version": None, "token": None, "now": NOW + HOUR}
    return act(engine, 1, action, **{**keys, **changed})  # type: ignore[arg-type]


def test_an_incident_is_acknowledged(firing: Engine) -> None:
    assert do(firing, Action(Do.ACKNOWLEDGE), version=1, token="t1") == Outcome("done", 2)
    group = by_hand.groups(firing)[0]
    assert (group.handling, group.acknowledged_by, group.version) == ("acknowledged", "Anna", 2)
    assert group.notify_at is None
    assert by_hand.told(firing, 1) == ["incident_opened", "acknowledged"]
    assert verify(firing) is None


def test_the_second_of_two_people_is_told_what_the_first_did(firing: Engine) -> None:
    do(firing, Action(Do.ACKNOWLEDGE), version=1, token="t1")
    second = do(firing, Action(Do.ASSIGN, assignee="Bo"), actor="Bo", version=1, token="t2")
    assert (second.result, second.why, second.by) == ("stale", "acknowledged", "Anna")
    assert (second.at, second.version) == (NOW + HOUR, 2)
    assert by_hand.groups(firing)[0].assignee is None


def test_a_double_click_is_one_action(firing: Engine) -> None:
    press = Action(Do.COMMENT, note="Called the broker")
    assert do(firing, press, version=1, token="t1").result == "done"
    again = do(firing, press, version=1, token="t1")
    assert (again.result, again.by, again.version) == ("repeated", "Anna", 2)
    assert by_hand.told(firing, 1).count("commented") == 1


def test_a_press_that_was_refused_may_be_repeated(firing: Engine) -> None:
    assert do(firing, Action(Do.CLOSE), token="t1").why == Why.VERDICT_NEEDED
    closing = Action(Do.CLOSE, verdict=Verdict.TRUE, note="known")
    assert do(firing, closing, token="t1").result == "done"


def test_what_nobody_need_have_seen_does_not_stand_in_the_way(firing: Engine) -> None:
    do(firing, Action(Do.COMMENT, note="a"), version=1)
    assert do(firing, Action(Do.ACKNOWLEDGE), version=1).result == "done"


@pytest.mark.parametrize(
    ("action", "actor", "why"),
    [
        (Action(Do.ACKNOWLEDGE), " ", Why.NAME_NEEDED),
        (Action(Do.ACKNOWLEDGE), "worker", Why.NAME_NEEDED),
        (Action(Do.CLOSE, verdict=Verdict.TRUE), "Anna", Why.REASON_NEEDED),
        (Action(Do.REOPEN), "Anna", Why.NOT_CLOSED),
        (Action(Do.SNOOZE, until=NOW), "Anna", Why.PAST),
        (Action(Do.SNOOZE, until=NOW + 31 * DAY), "Anna", Why.TOO_LONG),
        (Action(Do.LOWER_SEVERITY, severity="info"), "Anna", Why.REASON_NEEDED),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    firing: Engine, action: Action, actor: str, why: Why
) -> None:
    refused = do(firing, action, actor=actor)
    assert (refused.result, refused.why) == ("refused", why)
    assert by_hand.told(firing, 1) == ["incident_opened"]


def test_an_incident_that_is_not_there(engine: Engine) -> None:
    assert do(engine, Action(Do.ACKNOWLEDGE)).why == Why.NOT_FOUND


def test_a_closed_incident_is_not_reopened_beside_its_successor(engine: Engine) -> None:
    world = by_hand.World(engine)
    world.slot(START, {"DE": Seen.BREACH}, now=START)
    do(engine, Action(Do.CLOSE, verdict=Verdict.TRUE, note="x"), now=START + HOUR)
    world.slot(START + DAY, {"DE": Seen.CLEAR}, now=START + DAY)
    world.slot(START + 9 * DAY, {"DE": Seen.BREACH}, now=START + 9 * DAY)
    assert [g.continues_id for g in by_hand.groups(engine)] == [None, 1]
    refused = do(engine, Action(Do.REOPEN), now=START + 9 * DAY)
    assert refused.why == Why.WINDOW_PASSED


def test_a_closed_incident_that_still_fires_is_not_reopened_beside_another(engine: Engine) -> None:
    world = by_hand.World(engine, group={"by": []})
    world.slot(START, {"DE": Seen.BREACH}, now=START)
    do(engine, Action(Do.CLOSE, verdict=Verdict.TRUE, note="x"), now=START + HOUR)
    world.slot(START + 9 * DAY, {"DE": Seen.BREACH, "FR": Seen.BREACH}, now=START + 9 * DAY)
    assert [g.handling for g in by_hand.groups(engine)] == ["closed", "open"]
    assert do(engine, Action(Do.REOPEN), now=START + 9 * DAY).why == Why.OTHER_OPEN
    assert verify(engine) is None


def test_tokens_of_the_log_are_the_versions(firing: Engine) -> None:
    do(firing, Action(Do.ACKNOWLEDGE))
    do(firing, Action(Do.SNOOZE, until=NOW + DAY))
    log = schema.event_log
    with firing.connect() as connection:
        rows = connection.execute(
            select(log.c.payload_json).where(log.c.subject_kind == "incident")
        ).scalars()
        versions = [int(text.split('"version":')[1].split("}")[0].split(",")[0]) for text in rows]
    assert versions == [1, 2, 3]
    assert store.open_alerts(firing).height == 1
    assert Timing() == Timing()
