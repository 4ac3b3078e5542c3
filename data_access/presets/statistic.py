"""Median, mean and other quantiles of times of which some still run.

Kaplan and Meier, "Nonparametric estimation from incomplete observations", 1958: the share still
running after each end. Where nothing runs any more these are the plain quantiles and mean. Where
the share is exactly the one asked for over a stretch, its middle is taken, as for an even number
of values. A mean cannot be had beyond the longest time seen: it is the area under the curve up to
there, which is too small while something runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from data_access.presets.definition import Statistic

_EVEN = 1e-9


def running(times: pl.DataFrame) -> pl.DataFrame:
    """at, share: the share of clocks that run longer than `at`, after each end, in order.

    Args:
        times: `value_s`, `ended`; rows without a value do not count.
    """
    ended = pl.col("ended")
    marks = (
        times.filter(pl.col("value_s").is_not_null())
        .group_by(at="value_s")
        .agg(left=pl.len(), stopped=ended.sum())
        .sort("at")
    )
    at_risk = pl.col("left").sum() - pl.col("left").cum_sum() + pl.col("left")
    return marks.with_columns(share=(1 - pl.col("stopped") / at_risk).cum_prod()).select(
        "at", "share", "stopped"
    )


def quantile_of(times: pl.DataFrame, q: float) -> float | None:
    """The time within which the share `q` is done; None where fewer are."""
    curve = running(times).filter(pl.col("stopped") > 0)
    at, share = curve["at"].to_numpy(), curve["share"].to_numpy()
    reached = np.flatnonzero(share <= 1 - q + _EVEN)
    if not len(reached):
        return None
    first = int(reached[0])
    even = abs(share[first] - (1 - q)) <= _EVEN and first + 1 < len(at)
    return float((at[first] + at[first + 1]) / 2 if even else at[first])


def mean_of(times: pl.DataFrame) -> float | None:
    """The mean time, up to the longest seen; None without any."""
    counted = times.filter(pl.col("value_s").is_not_null())
    if counted.is_empty():
        return None
    if counted["ended"].all():
        return float(counted["value_s"].sum()) / counted.height
    curve = running(times)
    edges = np.concatenate([[0.0], curve["at"].to_numpy()])
    shares = np.concatenate([[1.0], curve["share"].to_numpy()[:-1]])
    return float(np.sum(np.diff(edges) * shares))


def value_of(times: pl.DataFrame, statistic: Statistic) -> float | None:
    """The statistic in seconds; None where there is nothing to say."""
    return mean_of(times) if statistic == "mean" else quantile_of(times, 0.5)
