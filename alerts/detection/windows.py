"""Sums over the latest 1, 2, 4, 7, 14 … points, and how much such sums vary by themselves.

Where days hang together (a wave of flu, a slow carrier) a fortnight varies more than fourteen
independent days would. So the dispersion φ_h of sums over h points is learned for each h, from the
history's own sums. Two things would spoil it. Past surges: they only add, so the lower half of the
distribution sets the scale, sums far above it are cut, and the days below them lose weight. And
few data: φ_h is drawn towards the dispersion of single points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

OUTLIER = 2.58
"""Standard deviations above which a past point or sum teaches less (Noufaily et al. 2013)."""
SURGE = 3.0
"""Standard deviations above which a past sum was a surge and its points lose weight."""
SKEW = 2.0
"""Room, in units of φ cases, that thin series get above those limits: their counts are skewed."""
THICK = 4.0
"""Expected cases from which the lower half of a distribution of counts shows its scale."""
LONG = 4
"""Points from which a window can show a past surge as such."""
PRIOR_DISPERSION = 1.5
PRIOR_POINTS = 10.0
"""φ of a single point before anything is seen, and how many points that is worth."""
PERSISTENCE_POINTS = 7
"""Points before a window that foretell it where the series is serially dependent."""
PERSISTENCE_EVIDENCE = 4.0
"""Squared standard errors by which serial dependence must stand out to be used by half."""
LARGEST_CARRY = 1.0
"""Relative excess of the points before a window that is carried over at most."""


@dataclass(frozen=True)
class Variation:
    """Per window: dispersion `phi` (≥ 1) and `carry`, the share of an excess that persists.

    Arrays are windows × series; `weight` is series × points, below 1 for points of past surges.
    """

    phi: Floats
    carry: Floats
    weight: Singles


def running_sums(values: Singles, windows: Sequence[int]) -> dict[int, Singles]:
    """Sums over every stretch of each length: series × (points − h + 1), by first point.

    A longer sum is put together from shorter ones, so that each costs one addition per point.
    """
    sums: dict[int, Singles] = {1: values}
    for length in sorted({*windows} - {1}):
        total, done = None, 0
        while done < length:
            part = max(size for size in sums if size <= length - done)
            piece = sums[part][:, done : done + values.shape[1] - length + 1]
            total = piece if total is None else total + piece
            done += part
        assert total is not None
        sums[length] = total
    return sums


def upper_limit(mean: Singles, phi: Floats, deviations: float, skew: float = SKEW) -> Singles:
    """Excess over `mean` above which a count is an outlier: z · √(φ μ) and room for skewness."""
    root = (deviations * np.sqrt(phi)).astype(np.float32)[:, None]
    limit: Singles = root * np.sqrt(mean) + (skew * phi).astype(np.float32)[:, None]
    return limit


def learn(
    y: Singles,
    mean: Singles,
    weight: Singles,
    phi: Floats,
    windows: Sequence[int],
    *,
    terms: int,
    burn: int,
) -> Variation:
    """Dispersion and persistence of each window from the history.

    Args:
        y: counts, series × points.
        mean: what was expected of each point from the points `guard` before it.
        weight: 0 for points not to be learned from, below 1 for those of past surges.
        phi: dispersion so far, per series.
        windows: lengths.
        terms: coefficients that were fitted, for the degrees of freedom.
        burn: points at the beginning that only set the level.
    """
    excess = np.minimum(y - mean, upper_limit(mean, phi, OUTLIER))
    positive = np.maximum(mean, 1e-6)
    points = weight.sum(axis=1)
    chi = (weight * excess * excess / positive).sum(axis=1)
    freedom = np.maximum(points - terms, 0.0)
    base = np.asarray(
        np.maximum((PRIOR_POINTS * PRIOR_DISPERSION + chi) / (PRIOR_POINTS + freedom), 1.0),
        dtype=np.float64,
    )
    lengths = sorted({*windows, PERSISTENCE_POINTS})
    sums = [running_sums(array[:, burn:], lengths) for array in (excess, mean, weight)]
    found, carries = [], []
    surged = np.ones_like(weight)
    for length in windows:
        r, m, w = (table[length] for table in sums)
        phi_h, carry, scale = _one_window(r, m, w / length, length, base, sums)
        if length == windows[0]:
            base = phi_h
        found.append(phi_h)
        carries.append(carry)
        if length >= min(LONG, max(windows)):
            _mark(surged, r, m, scale, length, burn)
    return Variation(np.stack(found), np.stack(carries), surged)


def _one_window(
    r: Singles,
    m: Singles,
    w: Singles,
    length: int,
    base: Floats,
    sums: Sequence[dict[int, Singles]],
) -> tuple[Floats, Floats, Floats]:
    """φ, persistence and robust scale of sums over `length` points."""
    positive = np.maximum(m, 1e-6)
    total = np.maximum(w.sum(axis=1), 1e-6).astype(np.float64)
    level = m.mean(axis=1, dtype=np.float64)
    # Half the variance of a symmetric distribution lies below its mean; of a skewed one (skewness
    # (2φ − 1)/√(φμ)) less, by the Edgeworth term 0.133 · skewness.
    skewness = np.minimum((2 * base - 1) / np.sqrt(base * np.maximum(level, 1e-6)), 1.5)
    below = np.minimum(r, 0.0)
    low = 2 * (w * below * below / positive).sum(axis=1) / total / (1 - 0.266 * skewness)
    scale = np.where(level >= THICK, np.maximum(low, 1.0), np.maximum(low, base))
    thin = np.where(level < THICK, scale, 0.0)
    limit = (OUTLIER * np.sqrt(scale)).astype(np.float32)[:, None] * np.sqrt(m)
    cut = np.minimum(r, limit + (SKEW * thin).astype(np.float32)[:, None])
    carry, foretold = _persistence(cut, m, w, length, base, sums)
    cut = cut - foretold
    ratio = (w * cut * cut / positive).sum(axis=1) / total
    independent = total / length
    first = length == 1
    prior = PRIOR_POINTS if first else float(length)
    towards = PRIOR_DISPERSION if first else base
    phi = np.maximum((prior * towards + independent * ratio) / (prior + independent), 1.0)
    return phi, carry, scale


def _persistence(
    cut: Singles,
    m: Singles,
    w: Singles,
    length: int,
    base: Floats,
    sums: Sequence[dict[int, Singles]],
) -> tuple[Floats, Singles]:
    """Share of the preceding points' relative excess that a window repeats, and what that makes.

    A weighted regression through 0, drawn to 0 by its own standard error; never negative.
    """
    before = relative_excess(
        sums[0][PERSISTENCE_POINTS], sums[1][PERSISTENCE_POINTS], base, capped=False
    )
    foretold = np.zeros_like(cut)
    if cut.shape[1] <= PERSISTENCE_POINTS:
        return np.zeros(len(cut)), foretold
    late = slice(PERSISTENCE_POINTS, None)
    ahead = before[:, : cut.shape[1] - PERSISTENCE_POINTS]
    weighted = w[:, late] * ahead
    spread = np.maximum((weighted * ahead * m[:, late]).sum(axis=1), 1e-9).astype(np.float64)
    slope = np.maximum((weighted * cut[:, late]).sum(axis=1) / spread, 0.0)
    noise = (w * cut * cut / np.maximum(m, 1e-6)).sum(axis=1) / np.maximum(w.sum(axis=1), 1e-6)
    variance = np.maximum(noise * length / spread, 1e-12)
    carry = np.minimum(slope * slope**2 / (slope**2 + PERSISTENCE_EVIDENCE * variance), 1.0)
    foretold[:, late] = carry.astype(np.float32)[:, None] * ahead * m[:, late]
    return carry, foretold


def relative_excess(excess: Singles, mean: Singles, phi: Floats, *, capped: bool = True) -> Singles:
    """Excess over expectation as a share of it, a thin series' drawn to 0."""
    share: Singles = excess / np.maximum(mean + phi.astype(np.float32)[:, None], 1e-6)
    return np.minimum(share, np.float32(LARGEST_CARRY)) if capped else share


def _mark(surged: Singles, r: Singles, m: Singles, scale: Floats, length: int, burn: int) -> None:
    """Lower the weight of all points below a sum that was a surge."""
    limit = upper_limit(m, scale, SURGE)
    weight = np.square(limit / np.maximum(r, limit))
    if not (weight < 1).any():
        return
    ends = np.ones_like(surged)
    ends[:, burn + length - 1 :] = weight
    # A point lies below the sums that end with it and with the `length` − 1 points after it.
    padded = np.pad(ends, ((0, 0), (0, length - 1)), constant_values=1.0)
    covering = ndimage.minimum_filter1d(padded, length, axis=1, origin=-(length // 2))
    np.minimum(surged, covering[:, : surged.shape[1]], out=surged)
