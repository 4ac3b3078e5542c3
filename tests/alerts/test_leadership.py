"""Leadership when clocks are set and processes freeze: measured by a clock that nobody sets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from alerts.clock_watch import ClockWatch
from alerts.leadership import Leadership
from alerts.lease import LeaseLost, fenced
from alerts.progress import Progress
from tests.alerts.fakes import FakeTime

TTL = timedelta(seconds=30)
TICK = 10.0


def candidate(engine: Engine, holder: str, time: FakeTime) -> Leadership:
    return Leadership(engine, "worker", holder, TTL, clock=time.wall, monotonic=time.monotonic)


def ticks_until_taken(standby: Leadership, time: FakeTime) -> float:
    """Seconds of ticks until a standby leads."""
    began = time.monotonic()
    while standby.lead() is None:
        time.passes(TICK)
        assert time.monotonic() - began < 3600
    return time.monotonic() - began


def test_a_dead_leader_is_followed_within_its_lease_and_a_tick(sqlite_engine: Engine) -> None:
    time = FakeTime()
    one, other = candidate(sqlite_engine, "one", time), candidate(sqlite_engine, "other", time)
    assert one.lead() is not None
    assert other.lead() is None
    assert ticks_until_taken(other, time) <= TTL.total_seconds() + TICK


def test_a_living_leader_is_not_followed(sqlite_engine: Engine) -> None:
    time = FakeTime()
    one, other = candidate(sqlite_engine, "one", time), candidate(sqlite_engine, "other", time)
    for _ in range(20):
        assert one.lead() is not None
        assert other.lead() is None
        time.passes(TICK)


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
def test_a_dead_leader_is_followed_though_the_clock_was_set(
    sqlite_engine: Engine, hours: int
) -> None:
    time = FakeTime()
    one, other = candidate(sqlite_engine, "one", time), candidate(sqlite_engine, "other", time)
    assert one.lead() is not None
    assert other.lead() is None
    time.set_by(timedelta(hours=hours))
    assert ticks_until_taken(other, time) <= TTL.total_seconds() + 2 * TICK


@pytest.mark.parametrize("hours", [-24, 24])
def test_of_two_one_leads_whatever_the_clock_does(sqlite_engine: Engine, hours: int) -> None:
    time = FakeTime()
    one, other = candidate(sqlite_engine, "one", time), candidate(sqlite_engine, "other", time)
    assert one.lead() is not None
    time.set_by(timedelta(hours=hours))
    for _ in range(10):
        leading = [each.lead() is not None for each in (other, one)]
        assert sum(leading) == 1
        time.passes(TICK)


def test_a_leader_that_was_frozen_asks_again_and_its_old_proof_is_refused(
    sqlite_engine: Engine,
) -> None:
    time = FakeTime()
    one, other = candidate(sqlite_engine, "one", time), candidate(sqlite_engine, "other", time)
    before = one.lead()
    assert before is not None
    assert one.trusted() is before
    time.passes(3 * TTL.total_seconds())
    assert other.lead() is not None
    assert one.trusted() is None
    with pytest.raises(LeaseLost), fenced(sqlite_engine, before):
        pass


def test_a_jump_of_the_clock_is_noticed_and_waited_out() -> None:
    time = FakeTime()
    watch = ClockWatch(time.wall, time.monotonic)
    assert watch.jumped() is None
    time.passes(3600)
    assert watch.jumped() is None  # an hour in which nobody looked is no jump
    time.passes(20)
    time.set_by(timedelta(hours=-2))
    assert watch.jumped() == timedelta(hours=-2)
    settled = [watch.settled]
    assert watch.jumped() is None
    for seconds in (119, 1):
        time.passes(seconds)
        settled.append(watch.settled)
    assert settled == [False, False, True]
    time.set_by(timedelta(minutes=4))  # what a time server corrects
    assert watch.jumped() is None


def test_a_job_that_stands_still_is_found() -> None:
    time = FakeTime()
    progress = Progress(time.monotonic)
    with progress.job("tick"):
        time.passes(50)
        progress.step("tick", "rule surge")
        time.passes(50)
        with progress.job("sender"):
            assert progress.stuck(60) is None
            time.passes(20)
            stuck = progress.stuck(60)
            assert stuck is not None
            assert (stuck.job, stuck.step, stuck.seconds) == ("tick", "rule surge", 70)
    time.passes(500)
    assert progress.stuck(60) is None
