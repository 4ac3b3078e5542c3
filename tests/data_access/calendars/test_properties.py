from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data_access.calendars import Hours
from data_access.time_zones import first_valid_after
from tests.data_access.calendars.weekly import INSTANT, hours

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")
WITHOUT_DST = ("America/Sao_Paulo", "Asia/Shanghai", "Asia/Kolkata", "UTC")
FIRST, LAST = "2026-03-01", "2026-04-30"
START = datetime(2026, 3, 1, tzinfo=UTC)
SECONDS = 60 * 86_400
MANY = settings(max_examples=60, deadline=None)

moments = st.integers(0, SECONDS).map(lambda s: START + timedelta(seconds=s))


@st.composite
def weekly_rows(draw: st.DrawFn, zones: tuple[str, ...] = ZONES) -> list[dict[str, Any]]:
    tz = draw(st.sampled_from(zones))
    spans = draw(
        st.lists(
            st.tuples(st.integers(1, 7), st.integers(0, 1439), st.integers(2, 1800)),
            min_size=1,
            max_size=8,
        )
    )
    return [
        {
            "interval_id": str(n),
            "calendar_id": "desk",
            "tz": tz,
            "weekday": day,
            "start_minute": start,
            "end_minute": start + length,
            "country": draw(st.sampled_from([None, "DE"])),
        }
        for n, (day, start, length) in enumerate(spans)
    ]


def calendars(zones: tuple[str, ...] = ZONES) -> st.SearchStrategy[Hours]:
    return weekly_rows(zones).map(lambda rows: hours(rows, first=FIRST, last=LAST))


def counted(of: Hours, start: datetime, end: datetime, key: str | None = "shop/desk") -> int:
    value = of.worked(
        pl.Series([key], dtype=pl.String),
        pl.Series([start], dtype=INSTANT),
        pl.Series([end], dtype=INSTANT),
    ).item()
    assert isinstance(value, int)
    return value


@MANY
@given(rows=weekly_rows(), cut=st.floats(0.05, 0.95), data=st.data())
def test_splitting_an_interval_changes_nothing(
    rows: list[dict[str, Any]], cut: float, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    row = rows[at]
    length = row["end_minute"] - row["start_minute"]
    middle = row["start_minute"] + max(1, min(length - 1, int(length * cut)))
    halves = [
        {**row, "interval_id": "left", "end_minute": middle},
        {**row, "interval_id": "right", "start_minute": middle},
    ]
    # A part that begins after midnight is a row of the next weekday; both are the same time.
    whole = hours(rows, first=FIRST, last=LAST)
    split = hours([*rows[:at], *halves, *rows[at + 1 :]], first=FIRST, last=LAST)
    assert_frame_equal(whole.intervals, split.intervals)
    assert_frame_equal(whole.closures, split.closures)


@MANY
@given(of=calendars(WITHOUT_DST), start=moments, end=moments)
def test_a_week_later_is_the_same_without_summer_time(
    of: Hours, start: datetime, end: datetime
) -> None:
    week = timedelta(days=7)
    last = START + timedelta(seconds=SECONDS) - week
    start, end = min(start, last), min(end, last)
    days_off = of.closures.filter(pl.col("ends_at") > START)
    if days_off.is_empty():
        assert counted(of, start + week, end + week) == counted(of, start, end)


@MANY
@given(of=calendars(), start=moments, end=moments)
def test_business_time_is_between_nothing_and_the_time_that_passed(
    of: Hours, start: datetime, end: datetime
) -> None:
    passed = max((end - start) // timedelta(microseconds=1), 0)
    assert 0 <= counted(of, start, end) <= passed
    assert counted(of, start, end, None) == passed


@MANY
@given(of=calendars(), moments_=st.tuples(moments, moments, moments))
def test_time_adds_up(of: Hours, moments_: tuple[datetime, datetime, datetime]) -> None:
    a, b, c = sorted(moments_)
    assert counted(of, a, b) + counted(of, b, c) == counted(of, a, c)


@MANY
@given(of=calendars(), start=moments, amount=st.integers(0, 200 * 3_600_000_000))
def test_what_is_reached_was_worked_and_not_before(of: Hours, start: datetime, amount: int) -> None:
    at = of.reached(
        pl.Series(["shop/desk"]),
        pl.Series([start], dtype=INSTANT),
        pl.Series([amount], dtype=pl.Int64),
    ).item()
    end = START + timedelta(days=61)
    if at is None:
        assert counted(of, start, end) < amount
        return
    assert counted(of, start, at) == amount
    if amount > 0:
        assert counted(of, start, at - timedelta(microseconds=1)) == amount - 1


@MANY
@given(of=calendars(), start=moments, end=moments)
def test_agrees_with_adding_up_the_intervals_one_by_one(
    of: Hours, start: datetime, end: datetime
) -> None:
    total = timedelta(0)
    for opens, closes in of.intervals.select("opens_at", "closes_at").iter_rows():
        total += max(min(closes, end) - max(opens, start), timedelta(0))
    assert counted(of, start, end) == total // timedelta(microseconds=1)


@MANY
@given(rows=weekly_rows(), instants=st.lists(moments, min_size=1, max_size=30))
def test_a_calendar_is_open_exactly_where_a_row_says_so(
    rows: list[dict[str, Any]], instants: list[datetime]
) -> None:
    """Against the definition: a row, one of its days, its two wall times turned into instants."""
    plain = [{**row, "country": None} for row in rows]
    of = hours(plain, first=FIRST, last=LAST)
    zone = plain[0]["tz"]

    def instant(wall: datetime) -> datetime:
        at = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        exists = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
        return at if exists else first_valid_after(wall, zone)

    spans = []
    day = datetime(2026, 2, 24)  # noqa: DTZ001 - a wall clock time
    while day < datetime(2026, 5, 3):  # noqa: DTZ001
        for row in plain:
            if day.isoweekday() == row["weekday"]:
                opens = day + timedelta(minutes=row["start_minute"])
                closes = day + timedelta(minutes=row["end_minute"])
                spans.append((instant(opens), instant(closes)))
        day += timedelta(days=1)
    listed = of.intervals.select("opens_at", "closes_at").rows()
    for at in instants:
        expected = any(opens <= at < closes for opens, closes in spans)
        assert any(opens <= at < closes for opens, closes in listed) is expected
