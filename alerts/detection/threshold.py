"""A number, or the bound of its interval, beyond a limit.

Nothing is learned: the limit is somebody's promise. A share comes with its Wilson interval, a rate
with Byar's, so that a rule may ask for *surely below*: then few rows cannot breach, however bad.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

import polars as pl

from data_access.metrics.intervals import byar, wilson


class Reason(StrEnum):
    """Why a slice breaches or does not."""

    BEYOND = "beyond_limit"
    TOO_FEW = "too_few"
    BETWEEN = "between_limits"
    WITHIN = "within_limit"


@dataclass(frozen=True)
class ThresholdSpec:
    """Numbers of the rule, in the unit of the value.

    `of` is compared: it breaches where it is below `limit` (`side` "below") or above it, and is
    clear again where the *value* is at `clear` or better. Less than `min_n` rows: nobody can tell.
    """

    side: Literal["below", "above"]
    limit: float
    clear: float
    window_days: int
    of: Literal["value", "low", "high"] = "value"
    interval: Literal["none", "wilson", "byar"] = "none"
    scale: float = 1.0
    min_n: int = 30
    stock: bool = False
    """A level at the end of a day: its last value counts, not the sum of the window."""


def rolled(series: pl.DataFrame, spec: ThresholdSpec, *, first: date, last: date) -> pl.DataFrame:
    """The number and its interval on each day from `first` to `last`, over the days before it.

    Args:
        series: dimensions (text), `day`, `y` and `n` (null for plain counts); absent days are 0.
        spec: the rule's numbers.
        first: first day wanted.
        last: last day wanted.

    Returns:
        Dimensions, `day`, `y`, `n`, `value`, `low`, `high`; sorted.
    """
    dims = [name for name in series.columns if name not in {"day", "y", "n"}]
    start = first - timedelta(days=spec.window_days - 1)
    inside = series.filter(pl.col("day").is_between(start, last))
    days = pl.DataFrame({"day": pl.date_range(start, last, eager=True)})
    slices = inside.select(dims).unique() if dims else pl.DataFrame({"": [0]})
    full = (
        slices.join(days, how="cross")
        .join(inside, on=[*dims, "day"], how="left")
        .sort([*dims, "day"])
        .with_columns(pl.col("y", "n").cast(pl.Float64).fill_null(0.0))
    )
    if not spec.stock:
        added = pl.col("y", "n").rolling_sum(spec.window_days, min_samples=1)
        full = full.with_columns(added.over(dims) if dims else added)
    y, n = pl.col("y"), pl.col("n")
    low, high = _interval(spec)
    value = y if spec.interval == "none" and series["n"].null_count() == series.height else y / n
    return (
        full.filter(pl.col("day") >= first)
        .with_columns(value=value * spec.scale, low=low * spec.scale, high=high * spec.scale)
        .with_columns(pl.col("value").fill_nan(None))
        .select(*dims, "day", "y", "n", "value", "low", "high")
    )


def score(numbers: pl.DataFrame, spec: ThresholdSpec) -> pl.DataFrame:
    """Judge rows with `n`, `value`, `low`, `high`; adds `limit`, `breach`, `cleared`, `why`.

    `increase` is how far beyond the limit the value is, as a share of it; `excess` the same in rows
    (of `n`), or in units of the value where there are none.
    """
    compared, value = pl.col(spec.of), pl.col("value")
    sign = 1.0 if spec.side == "above" else -1.0
    limit = pl.lit(spec.limit)
    counted = pl.col("n").is_not_null() & (pl.col("n") > 0)
    few = (counted & (pl.col("n") < spec.min_n)) | value.is_null() | compared.is_null()
    beyond = (compared - limit) * sign > 0
    cleared = (value - pl.lit(spec.clear)) * sign <= 0
    scale = pl.when(counted).then(pl.col("n") / spec.scale).otherwise(1.0)
    return numbers.with_columns(
        limit=limit,
        increase=(value - limit) * sign / max(abs(spec.limit), 1e-9),
        excess=(value - limit) * sign * scale,
        breach=(~few & beyond).fill_null(value=False),
        cleared=(~few & ~beyond & cleared).fill_null(value=False),
        why=pl.when(few)
        .then(pl.lit(str(Reason.TOO_FEW)))
        .when(beyond)
        .then(pl.lit(str(Reason.BEYOND)))
        .when(cleared)
        .then(pl.lit(str(Reason.WITHIN)))
        .otherwise(pl.lit(str(Reason.BETWEEN))),
    )


def _interval(spec: ThresholdSpec) -> tuple[pl.Expr, pl.Expr]:
    y, n = pl.col("y"), pl.col("n")
    match spec.interval:
        case "wilson":
            return wilson(y, n)
        case "byar":
            return byar(y, n)
        case _:
            nothing = pl.lit(None, dtype=pl.Float64)
            return nothing, nothing
