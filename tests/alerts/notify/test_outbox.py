"""The outbox: written once, claimed by one."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from alerts.lease import fenced
from alerts.notify import outbox
from alerts.notify.outbox import claim, enqueue, finish
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.fakes import leading
from tests.alerts.notify.examples import MINUTE, NOW, message

TEN = timedelta(minutes=10)
table = schema.outbox


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_enqueued_twice_it_is_there_once(engine: Engine) -> None:
    with writing(engine) as connection:
        assert enqueue(connection, [message(1), message(2), message(1)], NOW) == [1, 2]
    with writing(engine) as connection:
        assert enqueue(connection, [message(2)], NOW) == []
    assert count(engine) == 2


def test_it_shares_the_fate_of_what_it_tells(engine: Engine) -> None:
    def change() -> None:
        with writing(engine) as connection:
            enqueue(connection, [message(1)], NOW)
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError):
        change()
    assert count(engine) == 0


def test_a_message_comes_back_as_it_went_in(engine: Engine) -> None:
    given = message(1, payload={"html": "<p>严重</p>", "data": {"n": 1.5, "none": None}})
    with writing(engine) as connection:
        enqueue(connection, [given], NOW)
        (found,) = claim(connection, "me", NOW, lease=TEN)
    assert found.message == given
    assert found.attempts == 1


def test_the_most_urgent_and_oldest_goes_first(engine: Engine) -> None:
    given = [
        message(1, severity="info"),
        message(2, severity="warning"),
        message(3, severity="critical"),
        message(4, severity="critical"),
    ]
    with writing(engine) as connection:
        enqueue(connection, given, NOW)
        found = claim(connection, "me", NOW, lease=TEN, limit=10)
    assert [one.id for one in found] == [3, 4, 2, 1]


def test_what_is_not_due_and_what_others_hold_is_left(engine: Engine) -> None:
    with writing(engine) as connection:
        enqueue(connection, [message(1, not_before=NOW + MINUTE), message(2)], NOW)
        assert [one.id for one in claim(connection, "a", NOW, lease=TEN, limit=9)] == [2]
        assert claim(connection, "b", NOW, lease=TEN, limit=9) == []
        assert [one.id for one in claim(connection, "b", NOW + MINUTE, lease=TEN, limit=9)] == [1]


def test_only_messages_of_the_channels_asked_for(engine: Engine) -> None:
    with writing(engine) as connection:
        enqueue(connection, [message(1), message(2, channel="room")], NOW)
        assert [o.id for o in claim(connection, "a", NOW, lease=TEN, channels=["room"])] == [2]


def test_who_died_loses_the_message_and_cannot_finish_it(engine: Engine) -> None:
    with writing(engine) as connection:
        enqueue(connection, [message(1)], NOW)
        claim(connection, "dead", NOW, lease=TEN)
        assert claim(connection, "next", NOW + TEN - MINUTE, lease=TEN) == []
        (again,) = claim(connection, "next", NOW + TEN, lease=TEN)
        assert again.attempts == 2
        assert not finish(connection, 1, "dead", state="sent", reason=None, now=NOW + TEN)
        assert finish(connection, 1, "next", state="sent", reason=None, now=NOW + TEN)
        assert claim(connection, "third", NOW + 9 * TEN, lease=TEN) == []


def test_of_several_claimers_each_message_has_one(engine: Engine) -> None:
    """Four claimers under one leadership, as threads that the database must keep apart."""
    total = 60
    with writing(engine) as connection:
        enqueue(connection, [message(n) for n in range(total)], NOW)
    lease = leading(engine)
    claimed: list[tuple[str, int]] = []
    start = threading.Barrier(4)

    def work(name: str) -> None:
        start.wait()
        while True:
            with fenced(engine, lease) as connection:
                found = claim(connection, name, NOW, lease=TEN, limit=2)
            if not found:
                return
            claimed.extend((name, one.id) for one in found)
            for one in found:
                with fenced(engine, lease) as connection:
                    assert finish(connection, one.id, name, state="sent", reason=None, now=NOW)

    threads = [threading.Thread(target=work, args=(f"claimer {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(number for _, number in claimed) == Counter(range(1, total + 1))
    with engine.connect() as connection:
        attempts = connection.execute(select(table.c.attempts)).scalars().all()
    assert set(attempts) == {1}


def test_a_channel_that_asked_for_a_pause_gets_it_for_all(engine: Engine) -> None:
    with writing(engine) as connection:
        enqueue(connection, [message(1), message(2), message(3, channel="room")], NOW)
        outbox.hold_channel(connection, "hook", NOW + TEN, "channel_asked_to_wait")
        assert [o.id for o in claim(connection, "a", NOW, lease=TEN, limit=9)] == [3]


def test_the_database_refuses_a_state_that_is_none(engine: Engine) -> None:
    from sqlalchemy.exc import IntegrityError

    with writing(engine) as connection:
        enqueue(connection, [message(1)], NOW)
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(update(table).values(state="lost"))
