"""How fast the two state machines step, beside baselines in the same run.

    python -m benchmarks.lifecycle

Writes results/lifecycle.md. Each figure is the best of several repetitions in one process: what the
machine can do, not what a busy neighbour left of it. Time is the process's own CPU time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alerts.handling import Action, Do, Incident, Policy, Verdict, begin
from alerts.handling import step as handle
from alerts.lifecycle import AlertState, Observation, Seen, Timing, step
from alerts.lifecycle.step import TABLE
from benchmarks.machine import described, write_page

STEPS = 200_000
REPEATS = 5
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = [START + n * DAY for n in range(STEPS)]
TIMING = Timing(hold=DAY, keep=2 * DAY)


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    millions_per_second: float


def main() -> None:
    figures = [
        measured("signal: a quiet series", quiet),
        measured("signal: an episode every ten steps", episodes),
        measured("signal: every class of observation in turn", everything),
        measured("handling: the life of an incident (8 steps)", incident_life),
        measured("handling: comments on an open incident", comments),
        measured("baseline: look the entry up, do nothing", lookup_only),
        measured("baseline: one `dataclasses.replace` of the state", one_replace),
        measured("baseline: the step through `dataclasses.replace` twice", two_replaces),
    ]
    for figure in figures:
        print(figure, flush=True)
    write_page("lifecycle", report(figures))


def measured(name: str, run: Callable[[], int]) -> Figure:
    """Steps per CPU-second of the fastest repetition."""
    best = 0.0
    for _ in range(REPEATS):
        started = time.process_time()
        steps = run()
        best = max(best, steps / (time.process_time() - started))
    return Figure(name, best / 1e6)


def walk(observations: Sequence[Observation]) -> int:
    state, n = AlertState(), len(observations)
    for number, now in enumerate(MOMENTS):
        state, _ = step(TIMING, state, observations[number % n], now)
    return STEPS


def quiet() -> int:
    return walk([Observation(Seen.CLEAR)])


def episodes() -> int:
    letters = "ccbbbecccc"
    classes = {"c": Seen.CLEAR, "b": Seen.BREACH, "e": Seen.ELEVATED}
    return walk([Observation(classes[letter], "surge") for letter in letters])


def everything() -> int:
    return walk([Observation(seen, "surge") for seen in Seen])


def incident_life() -> int:
    """Opened, joined, assigned, acknowledged, commented, refired, resolved, closed."""
    policy = Policy()
    life = [
        Action(Do.JOINED, severity="critical"),
        Action(Do.ASSIGN, "Anna", assignee="Bo"),
        Action(Do.ACKNOWLEDGE, "Bo"),
        Action(Do.COMMENT, "Bo", note="called the broker"),
        Action(Do.REFIRED, severity="critical"),
        Action(Do.RESOLVED),
        Action(Do.CLOSE, "Bo", verdict=Verdict.TRUE),
    ]
    lives = STEPS // (len(life) + 1)
    for number in range(lives):
        now = MOMENTS[number]
        incident, _ = begin(policy, "warning", now)
        for action in life:
            incident, _ = handle(policy, incident, action, now)
    return lives * (len(life) + 1)


def comments() -> int:
    policy, action = Policy(), Action(Do.COMMENT, "Bo", note="called the broker")
    incident = Incident("warning", START, demanded="warning")
    for now in MOMENTS:
        incident, _ = handle(policy, incident, action, now)
    return STEPS


def lookup_only() -> int:
    state, seen = AlertState(), Observation(Seen.CLEAR)
    for _ in MOMENTS:
        TABLE[state.signal, seen.seen]
    return STEPS


def one_replace() -> int:
    state = AlertState()
    for now in MOMENTS:
        state = replace(state, told_at=now)
    return STEPS


def two_replaces() -> int:
    """What a step cost that takes the state apart twice: once to change it, once to remember."""
    state, seen = AlertState(), Observation(Seen.CLEAR)
    for now in MOMENTS:
        TABLE[state.signal, seen.seen]
        state = replace(state, since=now, reason="", before=None)
        state = replace(state, silent_since=None, faults=0, absent=0, told_at=now)
    return STEPS


def report(figures: Sequence[Figure]) -> list[str]:
    told = described()
    year = 105_120 / 1e6 / figures[1].millions_per_second
    return [
        "# Speed of the state machines",
        "",
        (
            f"Written by `python -m benchmarks.lifecycle`: {STEPS:,} steps, the fastest of "
            f"{REPEATS} repetitions, in processor time of one process."
        ),
        "",
        told,
        "",
        "| | M steps per CPU-second | µs a step |",
        "|---|---|---|",
        *(
            f"| {f.name} | {f.millions_per_second:.2f} | {1 / f.millions_per_second:.2f} |"
            for f in figures
        ),
        "",
        (
            f"A year of five-minute slots for one series is 105,120 steps: {year:.2f} s at the "
            "second line."
        ),
    ]


if __name__ == "__main__":
    main()
