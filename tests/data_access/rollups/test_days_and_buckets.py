"""Days of a zone, hours of a week, and the error of histogram buckets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.rollups.days import (
    AsOf,
    end_of_day,
    hour_of_week,
    local_day,
    near_days,
    period,
)
from data_access.rollups.histogram import ALPHA, bucket, representative

ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo", "Asia/Kathmandu"]
instants = st.integers(0, 15 * 366 * 86_400).map(
    lambda seconds: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(instants, st.sampled_from(ZONES))
def test_a_day_is_the_one_the_wall_clock_shows(moment: datetime, zone: str) -> None:
    frame = pl.DataFrame({"at": [moment]}, schema={"at": pl.Datetime("us", "UTC")})
    local = moment.astimezone(ZoneInfo(zone))
    found = frame.select(
        day=local_day(pl.col("at"), zone),
        hour=hour_of_week(pl.col("at"), zone),
        near=near_days("at", pl.Datetime("us", "UTC"), local.date(), local.date()),
    ).row(0)
    assert found == (local.date(), local.weekday() * 24 + local.hour, True)
    assert AsOf(moment, zone).today == local.date()


def test_a_day_ends_where_the_next_begins_even_where_the_clock_changes() -> None:
    assert end_of_day(date(2026, 3, 28), "Europe/Berlin") == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert end_of_day(date(2026, 3, 29), "Europe/Berlin") == datetime(2026, 3, 29, 22, tzinfo=UTC)
    # Midnight did not exist in São Paulo on 4 November 2018.
    assert end_of_day(date(2018, 11, 3), "America/Sao_Paulo") == datetime(
        2018, 11, 4, 3, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("grain", "day", "first"),
    [
        ("day", date(2026, 3, 4), date(2026, 3, 4)),
        ("week", date(2026, 3, 8), date(2026, 3, 2)),  # a Sunday belongs to Monday's week
        ("week", date(2026, 1, 1), date(2025, 12, 29)),
        ("month", date(2026, 3, 31), date(2026, 3, 1)),
    ],
)
def test_periods_are_named_by_their_first_day(grain: str, day: date, first: date) -> None:
    assert pl.select(period(grain, pl.lit(day))).item() == first


@given(st.integers(1, 10**9))
def test_a_bucket_stands_for_its_values_within_one_percent(seconds: int) -> None:
    found = pl.DataFrame({"s": [seconds]}).select(representative(bucket(pl.col("s")))).item()
    assert abs(found - seconds) <= ALPHA * seconds * (1 + 1e-9)


@given(st.lists(st.integers(0, 10**8), min_size=2, max_size=20))
def test_buckets_keep_the_order(seconds: list[int]) -> None:
    numbers = pl.DataFrame({"s": sorted(seconds)}).select(bucket(pl.col("s"))).to_series()
    assert numbers.is_sorted()


def test_an_unknown_duration_has_no_bucket() -> None:
    frame = pl.DataFrame({"s": [None, 0]}, schema={"s": pl.Int64})
    assert frame.select(bucket(pl.col("s")))["s"].to_list() == [None, 0]


def test_as_of_says_no_where_nothing_is_known() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    frame = pl.DataFrame({"x": [None, at, at + timedelta(seconds=1)]})
    assert frame.select(AsOf(at, "UTC").passed(pl.col("x")))["x"].to_list() == [False, True, False]
