"""Amounts in another currency, each day at its own rate."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.metrics.currency import convert, published

MONDAY = date(2026, 3, 2)
RATES = published(
    pl.DataFrame(
        [
            (MONDAY, "EUR", "USD", 1.25),
            (MONDAY, "EUR", "JPY", 160.0),
            (MONDAY + timedelta(days=1), "EUR", "USD", 1.5),
            (MONDAY, "GBP", "SEK", 12.0),
        ],
        schema=["date", "base", "quote", "rate"],
        orient="row",
    )
)


def converted(day: date, currency: str, minor: int, to: str) -> float | None:
    frame = pl.DataFrame({"day": [day], "currency": [currency], "value": [minor]})
    found: float | None = convert(frame, RATES, to)["converted"].item()
    return found


def test_across_the_base_and_across_decimals() -> None:
    assert converted(MONDAY, "USD", 12_500, "EUR") == pytest.approx(10_000)  # $125.00 = €100.00
    assert converted(MONDAY, "JPY", 16_000, "EUR") == pytest.approx(10_000)  # ¥16,000 = €100.00
    assert converted(MONDAY, "USD", 12_500, "JPY") == pytest.approx(16_000)


def test_each_day_has_its_own_rate() -> None:
    assert converted(MONDAY + timedelta(days=1), "USD", 15_000, "EUR") == pytest.approx(10_000)


def test_the_last_published_rate_holds_for_a_week() -> None:
    assert converted(MONDAY + timedelta(days=7), "JPY", 16_000, "EUR") == pytest.approx(10_000)
    assert converted(MONDAY + timedelta(days=8), "JPY", 16_000, "EUR") is None
    assert converted(MONDAY - timedelta(days=1), "USD", 100, "EUR") is None


def test_a_currency_without_rates_is_not_guessed_and_its_own_needs_none() -> None:
    assert converted(MONDAY, "SEK", 100, "EUR") is None  # quoted in another base only
    assert converted(MONDAY - timedelta(days=99), "SEK", 100, "SEK") == 100


def test_no_rates_at_all() -> None:
    nothing = published(
        pl.DataFrame(
            schema={"date": pl.Date, "base": pl.String, "quote": pl.String, "rate": pl.Float64}
        )
    )
    frame = pl.DataFrame({"day": [MONDAY] * 2, "currency": ["USD", "EUR"], "value": [1, 2]})
    found = convert(frame, nothing, "EUR").sort("currency")
    assert found["converted"].to_list() == [2.0, None]


@given(st.integers(-(10**9), 10**9), st.sampled_from(["USD", "JPY", "EUR"]))
def test_there_and_back_is_the_same(minor: int, currency: str) -> None:
    there = converted(MONDAY, currency, minor, "EUR")
    assert there is not None
    frame = pl.DataFrame({"day": [MONDAY], "currency": ["EUR"], "value": [there]})
    assert convert(frame, RATES, currency)["converted"].item() == pytest.approx(minor, abs=1e-3)
