"""How sure a number is: 95 % intervals for shares, rates, scores and quantiles.

All functions take and give expressions; where there is nothing to judge (n = 0) both ends are null.
"""

from __future__ import annotations

import polars as pl

Z = 1.96
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson(hits: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Interval of a share `hits / n`, in shares (Wilson 1927).

    Null where hits exceed n: returns may outnumber the sales of a period, then it is no share.
    """
    p, size = hits / n, n.cast(pl.Float64)
    middle = p + Z**2 / (2 * size)
    spread = Z * ((p * (1 - p) + Z**2 / (4 * size)) / size).sqrt()
    scale = 1 + Z**2 / size
    valid = (n > 0) & (hits <= n)
    return (
        pl.when(valid).then(((middle - spread) / scale).clip(0, 1)),
        pl.when(valid).then(((middle + spread) / scale).clip(0, 1)),
    )


def byar(events: pl.Expr, exposure: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Interval of a Poisson rate `events / exposure`: Byar's approximation to the exact one.

    Breslow & Day, Statistical Methods in Cancer Research II (1987), eq. 2.13.
    """
    low, more = events.cast(pl.Float64), events.cast(pl.Float64) + 1
    lower = low * (1 - 1 / (9 * low) - Z / (3 * low.sqrt())).pow(3)
    upper = more * (1 - 1 / (9 * more) + Z / (3 * more.sqrt())).pow(3)
    valid = exposure > 0
    return (
        pl.when(valid).then(pl.when(events > 0).then(lower.clip(0)).otherwise(0.0) / exposure),
        pl.when(valid).then(upper / exposure),
    )


def net_score(promoters: pl.Expr, detractors: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Interval of a net promoter share p − d, normal with variance p + d − (p − d)²."""
    p, d = promoters / n, detractors / n
    # Rounding may leave a variance of −1e−17 where all answers agree.
    spread = Z * ((p + d - (p - d).pow(2)).clip(0) / n).sqrt()
    return (
        pl.when(n > 0).then((p - d - spread).clip(-1, 1)),
        pl.when(n > 0).then((p - d + spread).clip(-1, 1)),
    )


def mean(total: pl.Expr, squares: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Normal interval of a mean from the sum of n values and the sum of their squares.

    Null for fewer than two values.
    """
    size = n.cast(pl.Float64)
    middle = total / size
    variance = ((squares - total.cast(pl.Float64) * middle) / (size - 1)).clip(0)
    spread = Z * (variance / size).sqrt()
    return pl.when(n > 1).then(middle - spread), pl.when(n > 1).then(middle + spread)


def quantile_rank(q: float, n: pl.Expr) -> pl.Expr:
    """Rank (1 is the smallest) of the `q` quantile of n values: the smallest k with k ≥ q n."""
    # 0.9 × 10 is 9.000000000000002 for some factors: do not let that become 10.
    return (q * n - 1e-9).ceil().clip(1).cast(pl.Int64)


def quantile_ranks(q: float, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Ranks between which the `q` quantile lies: binomial order statistics, normal form.

    Conover, Practical Nonparametric Statistics (1999), 3.2.
    """
    spread = Z * (n * (q * (1 - q))).sqrt()
    middle = q * n.cast(pl.Float64)
    last = pl.max_horizontal(n, pl.lit(1))
    return (
        (middle - spread).floor().cast(pl.Int64).clip(1, last),
        (middle + spread).ceil().cast(pl.Int64).add(1).clip(1, last),
    )
