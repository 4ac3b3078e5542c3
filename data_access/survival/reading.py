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
    """`by`, value, low, high of each group of `curves`; without `by` exactly one row.

    Where the curve has `since`, ends are taken as evenly spread between there and `at`: a histogram
    is then read as finely as the rows it was made of.
    """
    if not 0 < q < 1:
        raise ValueError(f"A quantile lies between 0 and 1, not at {q}.")
    left = 1 - q + _ROUNDING
    found = {
        name: _reached(column, left, spread="since" in curve.columns)
        for name, column in (("value", "survival"), ("low", "low"), ("high", "high"))
    }
    if not by:
        return curve.select(**found)
    return curve.group_by(list(by), maintain_order=True).agg(**found)


def _reached(column: str, left: float, *, spread: bool) -> pl.Expr:
    """The first time at which a column of the curve is at most `left`."""
    at = pl.col("at").cast(pl.Float64)
    below = pl.col(column) <= left
    if not spread:
        return at.filter(below).min()
    since = pl.col("since").cast(pl.Float64)
    # Within an aggregation a shift stays in its group.
    before = pl.col(column).shift(1, fill_value=1.0)
    done = ((before - left) / (before - pl.col(column))).clip(0, 1)
    return (since + (at - since) * done).filter(below).first()


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
