"""A rule over past days, in memory: the same judging and machine as the worker's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from alerts.judging import Past, judge
from alerts.lifecycle import AlertState, Seen, Signal, step
from alerts.rules import RuleVersion
from alerts.slots import slot_of

Key = tuple[tuple[str, str], ...]
"""The labels of a slice, sorted by name."""


@dataclass
class Replay:
    """A run in progress; `advance` day by day, oldest first."""

    version: RuleVersion
    began: date
    zone: str = "UTC"
    states: dict[Key, AlertState] = field(default_factory=dict)
    past: dict[Key, list[Past]] = field(default_factory=dict)

    def advance(self, series: pl.DataFrame, day: date) -> set[Key]:
        """Judge one day; gives the slices whose episode is open after it.

        Args:
            series: as for `alerts.judging.judge`, what was known at the end of `day`.
            day: the day to judge.
        """
        rule = self.version.rule
        waiting = [
            dict(key)
            for key, state in self.states.items()
            if state.is_open or state.signal is Signal.PENDING
        ]
        (judged,) = judge(
            self.version,
            series,
            [day],
            began=self.began,
            past=[episode for episodes in self.past.values() for episode in episodes],
            watched=waiting,
            zone=self.zone,
        )
        slot = slot_of(day, self.zone)
        breached = {s.key for s in judged.slices if s.observation.seen is Seen.BREACH}
        for key in sorted(self.states.keys() | breached):
            found = judged.found.get(key)
            before = self.states.get(key, AlertState())
            observation = found.observation if found else judged.others
            after, _ = step(rule.timing, before, observation, slot)
            self._note(key, before, after, day)
            self.states[key] = after
        return self.open()

    def open(self) -> set[Key]:
        """The slices whose episode is open."""
        return {key for key, state in self.states.items() if state.is_open}

    def _note(self, key: Key, before: AlertState, after: AlertState, day: date) -> None:
        window = timedelta(days=getattr(self.version.rule, "window_days", 1) - 1)
        if after.is_open and not before.is_open:
            self.past.setdefault(key, []).append(Past(dict(key), day - window))
        elif before.is_open and not after.is_open:
            last = self.past[key].pop()
            self.past[key].append(Past(last.labels, last.opened, day))


def replay(
    version: RuleVersion,
    known: Callable[[date], pl.DataFrame],
    days: Sequence[date],
    *,
    began: date,
) -> Mapping[date, set[Key]]:
    """Open slices after each of `days`, oldest first; `known` gives what is read for a day."""
    run = Replay(version, began)
    return {day: run.advance(known(day), day) for day in days}
