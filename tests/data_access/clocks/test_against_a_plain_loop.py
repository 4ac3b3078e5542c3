"""The engine beside a second one that is too simple to be wrong: hour by hour, case by case.

Everything happens on full hours, and calendars open and close on full hours, so that an hour either
counts or does not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.data_access.clocks.stories import HOUR, Story, case, happened
from tests.data_access.clocks.test_properties import CALENDARS, CREATED, POLICIES, measured

HORIZON = 24 * 60
PAUSES = {1: {"waiting_for_parts"}, 2: {"pending", "on_hold"}, 3: {"waiting_for_parts"}}
DEFAULTS = {"first_response": 4, "next_response": 24, "resolution": 48}
STATUSES = ("new", "open", "pending", "on_hold", "waiting_for_parts", "solved", "closed")
KINDS = (
    "customer_msg", "agent_msg", "bot_msg", "note", "status", "level", "schedule", "solved",
    "reopened", "closed", "merged", "no_reply_needed",
)  # fmt: skip
VALUES = {
    "status": STATUSES, "level": ("1", "2", "3", "4"), "schedule": ("office", "night", "always"),
}  # fmt: skip
STEPS = ("level", "schedule", "customer_msg", "agent_msg", "reopened", "status")


@dataclass(frozen=True)
class State:
    """What holds in one hour."""

    level: int
    calendar: str
    status: str = "new"

    def counts(self, hour: int) -> bool:
        """Whether the hour counts on a clock with the policies of the properties."""
        if self.level not in PAUSES:
            return True
        return self.status not in PAUSES[self.level] and is_open(self.calendar, hour)

    def target(self, clock: str) -> int:
        """Hours promised."""
        return 2 + 5 * self.level if self.level in PAUSES else DEFAULTS[clock]


def is_open(calendar: str, hour: int) -> bool:
    """By the hands of the clock: office 9-17 and night 22-06, both from Monday to Friday."""
    at = CREATED + timedelta(hours=hour)
    if calendar == "office":
        return at.weekday() < 5 and 9 <= at.hour < 17
    if calendar == "night":
        evening = at - timedelta(hours=6)
        return evening.weekday() < 5 and evening.hour >= 16
    return True


def place(happening: tuple[int, str, str | None]) -> tuple[Any, ...]:
    """The order within an instant, in words of the page about clocks."""
    hour, kind, to = happening
    if kind in {"merged", "solved", "closed"} or (kind == "status" and to in {"solved", "closed"}):
        ends = ("merged", "solved", "closed").index(kind if kind != "status" else str(to))
        return hour, 1, ends, ""
    return hour, 0, STEPS.index(kind) if kind in STEPS else 9, to or ""


def ends_case(kind: str, to: str | None) -> bool:
    return kind in {"solved", "closed", "merged"} or (
        kind == "status" and to in {"solved", "closed"}
    )


def life(first: State, told: list[tuple[int, str, str | None]]) -> list[State]:
    """The state of every hour."""
    states, now = [], first
    for hour in range(HORIZON):
        for moment, kind, to in told:
            if moment != hour:
                continue
            if kind == "level":
                now = replace(now, level=int(to or 0))
            elif kind == "schedule":
                now = replace(now, calendar=to or "")
            elif ends_case(kind, to):
                now = replace(now, status="solved" if "solved" in {kind, to} else "closed")
            elif kind == "reopened":
                now = replace(now, status="open")
            elif kind == "status":
                now = replace(now, status=to or "")
        states.append(now)
    return states


def run(clock: str, start: int, end: int | None, states: list[State]) -> tuple[Any, Any]:
    """Hours counted until the end, and the hour at which it is due."""
    counted, due, elapsed = 0, None, None
    hour, last = start, states[start] if end == start else states[(end or HORIZON) - 1]
    while hour < HORIZON and (due is None or (end is not None and hour <= end)):
        if hour == end:
            elapsed = counted
        over = end is not None and hour >= end
        state = last if over else states[hour]
        if over and state.level in PAUSES and state.status in PAUSES[state.level]:
            state = replace(state, status="open")  # stopped while paused: it would go on running
        target = state.target(clock)
        if due is None and counted >= target:
            due = hour
        counted += state.counts(hour)
        hour += 1
        if due is None and counted >= target:
            due = hour
    return elapsed, due


def turns(told: list[tuple[int, str, str | None]]) -> list[tuple[int, int | None]]:
    """First and last hour of every customer turn."""
    found: list[tuple[int, int | None]] = []
    waits: int | None = None
    for hour, kind, to in told:
        if kind == "customer_msg":
            waits = hour if waits is None else waits
        elif waits is not None and (
            kind in {"agent_msg", "no_reply_needed"} or ends_case(kind, to)
        ):
            found.append((waits, hour))
            waits = None
    return found if waits is None else [*found, (waits, None)]


@st.composite
def happening(draw: st.DrawFn) -> tuple[int, str, str | None]:
    hour = draw(st.one_of(st.integers(0, 10), st.integers(0, 150)))
    kind = draw(st.sampled_from(KINDS))
    return hour, kind, draw(st.sampled_from(VALUES[kind])) if kind in VALUES else None


@settings(max_examples=60)
@given(
    st.sets(happening(), max_size=12),
    st.integers(1, 4),
    st.sampled_from(["office", "night", "always"]),
)
def test_the_engine_agrees_with_a_plain_loop(
    drawn: set[tuple[int, str, str | None]], level: int, calendar: str
) -> None:
    told = sorted({(0, "customer_msg", None), *drawn}, key=place)
    at_once = [(hour, kind) for hour, kind, _ in told if kind in {"level", "schedule"}]
    assume(len(at_once) == len(set(at_once)))  # which of two levels holds is nobody's knowledge
    events = happened(
        *((CREATED + timedelta(hours=hour), kind, {"to": to}) for hour, kind, to in told)
    )
    own = {**case(CREATED), "level": level, "calendar_id": calendar}
    found = measured(Story(own, events, calendars=CALENDARS, policies=POLICIES))
    assume("status_ping_pong" not in found.findings["check"].to_list())

    states = life(State(level, calendar), told)
    solved = next((hour for hour, kind, to in told if ends_case(kind, to)), None)
    asked = turns(told)
    expected = [("resolution", 0, solved), ("first_response", *asked[0])]
    expected += [("next_response", *turn) for turn in asked[1:]]
    runs = found.instances.filter(pl.col("clock").is_in(list(DEFAULTS)))
    assert runs.height == len(expected)
    for clock, start, end in expected:
        elapsed, due = run(clock, start, end, states)
        row = runs.row(
            by_predicate=(pl.col("clock") == clock) & (pl.col("started_at") == instant(start))
            & (pl.coalesce("stopped_at", "withdrawn_at").eq_missing(pl.lit(instant(end)))),
            named=True,
        )  # fmt: skip
        assert row["elapsed_s"] == (None if elapsed is None else elapsed * HOUR)
        assert row["due_at"] == instant(due)


def instant(hour: int | None) -> datetime | None:
    return None if hour is None else CREATED + timedelta(hours=hour)
