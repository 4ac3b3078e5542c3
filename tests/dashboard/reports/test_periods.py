"""Names of weeks, months and quarters, up to the ends of the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.reports.periods import Grain, PeriodError, parse


@pytest.mark.parametrize(
    ("text", "grain"),
    [
        ("9999-W52", "week"),
        ("9999-12", "month"),
        ("9999-Q4", "quarter"),
        ("0001-W01", "week"),
        ("0001-01", "month"),
        ("0000-Q1", "quarter"),
    ],
)
def test_a_period_at_the_end_of_the_calendar_is_refused(text: str, grain: Grain) -> None:
    with pytest.raises(PeriodError, match=f"{text} is out of reach; give a year from"):
        parse(text, grain)


def test_a_week_53_stands_alone_where_the_year_before_has_none() -> None:
    week = parse("2026-W53", "week")
    assert (week.first, week.last) == (date(2026, 12, 28), date(2027, 1, 3))
    assert week.year_before() is None
    assert week.after().name == "2027-W01"
    with pytest.raises(PeriodError, match="There is no week 2025-W53"):
        parse("2025-W53", "week")


def test_the_week_before_the_first_one_of_a_year_is_its_neighbours_last() -> None:
    assert parse("2021-W01", "week").before().name == "2020-W53"
    assert parse("2021-W52", "week").year_before() == parse("2020-W52", "week")
