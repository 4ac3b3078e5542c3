"""How angry customers were in a period against the three periods before. Numbers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Literal

from dashboard.reports.cells import share
from dashboard.reports.context import Context
from dashboard.reports.periods import Period

HISTORY = 3
"""Periods before, pooled, that a period is held against."""
FEWEST = 30
"""Voices below which a mean is not judged, on either side."""
FEWEST_ANGRY = 10
"""Angry messages, of both sides together, below which a rise is not judged."""
SURELY = 3.0
"""Standard errors: of a hundred cells of a heat map less than one is coloured by chance."""
Z = 1.96

Trend = Literal["rose", "fell", "steady", "small"]
Cell = Literal["more", "usual", "less", "small", "no_data"]
Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Mean:
    """Mean anger, 0 to 100."""

    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Angry:
    """Angry messages among those with a score."""

    angry: int
    n: int

    @property
    def share(self) -> float | None:
        """Of the messages with a score."""
        return self.angry / self.n if self.n else None

    def __add__(self, other: Angry) -> Angry:
        return Angry(self.angry + other.angry, self.n + other.n)


NONE = Angry(0, 0)
UNHEARD = Mean(0, None, None, None)


def before(period: Period) -> tuple[Period, ...]:
    """The periods that a period is held against, the newest first."""
    found = [period.before()]
    while len(found) < HISTORY:
        found.append(found[-1].before())
    return tuple(found)


def angry(context: Context, *by: str, earlier: bool = False) -> Mapping[Key, Angry]:
    """Angry messages by some dimensions, in the period or in those before it."""
    first, last = _days(context.period, earlier=earlier)
    rows = context.ask("angry_share", *by, first=first, last=last)
    return {
        tuple(row[name] for name in by): Angry(int(row["numerator"] or 0), int(row["n"] or 0))
        for row in rows.iter_rows(named=True)
    }


def means(context: Context, *by: str, earlier: bool = False) -> Mapping[Key, Mean]:
    """Mean anger by some dimensions, likewise."""
    first, last = _days(context.period, earlier=earlier)
    rows = context.ask("anger", *by, first=first, last=last)
    return {
        tuple(row[name] for name in by): Mean(
            int(row["n"] or 0), row["value"], row["low"], row["high"]
        )
        for row in rows.iter_rows(named=True)
    }


def cell(now: Mean, earlier: Mean) -> Cell:
    """How a mean stands to what is usual in the same place."""
    if not now.n:
        return "no_data"
    if now.n < FEWEST or earlier.n < FEWEST:
        return "small"
    error = sqrt(_error(now) ** 2 + _error(earlier) ** 2)
    apart = (now.value or 0.0) - (earlier.value or 0.0)
    if abs(apart) <= SURELY * error:
        return "usual"
    return "more" if apart > 0 else "less"


def trend(now: Angry, earlier: Angry, of_now: int, of_earlier: int) -> Trend:
    """Whether angry messages of one kind became more frequent among all messages.

    Given how many there were in both periods, those of the later one are binomial with the share of
    messages as probability; it is judged by Wilson's interval.

    Args:
        now: of the kind, in the period.
        earlier: of the kind, before.
        of_now: all messages with a score in the period.
        of_earlier: all of them before.
    """
    both = now.angry + earlier.angry
    if both < FEWEST_ANGRY or not of_now or not of_earlier:
        return "small"
    expected = of_now / (of_now + of_earlier)
    found = share(now.angry, both)
    if found.low is not None and found.low > expected:
        return "rose"
    return "fell" if found.high is not None and found.high < expected else "steady"


def _error(mean: Mean) -> float:
    if mean.low is None or mean.high is None:
        return float("inf")
    return (mean.high - mean.low) / (2 * Z)


def _days(period: Period, *, earlier: bool) -> tuple[date, date]:
    if not earlier:
        return period.first, period.last
    periods = before(period)
    return periods[-1].first, periods[0].last
