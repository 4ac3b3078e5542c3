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
PRIOR_DISPERSION = 1.2
PRIOR_POINTS = 10.0
"""φ of a single point before anything is seen, and how many points that is worth."""
UNCERTAIN_DISPERSION = 18.0
"""Over the degrees of freedom: how much φ − 1 is raised because it is itself an estimate."""
PRIOR_WINDOWS = 3.0
"""How many sums of h points, over h, the dispersion of single points is worth as their prior."""
PERSISTENCE_POINTS = 7
"""Points before a window that foretell it where the series is serially dependent."""
PERSISTENCE_EVIDENCE = 4.0
"""Squared standard errors by which serial dependence must stand out to be used by half."""
LEAST_CARRY = 0.01
"""Share of an excess below which nothing is carried over."""
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
    excess *= weight > 0
    points = weight.sum(axis=1)
    precision = weight / np.maximum(mean, np.float32(1e-6))
    chi = np.einsum("ij,ij,ij->i", precision, excess, excess)
    freedom = np.maximum(points - terms, 0.0)
    base = np.asarray(
        np.maximum((PRIOR_POINTS * PRIOR_DISPERSION + chi) / (PRIOR_POINTS + freedom), 1.0),
        dtype=np.float64,
    )
    unsure = 1 + UNCERTAIN_DISPERSION / np.maximum(freedom, 1.0)
    lengths = sorted({*windows, PERSISTENCE_POINTS})
    r, m, w = (running_sums(array[:, burn:], lengths) for array in (excess, mean, weight))
    trusted = running_sums((excess * weight)[:, burn:], (PERSISTENCE_POINTS,))
    before = relative_excess(trusted[PERSISTENCE_POINTS], m[PERSISTENCE_POINTS], base)
    found, carries = [], []
    surged = np.ones_like(weight)
    for length in windows:
        # Neighbouring long sums say nearly the same: every fourth of a length is enough of them.
        stride = max(1, length // 4)
        sums = _Sums(length, stride, *(array[length][:, ::stride] for array in (r, m, w)))
        scale = _robust_scale(sums, base)
        thin = np.where(scale.thick, 0.0, scale.phi)
        limit = _times(np.sqrt(scale.phi) * OUTLIER, sums.root) + _column(SKEW * thin)
        cut = np.minimum(sums.r, limit)
        carry, ratio = _persistence(sums, cut, before)
        single = length == 1
        prior = PRIOR_POINTS if single else PRIOR_WINDOWS * length
        towards = PRIOR_DISPERSION if single else base
        independent = sums.total / length * (stride / length)
        phi_h = np.maximum((prior * towards + independent * ratio) / (prior + independent), 1.0)
        if length == windows[0]:
            base = phi_h
        found.append(1 + (phi_h - 1) * unsure)
        carries.append(carry)
        if length >= min(LONG, max(windows)):
            _mark(surged, sums, scale.phi, burn)
    return Variation(np.stack(found), np.stack(carries), surged)


class _Sums:
    """Sums over `length` points, every `stride`-th: excess `r`, expectation `m`, weight `w`."""

    def __init__(self, length: int, stride: int, r: Singles, m: Singles, w: Singles) -> None:
        self.length, self.stride = length, stride
        self.r, self.m = np.ascontiguousarray(r), np.maximum(m, np.float32(1e-6))
        self.w = np.ascontiguousarray(w)
        self.root = np.sqrt(self.m)
        self.precision = self.w / self.m
        self.total = np.maximum(self.w.sum(axis=1), 1e-6).astype(np.float64)

    def pearson(self, excess: Singles, rows: NDArray[np.bool_] | None = None) -> Floats:
        """Weighted mean of excess² over expectation."""
        precision = self.precision if rows is None else self.precision[rows]
        total = self.total if rows is None else self.total[rows]
        chi = np.einsum("ij,ij,ij->i", precision, excess, excess).astype(np.float64)
        mean: Floats = chi / total
        return mean


@dataclass(frozen=True)
class _Scale:
    phi: Floats
    thick: NDArray[np.bool_]


def _column(values: Floats) -> Singles:
    return values.astype(np.float32)[:, None]


def _times(factor: Floats, values: Singles) -> Singles:
    scaled: Singles = _column(factor) * values
    return scaled


def _robust_scale(sums: _Sums, base: Floats) -> _Scale:
    """φ by the lower half of the distribution, which past surges cannot widen.

    Half the variance of a symmetric distribution lies below its mean; of a skewed one (skewness
    (2φ − 1)/√(φμ)) less, by the Edgeworth term 0.133 · skewness. Thin series have no lower half.
    """
    cases = sums.m.mean(axis=1, dtype=np.float64)
    skewness = np.minimum((2 * base - 1) / np.sqrt(base * np.maximum(cases, 1e-6)), 1.5)
    low = 2 * sums.pearson(np.minimum(sums.r, 0)) / (1 - 0.266 * skewness)
    thick = cases >= THICK
    return _Scale(np.where(thick, np.maximum(low, 1.0), np.maximum(low, base)), thick)


def _persistence(sums: _Sums, cut: Singles, before: Singles) -> tuple[Floats, Floats]:
    """Share of the preceding points' relative excess that a window repeats, and φ beside that.

    A weighted regression through 0, drawn to 0 by its own standard error; never negative.
    """
    ratio = sums.pearson(cut)
    start = -(-PERSISTENCE_POINTS // sums.stride)
    late = slice(start, None)
    if cut.shape[1] <= start:
        return np.zeros(len(cut)), ratio
    ahead = before[:, start * sums.stride - PERSISTENCE_POINTS :: sums.stride]
    ahead = ahead[:, : cut.shape[1] - start]
    weighted = sums.w[:, late] * ahead
    spread = np.einsum("ij,ij,ij->i", weighted, ahead, sums.m[:, late]).astype(np.float64)
    spread = np.maximum(spread, 1e-9)
    slope = np.maximum(np.einsum("ij,ij->i", weighted, cut[:, late]) / spread, 0.0)
    variance = np.maximum(ratio * sums.length / spread, 1e-12)
    carry = np.minimum(slope * slope**2 / (slope**2 + PERSISTENCE_EVIDENCE * variance), 1.0)
    some = carry > LEAST_CARRY
    carry = np.where(some, carry, 0.0)
    if some.any():
        rest = cut[some]
        rest[:, late] -= _times(carry[some], ahead[some]) * sums.m[some, late]
        ratio[some] = sums.pearson(rest, some)
    return carry, ratio


def relative_excess(excess: Singles, mean: Singles, phi: Floats) -> Singles:
    """Excess over expectation as a share of it, a thin series' drawn to 0."""
    share: Singles = excess / (mean + _column(phi))
    return share


def _mark(surged: Singles, sums: _Sums, scale: Floats, burn: int) -> None:
    """Lower the weight of all points below a sum that was a surge."""
    limit = _times(np.sqrt(scale) * SURGE, sums.root) + _column(SKEW * scale)
    rows = np.flatnonzero((sums.r > limit).any(axis=1))
    if not rows.size:
        return
    length = sums.length
    ends = np.ones((rows.size, surged.shape[1] + length - 1), dtype=np.float32)
    limit = limit[rows]
    last = surged.shape[1]
    ends[:, burn + length - 1 : last : sums.stride] = np.square(
        limit / np.maximum(sums.r[rows], limit)
    )
    # A point lies below the sums that end with it and with the `length` − 1 points after it.
    covering = ndimage.minimum_filter1d(ends, length, axis=1, origin=-(length // 2))
    surged[rows] = np.minimum(surged[rows], covering[:, :last])
