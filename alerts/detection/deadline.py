"""Rows that stand in a state longer than they may: how many, what share, and the oldest.

A deadline needs no model: each row beyond it is a broken promise. `min_share` keeps a large
operation from being woken by the few that are always late.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Reason(StrEnum):
    """Why a slice breaches or does not."""

    OVERDUE = "overdue"
    SMALL_SHARE = "small_share"
    FEW = "few_rows"
    NONE = "none_overdue"


@dataclass(frozen=True)
class DeadlineSpec:
    """Numbers of the rule; clear again at `clear_rows` rows or fewer, or below the share."""

    min_rows: int = 5
    min_share: float = 0.0
    clear_rows: int = 0


def score(counts: pl.DataFrame, spec: DeadlineSpec) -> pl.DataFrame:
    """Judge rows of `y` (over their time), `n` (in the state), `oldest` (hours since it began).

    Adds `share`, `breach`, `cleared` and `why`. It clears at `clear_rows`, or at half the share.
    """
    y, n = pl.col("y"), pl.col("n")
    share = pl.when(n > 0).then(y / n).otherwise(0.0)
    enough = y >= spec.min_rows
    large = share >= spec.min_share
    cleared = (y <= spec.clear_rows) | (share < spec.min_share / 2)
    return counts.with_columns(
        share=share,
        breach=enough & large,
        cleared=cleared & ~(enough & large),
        why=pl.when(y == 0)
        .then(pl.lit(str(Reason.NONE)))
        .when(~enough)
        .then(pl.lit(str(Reason.FEW)))
        .when(~large)
        .then(pl.lit(str(Reason.SMALL_SHARE)))
        .otherwise(pl.lit(str(Reason.OVERDUE))),
    )
