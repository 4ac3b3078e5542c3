"""Whether two numbers differ by more than noise, from the interval of each. Pure.

Square-and-add (Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10, for shares; Zou &
Donner, Statistics in Medicine 27 (2008) 1693-1702, for any two independent estimates).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True)
class Estimated:
    """A number and its 95 % interval, where it has one."""

    value: float
    low: float | None = None
    high: float | None = None


def difference(now: Estimated, before: Estimated) -> tuple[float, float] | None:
    """95 % interval of now − before; None where one of the intervals is not known."""
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return None
    change = now.value - before.value
    below = sqrt((now.value - now.low) ** 2 + (before.high - before.value) ** 2)
    above = sqrt((now.high - now.value) ** 2 + (before.value - before.low) ** 2)
    return change - below, change + above


def differ(now: Estimated, before: Estimated) -> bool | None:
    """Whether the interval of the difference leaves out 0; None where there is no interval."""
    found = difference(now, before)
    return None if found is None else not found[0] <= 0 <= found[1]
