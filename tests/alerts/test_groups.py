"""Incidents follow the signal of their alerts: join, open, reopen, resolve; one per key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, delete, insert, select

from alerts import group_rows, group_timers, groups, store
from alerts.actions import act
from alerts.alert_rows import load_alerts
from alerts.event_log import verify
from alerts.handling import Action, Do, Policy, Verdict
from alerts.lifecycle import Seen, Timing
from alerts.lifecycle.model import Event, Kind
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import by_hand, fakes
from tests.alerts.by_hand import DAY, START, World

HOUR = timedelta(hours=1)
TRUE = Action(Do.CLOSE, verdict=Verdict.TRUE, note="the customs hold")


def close(engine: Engine, group_id: int, now: datetime) -> None:
    done = act(engine, group_id, TRUE, actor="Anna", version=None, token=None, now=now)
    assert done.result == "done"


def members(engine: Engine) -> list[tuple[int, int, int, bool]]:
    table = schema.alert_group_member.c
    with engine.connect() as connection:
        rows = connection.execute(
            select(table.group_id, table.alert_id, table.episode, table.resolved_at).order_by(
                table.group_id, table.alert_id, table.episode
            )
        ).all()
    return [(row[0], row[1], row[2], row[3] is None) for row in rows]


def test_an_episode_opens_an_incident_and_its_end_waits_for_a_verdict(engine: Engine) -> None:
    world = World(engine)
    world.slot(START, {"DE": Seen.BREACH})
    (group,) = by_hand.groups(engine)
    assert (group.handling, group.signal_open, group.severity) == ("open", True, "warning")
    assert (group.rule_id, group.labels_json) == ("test-surge", {"market": "DE"})
    assert (group.notify_at, group.notify_reason) == (START + timedelta(minutes=5), "first")
    world.slot(START + DAY, {"DE": Seen.CLEAR})
    (group,) = by_hand.groups(engine)
    assert (group.handling, group.signal_open) == ("awaiting_verdict", False)
    assert members(engine) == [(1, 1, 1, False)]
    assert by_hand.told(engine, 1) == ["incident_opened", "resolved", "notice_dropped"]
    assert verify(engine) is None


def test_alerts_of_one_key_are_one_incident_which_ends_with_the_last(engine: Engine) -> None:
    world = World(engine, topic="late", group={"by": []})
    world.slot(START, {"DE": Seen.BREACH, "FR": Seen.BREACH})
    world.slot(START + DAY, {"DE": Seen.CLEAR, "FR": Seen.BREACH, "JP": Seen.BREACH})
    (group,) = by_hand.groups(engine)
    assert (group.handling, group.labels_json) == ("open", {})
    world.slot(START + 2 * DAY, {"DE": Seen.CLEAR, "FR": Seen.CLEAR, "JP": Seen.CLEAR})
    assert [g.handling for g in by_hand.groups(engine)] == ["awaiting_verdict"]
    assert by_hand.told(engine, 1).count("joined") == 2


def test_rules_of_one_topic_share_an_incident(engine: Engine) -> None:
    World(engine, rule_id="a", topic="late").slot(START, {"DE": Seen.BREACH})
    World(engine, rule_id="b", topic="late").slot(START, {"DE": Seen.BREACH}, severity="critical")
    (group,) = by_hand.groups(engine)
    assert (group.severity, group.rule_id) == ("critical", "a")


def test_who_acknowledged_hears_of_another_rule_and_not_of_more_of_the_same(
    engine: Engine,
) -> None:
    first = World(engine, rule_id="a", topic="late", group={"by": []})
    first.slot(START, {"DE": Seen.BREACH})
    acknowledged = Action(Do.ACKNOWLEDGE)
    act(engine, 1, acknowledged, actor="Anna", version=1, token=None, now=START + HOUR)
    first.slot(START + DAY, {"DE": Seen.BREACH, "FR": Seen.BREACH})
    assert by_hand.groups(engine)[0].notify_at is None
    other = World(engine, rule_id="b", topic="late", group={"by": []})
    other.slot(START + DAY, {"DE": Seen.BREACH})
    (group,) = by_hand.groups(engine)
    assert (group.notify_reason, group.handling) == ("more", "acknowledged")


def test_a_new_episode_soon_after_closing_is_the_old_incident(engine: Engine) -> None:
    world = World(engine)
    world.slot(START, {"DE": Seen.BREACH})
    world.slot(START + DAY, {"DE": Seen.CLEAR})
    close(engine, 1, START + DAY + HOUR)
    world.slot(START + 2 * DAY, {"DE": Seen.BREACH})
    (group,) = by_hand.groups(engine)
    assert (group.handling, group.reopened, group.verdict) == ("open", 1, None)
    assert members(engine) == [(1, 1, 1, False), (1, 1, 2, True)]


def test_a_later_one_is_a_new_incident_that_names_the_old(engine: Engine) -> None:
    world = World(engine)
    world.slot(START, {"DE": Seen.BREACH})
    world.slot(START + DAY, {"DE": Seen.CLEAR})
    close(engine, 1, START + DAY + HOUR)
    world.slot(START + 9 * DAY, {"DE": Seen.BREACH})
    old, new = by_hand.groups(engine)
    assert (old.handling, new.handling, new.continues_id) == ("closed", "open", old.id)


def test_closed_while_it_fires_stays_closed_for_this_episode(engine: Engine) -> None:
    world = World(engine, timing=Timing(keep=2 * DAY))
    world.slot(START, {"DE": Seen.BREACH})
    close(engine, 1, START + HOUR)
    for day, seen in enumerate([Seen.BREACH, Seen.CLEAR, Seen.BREACH, Seen.CLEAR], 1):
        world.slot(START + day * DAY, {"DE": seen})
    (group,) = by_hand.groups(engine)
    assert (group.handling, group.signal_open) == ("closed", True)
    for day in (5, 6):
        world.slot(START + day * DAY, {"DE": Seen.CLEAR})
    (group,) = by_hand.groups(engine)
    assert (group.handling, group.signal_open) == ("closed", False)


def test_a_relapse_is_told_and_severity_rises_with_the_alert(engine: Engine) -> None:
    world = World(engine, timing=Timing(keep=2 * DAY))
    world.slot(START, {"DE": Seen.BREACH})
    world.slot(START + DAY, {"DE": Seen.CLEAR})
    world.slot(START + 2 * DAY, {"DE": Seen.BREACH})
    assert by_hand.told(engine, 1)[-1] == "refired"
    world.slot(START + 3 * DAY, {"DE": Seen.BREACH}, severity="critical")
    assert by_hand.told(engine, 1)[-1] == "severity_raised"
    world.slot(START + 4 * DAY, {"DE": Seen.BREACH}, severity="info")
    (group,) = by_hand.groups(engine)
    assert group.severity == "critical"


def test_a_shadow_version_makes_alerts_but_no_incidents(engine: Engine) -> None:
    World(engine).slot(START, {"FR": Seen.BREACH})
    shadow = World(engine, stage="shadow")
    shadow.slot(START, {"DE": Seen.BREACH, "FR": Seen.BREACH})
    assert len(by_hand.groups(engine)) == 1
    with engine.connect() as connection:
        alerts = load_alerts(connection, "test-surge", "shadow")
        assert sorted(a.labels["market"] for a in alerts.values()) == ["DE", "FR"]
        assert len(load_alerts(connection, "test-surge")) == 1
    assert store.open_alerts(engine).height == 1
    assert len(store.episodes(engine, "test-surge", "shadow")) == 2
    assert len(store.episodes(engine, "test-surge")) == 1
    assert store.last_slot_of(engine, shadow.version_id) == START


def test_a_version_that_was_retired_meanwhile_judges_no_more(engine: Engine) -> None:
    world = World(engine, stage="retired")
    assert not world.slot(START, {"DE": Seen.BREACH})
    assert store.last_slot_of(engine, world.version_id) is None
    assert by_hand.groups(engine) == []


def test_alerts_from_before_there_were_incidents_get_one_at_their_next_slot(
    engine: Engine,
) -> None:
    world = World(engine)
    world.slot(START, {"DE": Seen.BREACH})
    with writing(engine) as connection:
        connection.execute(delete(schema.alert_group_member))
        connection.execute(delete(schema.alert_group))
    world.slot(START + DAY, {"DE": Seen.ELEVATED})
    assert [g.handling for g in by_hand.groups(engine)] == ["open"]
    world.slot(START + 2 * DAY, {"DE": Seen.ELEVATED})
    assert len(by_hand.groups(engine)) == 1


def test_the_end_of_an_episode_without_incident_changes_none(engine: Engine) -> None:
    world = World(engine)
    world.slot(START, {"DE": Seen.BREACH})
    with writing(engine) as connection:
        connection.execute(delete(schema.alert_group_member))
        connection.execute(delete(schema.alert_group))
    world.slot(START + DAY, {"DE": Seen.CLEAR})
    assert by_hand.groups(engine) == []


def test_the_database_refuses_a_second_open_incident_of_a_key(engine: Engine) -> None:
    World(engine).slot(START, {"DE": Seen.BREACH})
    (group,) = by_hand.groups(engine)
    twin = {**group._mapping}
    del twin["id"]
    with pytest.raises(Exception, match=r"(?i)unique"), writing(engine) as connection:
        connection.execute(insert(schema.alert_group).values(**twin))


def test_of_two_who_open_the_same_incident_one_joins_the_other_s(engine: Engine) -> None:
    """Two workers cannot; a person who reopens and a worker can."""
    world = World(engine, group={"by": []}, topic="late")
    world.slot(START, dict.fromkeys(("DE", "FR", "JP", "US"), Seen.CLEAR))
    with writing(engine) as connection:
        for market in ("DE", "FR", "JP", "US"):
            connection.execute(
                insert(schema.alert).values(
                    rule_id="test-surge",
                    stage="live",
                    fingerprint=by_hand.mark(market),
                    labels_json={"market": market},
                    severity="warning",
                    signal="firing",
                    since=START,
                    episode=1,
                    flaps=0,
                    version=1,
                    updated_at=START,
                )
            )
    with engine.connect() as connection:
        alerts = list(load_alerts(connection, "test-surge").values())
    barrier, faults = Barrier(len(alerts)), list[BaseException]()

    def opens(number: int) -> None:
        try:
            barrier.wait()
            with writing(engine) as connection:
                event = Event(Kind.OPENED, START, 1, "surge")
                groups.absorb(connection, alerts[number], [event], START)
        except BaseException as error:  # noqa: BLE001 - shown by the main thread
            faults.append(error)

    threads = [Thread(target=opens, args=(n,)) for n in range(len(alerts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(by_hand.groups(engine)) == 1
    assert len(members(engine)) == 4
    assert verify(engine) is None


def test_two_people_who_acknowledge_at_once(engine: Engine) -> None:
    World(engine).slot(START, {"DE": Seen.BREACH})
    barrier, results = Barrier(4), list[str]()

    def press(name: str) -> None:
        barrier.wait()
        action = Action(Do.ACKNOWLEDGE)
        found = act(engine, 1, action, actor=name, version=1, token=name, now=START + HOUR)
        results.append(found.result)

    threads = [Thread(target=press, args=(name,)) for name in ("Anna", "Bo", "Cem", "Dai")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "stale", "stale", "stale"]
    assert by_hand.told(engine, 1).count("acknowledged") == 1


def test_a_double_click_at_once_is_one_action(engine: Engine) -> None:
    World(engine).slot(START, {"DE": Seen.BREACH})
    barrier, results = Barrier(2), list[str]()

    def press() -> None:
        barrier.wait()
        action = Action(Do.COMMENT, note="seen")
        found = act(engine, 1, action, actor="Anna", version=1, token="t", now=START + HOUR)
        results.append(found.result)

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "repeated"]


def test_an_acknowledgement_runs_out_and_a_snooze_ends(engine: Engine) -> None:
    world = World(engine)
    world.slot(START, {"DE": Seen.BREACH}, severity="critical")
    policy = Policy()
    lease = world.lease

    def person(action: Action, now: datetime) -> None:
        done = act(engine, 1, action, actor="Anna", version=None, token=None, now=now)
        assert done.result == "done"

    person(Action(Do.ACKNOWLEDGE), START + HOUR)
    assert group_timers.run_due(engine, lease, policy, START + 24 * HOUR) == 0
    person(Action(Do.COMMENT, note="still at it"), START + 20 * HOUR)
    assert group_timers.run_due(engine, lease, policy, START + 43 * HOUR) == 0
    assert group_timers.run_due(engine, lease, policy, START + 44 * HOUR) == 1
    (group,) = by_hand.groups(engine)
    assert (group.handling, group.notify_reason) == ("open", "repeat")
    person(Action(Do.SNOOZE, until=START + 50 * HOUR), START + 45 * HOUR)
    assert group_timers.run_due(engine, lease, policy, START + 49 * HOUR) == 0
    assert group_timers.run_due(engine, lease, policy, START + 50 * HOUR) == 1
    assert by_hand.told(engine, 1)[-3:] == ["unacknowledged", "snoozed", "woken"]


def test_a_row_is_read_as_it_was_written(engine: Engine) -> None:
    World(engine, topic="late").slot(START, {"DE": Seen.BREACH})
    with writing(engine) as connection:
        before = group_rows.load(connection, 1)
        assert before is not None
        assert before.topic == "late"
        group_rows.save(connection, before, before.incident, [], START)
        assert group_rows.load(connection, 1) == before
    assert fakes.leading(engine).fence > 1
    assert datetime.now(UTC) > START
