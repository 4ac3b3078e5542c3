"""From several p-values to one, and from that to one that keeps its word.

The p-values of overlapping windows depend on each other. Their generalised mean with a negative
exponent, (Σ w p^−κ / Σ w)^(−1/κ) (Vovk and Wang 2020, Biometrika 107:791), lets the smallest speak
without forgetting the others; κ → ∞ is the minimum. It is no p-value yet, and plug-in p-values are
too small in the tail. So it is calibrated: ranked against counts without surges, per class of
volume and dispersion, the far tail continued as a power law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXPONENT = 0.5
"""κ."""
SMALLEST = 1e-250


def combine(p: Floats, shares: Sequence[float]) -> Floats:
    """Generalised mean over the first axis, weighted by `shares`."""
    weight = np.asarray(shares) / np.sum(shares)
    total = np.zeros(p.shape[1:])
    for share, window in zip(weight, p, strict=True):
        total += share * np.maximum(window, SMALLEST) ** -EXPONENT
    together: Floats = total ** (-1 / EXPONENT)
    return together


@dataclass(frozen=True)
class Calibration:
    """Curves of −log10 p (calibrated) over −log10 of the combined value, per class.

    `volume` and `dispersion` are the classes' upper edges but the last; `at` the places of the
    curves and `becomes` (volume × dispersion × places) their values. Beyond the last place a curve
    goes on with the slope of its last stretch.
    """

    volume: Floats
    dispersion: Floats
    at: Floats
    becomes: Floats

    def apply(self, together: Floats, mean: Floats, phi: Floats) -> Floats:
        """Calibrated p-values; `mean` (cases a point) and `phi` choose the class."""
        if self.at.size == 0:
            return together
        raw = -np.log10(np.clip(together, SMALLEST, 1.0))
        classes = np.searchsorted(self.volume, mean) * (len(self.dispersion) + 1) + np.searchsorted(
            self.dispersion, phi
        )
        curves = self.becomes.reshape(-1, len(self.at))
        found = np.empty_like(raw)
        for number in np.unique(classes):
            chosen = classes == number
            found[chosen] = _along(raw[chosen], self.at, curves[number])
        return np.power(10.0, -found)


NONE = Calibration(np.empty(0), np.empty(0), np.empty(0), np.empty((1, 1, 0)))
"""Leaves values as they are."""


def _along(raw: Floats, at: Floats, becomes: Floats) -> Floats:
    slope = (becomes[-1] - becomes[-2]) / (at[-1] - at[-2])
    inside = np.interp(raw, at, becomes)
    beyond: Floats = np.where(raw > at[-1], becomes[-1] + slope * (raw - at[-1]), inside)
    return beyond


def daily() -> Calibration:
    """Of the windows of `design.DAILY` together."""
    return NONE
