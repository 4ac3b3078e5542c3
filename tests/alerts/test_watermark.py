"""A slot waits for each feed its rule reads; what comes late is listed, not judged again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from alerts import late_rows, watermark
from data_access.state import batches
from data_access.state.engine import writing
from tests.alerts import fakes
from tests.alerts.oncall.zones import utc

NOON = utc(2026, 4, 2, 12)


def imported(engine: Engine, source: str, table: str, at: datetime, *, done: bool = True) -> int:
    number = batches.begin(engine, source=source, path="p", now=at)
    with writing(engine) as connection:
        batches.count(
            connection,
            number,
            table,
            {"read": 1, "new": 1, "changed": 0, "unchanged": 0, "quarantined": 0},
        )
    batches.end(engine, number, status="done" if done else "failed", now=at + timedelta(minutes=9))
    return number


def test_the_slowest_feed_decides(sqlite_engine: Engine) -> None:
    imported(sqlite_engine, "desk-eu", "cases", utc(2026, 4, 2, 1))
    imported(sqlite_engine, "desk-us", "cases", utc(2026, 4, 1, 22))
    imported(sqlite_engine, "shop", "orders", utc(2026, 3, 31))
    read = watermark.read_until(sqlite_engine, {"cases"}, NOON)
    assert read == utc(2026, 4, 1, 22)
    last = imported(sqlite_engine, "desk-us", "cases", utc(2026, 4, 2, 2))
    assert watermark.read_until(sqlite_engine, {"cases"}, NOON) == utc(2026, 4, 2, 1)
    # What the marts do not hold yet does not count.
    assert watermark.read_until(sqlite_engine, {"cases"}, NOON, upto=last - 1) == read


def test_a_failed_import_and_a_feed_that_ended_are_not_waited_for(sqlite_engine: Engine) -> None:
    imported(sqlite_engine, "desk-eu", "cases", utc(2026, 4, 2, 1))
    imported(sqlite_engine, "old desk", "cases", utc(2026, 3, 1))
    imported(sqlite_engine, "broken", "cases", utc(2026, 4, 1), done=False)
    assert watermark.read_until(sqlite_engine, {"cases"}, NOON) == utc(2026, 4, 2, 1)
    assert watermark.read_until(sqlite_engine, {"reviews"}, NOON) is None


@pytest.mark.parametrize(
    ("signal", "tables"),
    [
        ("{kpi: contacts, by: [market]}", {"cases"}),
        (
            "{kpi: late_parcels, by: [market], exposure: {denominator_of: on_time_delivery}}",
            {"shipments"},
        ),
        ("{kpi: contacts, by: [market], exposure: {denominator_of: contact_rate}}", None),
    ],
)
def test_a_rule_reads_the_facts_behind_its_numbers(signal: str, tables: set[str] | None) -> None:
    found = watermark.tables_of(fakes.rule(signal=signal).rule)
    assert found == (tables or {"cases", "orders"})


def test_late_rows_are_those_that_days_have_more_than_before() -> None:
    before = {"2026-03-30": 10, "2026-03-31": 20}
    now = {"2026-03-30": 10, "2026-03-31": 23, "2026-04-01": 17}
    late = late_rows.late(before, now, date(2026, 3, 31))
    assert late == {"2026-03-31": 3}
    assert late_rows.in_words(late).endswith(": 3 of 2026-03-31")
    assert late_rows.late({}, now, date(2026, 3, 31)) == {}
    assert late_rows.in_words({}) == ""


def test_rows_are_counted_by_day() -> None:
    metrics = fakes.FakeMetrics({"DE": [1.0] * 10, "FR": [2.0] * 10}, NOON)
    counted = late_rows.count(fakes.rule().rule, utc(2026, 1, 10), metrics, "UTC")
    assert counted == {f"2026-01-0{day}": 3 for day in range(5, 10)}
