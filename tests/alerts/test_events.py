"""Declared days by market."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from alerts.detection.events import EventCalendar, none

DAYS = (date(2025, 11, 27), date(2025, 11, 28), date(2025, 12, 25), date(2025, 12, 29))


def calendar() -> EventCalendar:
    return EventCalendar(
        pl.DataFrame(
            {
                "market": [None, "DE", "DE", "PL"],
                "day": [DAYS[1], DAYS[2], DAYS[1], DAYS[3]],
                "kind": ["promotion", "holiday", "holiday", "holiday"],
            }
        )
    )


def test_kinds_are_numbered_by_name_and_the_rarest_one_counts() -> None:
    # holiday is 1, promotion 2; the promotion of every market beats Germany's holiday.
    assert calendar().codes("DE", DAYS).tolist() == [0, 2, 1, 0]
    assert calendar().codes("PL", DAYS).tolist() == [0, 2, 0, 1]


def test_without_a_market_only_days_of_every_market_count() -> None:
    assert calendar().codes(None, DAYS).tolist() == [0, 2, 0, 0]


def test_no_days_are_usual_days() -> None:
    assert none().codes("DE", DAYS).tolist() == [0, 0, 0, 0]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="no column kind"):
        EventCalendar(calendar().days.drop("kind"))
    holes = calendar().days.with_columns(kind=pl.lit(None, pl.String))
    with pytest.raises(ValueError, match="row without kind"):
        EventCalendar(holes)
