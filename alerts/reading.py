"""What a rule reads for one slot: its series as they were known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import polars as pl
from sqlalchemy import Engine, select

from alerts.declared_events import declared_events
from alerts.detection.events import EventCalendar
from alerts.detection.terms import by_term
from alerts.judging.levels import SHOWN_DAYS
from alerts.parity_series import compare_groups
from alerts.rules import Rule
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.novelty import TERM, NoveltyRule
from alerts.rules.format.proportion import ProportionRule
from alerts.rules.format.surge import SurgeRule
from alerts.rules.format.threshold import ThresholdRule
from alerts.slots import slot_of
from data_access.metrics import Filter, Query
from data_access.overdue import STATES, overdue
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import local_day
from data_access.state import schema

MARGIN_DAYS = 28
"""How much earlier than the baseline is read, to see since when the feed runs."""


class Numbers(Protocol):
    """The part of `Metrics` that alerts ask."""

    def kpi(self, query: Query) -> pl.DataFrame:
        """Rows of `<by…>, value, …, denominator`."""

    def fresh_at(self) -> datetime | None:
        """When the newest data came in."""


class Tables(Protocol):
    """The part of `Warehouse` that rows are read from."""

    def scan(self, table: str, *, namespace: str = "facts") -> pl.LazyFrame:
        """A table as a lazy frame."""


class ReadError(Exception):
    """What a rule needs is not there; the message says what."""


@dataclass(frozen=True)
class Reading:
    """The series of `alerts.judging`, the first day of the feed, and the days declared."""

    series: pl.DataFrame
    began: date
    events: EventCalendar | None = None


def read(
    rule: Rule,
    day: date,
    slot: datetime,
    metrics: Numbers,
    *,
    zone: str,
    engine: Engine | None = None,
    tables: Tables | None = None,
    first: date | None = None,
) -> Reading:
    """Read what is needed to judge `day`, as known at `slot`.

    Args:
        rule: the rule.
        day: the last day to judge.
        slot: what was known then.
        metrics: where sums come from.
        zone: reporting zone.
        engine: state database, for rules about feeds.
        tables: marts and facts, for deadlines.
        first: the first day to judge, where it is not `day`: so much more is read.

    Raises:
        ReadError: the rule needs the engine or the tables, and they were not given.
    """
    start = first_read(rule, day if first is None else first)
    match rule:
        case FeedRule():
            if engine is None:
                raise ReadError(f"{rule.id} reads the imports, but no state database is given.")
            series = arrivals(engine, slot)
        case DeadlineRule():
            if tables is None:
                raise ReadError(f"{rule.id} reads rows, but no tables are given.")
            series = overdue(
                tables,
                STATES[rule.signal.state],
                rule.by,
                limit=rule.older_than,
                forget_after=rule.forget_after,
                first=start,
                last=day,
                zone=zone,
            )
        case ThresholdRule():
            series = _threshold(rule, start, day - rule.delay, slot, metrics)
        case NoveltyRule():
            if tables is None:
                raise ReadError(f"{rule.id} reads cases, but no tables are given.")
            series = _cases(rule, start, slot, tables, zone)
        case ProportionRule():
            series = _proportion(rule, start, day, slot, metrics)
        case _:
            series = _surge(rule, start, day, slot, metrics)
    began = series["day"].min() if "day" in series.columns else day
    markets = series["market"].unique().to_list() if "market" in series.columns else []
    events = declared_events(
        rule.events,
        tables,
        [market for market in markets if market],
        first=start,
        last=day,
        zone=zone,
    )
    return Reading(series, began if isinstance(began, date) else day, events)


def days_read(rule: Rule, day: date) -> tuple[date, date]:
    """First and last `day` of the series that judging one day takes; rules about feeds have none.

    A reading of many days holds more; what lies outside is not shown to the judgement of `day`.
    """
    match rule:
        case FeedRule():
            return day, day
        case DeadlineRule():
            return day - timedelta(days=SHOWN_DAYS - 1), day
        case ThresholdRule():
            last = day - rule.delay
            return last - timedelta(days=SHOWN_DAYS + rule.window_days - 2), last
        case NoveltyRule():
            back = rule.spec.history_days - 1 + MARGIN_DAYS
            return day - timedelta(days=back), day
        case SurgeRule():
            return day - timedelta(days=rule.spec.history_days - 1 + MARGIN_DAYS), day
        case _:
            history = 7 * (rule.baseline_weeks + rule.gap_weeks) + rule.window_days
            return day - timedelta(days=history - 1 + MARGIN_DAYS), day


def first_read(rule: Rule, day: date) -> date:
    """The first day of the series that is read to judge a day."""
    match rule:
        case FeedRule():
            back = 0
        case DeadlineRule():
            back = SHOWN_DAYS - 1
        case ThresholdRule():
            back = rule.delay.days + SHOWN_DAYS + rule.window_days - 2
        case NoveltyRule():
            back = rule.spec.history_days - 1 + MARGIN_DAYS
        case _:
            back = 7 * (rule.baseline_weeks + rule.gap_weeks) + rule.window_days - 1 + MARGIN_DAYS
    return day - timedelta(days=back)


def arrivals(engine: Engine, slot: datetime) -> pl.DataFrame:
    """`source`, `at` of every import up to the slot that brought new or changed rows.

    A source that came back since is shown as having come at the slot: it is not late any more when
    the slot is judged, however long it was silent before.
    """
    batch, table = schema.import_batch, schema.batch_table
    brought = select(table.c.batch_id).where(table.c.new + table.c.changed > 0)
    with engine.connect() as connection:
        rows = connection.execute(
            select(batch.c.source, batch.c.finished_at)
            .where(batch.c.status == "done", batch.c.finished_at.is_not(None))
            .where(batch.c.id.in_(brought))
            .order_by(batch.c.source, batch.c.finished_at)
        ).all()
    found = pl.DataFrame(
        [(row.source, row.finished_at) for row in rows],
        schema={"source": pl.String(), "at": pl.Datetime("us", "UTC")},
        orient="row",
    )
    seen = pl.min_horizontal("at", pl.lit(slot, dtype=pl.Datetime("us", "UTC")))
    return found.with_columns(at=seen).unique().sort("source", "at")


def _surge(
    rule: SurgeRule, start: date, day: date, slot: datetime, metrics: Numbers
) -> pl.DataFrame:
    counts = _counts(rule.signal.kpi, rule.by, start, day, slot, metrics)
    if rule.signal.exposure is None:
        return counts
    by = (*rule.by, "day")
    where = Filter(start=start, end=day)
    exposed = metrics.kpi(Query(rule.signal.exposure.denominator_of, by, where, slot)).select(
        *_named(rule.by), "day", exposure=pl.col("denominator").cast(pl.Float64)
    )
    joined = exposed.join(counts, on=list(by), how="full", coalesce=True)
    return joined.select(*by, pl.col("y", "exposure").fill_null(0.0)).sort(by)


def _proportion(
    rule: ProportionRule, start: date, day: date, slot: datetime, metrics: Numbers
) -> pl.DataFrame:
    """A delayed rule judges rows of `delay` ago; their days are moved to the judged one."""
    where = Filter(start=start - rule.delay, end=day - rule.delay)
    found = metrics.kpi(Query(rule.signal.kpi, (*rule.by, "day"), where, slot))
    return found.filter(pl.col("denominator") > 0).select(
        *_named(rule.by),
        (pl.col("day") + rule.delay).alias("day"),
        y=pl.col("numerator").cast(pl.Float64),
        n=pl.col("denominator").cast(pl.Float64),
    )


def _cases(
    rule: NoveltyRule, start: date, slot: datetime, tables: Tables, zone: str
) -> pl.DataFrame:
    """One row per case and value; `customer` null where nobody knows who wrote."""
    since = slot_of(start - timedelta(days=1), zone)
    rows = COHORTS["cases_created"].prepare(tables.scan("cases", namespace="marts"))
    name = "subject" if rule.signal.of == TERM else rule.signal.of
    found = (
        rows.filter(pl.col("created_at").is_between(since, slot, closed="left"))
        .select(
            *_named(rule.signal.by),
            pl.col(name).cast(pl.String).alias("value"),
            day=local_day(pl.col("created_at"), zone),
            case=pl.concat_str("source", "case_id", separator="/"),
            customer="customer_key",
        )
        .collect()
        .sort("day", "case")
    )
    return by_term(found, "value") if rule.signal.of == TERM else found


def _counts(
    kpi: str, by: Sequence[str], start: date, day: date, slot: datetime, metrics: Numbers
) -> pl.DataFrame:
    found = metrics.kpi(Query(kpi, (*by, "day"), Filter(start=start, end=day), slot))
    return found.select(*_named(by), "day", y=pl.col("value").cast(pl.Float64))


def _threshold(
    rule: ThresholdRule, start: date, last: date, slot: datetime, metrics: Numbers
) -> pl.DataFrame:
    if rule.signal.parity is not None:
        return _parity(rule, start, last, slot, metrics)
    where = Filter(start=start, end=last)
    found = metrics.kpi(Query(rule.signal.kpi, (*rule.by, "day"), where, slot))
    return found.select(
        *_named(rule.by),
        "day",
        y=pl.col("numerator").cast(pl.Float64),
        n=pl.col("denominator").cast(pl.Float64),
    )


def _parity(
    rule: ThresholdRule, start: date, last: date, slot: datetime, metrics: Numbers
) -> pl.DataFrame:
    asked = rule.signal.parity
    assert asked is not None
    by = (asked.dimension, *asked.strata)
    where = Filter(start=start, end=last)
    found = metrics.kpi(Query(rule.signal.kpi, (*by, "day"), where, slot)).select(
        *_named(by), "day", "numerator", "denominator"
    )
    return compare_groups(rule, found, start, last)


def _named(by: Sequence[str]) -> list[pl.Expr]:
    """Dimensions as text; unknown is ""."""
    return [pl.col(name).cast(pl.String).fill_null("") for name in by]
