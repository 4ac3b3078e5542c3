"""Simple ways to say which slice explains an excess, to stand beside the slice scan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alerts.detection.tail import upper_tail

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Slice = tuple[int, ...]

WINDOW = 3
EXPLAINS = 0.67
"""Share of the excess a dimension's values must explain together."""
EACH = 0.1
"""Share each of them must explain."""


def _usual(counts: Ints) -> tuple[Floats, Floats]:
    past = counts[:, :-WINDOW].astype(np.float64)
    return counts[:, -WINDOW:].sum(axis=1).astype(np.float64), past.mean(axis=1) * WINDOW


def most_surprising_leaf(combos: Ints, dims: Ints, Y: Ints) -> list[Slice]:  # noqa: ARG001, N803
    """The one leaf with the smallest p."""
    y, mu = _usual(Y)
    p = upper_tail(y, np.maximum(mu, 1e-3), np.full_like(mu, 1.3))
    return [tuple(int(value) for value in combos[int(np.argmin(p))])]


def adtributor(combos: Ints, dims: Ints, Y: Ints) -> list[Slice]:  # noqa: N803
    """One dimension and its values, after Bhagwan et al. (NSDI 2014).

    Values in order of surprise (Jensen–Shannon terms between expected and actual shares), each with
    at least `EACH` of the excess, until they explain `EXPLAINS`; the dimension with most surprise.
    """
    y, mu = _usual(Y)
    excess = y.sum() - mu.sum()
    best: tuple[float, list[Slice]] = (-1.0, [])
    for at, size in enumerate(dims):
        actual = np.bincount(combos[:, at], y, int(size))
        usual = np.bincount(combos[:, at], mu, int(size))
        p, q = usual / usual.sum(), actual / actual.sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            surprise = 0.5 * (
                np.nan_to_num(p * np.log(2 * p / (p + q)))
                + np.nan_to_num(q * np.log(2 * q / (p + q)))
            )
        power = (actual - usual) / excess
        picked, explained, total = [], 0.0, 0.0
        for value in np.argsort(-surprise):
            if power[value] > EACH:
                picked.append(int(value))
                explained += power[value]
                total += surprise[value]
            if explained > EXPLAINS:
                break
        if explained > EXPLAINS and total > best[0]:
            slices = [tuple(v if d == at else -1 for d in range(len(dims))) for v in picked]
            best = (float(total), slices)
    return best[1]
