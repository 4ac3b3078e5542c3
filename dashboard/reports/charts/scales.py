"""From figures to places: linear scales that stand any figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_TINY = 1e-12
_MOST = 1.7e308


@dataclass(frozen=True)
class Scale:
    """Figures from `low` to `high` onto places from `start` to `end`; beyond them, the edges."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a figure."""
        # Divided first: the difference of two huge figures has no number any more.
        size = max(abs(self.low), abs(self.high))
        share = (value / size - self.low / size) / (self.high / size - self.low / size)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)


def linear(
    values: Iterable[float | None], start: float, end: float, *, zero: bool = False
) -> Scale | None:
    """A scale that holds all values with a little air; None if there is none.

    Args:
        values: figures, None where unknown.
        start: the place of the lowest.
        end: the place of the highest.
        zero: whether it holds zero too, as bars need it.
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    size = max(abs(low), abs(high))
    if size < _TINY:
        return Scale(-1.0, 1.0, start, end)
    if high / size - low / size < _TINY:
        # All alike: in the middle.
        low, high = low - size / 2, high + size / 2
    elif not zero:
        air = 0.06 * (high / size - low / size)
        low, high = (low / size - air) * size, (high / size + air) * size
    return Scale(max(low, -_MOST), min(high, _MOST), start, end)


def steps(count: int, start: float, end: float) -> list[float]:
    """Places of `count` points in a row; a single one stands at the end."""
    if count <= 1:
        return [end] * count
    return [start + i * (end - start) / (count - 1) for i in range(count)]


def apart(places: Sequence[float], distance: float, top: float, bottom: float) -> list[float]:
    """Places of labels moved so far that no two of them are closer than `distance`.

    The order is kept. Where there is no room for all of them they share what there is.
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    if len(order) > 1:
        distance = min(distance, (bottom - top) / (len(order) - 1))
    moved = [0.0] * len(places)
    last = top - distance
    for i in order:
        last = moved[i] = max(last + distance, min(max(places[i], top), bottom))
    limit = bottom
    for i in reversed(order):
        moved[i] = min(moved[i], limit)
        limit = moved[i] - distance
    return moved
