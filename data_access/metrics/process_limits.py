"""Natural process limits of an XmR chart: what a number does when nothing special happens. Pure.

Individual values X and their moving ranges mR; limits are mean(X) ± 2.66 · mean(mR), where 2.66 is
3 / d₂ with d₂ = 1.128 for two values (Wheeler, Understanding Variation, 2nd ed. 2000, ch. 3 and
appendix; Wheeler & Chambers, Understanding Statistical Process Control, 3rd ed. 2010, ch. 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, sqrt
from typing import Literal

SCALE = 2.66
"""Half the width of the limits per unit of mean moving range."""

LEAST = 8
"""Fewest values that limits are computed from."""

RUN = 8
"""So many values in a row on one side of the mean are a signal (Wheeler's detection rule two)."""

Side = Literal["above", "below"]

_ROUNDING = 1e-9


@dataclass(frozen=True)
class ProcessLimits:
    """Where values fall as long as the process stays what it was."""

    center: float
    low: float
    high: float
    spread: float
    """2.66 × the mean moving range: half the width of the limits before they were clipped."""
    points: int
    """How many values they were computed from."""

    def beyond(self, value: float) -> Side | None:
        """On which side of the limits a value lies; None within them."""
        # Equal numbers may have a mean that differs from them in the last bit.
        slack = _ROUNDING * max(abs(value), abs(self.center))
        if value > self.high + slack:
            return "above"
        return "below" if value < self.low - slack else None

    def mean_beyond(self, values: Sequence[float]) -> Side | None:
        """The same for the mean of several values, whose limits are narrower by √k.

        Limits of averages of k values drawn from the spread of the individual ones (Wheeler &
        Chambers 2010, ch. 3).
        """
        if not values:
            return None
        away = sum(values) / len(values) - self.center
        slack = _ROUNDING * max(abs(self.center), *map(abs, values))
        if abs(away) <= self.spread / sqrt(len(values)) + slack:
            return None
        return "above" if away > 0 else "below"

    def distance(self, values: Sequence[float]) -> float:
        """How far the mean of values lies from the center, in half widths of its limits.

        Infinite for what lies off a center that nothing ever varied around.
        """
        if not values:
            return 0.0
        away = abs(sum(values) / len(values) - self.center)
        if self.spread <= 0:
            slack = _ROUNDING * max(abs(self.center), *map(abs, values))
            return inf if away > slack else 0.0
        return away / (self.spread / sqrt(len(values)))


def process_limits(
    values: Sequence[float | None],
    *,
    least: int = LEAST,
    floor: float | None = None,
    ceiling: float | None = None,
) -> ProcessLimits | None:
    """Limits from a series, oldest value first; None where it is too short or full of gaps.

    Args:
        values: None is a gap: no value, and no moving range across it.
        least: fewest values; and half as many moving ranges, for a spread that was seen.
        floor: least value that is possible, such as 0 of a share; limits are clipped to it.
        ceiling: greatest value that is possible.
    """
    known = [value for value in values if value is not None]
    ranges = [
        abs(later - earlier)
        for earlier, later in pairwise(values)
        if earlier is not None and later is not None
    ]
    if len(known) < least or len(ranges) < max(least // 2, 1):
        return None
    center = sum(known) / len(known)
    spread = SCALE * sum(ranges) / len(ranges)
    low, high = center - spread, center + spread
    return ProcessLimits(
        center=center,
        low=low if floor is None else max(low, floor),
        high=high if ceiling is None else min(high, ceiling),
        spread=spread,
        points=len(known),
    )


def run_length(values: Sequence[float | None], center: float) -> tuple[int, Side | None]:
    """How many of the newest values lie on one side of the center, and on which.

    A gap is passed over, a value on the center ends the run.
    """
    side: Side | None = None
    length = 0
    for value in reversed(values):
        if value is None:
            continue
        here: Side | None = "above" if value > center else "below" if value < center else None
        if here is None or (side is not None and here != side):
            break
        side, length = here, length + 1
    return length, side
