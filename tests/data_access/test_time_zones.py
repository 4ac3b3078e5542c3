# ruff: noqa: DTZ001 - wall clock times are what this is about
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.time_zones import end_of_day, known_zone, series_to_utc, to_utc

ZONES = (
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Shanghai",
    "Europe/London",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
)


def instant(local: datetime, zone: str) -> datetime:
    frame = pl.DataFrame({"t": [local]}, schema={"t": pl.Datetime("us")})
    value = frame.select(to_utc(pl.col("t"), zone)).item()
    assert isinstance(value, datetime)
    return value


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        # 2 a.m. became 3 a.m. on 8 March 2026: 7:00 UTC is the first instant after the gap.
        ("America/New_York", datetime(2026, 3, 8, 2, 30), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        # 1:30 happened twice on 1 November 2026: the first time at UTC-4.
        (
            "America/New_York",
            datetime(2026, 11, 1, 1, 30),
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        ),
        # Midnight itself was skipped in Brazil on 15 October 2017.
        ("America/Sao_Paulo", datetime(2017, 10, 15), datetime(2017, 10, 15, 3, tzinfo=UTC)),
        # Lord Howe moves by half an hour: 2:00 became 2:30 on 4 October 2026.
        (
            "Australia/Lord_Howe",
            datetime(2026, 10, 4, 2, 15),
            datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
        ),
        # ... and 1:45 came twice on 5 April 2026, first at UTC+11.
        (
            "Australia/Lord_Howe",
            datetime(2026, 4, 5, 1, 45),
            datetime(2026, 4, 4, 14, 45, tzinfo=UTC),
        ),
        # Samoa had no 30 December 2011 at all.
        ("Pacific/Apia", datetime(2011, 12, 30, 12), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_gaps_end_and_folds_begin(zone: str, local: datetime, expected: datetime) -> None:
    assert instant(local, zone) == expected


@given(
    zone=st.sampled_from(ZONES),
    locals_=st.lists(
        st.datetimes(datetime(1990, 1, 1), datetime(2036, 12, 31)) | st.none(), max_size=20
    ),
)
def test_agrees_with_the_standard_library(zone: str, locals_: list[datetime | None]) -> None:
    series = pl.Series("t", locals_, dtype=pl.Datetime("us"))
    where = ZoneInfo(zone)
    for local, got in zip(locals_, series_to_utc(series, zone), strict=True):
        if local is None:
            assert got is None
            continue
        first = local.replace(tzinfo=where, fold=0).astimezone(UTC)
        if first.astimezone(where).replace(tzinfo=None) == local:
            assert got == first
        else:
            # In a gap: the instant's own wall time is the first one after the gap.
            wall = got.astimezone(where).replace(tzinfo=None)
            before = (got - timedelta(microseconds=1)).astimezone(where).replace(tzinfo=None)
            assert before < local < wall or wall == local


@given(zone=st.sampled_from(ZONES), day=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
def test_times_round_trip_through_their_zone(zone: str, day: datetime) -> None:
    moment = day.replace(tzinfo=UTC)
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert moment - instant(wall, zone) in {timedelta(0), timedelta(hours=1), timedelta(minutes=30)}


def test_a_day_ends_before_the_next_begins() -> None:
    frame = pl.DataFrame({"d": [date(2017, 10, 14), date(2018, 3, 1), None]})
    ends = frame.select(end_of_day(pl.col("d"), "America/Sao_Paulo")).to_series().to_list()
    assert ends == [
        datetime(2017, 10, 15, 2, 59, 59, 999999, tzinfo=UTC),
        datetime(2018, 3, 2, 2, 59, 59, 999999, tzinfo=UTC),
        None,
    ]


@pytest.mark.parametrize(
    ("name", "known"), [("Europe/Berlin", True), ("Mars/Base", False), ("", False), ("../x", False)]
)
def test_known_zone(name: str, known: bool) -> None:
    assert known_zone(name) is known
