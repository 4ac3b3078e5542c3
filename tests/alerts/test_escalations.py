"""Escalations walk on while nobody acknowledges; each message is written once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from alerts import escalations, event_log
from alerts.lease import Lease, LeaseLost
from alerts.notify import notifier
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import fakes
from tests.alerts.incidents import CONFIG, change, config, incident, minutes
from tests.alerts.oncall.zones import utc

NOW = utc(2026, 1, 7, 12)  # ana's week


@pytest.fixture
def lease(engine: Engine) -> Lease:
    return fakes.leading(engine)


def walk(engine: Engine, lease: Lease, now: datetime, text: str = CONFIG) -> int:
    notifier.run_due(engine, lease, config(text), now, begin=escalations.begin)
    return escalations.run_due(engine, lease, config(text), now)


def pages(engine: Engine) -> list[tuple[str, str]]:
    table = schema.outbox.c
    with engine.connect() as connection:
        rows = connection.execute(
            select(table.recipient, table.channel).where(table.kind == "page").order_by(table.id)
        )
        return [(row.recipient, row.channel) for row in rows]


def told(engine: Engine, *kinds: str) -> list[str]:
    log = schema.event_log.c
    with engine.connect() as connection:
        rows = connection.execute(select(log.kind).order_by(log.seq)).scalars().all()
    return [kind for kind in rows if kind in kinds or (not kinds and kind.startswith("escal"))]


def test_it_begins_with_the_first_message_and_walks_until_the_end(
    engine: Engine, lease: Lease
) -> None:
    incident(engine, NOW)
    assert walk(engine, lease, NOW) == 1
    assert pages(engine) == [("ana", "chat")]
    assert walk(engine, lease, NOW + minutes(14)) == 0
    for n in range(15, 200, 5):
        walk(engine, lease, NOW + minutes(n))
    step = [("ana", "chat"), ("ben", "chat"), ("#chat", "chat")]
    assert pages(engine) == [*step, *step]
    assert escalations.running(engine) == []
    assert told(engine) == [
        "escalation_begun",
        *(4 * ["escalation_step"]),
        "escalation_ended",
    ]
    assert event_log.verify(engine) is None


def test_the_rota_is_asked_when_the_step_is_taken(engine: Engine, lease: Lease) -> None:
    incident(engine, NOW)
    with writing(engine) as connection:
        connection.execute(
            insert(schema.oncall_override).values(
                rota="emea",
                person="ben",
                starts_at=NOW - minutes(5),
                ends_at=NOW + minutes(5),
                author="mei",
                created_at=NOW,
            )
        )
    walk(engine, lease, NOW)
    assert pages(engine) == [("ben", "chat")]


@pytest.mark.parametrize(
    ("stopped", "resumed"),
    [
        ({"handling": "acknowledged"}, {"handling": "open"}),
        ({"snooze_until": NOW + minutes(60)}, {"snooze_until": None}),
    ],
)
def test_a_pause_stops_it_and_its_end_resumes_it_at_once(
    engine: Engine, lease: Lease, stopped: dict[str, Any], resumed: dict[str, Any]
) -> None:
    number = incident(engine, NOW)
    walk(engine, lease, NOW)
    change(engine, number, **stopped)
    for n in (5, 20, 50):
        assert walk(engine, lease, NOW + minutes(n)) == 0
    change(engine, number, **resumed)
    assert walk(engine, lease, NOW + minutes(55)) == 1
    assert pages(engine) == [("ana", "chat"), ("ben", "chat"), ("#chat", "chat")]
    assert told(engine, "escalation_paused", "escalation_resumed") == [
        "escalation_paused",
        "escalation_resumed",
    ]


def test_a_silence_holds_it_up(engine: Engine, lease: Lease) -> None:
    incident(engine, NOW)
    walk(engine, lease, NOW)
    with writing(engine) as connection:
        connection.execute(
            insert(schema.silence).values(
                matchers_json=["market=DE"],
                starts_at=NOW,
                ends_at=NOW + minutes(30),
                author="mei",
                reason="known",
                created_at=NOW,
            )
        )
    assert walk(engine, lease, NOW + minutes(20)) == 0
    assert walk(engine, lease, NOW + minutes(31)) == 1


@pytest.mark.parametrize(
    ("over", "because"),
    [
        ({"handling": "awaiting_verdict", "signal_open": False}, "resolved"),
        ({"handling": "closed", "closed_at": NOW}, "closed"),
    ],
)
def test_it_ends_with_its_incident_and_begins_anew_with_the_next_episode(
    engine: Engine, lease: Lease, over: dict[str, Any], because: str
) -> None:
    number = incident(engine, NOW)
    walk(engine, lease, NOW)
    change(engine, number, **over)
    assert walk(engine, lease, NOW + minutes(20)) == 0
    with engine.connect() as connection:
        row = connection.execute(select(schema.escalation)).one()
    assert (row.stopped_because, row.next_at) == (because, None)
    again = NOW + minutes(60)
    change(
        engine,
        number,
        handling="open",
        signal_open=True,
        closed_at=None,
        notify_at=again,
        notify_reason="reopened",
    )
    assert walk(engine, lease, again) == 1
    # The same step of the same incident: a new episode makes it a new message.
    assert pages(engine) == [("ana", "chat"), ("ana", "chat")]


def test_nobody_on_call_is_told_in_the_log_and_the_next_step_does_not_wait(
    engine: Engine, lease: Lease
) -> None:
    incident(engine, NOW)
    text = CONFIG.replace("{escalation: standard}", "{escalation: hollow}")
    walk(engine, lease, NOW, text)
    assert pages(engine) == []
    assert told(engine, "escalation_gap") == ["escalation_gap"]
    walk(engine, lease, NOW + minutes(1), text)
    assert pages(engine) == [("ben", "chat")]


def test_a_changed_policy_holds_for_later_escalations(engine: Engine, lease: Lease) -> None:
    incident(engine, NOW)
    walk(engine, lease, NOW)
    changed = CONFIG.replace("{person: ben}", "{person: ana}")
    walk(engine, lease, NOW + minutes(15), changed)
    assert pages(engine)[1] == ("ben", "chat")


def test_one_that_fails_does_not_stop_the_others(engine: Engine, lease: Lease) -> None:
    broken = incident(engine, NOW)
    incident(engine, NOW, group_key="other")
    walk(engine, lease, NOW)
    with writing(engine) as connection:
        connection.execute(
            update(schema.escalation)
            .where(schema.escalation.c.group_id == broken)
            .values(policy_json={"steps": []})
        )
    with pytest.raises(ExceptionGroup):
        walk(engine, lease, NOW + minutes(15))
    assert len(pages(engine)) == 4


def test_a_worker_that_lost_the_lease_takes_no_step(engine: Engine, lease: Lease) -> None:
    incident(engine, NOW)
    walk(engine, lease, NOW)
    with writing(engine) as connection:
        connection.execute(update(schema.lease).values(fence=lease.fence + 1))
    with pytest.raises(LeaseLost):
        escalations.run_due(engine, lease, config(), NOW + minutes(15))
    assert pages(engine) == [("ana", "chat")]
