"""From several p-values to one, and from that to one that keeps its word.

The p-values of overlapping windows depend on each other. Their generalised mean with a negative
exponent, (Σ w p^−κ / Σ w)^(−1/κ) (Vovk and Wang 2020, Biometrika 107:791), lets the smallest speak
without forgetting the others; κ → ∞ is the minimum. It is no p-value yet, and plug-in p-values are
too small in the tail. So it is calibrated: ranked against counts without surges, per class of
volume and dispersion, the far tail continued as a power law. The ranks are in `calibration.json`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

EXPONENT = 0.5
"""κ."""
SMALLEST = 1e-250
FILE = Path(__file__).with_name("calibration.json")


def combine(p: Floats, shares: Sequence[float]) -> Floats:
    """Generalised mean over the first axis, weighted by `shares`."""
    weight = np.asarray(shares) / np.sum(shares)
    total = np.zeros(p.shape[1:])
    for share, window in zip(weight, p, strict=True):
        total += share * np.maximum(window, SMALLEST) ** -EXPONENT
    together: Floats = total ** (-1 / EXPONENT)
    return together


def classify(volume: Floats, dispersion: Floats, mean: Floats, phi: Floats) -> Codes:
    """Class of each point by its expected count and dispersion."""
    by_volume = np.searchsorted(volume, mean)
    found: Codes = by_volume * (len(dispersion) + 1) + np.searchsorted(dispersion, phi)
    return found


@dataclass(frozen=True, eq=False)
class Calibration:
    """Curves of −log10 p over −log10 of the combined value, one per class.

    `volume` and `dispersion` are the classes' inner edges. Class c reaches the values `becomes` at
    `at[c]` (both from 0 on) and goes on beyond with slope 1 / (`tail[c]` · ln 10).
    """

    volume: Floats
    dispersion: Floats
    at: Floats
    becomes: Floats
    tail: Floats

    def apply(self, together: Floats, mean: Floats, phi: Floats) -> Floats:
        """Calibrated p-values; `mean` (cases a point) and `phi` choose the class."""
        if not self.tail.size:
            return together
        raw = -np.log10(np.clip(together, SMALLEST, 1.0))
        classes = classify(self.volume, self.dispersion, mean, phi)
        found = np.empty_like(raw)
        for number in np.unique(classes):
            chosen = classes == number
            values, at = raw[chosen], self.at[number]
            beyond = np.maximum(values - at[-1], 0.0) / (self.tail[number] * np.log(10))
            found[chosen] = np.interp(values, at, self.becomes) + beyond
        return np.maximum(10.0**-found, SMALLEST)


NONE = Calibration(*(np.empty(0) for _ in range(5)))
"""Leaves values as they are."""


def weekly() -> Calibration:
    """Of the windows of `design.WEEKLY` together."""
    return _load("weekly")


def daily() -> Calibration:
    """Of the windows of `design.DAILY` together."""
    return _load("daily")


@lru_cache(maxsize=2)
def _load(name: str) -> Calibration:
    table = json.loads(FILE.read_text(encoding="utf-8"))[name]
    quantiles = np.array(table["quantiles"])
    # Equal ranks of discrete counts must not make a step without width.
    quantiles = np.maximum(quantiles, 1e-3) + 1e-6 * np.arange(quantiles.shape[1])
    return Calibration(
        np.array(table["volume"]),
        np.array(table["dispersion"]),
        np.pad(quantiles, ((0, 0), (1, 0))),
        np.concatenate([[0.0], -np.log10(table["shares"])]),
        np.array(table["tail"]),
    )
