"""Shares of groups beside a reference's, day after day, for rules about equal treatment."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from alerts.rules.format.threshold import ThresholdRule
from data_access.metrics.parity import parity

STEP = timedelta(days=7)
"""Parity is shown once a week; only the judged day matters."""


def compare_groups(
    rule: ThresholdRule, found: pl.DataFrame, start: date, last: date
) -> pl.DataFrame:
    """Each group's standardised share against the reference's, on the last day and each week.

    `found`: the compared dimension, the strata, `day`, `numerator`, `denominator`.
    """
    asked = rule.signal.parity
    assert asked is not None
    by = (asked.dimension, *asked.strata)
    frames = []
    at = last
    while at - timedelta(days=rule.window_days - 1) >= start:
        window = found.filter(
            pl.col("day").is_between(at - timedelta(days=rule.window_days - 1), at)
        )
        counts = window.group_by(by).agg(pl.col("numerator", "denominator").sum())
        frames.append(_compared(rule, counts, at))
        at -= STEP
    if not frames:
        frames = [_compared(rule, found.drop("day").clear(), last)]
    return pl.concat(frames).sort(asked.dimension, "day")


def _compared(rule: ThresholdRule, counts: pl.DataFrame, at: date) -> pl.DataFrame:
    asked = rule.signal.parity
    assert asked is not None
    rows = parity(
        counts.filter(pl.col(asked.dimension) != ""),
        asked.dimension,
        list(asked.strata),
        asked.reference,
    )
    return rows.filter(pl.col("group") != asked.reference, pl.col("enough")).select(
        pl.col("group").alias(asked.dimension),
        day=pl.lit(at),
        y=pl.col("value") * pl.col("n"),
        n=pl.col("n").cast(pl.Float64),
        share="value",
        reference="reference",
        ratio="ratio",
        ratio_low="ratio_low",
        ratio_high="ratio_high",
    )
