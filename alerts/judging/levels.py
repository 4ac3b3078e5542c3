"""Rules that compare with a limit and learn nothing: threshold, deadline and feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import polars as pl

from alerts.detection import deadline, silence_of_feed, threshold
from alerts.judging.model import ABSENT, Judgement, Labels, SliceSeen, key_of
from alerts.lifecycle.model import Observation, Seen
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.threshold import ThresholdRule

SHOWN_DAYS = 63
"""Days of history behind an alert."""
GONE = Observation(Seen.CLEAR, "nothing_left")
"""A slice without a row in the state has nothing overdue."""


def judge_threshold(
    rule: ThresholdRule, series: pl.DataFrame, day: date, *, spec: threshold.ThresholdSpec
) -> Judgement:
    """`series`: dimensions, `day`, `y`, `n` (null for counts), and with parity its columns."""
    last = day - rule.delay
    if "ratio" in series.columns:
        names = {"ratio": "value", "ratio_low": "low", "ratio_high": "high"}
        numbers = series.rename(names)
        judged = threshold.score(numbers.filter(pl.col("day") == last), spec)
    else:
        numbers = threshold.rolled(
            series, spec, first=last - timedelta(days=SHOWN_DAYS - 1), last=last
        )
        judged = threshold.score(numbers.filter(pl.col("day") == last), spec)
    told = ("y", "n", "value", "low", "high", "limit", "increase", "excess", "share", "reference")
    return _judgement(
        day, judged, rule.by, told, lambda labels: _level_history(numbers, labels, spec.limit)
    )


def judge_deadline(rule: DeadlineRule, series: pl.DataFrame, day: date) -> Judgement:
    """`series`: dimensions, `day`, `y` (over their time), `n` (in the state), `oldest` (hours)."""
    spec = deadline.DeadlineSpec(rule.min_rows, rule.min_share, rule.clear_rows)
    judged = deadline.score(series.filter(pl.col("day") == day), spec).with_columns(
        allowed=pl.lit(rule.older_than.total_seconds() / 3600),
        mu=pl.lit(float(rule.min_rows)),
        excess=pl.col("y"),
    )
    recent = series.filter(pl.col("day").is_between(day - timedelta(days=SHOWN_DAYS - 1), day))
    names = ("y", "n", "share", "oldest", "allowed", "excess")
    return _judgement(
        day, judged, rule.by, names, partial(_count_history, recent, float(rule.min_rows)), GONE
    )


def judge_feed(rule: FeedRule, arrivals: pl.DataFrame, day: date, *, slot: datetime) -> Judgement:
    """`arrivals`: `source`, `at` of every import that brought something."""
    spec = silence_of_feed.FeedSpec(
        rule.factor, rule.min_silence, rule.min_arrivals, rule.retire_after
    )
    judged = silence_of_feed.score(arrivals, spec, slot)
    names = ("y", "mu", "increase", "excess", "silent", "usual", "limit")
    daily = (
        arrivals.filter(pl.col("at") <= slot)
        .group_by("source", day=pl.col("at").dt.date())
        .agg(y=pl.len().cast(pl.Float64))
        .sort("source", "day")
    )
    recent = daily.filter(pl.col("day") > day - timedelta(days=SHOWN_DAYS))
    return _judgement(day, judged, rule.by, names, partial(_count_history, recent, None))


def _judgement(
    day: date,
    judged: pl.DataFrame,
    by: Sequence[str],
    names: Sequence[str],
    history: Callable[[Labels], pl.DataFrame],
    others: Observation = ABSENT,
) -> Judgement:
    held = [name for name in names if name in judged.columns]
    slices = []
    for row in judged.sort(list(by)).iter_rows(named=True) if by else judged.iter_rows(named=True):
        labels = {name: str(row[name]) for name in by}
        slices.append(
            SliceSeen(labels, _observe(row), {n: row[n] for n in held}, partial(history, labels))
        )
    return Judgement(day, tuple(slices), others)


def _observe(row: Mapping[str, Any]) -> Observation:
    reason = str(row["why"])
    if row["breach"]:
        return Observation(Seen.BREACH, reason)
    if reason in {"too_few", "rhythm_unknown"}:
        return Observation(Seen.NODATA, reason)
    return Observation(Seen.CLEAR if row["cleared"] else Seen.ELEVATED, reason)


def _own(frame: pl.DataFrame, labels: Labels) -> pl.DataFrame:
    wanted = dict(key_of(labels))
    return frame.filter(
        pl.all_horizontal(
            pl.lit(value=True), *(pl.col(name) == value for name, value in wanted.items())
        )
    )


def _level_history(numbers: pl.DataFrame, labels: Labels, limit: float) -> pl.DataFrame:
    """The number as `y`, the limit as `mu`, its interval as the band."""
    return _own(numbers, labels).select(
        "day", y=pl.col("value"), mu=pl.lit(limit), low="low", high="high"
    )


def _count_history(recent: pl.DataFrame, limit: float | None, labels: Labels) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.Float64)
    return _own(recent, labels).select(
        "day", pl.col("y").cast(pl.Float64), mu=pl.lit(limit, dtype=pl.Float64),
        low=nothing, high=nothing,
    )  # fmt: skip
