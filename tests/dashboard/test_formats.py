"""Numbers and times as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import formats
from dashboard.languages import use_language


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        (0.8424, "share", "84.2%"),
        (84.16, "per_1000", "84.2"),
        (12345.0, "count", "12,345"),
        (-3.25, "score", "−3.2"),
        (None, "share", "–"),
        (float("nan"), "count", "–"),
    ],
)
def test_values(amount: float | None, unit: str, expected: str) -> None:
    assert formats.value(amount, unit) == expected


@pytest.mark.parametrize(
    ("now", "before", "unit", "expected", "way"),
    [
        (0.842, 0.81, "share", "+3.2 pts", "up"),
        (0.81, 0.842, "share", "−3.2 pts", "down"),
        (0.8101, 0.81, "share", "0.0 pts", "flat"),
        (412.0, 500.0, "count", "−88", "down"),
        (1.0, None, "count", "", "flat"),
    ],
)
def test_changes(now: float, before: float | None, unit: str, expected: str, way: str) -> None:
    assert formats.change(now, before, unit) == expected
    assert formats.direction(now, before, unit) == way


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.sampled_from(["share", "count", "score"]))
def test_a_change_has_the_sign_of_its_direction(now: float, before: float, unit: str) -> None:
    sign = {"up": "+", "down": "−", "flat": ""}[formats.direction(now, before, unit)]
    text = formats.change(now, before, unit)
    assert text.startswith(sign)
    assert text.count("−") <= 1


def test_intervals() -> None:
    assert formats.interval(0.81, 0.874, "share") == "81.0–87.4%"
    assert formats.interval(82.9, 85.6, "per_1000") == "82.9–85.6"
    assert formats.interval(-12.0, 3.0, "score") == "−12.0 … 3.0"
    assert formats.interval(None, 3.0, "score") == ""


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (30, "< 1 min", "不到 1 分钟"),
        (12 * 60, "12 min", "12 分钟"),
        (2 * 3600, "2 h", "2 小时"),
        (2 * 3600 + 5 * 60, "2 h 5 min", "2 小时 5 分"),
        (3 * 86400 + 4 * 3600, "3 d 4 h", "3 天 4 小时"),
        (None, "–", "–"),
    ],
)
def test_durations(seconds: float | None, english: str, chinese: str) -> None:
    assert formats.duration(seconds) == english
    with use_language("zh_Hans"):
        assert formats.duration(seconds) == chinese


def test_days_in_both_languages() -> None:
    first, last = date(2026, 10, 26), date(2026, 11, 22)
    assert formats.days(first, last).replace("\u2009", "") == "26 Oct–22 Nov 2026"
    assert formats.day(last) == "22 Nov"
    with use_language("zh_Hans"):
        assert formats.day(last, year=True) == "2026年11月22日"
        assert formats.country("DE") == "德国"
        assert formats.language_name("pt-BR") == "葡萄牙语 (巴西)"


def test_instants_are_shown_in_the_zone_and_across_summer_time() -> None:
    winter = datetime(2026, 1, 15, 11, 30, tzinfo=UTC)
    summer = datetime(2026, 7, 15, 11, 30, tzinfo=UTC)
    assert formats.clock(winter, "Europe/Berlin") == "12:30"
    assert formats.clock(summer, "Europe/Berlin") == "13:30"
    assert formats.as_zone(winter, "Asia/Shanghai").tzinfo is None
    assert formats.moment(winter, "Asia/Shanghai") == "15 Jan 2026 19:30"
    assert formats.iso_utc(winter) == formats.iso_utc(winter.replace(tzinfo=None))


def test_names_that_nobody_knows_stay() -> None:
    assert formats.country("QX") == "QX"
    assert formats.language_name("not a tag") == "not a tag"


def test_money() -> None:
    assert formats.money(123456, "EUR") == "€1,234.56"
    assert formats.money(123456, "JPY") == "¥123,456"
    assert formats.money(None, "EUR") == "–"


def test_large_counts_are_short() -> None:
    assert formats.compact(9_999) == "9,999"
    assert formats.compact(1_234_567) == "1.2M"
    with use_language("zh_Hans"):
        assert formats.compact(1_234_567) == "123.5万"
