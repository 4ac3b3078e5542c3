"""A rule over past days, in memory: the same detector and machine as the worker's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from alerts.detection.surge import score
from alerts.evaluation import observe
from alerts.lifecycle import AlertState, step
from alerts.rules import Rule
from alerts.slots import slot_of

Labels = tuple[str, ...]


@dataclass
class Replay:
    """A run in progress; `advance` day by day, oldest first."""

    rule: Rule
    began: date
    zone: str = "UTC"
    states: dict[Labels, AlertState] = field(default_factory=dict)
    _opened: dict[Labels, list[tuple[date, date | None]]] = field(default_factory=dict)

    def advance(self, series: pl.DataFrame, day: date) -> set[Labels]:
        """Judge one day; gives the segments whose episode is open after it.

        Args:
            series: as for `detection.surge.score`, what was known at the end of `day`.
            day: the day to judge.
        """
        scored = score(series, self.rule.spec, day, began=self.began, episodes=self._episodes())
        slot = slot_of(day, self.zone)
        for row in scored.judged.iter_rows(named=True):
            labels = tuple(str(row[name]) for name in self.rule.signal.by)
            before = self.states.get(labels, AlertState())
            after, _ = step(self.rule.timing, before, observe(row), slot)
            self._note(labels, before, after, day)
            self.states[labels] = after
        return {labels for labels, state in self.states.items() if state.is_open}

    def _note(self, labels: Labels, before: AlertState, after: AlertState, day: date) -> None:
        if after.is_open and not before.is_open:
            self._opened.setdefault(labels, []).append((day, None))
        elif before.is_open and not after.is_open:
            opened, _ = self._opened[labels].pop()
            self._opened[labels].append((opened, day))

    def _episodes(self) -> pl.DataFrame | None:
        rows = [
            {
                **dict(zip(self.rule.signal.by, labels, strict=True)),
                "opened": opened,
                "closed": closed,
            }
            for labels, spans in self._opened.items()
            for opened, closed in spans
        ]
        if not rows:
            return None
        by = dict.fromkeys(self.rule.signal.by, pl.String)
        return pl.DataFrame(rows, schema={**by, "opened": pl.Date, "closed": pl.Date})


def replay(
    rule: Rule, series: pl.DataFrame, days: Sequence[date], *, began: date
) -> Mapping[date, set[Labels]]:
    """Open segments after each of `days`, oldest first, where all of `series` was known at once."""
    run = Replay(rule, began)
    return {day: run.advance(series.filter(pl.col("day") <= day), day) for day in days}
