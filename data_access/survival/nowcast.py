"""How much of what young cohorts will come to has been seen so far, and what they will come to.

A delay triangle (England & Verrall, Stochastic claims reserving, British Actuarial Journal 8,
2002): the delay pattern is chain-ladder's, its uncertainty a parametric bootstrap of overdispersed
Poisson counts; the level of each cohort is gamma, learnt from itself and from its elders; what is
yet to come is drawn around both. Delays longer than the oldest cohort has been watched are not
foreseen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_access.survival.delays import Triangle, dispersion, fitted, share_seen, triangle
from data_access.survival.estimate import Estimate
from data_access.survival.levels import DISCOUNTS, discount_odds, drawn, filtered, smoothed

Floats = NDArray[np.float64]

DRAWS = 1000

MATURE = 0.95
"""A cohort is mature once this share of what it will come to has been seen."""


def nowcast(cells: pl.DataFrame, *, rng: np.random.Generator, level: float = 0.8) -> pl.DataFrame:
    """What each cohort will have come to once it is as old as the oldest.

    Args:
        cells: cohort (sorts by age), delay (0, 1, …), count; one row per complete cell, 0 where
            nothing came. `size`, where known, is what the counts are a part of, per cohort: young
            cohorts are then judged by the share, not by the count, of their elders.
        rng: where the draws come from.
        level: of the predictive interval.

    Returns:
        One row per cohort, sorted: cohort, seen, expected, low, high (counts), share_seen, mature.

    Raises:
        ValueError: a cohort misses a delay before its last one.
    """
    if cells.is_empty():
        nothing = np.empty(0)
        return _frame(cells["cohort"], nothing, nothing, nothing, nothing, nothing)
    told = _forecast(cells, rng, DRAWS)
    data = told.data
    low, high = _interval(told.coming, level)
    counts = (data.seen + told.expected, data.seen + low, data.seen + high)
    most = _most(data)
    expected, low, high = (np.minimum(count, most) for count in counts)
    return _frame(data.cohorts, data.seen, expected, low, high, told.reached)


def nowcast_sum(
    cells: pl.DataFrame,
    cohorts: pl.Series,
    *,
    rng: np.random.Generator,
    level: float = 0.8,
    draws: int = DRAWS,
) -> Estimate:
    """What some cohorts will have come to together; what they have in common does not even out.

    Args as for `nowcast`, and how many draws the interval rests on; None where none of `cohorts`
    is there.
    """
    known = cells.filter(pl.col("cohort").is_in(cohorts.implode()))
    if known.is_empty():
        return Estimate(None, None, None)
    told = _forecast(cells, rng, draws)
    among = told.data.cohorts.is_in(cohorts.implode()).to_numpy()
    seen = float(told.data.seen[among].sum())
    most = float(_most(told.data)[among].sum())
    low, high = _interval(told.coming[:, among].sum(axis=1, keepdims=True), level)
    expected = seen + float(told.expected[among].sum())
    return Estimate(
        min(expected, most), min(seen + float(low[0]), most), min(seen + float(high[0]), most)
    )


@dataclass(frozen=True)
class _Forecast:
    data: Triangle
    reached: Floats
    """Share seen, per cohort."""
    expected: Floats
    """What is to come, per cohort."""
    coming: Floats
    """Draws of the same: draws × cohorts."""


def _forecast(cells: pl.DataFrame, rng: np.random.Generator, draws: int) -> _Forecast:
    data = triangle(cells)
    shares = share_seen(data.counts, data.observed)
    reached = shares[data.ages]
    means = fitted(data, shares)
    spread = dispersion(data, means)
    # An overdispersed count tells as much as a smaller Poisson one.
    seen, sizes = data.seen / spread, data.sizes / spread
    odds = discount_odds(seen, sizes * reached)
    every = np.broadcast_to(sizes * reached, (DISCOUNTS.size, sizes.size))
    levels = odds @ smoothed(*filtered(seen, every, DISCOUNTS), DISCOUNTS)
    again = share_seen(_noisy(means, spread, rng, draws), data.observed)[:, data.ages]
    discount = rng.choice(DISCOUNTS, draws, p=odds)
    left = drawn(*filtered(seen, sizes * again, discount), discount, rng)
    left *= data.sizes * (1 - again)
    coming = _noisy(left, spread, rng, None)
    # Counts spread over ± ½: quantiles of a discrete distribution that miss neither end by habit
    # (Ma, Genton & Parzen, Annals of the Institute of Statistical Mathematics 63, 2011).
    coming += np.where(left > 0, rng.uniform(-0.5, 0.5, coming.shape), 0.0)
    return _Forecast(data, reached, levels * data.sizes * (1 - reached), coming)


def _interval(coming: Floats, level: float) -> tuple[Floats, Floats]:
    """Predictive interval of each column of draws."""
    low, all_below, high = np.quantile(coming, [(1 - level) / 2, level, (1 + level) / 2], axis=0)
    # Where nothing more may well come, there is no lower tail to leave out.
    return np.maximum(low, 0), np.maximum(np.where(low <= 0, all_below, high), 0)


def _noisy(means: Floats, spread: float, rng: np.random.Generator, draws: int | None) -> Floats:
    """Counts around their means with variance `spread` × mean."""
    shape = means.shape if draws is None else (draws, *means.shape)
    if spread > 1 + 1e-9:
        means = rng.gamma(np.broadcast_to(means / (spread - 1), shape), spread - 1)
    return rng.poisson(means, shape).astype(np.float64)


def _most(data: Triangle) -> Floats:
    """What a cohort cannot exceed: its size, unless that is unknown or was exceeded already."""
    if bool(np.all(data.sizes == 1)):
        return np.full(data.seen.shape, np.inf)
    return np.maximum(data.sizes, data.seen)


def _frame(
    cohorts: pl.Series, seen: Floats, expected: Floats, low: Floats, high: Floats, reached: Floats
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "cohort": cohorts,
            "seen": seen.astype(np.int64),
            "expected": expected,
            "low": low,
            "high": high,
            "share_seen": reached,
            "mature": reached >= MATURE,
        }
    )
