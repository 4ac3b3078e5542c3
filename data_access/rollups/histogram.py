"""Quantiles that add up: logarithmic buckets with a bounded relative error.

Bucket i holds values in (γ^(i−1), γ^i] with γ = (1 + α) / (1 − α); its representative
2 γ^i / (γ + 1) is within α of each of them (DDSketch, Masson, Rim & Lee, VLDB 2019). Values up to
one second share the lowest bucket.
"""

from __future__ import annotations

import math

import polars as pl

ALPHA = 0.01
GAMMA = (1 + ALPHA) / (1 - ALPHA)


def bucket(seconds: pl.Expr) -> pl.Expr:
    """Bucket number (Int32) of a non-negative duration in seconds; null stays null."""
    positive = pl.max_horizontal(seconds, pl.lit(1)).cast(pl.Float64)
    number = (positive.log() / math.log(GAMMA)).ceil().cast(pl.Int32)
    return pl.when(seconds.is_not_null()).then(number)


def edges(number: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Seconds at which a bucket begins and ends."""
    upper = pl.lit(GAMMA).pow(number.cast(pl.Float64))
    return pl.when(number > 0).then(upper / GAMMA).otherwise(0.0), upper


def representative(number: pl.Expr) -> pl.Expr:
    """Seconds that stand for a bucket, within 1 % of every value in it."""
    return 2 * pl.lit(GAMMA).pow(number.cast(pl.Float64)) / (GAMMA + 1)
