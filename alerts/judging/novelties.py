"""Values that nobody knew: in the window for the first time since the baseline began."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import polars as pl

from alerts.judging.model import Judgement, SliceSeen
from alerts.lifecycle.model import Observation, Seen
from alerts.rules.format.novelty import NoveltyRule

SHOWN_DAYS = 63
LEAST_HISTORY_DAYS = 56
"""A feed younger than this knows nothing yet: everything would be new."""


def judge_novelty(rule: NoveltyRule, series: pl.DataFrame, day: date, *, began: date) -> Judgement:
    """`series`: the dimension, `day`, `y`."""
    name = rule.signal.of
    opened = day - timedelta(days=rule.window_days - 1)
    first = opened - timedelta(days=7 * rule.baseline_weeks)
    if (opened - began).days < LEAST_HISTORY_DAYS:
        return Judgement(day, (), Observation(Seen.NODATA, "short_history"))
    y = pl.col("y").cast(pl.Float64)
    counts = (
        series.filter(pl.col(name) != "", pl.col("day").is_between(first, day))
        .group_by(name)
        .agg(
            y=y.filter(pl.col("day") >= opened).sum(),
            before=y.filter(pl.col("day") < opened).sum(),
        )
        .sort(name)
    )
    slices = [
        SliceSeen(
            {name: row[name]},
            _observe(rule, row["y"], row["before"]),
            {"y": row["y"], "mu": 0.0, "excess": row["y"]},
            partial(_history, series, name, row[name], day),
        )
        for row in counts.iter_rows(named=True)
        if row["y"] > 0
    ]
    return Judgement(day, tuple(slices))


def _observe(rule: NoveltyRule, y: float, before: float) -> Observation:
    if before > 0:
        # Known by now: an alert of its first days is over.
        return Observation(Seen.CLEAR, "known")
    if y >= rule.min_rows:
        return Observation(Seen.BREACH, "new_value")
    return Observation(Seen.ELEVATED, "few_rows")


def _history(series: pl.DataFrame, name: str, value: str, day: date) -> pl.DataFrame:
    days = pl.DataFrame(
        {"day": pl.date_range(day - timedelta(days=SHOWN_DAYS - 1), day, eager=True)}
    )
    own = series.filter(pl.col(name) == value).group_by("day").agg(pl.col("y").sum())
    nothing = pl.lit(None, dtype=pl.Float64)
    return days.join(own, on="day", how="left").sort("day").select(
        "day", pl.col("y").cast(pl.Float64).fill_null(0.0), mu=pl.lit(0.0), low=nothing,
        high=nothing,
    )  # fmt: skip
