from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.data_access.calendars.weekly import (
    MONDAY_TO_FRIDAY,
    day_off,
    found,
    hours,
    rows,
    worked,
)

BERLIN = "Europe/Berlin"
# Friday 1 May 2026 is a public holiday in Germany; Thursday 7 May is none.
OFFICE = rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz=BERLIN, country="DE", region="NW")
ON = {
    "country": {"country": "DE"},
    "region": {"country": "DE", "region": "NW"},
    "calendar": {"calendar_id": "desk"},
}


def open_on(day: str, *said: dict[str, Any]) -> bool:
    desk = hours(OFFICE, list(said))
    return worked(desk, f"{day} 00:00", f"{day} 23:59", BERLIN) == 8


@pytest.mark.parametrize("scope", ON)
def test_the_table_adds_days_off(scope: str) -> None:
    assert open_on("2026-05-07")
    assert not open_on("2026-05-07", day_off("2026-05-07", **ON[scope]))


@pytest.mark.parametrize("scope", ON)
def test_the_table_takes_public_holidays_out(scope: str) -> None:
    assert not open_on("2026-05-01")
    assert open_on("2026-05-01", day_off("2026-05-01", works=True, **ON[scope]))


@pytest.mark.parametrize(("wide", "narrow"), [("country", "region"), ("region", "calendar")])
@pytest.mark.parametrize("works", [True, False])
def test_who_speaks_for_fewer_wins(wide: str, narrow: str, works: bool) -> None:
    said = (
        day_off("2026-05-07", works=not works, **ON[wide]),
        day_off("2026-05-07", works=works, **ON[narrow]),
    )
    assert open_on("2026-05-07", *said) is works


def test_among_equals_a_day_that_is_worked_wins() -> None:
    off, on = (day_off("2026-05-07", works=works, **ON["country"]) for works in (False, True))
    assert open_on("2026-05-07", off, on)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"country": "DE", "region": "BY"},
        {"country": "FR"},
        {"country": "FR", "region": "NW"},
        {"calendar_id": "other"},
        {"calendar_id": "desk", "source": "another feed"},
    ],
)
def test_days_off_elsewhere_close_nothing_here(elsewhere: dict[str, Any]) -> None:
    assert open_on("2026-05-07", day_off("2026-05-07", **elsewhere))


def test_a_country_of_another_feed_counts() -> None:
    assert not open_on("2026-05-07", day_off("2026-05-07", country="DE", source="personnel"))


def test_a_day_off_far_too_long_is_cut_to_what_is_asked() -> None:
    assert not open_on("2026-05-07", day_off("1990-01-01", "9999-12-31", country="DE"))


def test_one_calendar_of_two_countries_closes_row_by_row() -> None:
    # 14 July is off in France only.
    desk = hours(
        [
            *rows(MONDAY_TO_FRIDAY, "9:00", "13:00", tz=BERLIN, country="DE"),
            *rows(MONDAY_TO_FRIDAY, "13:00", "18:00", tz="Europe/Paris", country="FR"),
        ]
    )
    assert worked(desk, "2026-07-14 00:00", "2026-07-15 00:00", BERLIN) == 4


def test_closures_hold_while_their_rows_are_in_force() -> None:
    old = rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz=BERLIN, country="DE")
    new = rows(MONDAY_TO_FRIDAY, "8:00", "16:00", tz=BERLIN, valid_from=date(2026, 5, 1))
    edited = hours([*({**row, "valid_to": date(2026, 4, 30)} for row in old), *new])
    names = edited.closures["name"].to_list()
    assert names == ["New Year's Day", "Good Friday", "Easter Monday"]


def test_a_country_that_nobody_knows_is_told() -> None:
    desk = hours(rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz=BERLIN, country="XX"))
    assert found(desk) == [("holidays_unknown", "shop/desk", "XX")]
    assert worked(desk, "2026-05-01 00:00", "2026-05-02 00:00", BERLIN) == 8


def test_a_region_that_nobody_knows_has_the_holidays_of_its_country() -> None:
    desk = hours(rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz=BERLIN, country="DE", region="DE-BY"))
    assert found(desk) == [("holidays_unknown", "shop/desk", "DE-DE-BY")]
    assert worked(desk, "2026-05-01 00:00", "2026-05-02 00:00", BERLIN) == 0
    assert worked(desk, "2026-01-06 00:00", "2026-01-07 00:00", BERLIN) == 8


def test_years_that_the_package_knows_only_in_part_do_not_stop_anything() -> None:
    desk = hours(
        rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz="Asia/Kolkata", country="IN"),
        first="2036-01-01",
        last="2036-12-31",
    )
    # Republic Day, Saturday 26 January 2036, is known still.
    assert "Republic Day" in desk.closures["name"].to_list()
