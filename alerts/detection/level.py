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

EVIDENCE = 1.0
"""Standard errors by which the blocks' variance must exceed the points' to count as drift."""
READY = 8.0
"""How much looser the prior is than the drift's variance: shifts are rare, but then large."""
FIXED = 1e9
"""Prior mass, in cases, of a level that does not move."""
LEAST_BLOCKS = 6
"""Blocks from which a drift of the level can be told from chance."""
_LEAST_DRIFT = 1e-6


def prior_mass(y: Singles, mean: Singles, weight: Singles, phi: Floats, block: int) -> Floats:
    """The mass a = φ/τ² in cases, per series, by the method of moments over blocks."""
    blocks = y.shape[1] // block
    if blocks < LEAST_BLOCKS:
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
    return np.where(moving, phi / np.where(moving, READY * drift, 1.0), FIXED)


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
    factor = np.ones_like(mean)
    moving = np.flatnonzero(mass < FIXED)
    if moving.size:
        matrices = y[moving], mean[moving], weight[moving]
        factor[moving] = _follow(
            *matrices, phi=phi[moving], mass=mass[moving], memory=memory, guard=guard
        )
    return factor


def _follow(
    y: Singles,
    mean: Singles,
    weight: Singles,
    *,
    phi: Floats,
    mass: Floats,
    memory: float,
    guard: int,
) -> Singles:
    counts, expected, trusted = (np.ascontiguousarray(a.T) for a in (y, mean, weight))
    level = np.ones_like(expected)
    deviation = (OUTLIER * np.sqrt(phi)).astype(np.float32)
    room = deviation * np.sqrt(expected) + (SKEW * phi).astype(np.float32)
    prior = mass.astype(np.float32)
    seen, due = np.zeros_like(prior), np.zeros_like(prior)
    # The level of `guard` points needs only the `guard` points before them: as many at a time.
    fading, within = _discounts(1 - 1 / memory, guard)
    for first in range(guard, len(level), guard):
        last = min(first + guard, len(level))
        past, size = slice(first - guard, last - guard), last - first
        limit = expected[past] * level[past] + room[past]
        added = within[:size, :size] @ (trusted[past] * np.minimum(counts[past], limit))
        owed = within[:size, :size] @ (trusted[past] * expected[past])
        sums = added + fading[:size] * seen
        means = owed + fading[:size] * due
        level[first:last] = (prior + sums) / (prior + means)
        seen, due = sums[-1], means[-1]
    return level.T


def _discounts(kept: float, size: int) -> tuple[Singles, Singles]:
    """Powers δ¹ … δˢ as a column, and the triangle δ^(k − j) of what is added on the way."""
    steps = np.arange(size)
    apart = steps[:, None] - steps[None, :]
    triangle = np.where(apart >= 0, kept ** np.maximum(apart, 0), 0.0)
    return (kept ** (steps + 1.0))[:, None].astype(np.float32), triangle.astype(np.float32)


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
    factor = np.ones_like(mean)
    moving = np.flatnonzero(mass < FIXED)
    if moving.size:
        m, trusted = mean[moving], weight[moving]
        limit = m * level[moving] + upper_limit(m, phi[moving], OUTLIER)
        prior = mass[moving].astype(np.float32)[:, None]
        seen = _both_sides(np.minimum(y[moving], limit) * trusted, memory)
        factor[moving] = (prior + seen) / (prior + _both_sides(m * trusted, memory))
    return factor


def _both_sides(values: Singles, memory: float) -> Singles:
    filtering = ([1.0], [1.0, -(1 - 1 / memory)])
    forward = signal.lfilter(*filtering, values, axis=1)
    backward = signal.lfilter(*filtering, values[:, ::-1], axis=1)[:, ::-1]
    total: Singles = (forward + backward - values).astype(np.float32)
    return total
