"""Shares of small groups, drawn towards what groups of their kind are like.

Each group's share comes from one beta distribution with mean m and strength s; given them the
share of a group with x of n is beta(m s + x, (1 − m) s + n − x) (Carlin & Louis, Bayes and
Empirical Bayes Methods, 2000, 3.3). m and s are the mode of their posterior under the
beta-binomial likelihood and the flat-tailed hyperprior (α + β)^(−5/2) of Gelman et al., Bayesian
Data Analysis (2013), 5.3: without it, groups that differ by chance alone would fit an infinite s,
and groups without a single hit m = 0.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, special, stats

Floats = NDArray[np.float64]

_FEW = 2
"""Groups needed before anything can be said about groups of their kind."""

_BOUNDS = ((-15.0, 15.0), (np.log(2.0), np.log(1e7)))
"""Of the logit of m and the logarithm of s."""


def shrunk(hits: pl.Series, n: pl.Series) -> pl.DataFrame:
    """value, low, high: the posterior mean and 95 % interval of each group's share.

    With fewer than two groups that have any n there is nothing to learn from: the value is the raw
    share with its Jeffreys interval, and null where n is 0. Otherwise a group without any n gets
    what groups are like.

    Raises:
        ValueError: hits below 0 or above n.
    """
    x, size = hits.cast(pl.Float64).to_numpy(), n.cast(pl.Float64).to_numpy()
    if bool(np.any((x < 0) | (x > size))):
        raise ValueError("Hits must lie between 0 and n.")
    filled = size > 0
    if int(filled.sum()) < _FEW:
        return _alone(x, size)
    mean, strength = _fit(x[filled], size[filled])
    a, b = mean * strength + x, (1 - mean) * strength + size - x
    return pl.DataFrame(
        {
            "value": a / (a + b),
            "low": stats.beta.ppf(0.025, a, b),
            "high": stats.beta.ppf(0.975, a, b),
        }
    )


def _alone(x: Floats, size: Floats) -> pl.DataFrame:
    """Raw shares with Jeffreys' interval, closed at 0 and at 1 (Brown, Cai & DasGupta 2001)."""
    known = size > 0
    shape = (x + 0.5, size - x + 0.5)
    value = np.divide(x, size, out=np.zeros_like(x), where=known)
    low = np.where(x == 0, 0.0, stats.beta.ppf(0.025, *shape))
    high = np.where(x == size, 1.0, stats.beta.ppf(0.975, *shape))
    found = pl.DataFrame({"value": value, "low": low, "high": high, "known": known})
    return found.select(pl.when("known").then(pl.col("value", "low", "high")))


def _fit(x: Floats, size: Floats) -> tuple[float, float]:
    """Mean and strength of the beta distribution that the shares come from."""
    pooled = (x.sum() + 0.5) / (size.sum() + 1)

    def loss(at: Floats) -> float:
        mean, strength = special.expit(at[0]), np.exp(at[1])
        a, b = mean * strength, (1 - mean) * strength
        likelihood = special.betaln(x + a, size - x + b) - special.betaln(a, b)
        # (α + β)^(−5/2) in these coordinates is m (1 − m) s^(−1/2).
        prior = np.log(mean) + np.log1p(-mean) - 0.5 * at[1]
        return -float(likelihood.sum() + prior)

    best = min(
        (
            optimize.minimize(
                loss, (special.logit(pooled), np.log(start)), method="L-BFGS-B", bounds=_BOUNDS
            )
            for start in (5.0, 500.0)
        ),
        key=lambda found: float(found.fun),
    )
    return float(special.expit(best.x[0])), float(np.exp(best.x[1]))
