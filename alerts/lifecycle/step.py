"""One step of the signal machine, as a total table.

Every signal × every class of observation has exactly one entry, and a test enumerates them. Times
are those of the evaluated slot, so a step gives the same today, in a replay and after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from alerts.lifecycle.model import (
    OPEN,
    AlertState,
    Event,
    Kind,
    Observation,
    Policy,
    Seen,
    Signal,
    Timing,
    Why,
)
from alerts.records import altered

Outcome = tuple[AlertState, tuple[Event, ...]]
Transition = Callable[[Timing, AlertState, Observation, datetime], Outcome]

# Looking a member up in its class costs more than the rest of a quiet step.
_NODATA, _ERROR, _MISSING = Seen.NODATA, Seen.ERROR, Seen.MISSING
_USABLE = frozenset({Seen.BREACH, Seen.ELEVATED, Seen.CLEAR})


def step(rule: Timing, state: AlertState, observation: Observation, now: datetime) -> Outcome:
    """The next state and what to tell.

    Args:
        rule: the rule's durations.
        state: where the alert stood.
        observation: what the evaluation saw.
        now: the evaluated slot (not the wall clock).
    """
    after, events = TABLE[state.signal, observation.seen](rule, state, observation, now)
    return _remember(after, observation, now), events


def _remember(state: AlertState, observation: Observation, now: datetime) -> AlertState:
    """Count runs of unusable slots; a usable one ends them all."""
    seen = observation.seen
    if seen in _USABLE:
        return altered(state, silent_since=None, faults=0, absent=0, told_at=now)
    if seen is _NODATA:
        return altered(state, silent_since=state.silent_since or now)
    if seen is _ERROR:
        return altered(state, faults=state.faults + 1)
    if seen is _MISSING:
        return altered(state, absent=state.absent + 1)
    return altered(state, silent_since=None, faults=0, absent=0)


def _enter(state: AlertState, signal: Signal, now: datetime, reason: str) -> AlertState:
    return altered(state, signal=signal, since=now, reason=reason, before=None)


def _late(rule: Timing, state: AlertState, now: datetime) -> bool:
    """Whether more slots went by untold than a running `hold` or `keep` may bridge."""
    if state.told_at is None:
        return False
    return now - state.told_at > rule.every * (1 + rule.tolerated_slots)


def _stay(_rule: Timing, state: AlertState, _seen: Observation, _now: datetime) -> Outcome:
    return state, ()


def _open(state: AlertState, now: datetime, reason: str) -> Outcome:
    opened = altered(
        _enter(state, Signal.FIRING, now, reason),
        episode=state.episode + 1,
        flaps=0,
        opened_at=now,
    )
    return opened, (Event(Kind.OPENED, now, opened.episode, reason),)


def _resolve(state: AlertState, now: datetime, reason: str) -> Outcome:
    closed = _enter(state, Signal.NORMAL, now, reason)
    return closed, (Event(Kind.RESOLVED, now, state.episode, reason),)


def _breach(rule: Timing, state: AlertState, seen: Observation, now: datetime) -> Outcome:
    if not rule.hold:
        return _open(state, now, seen.reason)
    return _enter(state, Signal.PENDING, now, seen.reason), ()


def _breach_again(rule: Timing, state: AlertState, seen: Observation, now: datetime) -> Outcome:
    if state.since is None or _late(rule, state, now):
        return _enter(state, Signal.PENDING, now, seen.reason), ()
    if now - state.since >= rule.hold:
        return _open(state, now, seen.reason)
    return state, ()


def _near_miss(_rule: Timing, state: AlertState, _seen: Observation, now: datetime) -> Outcome:
    missed = altered(state, near_misses=state.near_misses + 1)
    return _enter(missed, Signal.NORMAL, now, ""), ()


def _calm(rule: Timing, state: AlertState, _seen: Observation, now: datetime) -> Outcome:
    if not rule.keep:
        return _resolve(state, now, Why.RECOVERED)
    calm = _enter(state, Signal.RECOVERING, now, Why.RECOVERED)
    return calm, (Event(Kind.RECOVERING, now, state.episode, Why.RECOVERED),)


def _calm_again(rule: Timing, state: AlertState, _seen: Observation, now: datetime) -> Outcome:
    if state.since is None or _late(rule, state, now):
        return _enter(state, Signal.RECOVERING, now, Why.RECOVERED), ()
    if now - state.since >= rule.keep:
        return _resolve(state, now, Why.RECOVERED)
    return state, ()


def _refire(_rule: Timing, state: AlertState, seen: Observation, now: datetime) -> Outcome:
    again = altered(_enter(state, Signal.FIRING, now, seen.reason), flaps=state.flaps + 1)
    return again, (Event(Kind.REFIRED, now, state.episode, seen.reason),)


def _silence(rule: Timing, state: AlertState, _seen: Observation, now: datetime) -> Outcome:
    if now - (state.silent_since or now) < rule.nodata_after:
        return state, ()
    entered = (Signal.NODATA, Kind.NODATA_ENTERED, Why.NO_DATA)
    return _interrupt(state, rule.nodata_policy, entered, now)


def _fault(rule: Timing, state: AlertState, _seen: Observation, now: datetime) -> Outcome:
    if state.faults + 1 < rule.error_after:
        return state, ()
    entered = (Signal.ERROR, Kind.ERROR_ENTERED, Why.EVALUATION_ERROR)
    return _interrupt(state, rule.error_policy, entered, now)


def _interrupt(
    state: AlertState, policy: Policy, entered: tuple[Signal, Kind, Why], now: datetime
) -> Outcome:
    """Leave the usual signals, with or without the episode, and remember which one it was."""
    signal, kind, why = entered
    before = state.before or state.signal
    events: tuple[Event, ...] = ()
    if policy is Policy.CLEAR and before in OPEN:
        state, events = _resolve(state, now, why)
        before = Signal.NORMAL
    interrupted = altered(_enter(state, signal, now, why), before=before)
    return interrupted, (*events, Event(kind, now, state.episode, why))


def _return(rule: Timing, state: AlertState, seen: Observation, now: datetime) -> Outcome:
    """Data are back: go on from the signal that was interrupted."""
    before = state.before or Signal.NORMAL
    kind = Kind.NODATA_LEFT if state.signal is Signal.NODATA else Kind.ERROR_LEFT
    # `since` restarts, so that neither `hold` nor `keep` counts the time nobody could see.
    resumed = _enter(state, before, now, seen.reason)
    after, events = TABLE[before, seen.seen](rule, resumed, seen, now)
    return after, (Event(kind, now, state.episode, seen.reason), *events)


def _absent(rule: Timing, state: AlertState, _seen: Observation, now: datetime) -> Outcome:
    if state.absent + 1 < rule.missing_after:
        return state, ()
    return _end(state, now, Why.MISSING_SERIES)


def _stop(_rule: Timing, state: AlertState, seen: Observation, now: datetime) -> Outcome:
    return _end(state, now, seen.reason)


def _end(state: AlertState, now: datetime, reason: str) -> Outcome:
    """Back to normal for a reason that is not the numbers'; told only if an episode was open."""
    if state.is_open:
        return _resolve(state, now, reason)
    return _enter(state, Signal.NORMAL, now, reason), ()


