"""A level that moves: what the coefficients, learned rarely, do not know of the latest weeks.

The level factor of a point is the posterior mean of a Gamma prior around 1 given discounted counts
(West and Harrison, Bayesian Forecasting and Dynamic Models, 1997, ch. 10): with a = φ/τ²,
(a + Σ δ^k y)/(a + Σ δ^k μ), where τ² is the variance of the relative level, learned from sums over
blocks. A series whose blocks vary no more than its points explain has τ² = 0 and keeps factor 1.
The sums stay `guard` points behind and a point counts no more than an outlier's limit, so that
the level follows a shift within weeks and does not swallow a surge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from alerts.detection.windows import OUTLIER, SKEW, upper_limit

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

EVIDENCE = 0.5
"""Standard errors by which the blocks' variance must exceed the points' to count as drift."""
FIXED = 1e9
"""Prior mass, in cases, of a level that does not move."""
_LEAST_DRIFT = 1e-6


def prior_mass(y: Singles, mean: Singles, weight: Singles, phi: Floats, block: int) -> Floats:
    """a = φ/τ² in cases, per series, by the method of moments over blocks."""
    blocks = y.shape[1] // block
    if blocks < 2:
        return np.full(len(y), FIXED)
    late = slice(y.shape[1] - blocks * block, None)
    excess = np.minimum(y - mean, upper_limit(mean, phi, OUTLIER)) * weight
    shape = (len(y), blocks, block)
    r = excess[:, late].reshape(shape).sum(axis=2, dtype=np.float64)
    m = (mean * weight)[:, late].reshape(shape).sum(axis=2, dtype=np.float64)
    squares = (m * m).sum(axis=1)
    beyond = (r * r - phi[:, None] * m).sum(axis=1)
    drift = (beyond - EVIDENCE * np.sqrt(2.0 * squares) * phi) / np.maximum(squares, 1e-9)
    moving = drift > _LEAST_DRIFT
    return np.where(moving, phi / np.where(moving, drift, 1.0), FIXED)


def follow(
    y: Singles,
    mean: Singles,
    weight: Singles,
    phi: Floats,
    mass: Floats,
    *,
    memory: float,
    guard: int,
) -> Singles:
    """Level factor of every point from the points at least `guard` before it, series × points."""
    counts, expected, trusted = (np.ascontiguousarray(a.T) for a in (y, mean, weight))
    level = np.ones_like(expected)
    root = np.sqrt(expected)
    discount = np.float32(1 - 1 / memory)
    prior = mass.astype(np.float32)
    deviation = (OUTLIER * np.sqrt(phi)).astype(np.float32)
    skew = (SKEW * phi).astype(np.float32)
    seen, due = np.zeros_like(prior), np.zeros_like(prior)
    for point in range(guard, len(level)):
        past = point - guard
        limit = expected[past] * level[past] + deviation * root[past] + skew
        seen = discount * seen + trusted[past] * np.minimum(counts[past], limit)
        due = discount * due + trusted[past] * expected[past]
        level[point] = (prior + seen) / (prior + due)
    return level.T


def smooth(
    y: Singles,
    mean: Singles,
    level: Singles,
    weight: Singles,
    phi: Floats,
    mass: Floats,
    *,
    memory: float,
) -> Singles:
    """Level factor of every past point from the points on both sides of it.

    For learning the coefficients only: a shift of the level must not pass for season or trend.
    """
    limit = mean * level + upper_limit(mean, phi, OUTLIER)
    prior = mass.astype(np.float32)[:, None]
    seen = _both_sides(np.minimum(y, limit) * weight, memory)
    due = _both_sides(mean * weight, memory)
    smoothed: Singles = (prior + seen) / (prior + due)
    return smoothed


def _both_sides(values: Singles, memory: float) -> Singles:
    filtering = ([1.0], [1.0, -(1 - 1 / memory)])
    forward = signal.lfilter(*filtering, values, axis=1)
    backward = signal.lfilter(*filtering, values[:, ::-1], axis=1)[:, ::-1]
    total: Singles = (forward + backward - values).astype(np.float32)
    return total
