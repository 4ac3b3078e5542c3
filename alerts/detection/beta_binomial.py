"""How surprising y of n is where the true share itself varies from time to time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

_BINOMIAL = 1e-9
_LARGEST_CORRELATION = 0.999
_NEGLIGIBLE = 1e-10
_STEPS = 200_000


def upper_tail(hits: Floats, trials: Floats, share: Floats, correlation: Floats) -> Floats:
    """P(Y ≥ hits) of a beta-binomial: mean n·p, variance n·p·(1−p)·(1 + (n−1)·ρ).

    Args:
        hits: y, 0 to `trials`.
        trials: n.
        share: p, strictly between 0 and 1.
        correlation: ρ, of two trials of the same window; 0 is the binomial distribution.

    Exact: the binomial by the regularised incomplete beta function, the rest by adding up the
    probabilities from `hits` upwards or, below the mean, those beneath it.
    """
    y, n, p, rho = (np.atleast_1d(a) for a in np.broadcast_arrays(hits, trials, share, correlation))
    found = np.ones(y.shape)
    some = y > 0
    plain = some & (rho <= _BINOMIAL)
    found[plain] = special.betainc(y[plain], n[plain] - y[plain] + 1, p[plain])
    varied = some & ~plain
    above = varied & (y > n * p)
    found[above] = _sum_up(y[above], n[above], p[above], rho[above])
    below = varied & ~above
    # P(Y ≥ y) = 1 − P(Y ≤ y − 1), and Y ≤ y − 1 means n − Y ≥ n − y + 1 with share 1 − p.
    found[below] = 1.0 - _sum_up(n[below] - y[below] + 1, n[below], 1 - p[below], rho[below])
    clipped: Floats = np.clip(found, 0.0, 1.0)
    return clipped


def _sum_up(hits: Floats, trials: Floats, share: Floats, correlation: Floats) -> Floats:
    """Sum of the probabilities of `hits`, `hits` + 1, …, by their ratios."""
    rho = np.minimum(correlation, _LARGEST_CORRELATION)
    strength = (1.0 - rho) / rho
    a, b = share * strength, (1.0 - share) * strength
    log_first = (
        special.gammaln(trials + 1)
        - special.gammaln(hits + 1)
        - special.gammaln(trials - hits + 1)
        + special.betaln(hits + a, trials - hits + b)
        - special.betaln(a, b)
    )
    # Far out the first term underflows although the ratios of the next to it do not.
    term = np.ones_like(hits)
    total = np.ones_like(hits)
    k = hits.copy()
    active = np.flatnonzero(k < trials)
    for _ in range(_STEPS):
        if not active.size:
            break
        at, n = k[active], trials[active]
        ratio = (n - at) * (at + a[active]) / ((at + 1) * (n - at - 1 + b[active]))
        term[active] *= ratio
        total[active] += term[active]
        k[active] += 1
        going = (k[active] < n) & (term[active] > _NEGLIGIBLE * total[active])
        active = active[going]
    summed: Floats = np.exp(np.minimum(log_first + np.log(total), 0.0))
    return summed
