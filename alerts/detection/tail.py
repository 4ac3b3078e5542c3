"""How surprising a count is, alone and among many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

_POISSON = 1.0 + 1e-9


def upper_tail(count: Floats, mean: Floats, phi: Floats) -> Floats:
    """P(Y ≥ count) where Y is negative binomial with the given mean and variance φ · mean.

    Size is mean / (φ − 1), success probability 1 / φ (the parametrisation of Noufaily et al. 2013);
    φ = 1 is the Poisson distribution. Exact through the regularised incomplete beta and gamma
    functions, also far out in the tail.
    """
    overdispersed = phi > _POISSON
    spread = np.where(overdispersed, phi, 2.0)
    at = np.maximum(count, 1.0)
    expected = np.maximum(mean, 1e-12)
    negative_binomial = special.betainc(at, expected / (spread - 1.0), 1.0 - 1.0 / spread)
    poisson = special.gammainc(at, expected)
    found: Floats = np.where(overdispersed, negative_binomial, poisson)
    return np.where(count <= 0, 1.0, found)


def false_discovery_rate(p: Floats) -> Floats:
    """Benjamini–Hochberg q-values (1995, JRSS B 57:289); NaN stays NaN and is not counted."""
    q = np.full_like(p, np.nan)
    judged = np.flatnonzero(~np.isnan(p))
    if judged.size == 0:
        return q
    order = judged[np.argsort(p[judged], kind="stable")]
    scaled = p[order] * judged.size / np.arange(1, judged.size + 1)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
