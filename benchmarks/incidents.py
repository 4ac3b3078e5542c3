"""Scoring of alarms: episodes, thresholds that a false-alarm rate allows, surges found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

TOGETHER = 7
"""Days up to which two alarms of one series are the same episode."""


def episodes(alarm: Flags, together: int = TOGETHER) -> Flags:
    """The first day of each episode."""
    last = np.full(len(alarm), -(10**6))
    new = np.zeros_like(alarm)
    for day in range(alarm.shape[1]):
        now = alarm[:, day]
        new[:, day] = now & (day - last > together)
        last[now] = day
    return new


def threshold(clean: Floats, per_year: float) -> float:
    """Smallest score above which clean series have at most so many episodes a year each."""
    years = clean.size / 365
    values = np.unique(clean[np.isfinite(clean)])
    # At low thresholds everything is one episode: the search begins where that is over.
    low, high = int(np.searchsorted(values, np.quantile(clean, 0.5))), len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if episodes(clean > values[middle]).sum() / years <= per_year:
            high = middle
        else:
            low = middle + 1
    return float(values[low])


@dataclass(frozen=True)
class Found:
    """Shares of surges found at all and within a week, and the mean delay (missed: its length)."""

    ever: float
    in_a_week: float
    delay: float


def found(alarm: Flags, surges: Ints) -> Found:
    """How the surges (series, first and last day, in columns of `alarm`) were found."""
    ever, soon, delays = [], [], []
    for series, first, last in surges:
        days = np.flatnonzero(alarm[series, first : last + 1])
        ever.append(days.size > 0)
        soon.append(days.size > 0 and days[0] <= 6)
        delays.append(days[0] if days.size else last - first + 1)
    return Found(float(np.mean(ever)), float(np.mean(soon)), float(np.mean(delays)))


@dataclass(frozen=True)
class News:
    """New incidents a day, how many of them false, and the share of surges found."""

    new: float
    false: float
    found: float
    delay: float

    @property
    def false_share(self) -> float:
        """Share of new incidents that are false."""
        return self.false / self.new if self.new else 0.0


def news(new: Flags, alarm: Flags, surges: Ints) -> News:
    """`new`: where an incident begins; `alarm`: where one is open; columns are the judged days.

    A new incident is false unless it begins in a surge of its series or up to a week after.
    """
    true = np.zeros_like(new)
    for series, first, last in surges:
        true[series, first : last + 1 + TOGETHER] = True
    days = new.shape[1]
    seen = found(alarm, surges)
    return News(float(new.sum() / days), float((new & ~true).sum() / days), seen.ever, seen.delay)
