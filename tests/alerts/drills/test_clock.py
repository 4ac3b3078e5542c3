"""The clock of a drill: monotone, exact at every speed, the same after a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.crisis.clock import DrillClock
from alerts.drills.model import Inject, Scenario, due, scenario

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=3650)).map(EPOCH.__add__)
SPEEDS = st.sampled_from([1.0, 2.0, 10.0, 60.0, 120.0, 600.0])
LENGTHS = st.timedeltas(timedelta(0), timedelta(days=2))
CLOCKS = st.builds(DrillClock, MOMENTS, MOMENTS, SPEEDS)
INJECTS = st.lists(
    st.builds(Inject, st.timedeltas(timedelta(0), timedelta(days=30)), st.text(max_size=5)),
    max_size=20,
).map(lambda found: tuple(sorted(found)))


@given(CLOCKS, LENGTHS, LENGTHS)
def test_it_never_goes_back_and_runs_at_its_speed(
    clock: DrillClock, a: timedelta, b: timedelta
) -> None:
    early, late = sorted([clock.real_start + a, clock.real_start + b])
    assert clock.at(early) <= clock.at(late)
    assert clock.at(late) - clock.at(early) == (late - early) * clock.speed


@given(CLOCKS, LENGTHS)
def test_there_and_back_is_the_same_moment(clock: DrillClock, length: timedelta) -> None:
    wall = clock.real_start + length
    assert abs(clock.wall(clock.at(wall)) - wall) <= timedelta(microseconds=1)
    assert clock.at(clock.real_start) == clock.masked_start
    assert clock.at(wall).tzinfo is UTC
    assert datetime.fromisoformat(clock.at(wall).isoformat()) == clock.at(wall)


@given(CLOCKS, LENGTHS)
def test_a_restart_in_the_middle_changes_nothing(clock: DrillClock, length: timedelta) -> None:
    """What another process reads from the row shows the same time."""
    again = DrillClock(clock.real_start, clock.masked_start, clock.speed)
    assert again.at(clock.real_start + length) == clock.at(clock.real_start + length)


@given(INJECTS, st.lists(st.timedeltas(timedelta(0), timedelta(days=31)), max_size=12))
def test_however_often_one_looks_each_thing_happens_once_and_in_order(
    injects: tuple[Inject, ...], looks: list[timedelta]
) -> None:
    happened: list[Inject] = []
    for elapsed in sorted(looks):
        happened += due(injects, len(happened), elapsed)
        assert happened == [one for one in injects if one.after <= elapsed]


@given(INJECTS)
def test_a_scenario_is_kept_as_it_is(injects: tuple[Inject, ...]) -> None:
    given_ = Scenario("replay", "crisis:3", {"market": "DE"}, 3, {"units": 4}, injects, {"pr": "A"})
    assert scenario(given_.stored()) == given_
