"""Values that nobody knew, and the days on which they came up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

import polars as pl

from alerts.detection import novelty
from alerts.judging.model import JudgeError, Judgement, Past, SliceSeen, inside
from alerts.lifecycle.model import Observation, Seen
from alerts.rules.format.novelty import NoveltyRule

SHOWN_DAYS = 63
GONE = Observation(Seen.CLEAR, "gone")
"""A value that no case of the window has."""
_NUMBERS = ("y", "mu", "phi", "p", "q", "increase", "excess", "n", "customers", "known")


def judge_novelty(
    rule: NoveltyRule,
    cases: pl.DataFrame,
    day: date,
    *,
    began: date,
    past: Sequence[Past] = (),
) -> Judgement:
    """`cases`: the rule's `signal.by`, `value`, `day`, `case`, `customer`."""
    scope = list(rule.signal.by)
    judged = novelty.score(cases, rule.spec, day, began=began, episodes=_episodes(rule, past))
    breaching = judged.filter("breach")
    if breaching.height > rule.max_segments:
        raise JudgeError(
            f"{rule.id} finds {breaching.height:,} new values, more than max_segments = "
            f"{rule.max_segments:,}; the values are numbers or ids, or the import changed them all."
        )
    led = novelty.fold_terms(judged, cases)
    folded = {
        tuple(row[name] for name in (*scope, "value"))
        for row in led.filter(pl.col("of").is_not_null()).iter_rows(named=True)
    }
    told = judged.filter(pl.col("breach") | (pl.col("y") >= rule.min_rows))
    slices = []
    for row in told.iter_rows(named=True):
        labels = {**{name: row[name] for name in scope}, rule.signal.of: str(row["value"])}
        seen = _observe(row, folded=tuple(row[name] for name in (*scope, "value")) in folded)
        history = partial(_history, cases, {**{n: row[n] for n in scope}, "value": row["value"]})
        numbers = {name: row[name] for name in _NUMBERS}
        slices.append(SliceSeen(labels, seen, numbers, partial(history, day)))
    return Judgement(day, tuple(slices), GONE)


def _observe(row: dict[str, object], *, folded: bool) -> Observation:
    reason = str(row["why"])
    if row["breach"]:
        # The stronger word of the same subjects tells it already.
        return Observation(Seen.ELEVATED if folded else Seen.BREACH, reason)
    if reason == novelty.Reason.SHORT_HISTORY:
        return Observation(Seen.NODATA, reason)
    # Known by now: an alert of its first days is over.
    known = reason == novelty.Reason.KNOWN
    return Observation(Seen.CLEAR if known or row["cleared"] else Seen.ELEVATED, reason)


def _episodes(rule: NoveltyRule, past: Sequence[Past]) -> pl.DataFrame | None:
    names = [*rule.signal.by, "value"]
    rows = [
        {
            **{name: episode.labels.get(name, "") for name in rule.signal.by},
            "value": episode.labels.get(rule.signal.of, ""),
            "opened": episode.opened,
            "closed": episode.closed,
        }
        for episode in past
    ]
    if not rows:
        return None
    schema = {**dict.fromkeys(names, pl.String), "opened": pl.Date, "closed": pl.Date}
    return pl.DataFrame(rows, schema=schema)


def _history(cases: pl.DataFrame, labels: dict[str, str], day: date) -> pl.DataFrame:
    days = pl.DataFrame(
        {"day": pl.date_range(day - timedelta(days=SHOWN_DAYS - 1), day, eager=True)}
    )
    own = cases.filter(inside(labels)).group_by("day").agg(y=pl.col("case").n_unique())
    nothing = pl.lit(None, dtype=pl.Float64)
    return days.join(own, on="day", how="left").sort("day").select(
        "day", pl.col("y").cast(pl.Float64).fill_null(0.0), mu=pl.lit(0.0), low=nothing,
        high=nothing,
    )  # fmt: skip
