"""What level a cohort has, given what it and its neighbours have shown so far.

Counts are Poisson around level × exposure; the level wanders from cohort to cohort. What the
earlier cohorts say is a gamma distribution whose weight is discounted by ω before the next one is
seen, so a young cohort leans on its elders and an old one on itself (Harvey & Fernandes, Journal
of Business & Economic Statistics 7, 1989). Looking back from the last cohort, a level is ω times
the one after it plus what was discounted (West & Harrison, Bayesian Forecasting and Dynamic
Models, 1997, 10.8); so levels can be drawn together. How well each ω would have predicted the
cohorts says how likely it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

DISCOUNTS: Floats = np.array(
    [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0]
)

_LEAST = 0.5
"""Counts that what is known from elsewhere weighs."""


def filtered(seen: Floats, exposure: Floats, discount: Floats | float) -> tuple[Floats, Floats]:
    """Shape and rate of each cohort's level, oldest first.

    Args:
        seen: counts per cohort, in the last axis.
        exposure: size × share seen, same axis; leading axes are further cases.
        discount: ω, for the leading axes.
    """
    shape, rate, _ = _run(seen, exposure, discount)
    return shape, rate


def smoothed(shape: Floats, rate: Floats, discount: Floats | float) -> Floats:
    """Expected level of each cohort once all of them have been seen, from `filtered`."""
    means = shape / rate
    kept = _kept(shape, discount)
    for cohort in range(shape.shape[-1] - 2, -1, -1):
        share = kept[..., cohort]
        means[..., cohort] = share * means[..., cohort + 1] + (1 - share) * means[..., cohort]
    return means


def drawn(
    shape: Floats, rate: Floats, discount: Floats | float, rng: np.random.Generator
) -> Floats:
    """Levels of all cohorts, drawn together, from `filtered`."""
    kept = _kept(shape, discount)
    lost = (1 - kept) * shape
    # The last one keeps nothing for a successor: all of its shape is drawn anew.
    lost[..., -1] = shape[..., -1]
    levels = rng.gamma(lost) / rate
    for cohort in range(shape.shape[-1] - 2, -1, -1):
        levels[..., cohort] += kept[..., cohort] * levels[..., cohort + 1]
    return levels


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
    shape, rate = np.full(leading, _LEAST), _LEAST / typical * np.ones(leading)
    shapes, rates = np.empty(exposure.shape), np.empty(exposure.shape)
    likelihood = np.zeros(leading)
    for cohort in range(exposure.shape[-1]):
        if cohort:
            kept = _kept(shape[..., None], discount)[..., 0]
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


def _kept(shape: Floats, discount: Floats | float) -> Floats:
    """The part of what is known that the next cohort inherits; cohorts in the last axis."""
    wanted = np.asarray(discount, dtype=np.float64)[..., None] * shape
    # Never less than at the start: something is known about levels of this kind.
    return np.asarray(np.minimum(np.maximum(wanted, _LEAST) / shape, 1.0))
