"""Shares with their intervals, medians with their n. Pure.

What counts as right: an incident judged `true`, or true with nothing to do about it
(`not_actionable`). Wrong: `false`, and `poor_details`, for an alarm that nobody can understand is
none. A `duplicate` says nothing of its rule and is left out.
"""

from __future__ import annotations

import polars as pl

from data_access.metrics.intervals import wilson

RIGHT = ("true", "not_actionable")
WRONG = ("false", "poor_details")
FEWEST = 10
"""Judged incidents below which a precision says too little."""
DOUBTED = 0.5
"""A rule is proposed for shadow when its whole interval lies below: more wrong than right."""

DELAYS = ("detected", "acknowledged", "closed")


def per(incidents: pl.DataFrame, by: str) -> pl.DataFrame:
    """Rates of each group of incidents.

    Args:
        incidents: one row per incident and value of `by`; columns of `records.INCIDENTS`.
        by: the column that groups.

    Returns:
        Sorted by `by`: `incidents`, `judged`, `right`, `wrong`, `unclear`, `precision`, `low`,
        `high` (Wilson, 95 %), `enough` (judged ≥ 10), `doubted`, `episodes`, `flaps`, `flap_rate`
        (relapses per episode), `messages` (per incident), `acted`, `muted` (shares), and of each
        delay the median in hours (`…_h`) and how many it is of (`…_n`).
    """
    right, wrong = pl.col("verdict").is_in(RIGHT), pl.col("verdict").is_in(WRONG)
    counted = (
        incidents.group_by(by)
        .agg(
            incidents=pl.len(),
            right=right.fill_null(value=False).sum(),
            wrong=wrong.fill_null(value=False).sum(),
            false=(pl.col("verdict") == "false").fill_null(value=False).sum(),
            unclear=(pl.col("verdict") == "poor_details").fill_null(value=False).sum(),
            duplicates=(pl.col("verdict") == "duplicate").fill_null(value=False).sum(),
            waiting=pl.col("verdict").is_null().sum(),
            episodes=pl.col("episodes").sum(),
            flaps=pl.col("flaps").sum(),
            messages_total=pl.col("messages").sum(),
            messages=pl.col("messages").mean(),
            acted=pl.col("acted").mean(),
            muted=pl.col("muted").mean(),
            **{f"{name}_h": pl.col(f"{name}_h").median() for name in DELAYS},
            **{f"{name}_n": pl.col(f"{name}_h").count() for name in DELAYS},
        )
        .with_columns(judged=pl.col("right") + pl.col("wrong"))
    )
    low, high = wilson(pl.col("right"), pl.col("judged"))
    episodes = pl.col("episodes")
    return (
        counted.with_columns(
            precision=pl.when(pl.col("judged") > 0).then(pl.col("right") / pl.col("judged")),
            low=low,
            high=high,
            enough=pl.col("judged") >= FEWEST,
            flap_rate=pl.when(episodes > 0).then(pl.col("flaps") / episodes),
        )
        .with_columns(
            doubted=(pl.col("enough") & (pl.col("high") < DOUBTED)).fill_null(value=False)
        )
        .sort(by)
    )
