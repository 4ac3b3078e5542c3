"""What a daily count should have been, learned from the weeks before it.

A log-linear quasi-Poisson model per segment, fitted for all segments at once:

    E[y_d] = exposure_d · weekday_factor(d) · exp(level + slope · t_d),    Var[y_d] = φ · E[y_d]

with t_d in days, zero in the middle of the window under judgement, so that `level` is the expected
log rate there and its variance already carries the extrapolation. Days that were surges are
down-weighted by their Anscombe residual (Noufaily et al. 2013, Statistics in Medicine 32:1206), so
that last month's incident does not hide this month's. Nothing is shared between segments: adding
one never changes another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

OUTLIER = 2.58
"""Anscombe residual from which a past day loses weight (Noufaily's threshold)."""
REJECTED = 2 * OUTLIER
"""Anscombe residual from which a past day was a surge beyond doubt and teaches nothing."""
THIN = 2.0
"""Cases a day below which nothing is rejected: there a lone spike may be plain overdispersion."""
COUNT_SLOPE_SD = 0.003
"""Prior standard deviation of a count's slope per day: 2 % a week needs no evidence, 20 % does."""
RATE_SLOPE_SD = 0.001
"""The same for a rate: growth is in its exposure already, so it drifts less by itself."""
WEEKDAY_PRIOR = 8.0
"""Expected cases by which a weekday's factor is pulled to 1: a thin segment keeps a flat week."""
LEVEL_PRIOR = 0.5
"""Cases added to the whole baseline: a segment never seen before expects a little, not nothing."""
UNCERTAIN_DISPERSION = 18.0
"""Over the degrees of freedom: how much φ is raised because it is itself an estimate."""
_CHI_SQUARE_MEDIAN = 0.4549364
_ROBUST_ROUNDS = 2
_ROUNDS = 5
_NEWTON_STEPS = 4


@dataclass(frozen=True)
class Expectation:
    """The fitted model. Arrays are segments × days; vectors are per segment.

    `mean` covers every day given (baseline and window), `weight` the baseline's weights,
    `phi` the dispersion of a window of the asked length (≥ 1), `relative_variance` the variance
    of the window's expected sum, divided by its square.
    """

    mean: Floats
    weight: Floats
    phi: Floats
    relative_variance: Floats


def fit(
    counts: Floats,
    exposure: Floats,
    usable: Floats,
    weekday: Days,
    *,
    window: int,
    slope_sd: float,
) -> Expectation:
    """Fit every segment on all but the last `window` days.

    Args:
        counts: cases, segments × days, oldest day first.
        exposure: what the count is proportional to (orders, parcels due); ones where there is none.
        usable: 1 where the day may be learned from, 0 before the feed began and in known episodes.
        weekday: 0–6 per day.
        window: days at the end that are judged, not learned from.
        slope_sd: prior standard deviation of the slope, `COUNT_SLOPE_SD` or `RATE_SLOPE_SD`.
    """
    history = slice(0, counts.shape[1] - window)
    time = np.arange(counts.shape[1], dtype=np.float64) - (counts.shape[1] - (window + 1) / 2)
    y, prior_weight = counts[:, history], usable[:, history]
    weight = prior_weight.copy()
    weekly = np.ones_like(counts)
    phi = np.ones(len(counts))
    mean = weekday_mass = counts
    covariance = phi
    for number in range(_ROUNDS):
        level, slope, covariance = _regress(
            y, (exposure * weekly)[:, history], weight, time[history], phi, slope_sd=slope_sd
        )
        trend = np.exp(level[:, None] + slope[:, None] * time[None, :])
        weekly, weekday_mass = _weekday_factors(y, exposure, trend, weight, weekday)
        mean = exposure * weekly * trend
        phi = _dispersion(y, mean[:, history], weight, parameters=4)
        residual = _residuals(y, mean[:, history])
        # A past surge lifts mean and φ so much that it would not stand out. Medians, which a surge
        # of less than half the days cannot move, lead the first rounds and bound the later ones.
        middle, robust = _median_and_dispersion(residual, prior_weight)
        thin = (prior_weight * mean[:, history]).sum(axis=1) < THIN * prior_weight.sum(axis=1)
        if number < _ROBUST_ROUNDS:
            residual = residual - np.where(thin, 0.0, middle)[:, None]
        scale = np.minimum(phi, np.where(thin | (number >= _ROBUST_ROUNDS), 2.0, 1.0) * robust)
        weight = prior_weight * _outlier_weights(residual, scale, thin)
    phi = np.maximum(phi, _window_dispersion(y, mean[:, history], weight, window))
    # Fewer than seven days do not average a weekday factor's error away.
    share = max(0.0, 1.0 - window / 7.0)
    judged = weekday_mass[:, -window:].mean(axis=1)
    return Expectation(mean, weight, phi, covariance + share * phi / judged)


def _regress(
    y: Floats, offset: Floats, weight: Floats, time: Floats, phi: Floats, *, slope_sd: float
) -> tuple[Floats, Floats, Floats]:
    """Level and slope by penalised Newton steps; also the variance of the level."""
    total = (weight * offset).sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    level = np.log(((weight * y).sum(axis=1) + LEVEL_PRIOR) / safe)
    prior_rate = LEVEL_PRIOR / safe
    slope = np.zeros_like(level)
    ridge = phi / slope_sd**2
    determinant = h11 = ridge
    for _ in range(_NEWTON_STEPS):
        rate = np.exp(level[:, None] + slope[:, None] * time[None, :])
        fitted = weight * offset * rate
        residual = weight * (y + prior_rate[:, None] * offset) - fitted
        h00 = fitted.sum(axis=1)
        h01 = fitted @ time
        h11 = fitted @ time**2 + ridge
        g0 = residual.sum(axis=1)
        g1 = residual @ time - ridge * slope
        determinant = np.where(h00 > 0, h00 * h11 - h01**2, 1.0)
        level = level + np.clip((h11 * g0 - h01 * g1) / determinant, -1.0, 1.0)
        slope = slope + np.clip((h00 * g1 - h01 * g0) / determinant, -0.1, 0.1)
    return level, slope, phi * h11 / determinant


def _weekday_factors(
    y: Floats, exposure: Floats, trend: Floats, weight: Floats, weekday: Days
) -> tuple[Floats, Floats]:
    """Factor per segment and day, pulled to 1; and the cases each rests on."""
    days = y.shape[1]
    expected = exposure * trend
    factors = np.ones((len(y), 7))
    mass = np.full((len(y), 7), WEEKDAY_PRIOR)
    for number in range(7):
        picked = np.flatnonzero(weekday[:days] == number)
        seen = (weight[:, picked] * y[:, picked]).sum(axis=1)
        flat = (weight[:, picked] * expected[:, picked]).sum(axis=1)
        factors[:, number] = (seen + WEEKDAY_PRIOR) / (flat + WEEKDAY_PRIOR)
        mass[:, number] = flat + WEEKDAY_PRIOR
    by_day: Floats = factors[:, weekday]
    rests_on: Floats = mass[:, weekday]
    return by_day, rests_on


def _dispersion(y: Floats, mean: Floats, weight: Floats, parameters: int) -> Floats:
    """Pearson's φ, at least 1."""
    positive = np.where(mean > 0, mean, 1.0)
    chi = (weight * np.where(mean > 0, (y - mean) ** 2 / positive, 0.0)).sum(axis=1)
    freedom = np.maximum((weight * (mean > 0)).sum(axis=1) - parameters, 1.0)
    excess = np.maximum(chi / freedom - 1.0, 0.0)
    raised: Floats = 1.0 + excess * (1.0 + UNCERTAIN_DISPERSION / freedom)
    return raised


def _window_dispersion(y: Floats, mean: Floats, weight: Floats, window: int) -> Floats:
    """φ of sums over `window` days: larger than a day's where days hang together."""
    if window == 1:
        return np.ones(len(y))
    kernel_sum = np.lib.stride_tricks.sliding_window_view
    full = kernel_sum(weight, window, axis=1).min(axis=2)
    sums = kernel_sum(y, window, axis=1).sum(axis=2)
    means = kernel_sum(mean, window, axis=1).sum(axis=2)
    positive = np.where(means > 0, means, 1.0)
    chi = (full * np.where(means > 0, (sums - means) ** 2 / positive, 0.0)).sum(axis=1)
    freedom = np.maximum(full.sum(axis=1) - 2.0 * window, 1.0)
    found: Floats = np.maximum(chi / freedom, 1.0)
    return found


def _residuals(y: Floats, mean: Floats) -> Floats:
    """Anscombe residuals of counts: close to standard normal where y is Poisson."""
    positive = np.maximum(mean, 1e-9)
    found: Floats = 1.5 * (np.cbrt(y) ** 2 - np.cbrt(positive) ** 2) / np.cbrt(np.sqrt(positive))
    return found


def _median_and_dispersion(residual: Floats, usable: Floats) -> tuple[Floats, Floats]:
    """Median residual, and φ (at least 1) from the median squared distance to it."""
    known = np.where(usable > 0, residual, np.nan)
    known[:, 0] = np.where(np.isnan(known).all(axis=1), 0.0, known[:, 0])
    middle: Floats = np.nanmedian(known, axis=1)
    squared = np.nanmedian((known - middle[:, None]) ** 2, axis=1)
    return middle, np.maximum(squared / _CHI_SQUARE_MEDIAN, 1.0)


def _outlier_weights(residual: Floats, phi: Floats, thin: NDArray[np.bool_]) -> Floats:
    """1 for usual days, falling with the square of the residual above `OUTLIER`, then 0."""
    standard = residual / np.sqrt(phi)[:, None]
    falling = (OUTLIER / np.maximum(standard, OUTLIER)) ** 2
    weights: Floats = np.where((standard > REJECTED) & ~thin[:, None], 0.0, falling)
    return weights
