"""Local time: offsets, midnights across summer time, promotions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data_access.sample.calendar import ORDER_HOURS, daytime, offsets, promotions

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", [date(2026, 1, 15), date(2026, 7, 15), date(2026, 3, 30)])
def test_offsets_and_midnight_are_those_of_the_standard_library(zone: str, day: date) -> None:
    table = offsets(ZONES, date(2025, 12, 1), date(2026, 12, 31))
    local = datetime(day.year, day.month, day.day, 14, tzinfo=ZoneInfo(zone))
    at, index = np.array([local.timestamp()]), np.array([ZONES.index(zone)])
    offset = local.utcoffset()
    assert offset is not None
    assert table.at(index, at)[0] == offset.total_seconds()
    assert table.midnight(index, at)[0] == local.replace(hour=0).timestamp()
    assert table.local_day(index, at)[0] == (day - date(1970, 1, 1)).days


def test_daytime_moves_forward_only_and_within_a_day() -> None:
    table = offsets(ZONES, date(2026, 1, 1), date(2026, 12, 31))
    rng = np.random.default_rng(3)
    start = datetime(2026, 5, 1, tzinfo=UTC).timestamp()
    at = start + rng.random(500) * 86400 * 100
    zone = rng.integers(0, len(ZONES), 500)
    moved = daytime(rng, table, zone, at, ORDER_HOURS)
    assert (moved >= at).all()
    assert (moved - at < 2 * 86400).all()


def test_black_friday_is_the_day_after_the_fourth_thursday() -> None:
    found = {p.promo_id: p for p in promotions(date(2024, 1, 1), date(2026, 12, 31))}
    assert found["black-week-2024"].ends_on == date(2024, 12, 2)  # Monday after 29 November
    assert found["black-week-2026"].ends_on == date(2026, 11, 30)  # Monday after 27 November
    assert found["singles-day-2025"].ends_on == date(2025, 11, 11)


def test_promotions_outside_the_span_are_left_out() -> None:
    assert promotions(date(2026, 4, 1), date(2026, 6, 30)) == []
