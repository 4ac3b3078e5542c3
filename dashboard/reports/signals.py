"""What is out of the ordinary in a KPI's weeks, and how it stands against its target. Pure.

Signals: `beyond_limits` (the week lies outside of the natural process limits of the 26 weeks
before), `run_of_eight` (eight weeks on one side of the mean of the 26 weeks before them),
`level_shift` (the last six weeks together lie outside of the limits of such a mean),
`target_missed`, `target_regained`, and beside one of those `worst_of_year`. A share of fewer than
30 rows is never called a change, nor is a difference that the week's own interval allows for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from dashboard.reports.series import WEEKS, Series, Spot, small
from data_access.metrics import Kpi
from data_access.metrics.process_limits import (
    RUN,
    ProcessLimits,
    Side,
    process_limits,
    run_length,
)

BASELINE = 26
YEAR = 52
LONG = 6
"""So many weeks of missing a target are nothing new."""

Standing = Literal["met", "missed", "unsure", "no_target", "no_data"]
Verdict = Literal["good", "bad", "plain"]


@dataclass(frozen=True)
class Signal:
    """One thing out of the ordinary."""

    code: str
    side: Side | None
    verdict: Verdict
    strength: float
    """1 is just worth telling."""


@dataclass(frozen=True)
class Judged:
    """What is to be said about a KPI's weeks."""

    series: Series
    limits: ProcessLimits | None
    """For the week that is judged."""
    standing: Standing
    signals: tuple[Signal, ...]
    missed_weeks: int
    """In a row, up to now, that the target is missed."""
    before: ProcessLimits | None = None
    """Of the weeks before the last six."""
    before_run: ProcessLimits | None = None
    """Of the weeks before the last eight."""

    @property
    def kpi(self) -> Kpi:
        """The KPI that was judged."""
        return self.series.kpi

    @property
    def strongest(self) -> Signal | None:
        """The signal that leads."""
        return max(self.signals, key=lambda signal: signal.strength, default=None)

    @property
    def news(self) -> bool:
        """Whether it is more than a target missed as long as anybody remembers."""
        old = {"target_missed"} if self.missed_weeks > LONG else set()
        return any(signal.code not in old for signal in self.signals)

    def has(self, code: str) -> bool:
        """Whether there is a signal."""
        return any(signal.code == code for signal in self.signals)


def judge(series: Series) -> Judged:
    """Judge the last week of a series."""
    kpi, weeks = series.kpi, series.weeks
    now = series.now
    limits = _limits(kpi, weeks[:-1][-BASELINE:])
    earlier = _limits(kpi, weeks[:-WEEKS][-BASELINE:])
    before_run = _limits(kpi, weeks[:-RUN][-BASELINE:])
    standing = stand(kpi, now)
    missed = len(list(takewhile(lambda spot: stand(kpi, spot) == "missed", reversed(weeks))))
    found: list[Signal] = []
    if now.value is not None and not small(kpi, now):
        found += _beyond(kpi, now, limits)
        found += _run(kpi, weeks, before_run)
        found += _shift(kpi, weeks, earlier)
        found += _target(kpi, series, standing, missed)
        if any(signal.verdict == "bad" for signal in found) and _worst(kpi, weeks):
            found.append(Signal("worst_of_year", None, "bad", 0.0))
    return Judged(series, limits, standing, tuple(found), missed, earlier, before_run)


def stand(kpi: Kpi, spot: Spot) -> Standing:
    """How a value stands against the target: by its whole interval, or what it can still become."""
    bounds = spot.bounds
    if spot.value is None:
        return "no_data"
    if kpi.target is None or kpi.better == "none":
        return "no_target"
    if bounds is None or small(kpi, spot):
        return "unsure"
    low = min(bounds[0], spot.value if spot.low is None else spot.low)
    high = max(bounds[1], spot.value if spot.high is None else spot.high)
    worst, best = (low, high) if kpi.better == "up" else (-high, -low)
    target = kpi.target if kpi.better == "up" else -kpi.target
    if worst >= target:
        return "met"
    return "missed" if best < target else "unsure"


