"""What level a cohort has, given what it and those before it have shown so far.

Counts are Poisson around level × exposure; the level wanders from cohort to cohort. What the
earlier cohorts say is a gamma distribution whose weight is discounted by ω before the next one is
seen, so a young cohort leans on its elders and an old one on itself (Harvey & Fernandes, Journal
of Business & Economic Statistics 7, 1989). ω is the one that would have predicted the cohorts
best.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

DISCOUNTS: Floats = np.array(
    [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0]
)


def filtered(seen: Floats, exposure: Floats, discount: Floats | float) -> tuple[Floats, Floats]:
    """Shape and rate of each cohort's level, oldest first.

    Args:
        seen: counts per cohort, in the last axis.
        exposure: size × share seen, same axis; leading axes are further cases.
        discount: ω, for the leading axes.
    """
    shape, rate, _ = _run(seen, exposure, discount)
    return shape, rate


def discount_odds(seen: Floats, exposure: Floats) -> Floats:
    """How likely each of `DISCOUNTS` is, the counts being predicted from those before."""
    every = np.broadcast_to(exposure, (DISCOUNTS.size, exposure.size))
    _, _, likelihood = _run(seen, every, DISCOUNTS)
    odds = np.exp(likelihood - likelihood.max())
    return np.asarray(odds / odds.sum())


def _run(seen: Floats, exposure: Floats, discount: Floats | float) -> tuple[Floats, Floats, Floats]:
    leading = exposure.shape[:-1]
    total = exposure.sum(axis=-1)
    typical = np.maximum(seen.sum(axis=-1), 0.5) / np.where(total > 0, total, 1.0)
    # As much as half a count of the typical level: next to nothing.
    shape, rate = np.full(leading, 0.5), 0.5 / typical * np.ones(leading)
    shapes, rates = np.empty(exposure.shape), np.empty(exposure.shape)
    likelihood = np.zeros(leading)
    for cohort in range(exposure.shape[-1]):
        if cohort:
            # Never less than at the start: something is known about levels of this kind.
            kept = np.maximum(discount * shape, 0.5) / shape
            shape, rate = shape * kept, rate * kept
        x, e = seen[..., cohort], exposure[..., cohort]
        likelihood += (
            special.gammaln(shape + x)
            - special.gammaln(shape)
            + shape * np.log(rate / (rate + e))
            + np.where(x > 0, x * np.log(np.where(e > 0, e, 1.0) / (rate + e)), 0.0)
        )
        shape, rate = shape + x, rate + e
        shapes[..., cohort], rates[..., cohort] = shape, rate
    return shapes, rates, likelihood
