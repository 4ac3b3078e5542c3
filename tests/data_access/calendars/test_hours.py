from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from data_access.calendars import calendar_key
from tests.data_access.calendars.weekly import (
    INSTANT,
    MONDAY_TO_FRIDAY,
    WEEK,
    found,
    hours,
    local,
    reached,
    rows,
    worked,
)

BERLIN = "Europe/Berlin"
OFFICE = rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz=BERLIN)


def test_a_key_is_source_and_id() -> None:
    frame = pl.DataFrame({"source": ["shop", "shop"], "calendar_id": ["desk", None]})
    keys = frame.select(calendar_key(pl.col("source"), pl.col("calendar_id"))).to_series()
    assert keys.to_list() == ["shop/desk", None]


def test_calendars_of_two_feeds_are_two() -> None:
    two = hours([*OFFICE, *({**row, "source": "zendesk", "start_minute": 0} for row in OFFICE)])
    day = ("2026-06-01 00:00", "2026-06-02 00:00", BERLIN)
    assert worked(two, *day) == 8
    assert worked(two, *day, calendar="zendesk/desk") == 17


def test_known_keys() -> None:
    keys = pl.Series(["shop/desk", "shop/other", None, "desk"])
    assert hours(OFFICE).known(keys).to_list() == [True, False, True, False]
    assert hours([]).known(keys).to_list() == [False, False, True, False]


@pytest.mark.parametrize(
    ("calendar", "start", "end", "expected"),
    [
        ("shop/desk", "2026-06-01 10:00", "2026-06-01 10:00", 0),
        ("shop/desk", "2026-06-01 12:00", "2026-06-01 10:00", 0),
        (None, "2026-06-01 12:00", "2026-06-01 10:00", 0),
        ("shop/other", "2026-06-01 10:00", "2026-06-01 12:00", None),
        # Days that were not compiled are not taken for closed ones.
        ("shop/desk", "2025-12-30 10:00", "2026-01-05 12:00", None),
        ("shop/desk", "2026-12-30 10:00", "2027-01-05 12:00", None),
        ("shop/desk", "2026-01-01 00:00", "2027-01-01 00:00", 261 * 8),
    ],
)
def test_what_can_be_said(
    calendar: str | None, start: str, end: str, expected: float | None
) -> None:
    assert worked(hours(OFFICE), start, end, calendar=calendar) == expected


def test_nulls_stay_null() -> None:
    office = hours(OFFICE)
    keys = pl.Series(["shop/desk", "shop/desk", None], dtype=pl.String)
    some = local("2026-06-01 10:00", BERLIN)
    start = pl.Series([None, some, None], dtype=INSTANT)
    end = pl.Series([some, None, some], dtype=INSTANT)
    amount = pl.Series([1, None, 1], dtype=pl.Int64)
    assert office.worked(keys, start, end).to_list() == [None, None, None]
    assert office.reached(keys, start, amount).to_list() == [None, None, None]


def test_an_amount_that_no_compiled_day_holds_is_not_reached() -> None:
    office = hours(OFFICE, last="2026-06-05")
    # Thursday 09:00: two days of 8 h are left.
    assert reached(office, "2026-06-04 09:00", 16, BERLIN) == "2026-06-05 17:00"
    assert reached(office, "2026-06-04 09:00", 16.01, BERLIN) is None
    assert reached(office, "2026-06-07 09:00", 0, BERLIN) is None
    assert reached(office, "2026-06-04 09:00", 1, BERLIN, calendar="shop/other") is None


def test_one_calendar_never_lends_another_its_hours() -> None:
    two = hours([*OFFICE, *rows(WEEK, "0:00", "24:00", tz="UTC", calendar="wide")])
    assert reached(two, "2026-12-31 16:30", 1, BERLIN) is None
    assert reached(two, "2026-12-31 16:30", 0.5, BERLIN) == "2026-12-31 17:00"
    assert worked(two, "2026-12-31 16:30", "2026-12-31 22:00", BERLIN) == 0.5


def test_empty_columns() -> None:
    office = hours(OFFICE)
    no_key, no_time = pl.Series([], dtype=pl.String), pl.Series([], dtype=INSTANT)
    assert office.known(no_key).to_list() == []
    assert office.worked(no_key, no_time, no_time).dtype == pl.Int64
    assert office.reached(no_key, no_time, pl.Series([], dtype=pl.Int64)).dtype == INSTANT


def test_keys_may_be_categories_and_nothing_but_nulls() -> None:
    office = hours(OFFICE)
    start = pl.Series([local("2026-06-01 09:00", BERLIN)], dtype=INSTANT)
    end = pl.Series([local("2026-06-01 10:00", BERLIN)], dtype=INSTANT)
    category = pl.Series(["shop/desk"], dtype=pl.Categorical)
    assert office.worked(category, start, end).to_list() == [3_600_000_000]
    assert office.worked(pl.Series([None]), start, end).to_list() == [3_600_000_000]


