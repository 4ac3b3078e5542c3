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


def mid_p(count: Floats, mean: Floats, phi: Floats) -> Floats:
    """P(Y > count) + P(Y = count) / 2 of the same distribution.

    Unlike P(Y ≥ count) it is no larger on average for thin series than for thick ones (Lancaster
    1961, JASA 56:223), so that both can be put together and compared. Counts at or below the mean
    are not surprising: theirs is only approximate, between 1/2 and 1.
    """
    spread = np.maximum(phi, 1.0 + 1e-6)
    expected = np.maximum(mean, 1e-6)
    above = count > mean
    size, y, share = (expected / (spread - 1.0))[above], count[above], 1.0 - 1.0 / spread[above]
    at_least = np.where(y <= 0, 1.0, special.betainc(np.maximum(y, 1e-9), size, share))
    found = np.minimum(0.5 - 0.4 * (count - mean) / np.sqrt(spread * expected), 1.0)
    found[above] = 0.5 * (at_least + special.betainc(y + 1.0, size, share))
    bounded: Floats = np.maximum(found, 1e-250)
    return bounded


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
