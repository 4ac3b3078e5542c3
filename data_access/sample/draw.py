"""Draws shared by the generators of the sample company.

Instants are float64 seconds since 1970-01-01 UTC with NaN for "never" while a world is generated;
`instants` turns them into the contracts' UTC datetimes at the very end.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

HOUR = 3600.0
DAY = 86400.0
NEVER = float("nan")


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own per part, so that a change in one part leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def pick(rng: np.random.Generator, weights: Sequence[float] | Floats, n: int) -> Ints:
    """`n` indexes into `weights`, each as likely as its weight."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(cumulative, rng.random(n) * cumulative[-1], side="right")
    return np.asarray(np.minimum(drawn, len(cumulative) - 1), dtype=np.int64)


def pick_rows(rng: np.random.Generator, weights: Floats, rows: Ints) -> Ints:
    """One index per entry of `rows`, drawn with the weights of that row of a matrix."""
    cumulative = np.cumsum(weights, axis=1)
    drawn = rng.random(len(rows)) * cumulative[rows, -1]
    passed = (cumulative[rows] <= drawn[:, None]).sum(axis=1)
    return np.asarray(np.minimum(passed, weights.shape[1] - 1), dtype=np.int64)


def lognormal(
    rng: np.random.Generator, median: float | Floats, sigma: float | Floats, n: int
) -> Floats:
    """`n` lognormal draws given by their median and the spread of their logarithm."""
    return np.asarray(median * np.exp(sigma * rng.standard_normal(n)), dtype=np.float64)


def chance(rng: np.random.Generator, probability: float | Floats, n: int) -> Bools:
    """`n` coins with the given probability of heads."""
    return rng.random(n) < probability


def where(condition: Bools, instants_: Floats) -> Floats:
    """The instants where the condition holds, never elsewhere."""
    return np.where(condition, instants_, NEVER)


def instants(seconds: Floats) -> pl.Series:
    """Seconds since 1970 as UTC datetimes in microseconds, whole seconds; NaN becomes null."""
    known = pl.Series(np.round(seconds)).fill_nan(None)
    return (known.cast(pl.Int64) * 1_000_000).cast(pl.Datetime("us", "UTC"))


def labels(names: Sequence[str | None], index: Ints) -> pl.Series:
    """Names looked up by index; a negative index becomes null."""
    found = pl.Series(list(names), dtype=pl.String)
    return found.gather(pl.Series(np.where(index < 0, 0, index))).zip_with(
        pl.Series(index >= 0), pl.Series([None], dtype=pl.String)
    )


def numbered(prefix: str, numbers: Ints, width: int) -> pl.Series:
    """Ids such as `C-000123`; a negative number becomes null."""
    text = pl.Series(numbers).cast(pl.String).str.zfill(width)
    return (prefix + text).zip_with(pl.Series(numbers >= 0), pl.Series([None], dtype=pl.String))
