"""What share of the trials should have been hits, learned from the weeks before.

A ridge-penalised logistic model per segment, fitted for all segments at once:

    E[y_d] = n_d · π_d,  logit π_d = level + weekday_d + slope · t_d

with t_d in days, zero in the middle of the judged window. Level, weekdays and slope are pulled to
the segment's plain share, a flat week and no drift, so a thin segment keeps what it has. Days far
on the bad side lose weight (as in `baseline`), so a past surge does not become the usual share.
How much the share varies from window to window (ρ of the beta-binomial) is learned from windows of
the judged length, so days that hang together count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OUTLIER = 2.0
"""Standardised residual on the bad side from which a day loses weight."""
REJECTED = 2 * OUTLIER
"""Residual from which a day teaches nothing."""
THIN = 2.0
"""Hits a day below which the median day says nothing."""
SLOPE_SD = 0.002
"""Prior standard deviation of the slope of the log odds per day: 1.4 % a week."""
WEEKDAY_SD = 0.3
"""Prior standard deviation of a weekday's log odds."""
PRIOR_WINDOWS = 4.0
"""Windows for which the days' own dispersion stands: so many must speak against it."""
UNCERTAIN_DISPERSION = 6.0
"""Over the degrees of freedom: how much a day's φ is raised because it is itself an estimate."""
_CHI_SQUARE_MEDIAN = 0.4549364
_ROUNDS = 4
_TERMS = 4.0
_NEWTON_STEPS = 5
_LEVEL_CASES = 0.5


@dataclass(frozen=True)
class Expected:
    """The fitted shares.

    `share` is segments × days (history and window), `phi` the dispersion of the window's hits
    without the uncertainty of the share itself, `logit_variance` the variance of that, `trials`
    the weighted trials learned from.
    """

    share: Floats
    phi: Floats
    logit_variance: Floats
    trials: Floats


def fit(
    hits: Floats, trials: Floats, usable: Floats, weekday: Ints, *, window: int, bad: float
) -> Expected:
    """Fit every segment on all but the last `window` days.

    Args:
        hits: y, segments × days, oldest day first.
        trials: n.
        usable: 1 where the day may be learned from, 0 elsewhere.
        weekday: 0–6 per day.
        window: days at the end that are judged, not learned from.
        bad: +1 where more hits are bad, −1 where fewer are.
    """
    days = hits.shape[1]
    past = slice(0, days - window)
    x = _design(days, weekday, window)
    y, n = hits[:, past], trials[:, past]
    allowed = usable[:, past] * (n > 0)
    some = np.where(n > 0, n, 1.0)
    thin = (allowed * y).sum(axis=1) < THIN * allowed.sum(axis=1)
    # A past surge lifts share and φ so much that it would not stand out; each weekday's median day,
    # which a surge of less than half the weeks cannot move, leads the first fit.
    usual = np.zeros_like(y)
    for number in range(7):
        same = np.flatnonzero(weekday[past] == number)
        usual[:, same] = _median(_angle(y / some)[:, same], allowed[:, same])[:, None]
    distance = 2 * np.sqrt(n) * (_angle(y / some) - usual)
    weight = allowed * np.where(thin[:, None], 1.0, _outlier_weights(bad * distance, allowed))
    beta = np.zeros((len(hits), x.shape[1]))
    phi = np.ones(len(hits))
    covariance = np.zeros((len(hits), x.shape[1], x.shape[1]))
    for _ in range(_ROUNDS):
        beta, covariance = _regress(y, n, weight, x[past], beta, phi)
        share = special.expit(beta @ x[past].T)
        phi = _dispersion(y, n, share, weight)
        distance = 2 * np.sqrt(n) * (_angle(y / some) - _angle(share))
        weight = allowed * _outlier_weights(bad * distance, allowed)
    share = special.expit(beta @ x.T)
    phi = _window_dispersion(y, n, share[:, past], weight, phi, window)
    at = x[days - window :].mean(axis=0)
    variance = np.einsum("i,sij,j->s", at, covariance, at)
    return Expected(share, phi, variance, (weight * n).sum(axis=1))


def _design(days: int, weekday: Ints, window: int) -> Floats:
    """Columns: level, slope, weekday contrasts against Sunday's."""
    time = np.arange(days, dtype=np.float64) - (days - (window + 1) / 2)
    contrasts = (weekday[:, None] == np.arange(6)[None, :]).astype(np.float64)
    contrasts -= (weekday == 6)[:, None]
    return np.concatenate([np.ones((days, 1)), time[:, None], contrasts], axis=1)


