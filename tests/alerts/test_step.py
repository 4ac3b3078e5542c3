"""The signal machine: a total table, told as stories and as properties."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.lifecycle import AlertState, Event, Observation, Policy, Seen, Signal, Timing, step
from alerts.lifecycle.model import OPEN, Kind
from alerts.lifecycle.step import TABLE

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
HELD = Timing(hold=2 * DAY, keep=2 * DAY, nodata_after=2 * DAY, error_after=2, missing_after=2)


def walk(
    timing: Timing, letters: str, state: AlertState | None = None
) -> tuple[AlertState, list[Event]]:
    """One observation a day: b(reach) e(levated) c(lear) n(odata) x(error) m(issing) s(topped)."""
    classes = dict(zip("becnxms", Seen, strict=True))
    state, told = state or AlertState(), []
    for day, letter in enumerate(letters):
        if letter == ".":  # a slot nobody evaluated
            continue
        state, events = step(timing, state, Observation(classes[letter], letter), START + day * DAY)
        told += events
    return state, told


def kinds(events: list[Event]) -> list[str]:
    return [str(event.kind) for event in events]


def test_every_signal_and_observation_has_exactly_one_entry() -> None:
    assert set(TABLE) == {(signal, seen) for signal in Signal for seen in Seen}


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("seen", Seen)
@pytest.mark.parametrize("timing", [Timing(), HELD], ids=["at once", "held"])
def test_every_entry_gives_a_consistent_state(signal: Signal, seen: Seen, timing: Timing) -> None:
    before = Signal.FIRING if signal in {Signal.NODATA, Signal.ERROR} else None
    state = AlertState(signal, START, "r", episode=1, opened_at=START, before=before, told_at=START)
    after, events = step(timing, state, Observation(seen, "r"), START + DAY)
    assert vars(after).keys() == {field.name for field in fields(AlertState)}
    assert after.episode - state.episode == kinds(list(events)).count(Kind.OPENED)
    assert (after.before is not None) == (after.signal in {Signal.NODATA, Signal.ERROR})
    if state.is_open and not after.is_open:
        assert Kind.RESOLVED in kinds(list(events))


def test_a_breach_fires_at_once_without_a_hold() -> None:
    state, events = walk(Timing(), "b")
    assert (state.signal, state.episode, state.opened_at) == (Signal.FIRING, 1, START)
    assert kinds(events) == ["episode_opened"]


def test_a_held_breach_fires_when_it_lasted() -> None:
    assert walk(HELD, "bb")[0].signal is Signal.PENDING
    assert walk(HELD, "bbb")[0].signal is Signal.FIRING


def test_a_breach_that_does_not_last_is_a_near_miss_and_tells_nothing() -> None:
    state, events = walk(HELD, "bc")
    assert (state.signal, state.near_misses, events) == (Signal.NORMAL, 1, [])


def test_one_missed_slot_does_not_restart_the_hold() -> None:
    assert walk(HELD, "b.b")[0].signal is Signal.FIRING


def test_after_a_long_outage_a_held_rule_cannot_fire_at_once() -> None:
    state, _ = walk(HELD, "b....b")
    assert (state.signal, state.since) == (Signal.PENDING, START + 5 * DAY)


def test_an_elevated_value_keeps_an_alert_but_does_not_open_one() -> None:
    assert walk(Timing(), "e")[0].signal is Signal.NORMAL
    assert walk(Timing(keep=2 * DAY), "bee")[0].signal is Signal.FIRING


def test_it_resolves_after_it_stayed_clear() -> None:
    state, events = walk(Timing(keep=2 * DAY), "bccc")
    assert state.signal is Signal.NORMAL
    assert kinds(events) == ["episode_opened", "recovering", "resolved"]
    assert events[-1].reason == "recovered"


def test_a_relapse_is_the_same_episode() -> None:
    state, events = walk(Timing(keep=2 * DAY), "bceb")
    assert (state.signal, state.episode, state.flaps) == (Signal.FIRING, 1, 1)
    assert kinds(events) == ["episode_opened", "recovering", "refired"]


def test_a_second_surge_is_a_second_episode() -> None:
    state, _ = walk(Timing(), "bcb")
    assert (state.signal, state.episode) == (Signal.FIRING, 2)


def test_a_silent_feed_holds_the_alert_open() -> None:
    state, events = walk(replace(HELD, hold=timedelta(0)), "bnnn")
    assert (state.signal, state.before, state.is_open) == (Signal.NODATA, Signal.FIRING, True)
    assert kinds(events) == ["episode_opened", "nodata_entered"]
    again, more = walk(replace(HELD, hold=timedelta(0)), "b", state)
    assert (again.signal, again.episode) == (Signal.FIRING, 1)
    assert kinds(more) == ["nodata_left"]


def test_a_silent_feed_can_be_told_to_clear() -> None:
    timing = Timing(nodata_policy=Policy.CLEAR)
    state, events = walk(timing, "bn")
    assert (state.signal, state.is_open) == (Signal.NODATA, False)
    assert kinds(events) == ["episode_opened", "resolved", "nodata_entered"]


def test_no_data_is_never_taken_for_recovery() -> None:
    state, _ = walk(Timing(keep=2 * DAY), "bcnnnnnc")
    assert state.signal is Signal.RECOVERING


def test_errors_count_before_they_show() -> None:
    assert walk(HELD, "x")[0].signal is Signal.NORMAL
    assert walk(HELD, "xx")[0].signal is Signal.ERROR
    assert walk(HELD, "xcx")[0].signal is Signal.NORMAL


def test_a_series_that_is_gone_resolves_with_that_reason() -> None:
    state, events = walk(replace(HELD, hold=timedelta(0)), "bmm")
    assert state.signal is Signal.NORMAL
    assert (events[-1].kind, events[-1].reason) == (Kind.RESOLVED, "missing_series")


def test_a_changed_rule_resolves_with_its_reason() -> None:
    state, events = walk(Timing(), "bs")
    assert state.signal is Signal.NORMAL
    assert (events[-1].kind, events[-1].reason) == (Kind.RESOLVED, "s")


LETTERS = st.text(alphabet="becnxms.", max_size=40)
TIMINGS = st.builds(
    Timing,
    hold=st.sampled_from([0 * DAY, DAY, 3 * DAY]),
    keep=st.sampled_from([0 * DAY, DAY, 3 * DAY]),
    nodata_after=st.sampled_from([0 * DAY, 2 * DAY]),
    nodata_policy=st.sampled_from(Policy),
    error_after=st.integers(1, 3),
    error_policy=st.sampled_from(Policy),
    missing_after=st.integers(1, 3),
)


@given(TIMINGS, LETTERS)
def test_episodes_open_and_resolve_in_turn(timing: Timing, letters: str) -> None:
    state, events = walk(timing, letters)
    turns = [e for e in events if e.kind in {Kind.OPENED, Kind.RESOLVED}]
    assert [e.kind for e in turns] == [
        Kind.OPENED if n % 2 == 0 else Kind.RESOLVED for n in range(len(turns))
    ]
    assert [e.episode for e in turns if e.kind is Kind.OPENED] == list(range(1, state.episode + 1))
    assert state.is_open == (len(turns) % 2 == 1)


@given(TIMINGS, LETTERS, st.integers(0, 40))
def test_a_restart_between_any_two_slots_changes_nothing(
    timing: Timing, letters: str, cut: int
) -> None:
    whole = walk(timing, letters)
    first, told = walk(timing, letters[:cut])
    rest = "." * len(letters[:cut]) + letters[cut:]
    second, more = walk(timing, rest, first)
    assert (second, [*told, *more]) == whole


@given(TIMINGS, LETTERS)
def test_moving_all_slots_moves_all_events(timing: Timing, letters: str) -> None:
    _, events = walk(timing, letters)
    _, later = walk(timing, "." * 7 + letters)
    assert [replace(event, at=event.at + 7 * DAY) for event in events] == later


@given(TIMINGS, LETTERS)
def test_nothing_fires_without_a_breach(timing: Timing, letters: str) -> None:
    state, events = walk(timing, letters.replace("b", "e"))
    assert not [event for event in events if event.kind is Kind.OPENED]
    assert state.signal not in OPEN
