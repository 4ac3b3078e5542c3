"""Rounding parts so that what a reader sees adds up to the total that he sees. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isclose, log10

from babel.numbers import get_currency_precision

from dashboard.reports.document import ChangeBlock

_STEPS = {"share": 0.001, "per_1000": 0.1, "score": 0.1, "days": 0.1, "hours": 0.1, "index": 0.1}


_HUGE = 1e15
"""Steps that a number may have and still be told apart from the next one."""


def step(unit: str, size: float) -> float:
    """The last digit shown of a value in a unit: 0.1 points, a cent; else three digits."""
    if unit in _STEPS:
        return _STEPS[unit]
    kind, _, currency = unit.partition(":")
    if kind.startswith("money_per"):
        return float(10.0 ** -(get_currency_precision(currency) if currency else 2))
    return float(10.0 ** (floor(log10(abs(size))) - 2)) if size else 1.0


def rounded(value: float, to: float) -> int:
    """How many steps a value is, the nearer one; halves go to the even one, as they are shown."""
    return round(round(value / to, 9))


def parts(total: int, shares: Sequence[float], to: float) -> list[int]:
    """Whole steps for each part that add up to `total` steps (largest remainder).

    Each part is off by less than one step as long as the parts add up to the total but for its
    rounding; where they do not at all, each is rounded by itself.
    """
    # A part that is nothing stays nothing, also where it lies a hair below 0.
    nothing = [isclose(share / to, 0, abs_tol=1e-6) for share in shares]
    steps = [
        0.0 if is_nothing else round(share / to, 9)
        for share, is_nothing in zip(shares, nothing, strict=True)
    ]
    found = [floor(one) for one in steps]
    missing = total - sum(found)
    if abs(missing) > 2 * len(shares):
        return [rounded(share, to) for share in shares]
    by_remainder = sorted(range(len(steps)), key=lambda place: (found[place] - steps[place], place))
    able = [place for place in by_remainder if not nothing[place]]
    turn = able if missing >= 0 else able[::-1]
    for place in (turn * (abs(missing) // max(len(turn), 1) + 1))[: abs(missing)]:
        found[place] += 1 if missing > 0 else -1
    return found


def as_told(block: ChangeBlock) -> tuple[float, float, float]:
    """Total, rate and mix of a change as its sentences say them: the numbers shown, subtracted."""
    now, before = block.now.value or 0.0, block.before.value or 0.0
    to = step(block.unit, max(abs(now), abs(before)))
    if max(map(abs, (now, before, block.rate, block.mix, block.new, block.lost))) > _HUGE * to:
        return block.total, block.rate, block.mix
    total = rounded(now, to) - rounded(before, to)
    rate, mix, _new, _lost = parts(total, [block.rate, block.mix, block.new, block.lost], to)
    return total * to, rate * to, mix * to
