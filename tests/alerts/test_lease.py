"""Leadership: one at a time, and no write by one who lost it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from alerts.lease import Lease, LeaseLost, acquire, fenced, release, renew
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.fakes import TTL, leading


def expire(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(schema.lease).values(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))


def now() -> datetime:
    return datetime.now(UTC)


def test_only_one_leads(engine: Engine) -> None:
    assert leading(engine, "a").fence == 1
    assert acquire(engine, "worker", "b", TTL, now()) is None


def test_the_holder_may_ask_again(engine: Engine) -> None:
    assert leading(engine, "a").fence < leading(engine, "a").fence


def test_an_expired_lease_is_taken_over_with_a_higher_fence(engine: Engine) -> None:
    old = leading(engine, "a")
    expire(engine)
    new = leading(engine, "b")
    assert new.fence > old.fence
    assert not renew(engine, old, now())
    assert renew(engine, new, now())


def test_a_released_lease_is_free_at_once(engine: Engine) -> None:
    release(engine, leading(engine, "a"))
    assert leading(engine, "b").holder == "b"


def test_renewing_prolongs(engine: Engine) -> None:
    lease = leading(engine, "a")
    expire(engine)
    assert renew(engine, lease, now())
    assert acquire(engine, "worker", "b", TTL, now()) is None


def test_a_stale_leader_cannot_write(engine: Engine) -> None:
    old = leading(engine, "a")
    expire(engine)
    leading(engine, "b")
    with pytest.raises(LeaseLost), fenced(engine, old) as connection:
        connection.execute(insert(schema.rule).values(id="late", name="late", owner=None))
    with engine.connect() as connection:
        assert connection.execute(select(schema.rule.c.id)).all() == []


def test_a_takeover_waits_for_the_leader_inside_a_transaction(engine: Engine) -> None:
    old = leading(engine, "a")
    expire(engine)
    order: list[str] = []
    taken: list[Lease | None] = []

    def take_over() -> None:
        taken.append(acquire(engine, "worker", "b", TTL, now() + timedelta(seconds=1)))
        order.append("taken over")

    with fenced(engine, old) as connection:
        rival = threading.Thread(target=take_over)
        rival.start()
        rival.join(0.3)
        order.append("committing")
        connection.execute(insert(schema.rule).values(id="mine", name="mine", owner=None))
    rival.join()
    assert order == ["committing", "taken over"]
    assert taken[0] is not None
