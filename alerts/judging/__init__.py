"""Judging: series in, what was seen of each slice out. Pure; the same live, in tests, in backtests.

`judge` is the second half of `alerts.evaluation.evaluate`. Its input is one frame per rule:

| kind | columns of `series` besides the rule's dimensions (text, "" is unknown) |
|---|---|
| surge | `day`, `y` and, with an exposure, `exposure` |
| proportion | `day`, `y` (numerator of the KPI), `n` (denominator) |
| threshold | `day`, `y` (numerator), `n` (denominator; null for counts) |
| … with parity | `day`, `y`, `n`, `share`, `reference`, `ratio`, `ratio_low`, `ratio_high` |
| deadline | `day`, `y` (rows over their time at its end), `n` (in the state), `oldest` (hours) |
| novelty | `signal.by`, `value`, `day`, `case`, `customer` (null: unknown) |
| feed | `source`, `at` (UTC): imports that brought something |

Absent days are zeros, but for deadline rules, which have each day of each slice with rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from alerts.detection.events import EventCalendar
from alerts.judging.checks import check_series
from alerts.judging.counts import judge_counts
from alerts.judging.levels import judge_deadline, judge_feed, judge_threshold
from alerts.judging.model import Child, JudgeError, Judgement, Labels, Past, SliceSeen, key_of
from alerts.judging.novelties import judge_novelty
from alerts.judging.specs import threshold_spec
from alerts.lifecycle.model import Observation, Seen
from alerts.rules.format import RuleVersion
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.novelty import NoveltyRule
from alerts.rules.format.threshold import ThresholdRule
from alerts.slots import slot_of

__all__ = [
    "Child",
    "JudgeError",
    "Judgement",
    "Labels",
    "Past",
    "SliceSeen",
    "judge",
    "key_of",
]


def judge(
    version: RuleVersion,
    series: pl.DataFrame,
    days: Sequence[date],
    *,
    began: date,
    past: Sequence[Past] = (),
    watched: Sequence[Labels] = (),
    events: EventCalendar | None = None,
    zone: str = "UTC",
) -> list[Judgement]:
    """Judge days, each on what `series` holds up to it.

    Live this is one day. A backtest may give many at once where nothing is watched; as soon as an
    alert is pending or open it must go on day by day, because what is known of a day depends on it.

    Args:
        version: the rule.
        series: what the rule read, see above; nothing later than the last of `days`.
        days: days to judge, oldest first.
        began: first day of the feed; earlier days are unknown, not zero.
        past: the rule's episodes so far; their days are not learned from.
        watched: labels of the alerts that are pending or open: they are judged on their own series
            whatever else is found.
        events: declared holidays and promotions, for rules that allow for them.
        zone: reporting zone, for what happens at an instant.

    Returns:
        One judgement per day, in the same order.

    Raises:
        JudgeError: too many segments, counts that are no counts, days ahead.
    """
    rule = version.rule
    if isinstance(rule, FeedRule):
        return [judge_feed(rule, series, day, slot=slot_of(day, zone)) for day in days]
    by = rule.signal.by if isinstance(rule, NoveltyRule) else rule.by
    check_series(series, days, rule_id=rule.id, by=by, most=rule.max_segments)
    if series.is_empty() and not isinstance(rule, DeadlineRule):
        return [Judgement(day, (), Observation(Seen.NODATA, "no_rows")) for day in days]
    return [
        _judge_day(version, series, day, began=began, past=past, watched=watched, events=events)
        for day in days
    ]


def _judge_day(
    version: RuleVersion,
    series: pl.DataFrame,
    day: date,
    *,
    began: date,
    past: Sequence[Past],
    watched: Sequence[Labels],
    events: EventCalendar | None,
) -> Judgement:
    rule = version.rule
    known = series.filter(pl.col("day") <= day)
    match rule:
        case ThresholdRule():
            return judge_threshold(rule, known, day, spec=threshold_spec(rule))
        case DeadlineRule():
            return judge_deadline(rule, known, day)
        case NoveltyRule():
            return judge_novelty(rule, known, day, began=began, past=past)
        case _:
            assert not isinstance(rule, FeedRule)
            return judge_counts(
                rule, known, day, began=began, past=past, watched=watched, events=events
            )
