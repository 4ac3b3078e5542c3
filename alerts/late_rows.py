"""Rows that came after their day was judged: listed once, in the next slot, never judged again.

Each slot keeps how many rows the last days had when it was judged. What a day has more at the next
slot came late.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

import polars as pl
from sqlalchemy import Engine, select

from alerts.rules import Rule
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.slots import day_of
from data_access.metrics import CATALOGUE, Filter, Query
from data_access.state.schema import eval_slot

DAYS = 7
"""How long late rows are looked for."""


class Numbers(Protocol):
    """The part of `Metrics` that is asked."""

    def kpi(self, query: Query) -> pl.DataFrame:
        """Rows of `<by…>, value, …, denominator`."""


def count(rule: Rule, slot: datetime, metrics: Numbers, zone: str) -> dict[str, int] | None:
    """Rows by day (ISO) of the last days up to the slot; None where a rule counts none."""
    if isinstance(rule, FeedRule | DeadlineRule):
        return None
    day = day_of(slot, zone)
    where = Filter(start=day - timedelta(days=DAYS - 1), end=day)
    frame = metrics.kpi(Query(rule.subject, ("day",), where, slot))
    column = "value" if CATALOGUE[rule.subject].unit == "count" else "denominator"
    rows = frame.select("day", pl.col(column).fill_null(0).cast(pl.Int64)).sort("day")
    return {str(found): number for found, number in rows.iter_rows()}


def before(engine: Engine, version_id: int, slot: datetime) -> dict[str, int]:
    """What was counted for the last slot before this one; empty if that is not known."""
    table = eval_slot.c
    with engine.connect() as connection:
        found = connection.execute(
            select(table.counts_json)
            .where(table.rule_version_id == version_id, table.slot_utc < slot)
            .order_by(table.slot_utc.desc())
            .limit(1)
        ).scalar()
    return dict(found or {})


def late(before: Mapping[str, int], now: Mapping[str, int], last: date) -> dict[str, int]:
    """Rows by day (ISO) that came since, of days judged before; `last` is the day judged then."""
    return {
        day: number - before.get(day, 0)
        for day, number in sorted(now.items())
        if day <= str(last)
        and (day in before or (before and day > min(before)))
        and number > before.get(day, 0)
    }


def in_words(late: Mapping[str, int]) -> str:
    """For the slot's message."""
    if not late:
        return ""
    listed = ", ".join(f"{number} of {day}" for day, number in late.items())
    return f"rows that came after their day was judged: {listed}"