TABLE: Mapping[tuple[Signal, Seen], Transition] = {
    (Signal.NORMAL, Seen.BREACH): _breach,
    (Signal.NORMAL, Seen.ELEVATED): _stay,
    (Signal.NORMAL, Seen.CLEAR): _stay,
    (Signal.NORMAL, Seen.NODATA): _silence,
    (Signal.NORMAL, Seen.ERROR): _fault,
    (Signal.NORMAL, Seen.MISSING): _stay,
    (Signal.NORMAL, Seen.STOPPED): _stay,
    (Signal.PENDING, Seen.BREACH): _breach_again,
    (Signal.PENDING, Seen.ELEVATED): _near_miss,
    (Signal.PENDING, Seen.CLEAR): _near_miss,
    (Signal.PENDING, Seen.NODATA): _silence,
    (Signal.PENDING, Seen.ERROR): _fault,
    (Signal.PENDING, Seen.MISSING): _absent,
    (Signal.PENDING, Seen.STOPPED): _stop,
    (Signal.FIRING, Seen.BREACH): _stay,
    (Signal.FIRING, Seen.ELEVATED): _stay,
    (Signal.FIRING, Seen.CLEAR): _calm,
    (Signal.FIRING, Seen.NODATA): _silence,
    (Signal.FIRING, Seen.ERROR): _fault,
    (Signal.FIRING, Seen.MISSING): _absent,
    (Signal.FIRING, Seen.STOPPED): _stop,
    (Signal.RECOVERING, Seen.BREACH): _refire,
    (Signal.RECOVERING, Seen.ELEVATED): _refire,
    (Signal.RECOVERING, Seen.CLEAR): _calm_again,
    (Signal.RECOVERING, Seen.NODATA): _silence,
    (Signal.RECOVERING, Seen.ERROR): _fault,
    (Signal.RECOVERING, Seen.MISSING): _absent,
    (Signal.RECOVERING, Seen.STOPPED): _stop,
    (Signal.NODATA, Seen.BREACH): _return,
    (Signal.NODATA, Seen.ELEVATED): _return,
    (Signal.NODATA, Seen.CLEAR): _return,
    (Signal.NODATA, Seen.NODATA): _stay,
    (Signal.NODATA, Seen.ERROR): _fault,
    (Signal.NODATA, Seen.MISSING): _absent,
    (Signal.NODATA, Seen.STOPPED): _stop,
    (Signal.ERROR, Seen.BREACH): _return,
    (Signal.ERROR, Seen.ELEVATED): _return,
    (Signal.ERROR, Seen.CLEAR): _return,
    (Signal.ERROR, Seen.NODATA): _silence,
    (Signal.ERROR, Seen.ERROR): _stay,
    (Signal.ERROR, Seen.MISSING): _absent,
    (Signal.ERROR, Seen.STOPPED): _stop,
}
"""Signal × class of observation → transition."""
