"""A local time has one instant a day, in gaps and folds too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.oncall.localtime import exists, is_gap, local_day, local_time, occurrences, resolve
from tests.alerts.oncall.zones import ZONES, utc


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30), utc(2026, 3, 8, 7)),  # 03:00 -04:00
        ("America/New_York", date(2026, 11, 1), time(1, 30), utc(2026, 11, 1, 5, 30)),  # -04:00
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), utc(2026, 10, 3, 15, 30)),  # +11:00
        ("Europe/Berlin", date(2026, 3, 29), time(2, 0), utc(2026, 3, 29, 1)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), utc(2026, 10, 25, 0, 30)),
        (
            "America/Sao_Paulo",
            date(2018, 11, 4),
            time(0, 0),
            utc(2018, 11, 4, 3),
        ),  # jumped midnight
        (
            "America/Sao_Paulo",
            date(2026, 11, 1),
            time(0, 0),
            utc(2026, 11, 1, 3),
        ),  # does so no more
        ("Africa/Casablanca", date(2026, 3, 22), time(2, 30), utc(2026, 3, 22, 2)),  # after Ramadan
        ("Asia/Riyadh", date(2026, 3, 20), time(8, 0), utc(2026, 3, 20, 5)),
        ("Asia/Shanghai", date(2026, 10, 1), time(9, 0), utc(2026, 10, 1, 1)),
    ],
)
def test_named_days(zone: str, day: date, at: time, expected: datetime) -> None:
    assert resolve(day, at, zone) == expected


def test_a_gap_is_known_as_one() -> None:
    assert is_gap(date(2026, 3, 8), time(2, 30), "America/New_York")
    assert not is_gap(date(2026, 3, 8), time(3, 0), "America/New_York")
    assert not is_gap(date(2026, 11, 1), time(1, 30), "America/New_York")


def test_a_day_that_a_country_left_out_has_no_instant() -> None:
    assert not exists(date(2011, 12, 30), "Pacific/Apia")
    days = list(occurrences(time(0, 0), "Pacific/Apia", date(2011, 12, 28), date(2012, 1, 1)))
    assert [local_day(at, "Pacific/Apia").day for at in days] == [28, 29, 31, 1]


@pytest.mark.parametrize("zone", ZONES)
def test_one_instant_a_day_strictly_increasing(zone: str) -> None:
    first, last = date(2025, 1, 1), date(2027, 12, 31)
    for minute in range(0, 24 * 60, 45):
        at = time(minute // 60, minute % 60)
        found = list(occurrences(at, zone, first, last))
        assert len(found) == (last - first).days + 1
        assert all(before < after for before, after in pairwise(found))
        assert [local_day(instant, zone) for instant in found] == [
            first + timedelta(days=n) for n in range(len(found))
        ]


@given(
    st.sampled_from(ZONES),
    st.dates(date(1975, 1, 1), date(2037, 12, 31)),
    st.times(),
    st.times(),
)
def test_a_later_wall_time_is_never_earlier(zone: str, day: date, one: time, other: time) -> None:
    early, late = sorted((one, other))
    assert resolve(day, early, zone) <= resolve(day, late, zone)


@given(
    st.sampled_from(ZONES),
    st.integers(int(utc(1975, 1, 1).timestamp()), int(utc(2037, 12, 31).timestamp())),
)
def test_what_the_clock_shows_resolves_to_its_first_occurrence(zone: str, seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    back = resolve(local_day(at, zone), local_time(at, zone), zone)
    assert back <= at
    shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert back.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == shown