def test_overlapping_rows_are_counted_once_and_told() -> None:
    # 09-17 and 16-20 on Monday: 11 h, not 12.
    desk = hours(
        [*rows((1,), "9:00", "17:00", tz=BERLIN), *rows((1,), "16:00", "20:00", tz=BERLIN)]
    )
    assert worked(desk, "2026-06-01 00:00", "2026-06-02 00:00", BERLIN) == 11
    assert found(desk) == [("calendar_overlap", "shop/desk", "Mon 09:00–17:00 / Mon 16:00–20:00")]


def test_overlaps_are_found_past_midnight_and_behind_a_short_row() -> None:
    desk = hours(
        [
            *rows((7,), "20:00", "33:00", tz=BERLIN),
            *rows((7,), "21:00", "22:00", tz=BERLIN),
            *rows((1,), "8:00", "16:00", tz=BERLIN),
        ]
    )
    assert found(desk) == [
        ("calendar_overlap", "shop/desk", "Sun 20:00–33:00 / Mon 08:00–16:00"),
        ("calendar_overlap", "shop/desk", "Sun 20:00–33:00 / Sun 21:00–22:00"),
    ]


def test_a_version_that_was_never_ended_overlaps_the_next() -> None:
    old = rows((1,), "9:00", "17:00", tz=BERLIN)
    new = rows((1,), "8:00", "16:00", tz=BERLIN, valid_from=date(2026, 7, 1))
    assert found(hours([*old, *new])) == [
        ("calendar_overlap", "shop/desk", "Mon 08:00–16:00 / Mon 09:00–17:00")
    ]


def test_rows_that_touch_do_not_overlap() -> None:
    desk = hours(
        [*rows((1,), "9:00", "12:00", tz=BERLIN), *rows((1,), "12:00", "17:00", tz=BERLIN)]
    )
    assert found(desk) == []
    assert worked(desk, "2026-06-01 00:00", "2026-06-02 00:00", BERLIN) == 8


def test_a_calendar_that_never_opens_is_not_known() -> None:
    over = rows((1,), "9:00", "17:00", tz=BERLIN, valid_to=date(2020, 1, 1))
    empty = rows((1,), "9:00", "9:00", tz=BERLIN, calendar="empty")
    nowhere = rows((1,), "9:00", "17:00", tz="Mars/Base", calendar="mars")
    desks = hours([*over, *empty, *nowhere])
    assert found(desks) == [
        ("calendar_missing", "shop/desk", "never open"),
        ("calendar_missing", "shop/empty", "never open"),
        ("calendar_missing", "shop/mars", "never open"),
        ("calendar_missing", "shop/mars", "unknown time zone Mars/Base"),
    ]
    assert desks.known(pl.Series(["shop/desk", "shop/empty", "shop/mars"])).any() is False
    assert worked(desks, "2026-06-01 00:00", "2026-06-02 00:00", calendar="shop/mars") is None


def test_hours_are_not_known_before_the_first_row_holds_and_after_the_last() -> None:
    # In force from 2 March to the end of 8 March, Berlin (UTC+1).
    week = {"valid_from": date(2026, 3, 2), "valid_to": date(2026, 3, 8)}
    desk = hours(rows((1,), "9:00", "17:00", tz=BERLIN, **week))
    assert worked(desk, "2026-03-02 00:00", "2026-03-09 00:00", BERLIN) == 8
    assert worked(desk, "2026-03-01 23:59", "2026-03-02 10:00", BERLIN) is None
    assert worked(desk, "2026-03-02 16:00", "2026-03-09 00:01", BERLIN) is None
    assert worked(desk, "2026-04-01 00:00", "2026-04-02 00:00", BERLIN) is None
    assert reached(desk, "2026-03-02 09:00", 1, BERLIN) == "2026-03-02 10:00"
    assert reached(desk, "2026-03-01 09:00", 1, BERLIN) is None
    at = [local(text, BERLIN) for text in ("2026-03-01 23:59", "2026-03-02 00:00")]
    known = desk.in_force(pl.Series(["shop/desk"] * 2), pl.Series(at, dtype=INSTANT))
    assert known.to_list() == [False, True]


def test_the_last_night_of_a_calendar_is_known_to_its_end() -> None:
    night = hours(rows(WEEK, "22:00", "30:00", tz="UTC", valid_to=date(2026, 3, 8)))
    assert worked(night, "2026-03-08 22:00", "2026-03-09 06:00") == 8
    assert worked(night, "2026-03-08 22:00", "2026-03-09 06:01") is None


def test_intervals_are_sorted_and_disjoint() -> None:
    desks = hours([*rows(WEEK, "22:00", "30:00", tz=BERLIN, calendar="night"), *OFFICE])
    frame = desks.intervals
    assert frame.columns == ["calendar", "opens_at", "closes_at", "version"]
    assert frame.equals(frame.sort("calendar", "opens_at"))
    before = frame.select(pl.col("closes_at").shift(1).over("calendar")).to_series()
    assert (frame["opens_at"] > before).drop_nulls().all()
    assert frame["opens_at"].min() == local("2026-01-01 00:00", "UTC")
    assert frame["closes_at"].max() == local("2027-01-01 00:00", "UTC")
