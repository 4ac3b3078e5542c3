"""What a survival curve says: after how long a share has ended, and which share within a time."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from data_access.survival.estimate import Estimate

_ROUNDING = 1e-12
"""Products of ratios miss a half by a few units in the last place; that must not move a median."""


def quantile(curve: pl.DataFrame, q: float) -> Estimate:
    """The time by which a share `q` has ended.

    The value is the first time at which the curve is at most 1 − q, the interval the first times at
    which its lower and upper band are (Brookmeyer & Crowley, Biometrics 38, 1982). What the curve
    or the band does not reach is None: the truth lies beyond what was watched.
    """
    row = quantiles(curve, q, ()).row(0, named=True)
    return Estimate(row["value"], row["low"], row["high"])


def quantiles(curve: pl.DataFrame, q: float, by: Sequence[str]) -> pl.DataFrame:
    """`by`, value, low, high of each group of `curves`; without `by` exactly one row."""
    if not 0 < q < 1:
        raise ValueError(f"A quantile lies between 0 and 1, not at {q}.")
    left = 1 - q + _ROUNDING
    at = pl.col("at").cast(pl.Float64)
    found = {
        "value": at.filter(pl.col("survival") <= left).min(),
        "low": at.filter(pl.col("low") <= left).min(),
        "high": at.filter(pl.col("high") <= left).min(),
    }
    if not by:
        return curve.select(**found)
    return curve.group_by(list(by), maintain_order=True).agg(**found)


def share_within(curve: pl.DataFrame, at: float) -> Estimate:
    """The share that has ended by `at`, with the band of the curve.

    None beyond the last time anybody was watched, unless all had ended by then.
    """
    reached = curve.filter(pl.col("at") <= at)
    last = curve["at"].max() if curve.height else None
    if last is None:
        return Estimate(None, None, None)
    if reached.is_empty():
        return Estimate(0.0, 0.0, 0.0)
    survival, low, high = reached.select("survival", "low", "high").row(-1)
    if at > float(last) and survival > 0:  # type: ignore[arg-type]
        return Estimate(None, None, None)
    return Estimate(1 - survival, 1 - high, 1 - low)
