"""One backtest from beginning to end: read, judge, walk, count; nothing is written."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Protocol

import polars as pl
from sqlalchemy import Engine

from alerts.backtest.detections import detections, read_incidents
from alerts.backtest.judging import judge_of, reader_of
from alerts.backtest.noticing import notices
from alerts.backtest.result import Backtest, DayCount
from alerts.backtest.verdicts import verdicts
from alerts.backtest.walking import walk
from alerts.notify.config import Config, default
from alerts.reading import Tables
from alerts.rules import RuleVersion
from alerts.slots import day_of, slot_of
from data_access.metrics import Query


class History(Protocol):
    """The part of `Metrics` that backtests ask."""

    def kpi(self, query: Query) -> pl.DataFrame:
        """Rows of `<by…>, value, …, denominator`."""

    def fresh_at(self) -> datetime | None:
        """When the newest data came in."""

    def version(self) -> str:
        """Changes whenever a number may have changed."""


def last_day(metrics: History, now: datetime, zone: str) -> date | None:
    """The newest day that was over when the newest data came in; None: there are no data."""
    fresh_at = metrics.fresh_at()
    if fresh_at is None:
        return None
    moment = min(fresh_at, now)
    day = day_of(moment, zone)
    return day if slot_of(day, zone) <= moment else day - timedelta(days=1)


def run(
    version: RuleVersion,
    metrics: History,
    engine: Engine,
    *,
    first: date,
    last: date,
    zone: str,
    tables: Tables | None = None,
    config: Config | None = None,
) -> Backtest:
    """What a version would have told from `first` to `last`, and what that would have cost.

    Args:
        version: the rule.
        metrics: where the numbers come from.
        engine: state database, for known incidents and verdicts; only read.
        first: first judged day.
        last: last judged day.
        zone: reporting zone, in which days end.
        tables: marts and facts, for rules that read rows.
        config: who would have been told; None: what holds without a file.

    Raises:
        JudgeError: the rule cannot be judged on these data; the message says why.
        ReadError: the rule reads rows and no tables were given.
    """
    began = time.monotonic()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    read_day = reader_of(version.rule, days, metrics, zone=zone, engine=engine, tables=tables)
    made = walk(version.rule.timing, days, judge_of(version, read_day, zone), zone=zone)
    episodes = tuple(made.episodes)
    return Backtest(
        rule_id=version.rule.id,
        sha256=version.sha256,
        first=first,
        last=last,
        days=made.judged_days,
        segments=made.most_segments,
        episodes=episodes,
        near_misses=made.near_misses,
        daily=tuple(DayCount(*day) for day in made.daily),
        detections=tuple(detections(episodes, read_incidents(engine, first, last))),
        notices=notices(version, made, config or default(), slot_of(last, zone)),
        verdicts=verdicts(engine, version.rule.id, episodes, zone),
        data_version=metrics.version(),
        seconds=round(time.monotonic() - began, 3),
    )
