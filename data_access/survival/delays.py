"""How a cohort's count grows with its age: the delay pattern of a triangle.

Chain-ladder in reverse time: of all that was counted up to delay k in cohorts old enough, the share
h_k came at delay k itself; going back from the last delay, F_(k−1) = F_k (1 − h_k). These are the
maximum-likelihood shares when counts are Poisson with a free level per cohort (Mack, ASTIN Bulletin
21, 1991; Lagakos, Barraj & De Gruttola, Biometrika 75, 1988), and they need no cohort with a count
at every delay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Triangle:
    """Counts by cohort (rows, oldest first) and delay (columns)."""

    cohorts: pl.Series
    counts: Floats
    """Cohorts × delays; 0 where nothing can have been seen yet."""
    ages: NDArray[np.int64]
    """The last delay that is complete, per cohort."""
    sizes: Floats
    """What the counts are shares of, per cohort; 1 where nothing is known."""

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Which cells are complete."""
        return np.arange(self.counts.shape[1])[None, :] <= self.ages[:, None]

    @property
    def seen(self) -> Floats:
        """All that was counted, per cohort."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.float64)


def triangle(cells: pl.DataFrame) -> Triangle:
    """A triangle from cells: cohort, delay (0 …), count and, where known, size of the cohort.

    Raises:
        ValueError: a cohort misses a delay before its last one, or a cell is there twice.
    """
    delay = pl.col("delay")
    ages = cells.group_by("cohort").agg(age=delay.max(), cells=pl.len()).sort("cohort")
    if ages.filter(pl.col("cells") != pl.col("age") + 1).height:
        raise ValueError("Every cohort needs each delay from 0 to its age once; nothing seen is 0.")
    width = int(ages["age"].max()) + 1  # type: ignore[arg-type]
    counts = np.zeros((ages.height, width))
    row = cells.select(pl.col("cohort").rank("dense") - 1).to_series().to_numpy()
    counts[row, cells["delay"].to_numpy()] = cells["count"].to_numpy()
    sizes = np.ones(ages.height)
    if "size" in cells.columns:
        sizes = cells.group_by("cohort").agg(pl.col("size").max()).sort("cohort")["size"].to_numpy()
    return Triangle(
        ages["cohort"], counts, ages["age"].to_numpy().astype(np.int64), sizes.astype(np.float64)
    )


def share_seen(counts: Floats, observed: NDArray[np.bool_]) -> Floats:
    """F: the share of its eventual count that a cohort shows up to each delay.

    `counts` may have leading axes, one triangle each.
    """
    upto = counts.cumsum(axis=-1)
    came = np.where(observed, counts, 0.0).sum(axis=-2)
    held = np.where(observed, upto, 0.0).sum(axis=-2)
    late = np.divide(came, held, out=np.zeros_like(came), where=held > 0)
    kept = np.cumprod((1 - late)[..., :0:-1], axis=-1)[..., ::-1]
    return np.concatenate([kept, np.ones((*kept.shape[:-1], 1))], axis=-1)


def fitted(data: Triangle, shares: Floats) -> Floats:
    """Expected counts of the complete cells, each cohort at its own level."""
    reached = shares[data.ages]
    level = np.divide(data.seen, reached, out=np.zeros_like(reached), where=reached > 0)
    of_delay = np.diff(shares, prepend=0.0)
    return np.where(data.observed, level[:, None] * of_delay[None, :], 0.0)


def dispersion(data: Triangle, expected: Floats) -> float:
    """Variance over mean of a cell (Pearson's χ² over its degrees of freedom), at least 1."""
    told = expected > 0
    free = int(told.sum()) - int((expected.sum(axis=1) > 0).sum()) - (data.counts.shape[1] - 1)
    if free < 1:
        return 1.0
    chi = ((data.counts[told] - expected[told]) ** 2 / expected[told]).sum()
    return float(max(1.0, chi / free))