def verdict(kpi: Kpi, side: Side | None) -> Verdict:
    """Whether lying on a side is good."""
    if side is None or kpi.better == "none":
        return "plain"
    return "good" if (side == "above") == (kpi.better == "up") else "bad"


def _limits(kpi: Kpi, spots: Sequence[Spot]) -> ProcessLimits | None:
    """Of mature weeks; the others are gaps."""
    share = kpi.unit == "share"
    # What is counted cannot be less than none; a score can.
    floor = None if kpi.unit == "score" else 0.0
    return process_limits(
        [None if spot.provisional else spot.value for spot in spots],
        floor=floor,
        ceiling=1.0 if share else None,
    )


def _beyond(kpi: Kpi, now: Spot, limits: ProcessLimits | None) -> list[Signal]:
    if limits is None or now.bounds is None or now.value is None:
        return []
    sides = {limits.beyond(bound) for bound in now.bounds}
    side = sides.pop()
    if sides or side is None or _holds(now, limits.center):
        return []
    return [Signal("beyond_limits", side, verdict(kpi, side), limits.distance([now.value]))]


def _run(kpi: Kpi, weeks: Sequence[Spot], limits: ProcessLimits | None) -> list[Signal]:
    last = weeks[-RUN:]
    if limits is None or any(spot.bounds is None for spot in last):
        return []
    ends = [bound for spot in last for bound in spot.bounds or ()]
    length, side = run_length(ends, limits.center)
    if length < 2 * RUN:
        return []
    # A run alone is worth telling when it begins; a long one is told while it is strong.
    strength = max(0.9, limits.distance([spot.value for spot in last if spot.value is not None]))
    return [Signal("run_of_eight", side, verdict(kpi, side), strength)]


def _shift(kpi: Kpi, weeks: Sequence[Spot], limits: ProcessLimits | None) -> list[Signal]:
    """Five of the six on one side, and beyond also without the one that is furthest off.

    A few bad weeks are no new level.
    """
    last = weeks[-WEEKS:]
    if limits is None or any(spot.bounds is None for spot in last):
        return []
    pairs = [spot.bounds for spot in last if spot.bounds is not None]
    sides: set[Side | None] = set()
    for end in (0, 1):
        values = [pair[end] for pair in pairs]
        typical = sorted(values, key=lambda value: abs(value - limits.center))[:-1]
        newest: Side = "above" if values[-1] > limits.center else "below"
        alike = sum((value > limits.center) == (newest == "above") for value in values)
        agreed = newest if alike >= WEEKS - 1 else None
        sides |= {limits.mean_beyond(values), limits.mean_beyond(typical), agreed}
    side = sides.pop()
    if sides or side is None:
        return []
    strength = limits.distance([spot.value for spot in last if spot.value is not None])
    return [Signal("level_shift", side, verdict(kpi, side), strength)]


def _target(kpi: Kpi, series: Series, standing: Standing, missed: int) -> list[Signal]:
    if standing == "missed":
        # Missed as ever is less than missed anew.
        return [Signal("target_missed", None, "bad", 0.3 if missed > LONG else 0.8)]
    before = series.weeks[-2]
    if standing == "met" and stand(kpi, before) == "missed":
        return [Signal("target_regained", None, "good", 0.8)]
    return []


def _worst(kpi: Kpi, weeks: Sequence[Spot]) -> bool:
    """Whether the last week is the worst of the last 52, of which at least half are known."""
    now = weeks[-1]
    others = [
        spot.value
        for spot in weeks[-YEAR:-1]
        if spot.value is not None and not spot.provisional and not small(kpi, spot)
    ]
    if now.bounds is None or len(others) < BASELINE:
        return False
    return now.bounds[1] < min(others) if kpi.better == "up" else now.bounds[0] > max(others)


def _holds(spot: Spot, value: float) -> bool:
    """Whether a value lies within the interval of a spot."""
    return spot.low is not None and spot.high is not None and spot.low <= value <= spot.high
