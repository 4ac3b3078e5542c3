"""What a rule thinks of past days, by the readings and the judgement of the worker.

The worker reads every day as it was known at its end. Where time changes nothing about what a
number counts (a contact of Monday stays one), one reading serves all days: of each day exactly that
part is shown which the worker would have read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import polars as pl
from sqlalchemy import Engine

from alerts.backtest.walking import Day, Judge, Look, Walk
from alerts.detection.events import EventCalendar
from alerts.detection.surge import MIN_KNOWN_DAYS, Reason
from alerts.evaluation import fingerprint_of, past_of
from alerts.judging import Judgement, judge
from alerts.lifecycle.model import Seen
from alerts.reading import Numbers, Reading, Tables, days_read, read
from alerts.rules import Rule, RuleVersion
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.novelty import NoveltyRule
from alerts.rules.format.proportion import ProportionRule
from alerts.rules.format.surge import SurgeRule
from alerts.slots import slot_of
from data_access.metrics import CATALOGUE
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import AsOf

Read = Callable[[date], Reading]

_BLIND = {str(Reason.SHORT_HISTORY), "no_rows"}
"""Reasons of an observation that say that nobody can tell."""
_SOON, _LATER = (AsOf(datetime(year, 1, 1, tzinfo=UTC), "UTC") for year in (2000, 2001))


def judge_of(version: RuleVersion, read_day: Read, zone: str) -> Judge:
    """A rule's judgement of one day after the other."""
    rule = version.rule

    def judge_day(day: date, so_far: Walk) -> Day:
        reading = read_day(day)
        (judged,) = judge(
            version,
            reading.series,
            [day],
            began=reading.began,
            past=past_of(so_far.known(), rule, day, zone),
            watched=so_far.watched,
            events=reading.events,
            zone=zone,
        )
        looks = {
            fingerprint_of(rule, seen.labels): Look(
                seen.labels, seen.observation, seen.numbers.get("y"), seen.numbers.get("mu")
            )
            for seen in judged.slices
        }
        y, mu = _together(rule, day, reading, judged)
        could = _could_tell(rule, day, reading, judged)
        return Day(day, looks, judged.others, judged=could, y=y, mu=mu)

    return judge_day


def _together(
    rule: Rule, day: date, reading: Reading, judged: Judgement
) -> tuple[float | None, float | None]:
    """What was counted on a day and what was expected, over all segments."""
    if isinstance(rule, SurgeRule) and rule.window_days == 1 and not rule.hierarchy:
        expected = [seen.numbers.get("mu") for seen in judged.slices]
        mu = sum(one for one in expected if one is not None) if any(expected) else None
    else:
        mu = None  # not of one day, or not of all segments
    if not isinstance(rule, SurgeRule | NoveltyRule | DeadlineRule):
        return None, mu
    today = reading.series.filter(pl.col("day") == day)
    if isinstance(rule, NoveltyRule):  # one row per case and value
        return float(today["case"].n_unique()), mu
    return float(today["y"].sum()), mu


def _could_tell(rule: Rule, day: date, reading: Reading, judged: Judgement) -> bool:
    """Whether the rule could have told of something on a day.

    A hierarchical rule gives only slices that matter, so there the length of the feed decides; too
    few rows to say anything is an answer like another: the rule is quiet.
    """
    if judged.others.seen is Seen.NODATA:
        return False
    if judged.slices:
        return any(seen.observation.reason not in _BLIND for seen in judged.slices)
    if not isinstance(rule, SurgeRule | ProportionRule):
        return True
    unlearned = rule.window_days + 7 * rule.gap_weeks
    return (day - reading.began).days >= MIN_KNOWN_DAYS + unlearned


def reader_of(
    rule: Rule,
    days: Sequence[date],
    metrics: Numbers,
    *,
    zone: str,
    engine: Engine | None = None,
    tables: Tables | None = None,
) -> Read:
    """What the worker would have read for each of `days`."""

    def each(day: date) -> Reading:
        slot = slot_of(day, zone)
        return read(rule, day, slot, metrics, zone=zone, engine=engine, tables=tables)

    if not _stands(rule):
        return each
    first, last = days[0], days[-1]
    slot = slot_of(last, zone)
    reading = read(rule, last, slot, metrics, zone=zone, engine=engine, tables=tables, first=first)
    whole = reading.series

    def part(day: date) -> Reading:
        if "at" in whole.columns:
            return Reading(whole.filter(pl.col("at") <= slot_of(day, zone)), day)
        inside = pl.col("day").is_between(*days_read(rule, day))
        shown = whole.filter(inside)
        began = shown["day"].min()
        declared = reading.events
        events = None if declared is None else EventCalendar(declared.days.filter(inside))
        return Reading(shown, began if isinstance(began, date) else day, events)

    return part


def _stands(rule: Rule) -> bool:
    """Whether what is known of a day at its end is what is known of it for ever."""
    if isinstance(rule, FeedRule | DeadlineRule):
        return True  # read from rows with their times
    if getattr(rule.signal, "parity", None) is not None:
        return False
    names = [rule.signal.kpi]
    exposure = getattr(rule.signal, "exposure", None)
    if exposure is not None:
        names.append(exposure.denominator_of)
    return all(_settled(name) for name in names)


def _settled(kpi: str) -> bool:
    """Whether a KPI's counts of a day do not depend on when they are asked for."""
    declared = CATALOGUE[kpi]
    if declared.stock or declared.money:
        return False
    return all(
        _same_at_all_times(part) for part in (declared.numerator, declared.denominator) if part
    )


def _same_at_all_times(name: str) -> bool:
    cohort_name, _, measure = name.partition(".")
    cohort = COHORTS[cohort_name]
    if cohort.known_at not in {None, cohort.anchor}:
        return False
    asked = cohort.measures[measure]
    return asked(_SOON).meta.eq(asked(_LATER))