def _regress(
    y: Floats, n: Floats, weight: Floats, x: Floats, beta: Floats, phi: Floats
) -> tuple[Floats, Floats]:
    """Newton steps of the penalised quasi-binomial likelihood; the covariance of the terms."""
    total, seen = (weight * n).sum(axis=1), (weight * y).sum(axis=1)
    plain = (seen + _LEVEL_CASES) / (total + 2 * _LEVEL_CASES)
    precision = np.concatenate([[0.0, SLOPE_SD**-2], np.full(6, WEEKDAY_SD**-2)])
    # Half a hit and half a miss at the plain share keep the level finite where all or none hit.
    pull = 2 * _LEVEL_CASES
    if not beta.any():
        beta[:, 0] = special.logit(plain)
    information = np.zeros((len(y), x.shape[1], x.shape[1]))
    for _ in range(_NEWTON_STEPS):
        share = special.expit(beta @ x.T)
        level = special.expit(beta[:, 0])
        score = (weight * (y - n * share)) @ x - phi[:, None] * precision * beta
        score[:, 0] += pull * (plain - level)
        spread = weight * n * share * (1 - share)
        information = np.einsum("sd,di,dj->sij", spread, x, x, optimize=True)
        information[:, range(x.shape[1]), range(x.shape[1])] += phi[:, None] * precision + 1e-9
        information[:, 0, 0] += pull * level * (1 - level)
        step = np.linalg.solve(information, score[:, :, None])[:, :, 0]
        largest = np.abs(step).max(axis=1, keepdims=True)
        beta = beta + step * np.minimum(1.0, 1.0 / np.maximum(largest, 1e-12))
    return beta, phi[:, None, None] * np.linalg.inv(information)


def _angle(share: Floats) -> Floats:
    """Variance-stabilised share: 2√n times it has variance 1 for a binomial."""
    turned: Floats = np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0)))
    return turned


def _outlier_weights(distance: Floats, allowed: Floats) -> Floats:
    """1 for usual days, falling with the square of the residual above `OUTLIER`, then 0."""
    scale = np.sqrt(np.maximum(_median(distance**2, allowed) / _CHI_SQUARE_MEDIAN, 1.0))
    standard = distance / scale[:, None]
    falling = (OUTLIER / np.maximum(standard, OUTLIER)) ** 2
    weights: Floats = np.where(standard > REJECTED, 0.0, falling)
    return weights


def _median(values: Floats, allowed: Floats) -> Floats:
    """Median over the days that teach; 0 where there is none."""
    known = np.where(allowed > 0, values, np.nan)
    known[:, 0] = np.where(np.isnan(known).all(axis=1), 0.0, known[:, 0])
    middle: Floats = np.nanmedian(known, axis=1)
    return middle


def _dispersion(y: Floats, n: Floats, share: Floats, weight: Floats) -> Floats:
    """Pearson's φ of days, at least 1."""
    spread = n * share * (1 - share)
    chi = (weight * np.where(spread > 0, (y - n * share) ** 2 / np.maximum(spread, 1e-9), 0.0)).sum(
        axis=1
    )
    freedom = np.maximum(weight.sum(axis=1) - 4.0, 1.0)
    raised: Floats = 1.0 + np.maximum(chi / freedom - 1.0, 0.0) * (
        1.0 + UNCERTAIN_DISPERSION / freedom
    )
    return raised


def _window_dispersion(
    y: Floats, n: Floats, share: Floats, weight: Floats, daily: Floats, window: int
) -> Floats:
    """φ of sums over `window` days, drawn to the days' own where few windows lie apart.

    Windows with a down-weighted day count as little as it does.
    """
    if window == 1 or y.shape[1] < window:
        return daily
    moving = np.lib.stride_tricks.sliding_window_view
    full = moving(weight, window, axis=1).min(axis=2)
    off = moving(y - n * share, window, axis=1).sum(axis=2)
    spread = moving(n * share * (1 - share), window, axis=1).sum(axis=2)
    chi = (full * np.where(spread > 0, off**2 / np.maximum(spread, 1e-9), 0.0)).sum(axis=1)
    seen = np.maximum(full.sum(axis=1), 1e-9)
    apart = seen / window
    # The model bends towards the windows it is compared with: level, slope and weekdays are theirs.
    lost = np.maximum(1.0 - _TERMS / np.maximum(weight.sum(axis=1), 2.0 * _TERMS), 0.5)
    drawn = (PRIOR_WINDOWS * daily + apart * chi / seen / lost) / (PRIOR_WINDOWS + apart)
    raised: Floats = 1.0 + np.maximum(drawn - 1.0, 0.0) * (1.0 + 4.0 / (PRIOR_WINDOWS + apart))
    return np.maximum(raised, 1.0)
