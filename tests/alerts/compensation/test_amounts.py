"""Golden amounts, reckoned by hand, to the minor unit."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.compensation import rates
from alerts.compensation.amounts import priced
from alerts.compensation.policy import parse
from alerts.compensation.rates import Rates
from tests.alerts.compensation.world import FX, POLICY, POLICY_TEXT, RATES

SHARED = parse(
    POLICY_TEXT.replace("    kind: coupon", "    kind: coupon\n    share_percent: 12.5", 1),
    "shared",
)
"""Level 1: 12.5 % of the order, at least the fixed amount."""


def price(policy: object, *row: object) -> tuple[int, str | None]:
    schema = {
        "market": pl.String,
        "currency": pl.String,
        "level": pl.Int64,
        "value_minor": pl.Int64,
    }
    frame = pl.DataFrame([row], schema=schema, orient="row")
    done = priced(frame, policy, RATES).row(0, named=True)  # type: ignore[arg-type]
    return done["amount_minor"], done["unpriced"]


@pytest.mark.parametrize(
    ("market", "currency", "level", "value", "amount"),
    [
        ("DE", "EUR", 1, 10_000, 500),  # the fixed 5 EUR
        ("US", "USD", 1, None, 500),  # a fixed amount needs no order value
        ("JP", "JPY", 1, 3_000, 800),
        ("PL", "PLN", 1, 5_000, 2_000),  # 5 EUR at 4 PLN; the cap is 40 PLN
        ("DE", "EUR", 2, 4_999, 4_999),  # free of charge
        ("DE", "EUR", 2, 500, 1_000),  # at least 10 EUR
        ("DE", "EUR", 2, 99_999, 15_000),  # capped at 150 EUR
        ("JP", "JPY", 2, 99_999, 20_000),  # capped by the country
        ("US", "USD", 2, 99_999, 18_750),  # the default cap of 150 EUR at 1.25
        ("BR", "BRL", 2, 99_999, 70_000),
        (None, "EUR", 3, 0, 2_500),
        ("JP", "JPY", 3, 0, 4_000),
    ],
)
def test_amounts_of_the_policy_that_ships(
    market: str | None, currency: str, level: int, value: int | None, amount: int
) -> None:
    assert price(POLICY, market, currency, level, value) == (amount, None)


@pytest.mark.parametrize(
    ("currency", "value", "amount"),
    [
        ("EUR", 5_004, 626),  # 625.5 cents: half counts up
        ("EUR", 5_003, 625),  # 625.375
        ("JPY", 8_004, 1_001),  # 1000.5 yen: no decimals, half up
        ("JPY", 8_003, 1_000),
    ],
)
def test_shares_are_rounded_half_up_to_the_minor_unit(
    currency: str, value: int, amount: int
) -> None:
    assert price(SHARED, None, currency, 1, value) == (amount, None)


def test_what_cannot_be_reckoned_says_so() -> None:
    assert price(POLICY, "GB", "GBP", 1, 1_000) == (0, "no_rate")  # nobody can judge its cap
    assert price(POLICY, "DE", None, 1, 1_000) == (0, "no_value")
    assert price(POLICY, "DE", "EUR", 2, None) == (0, "no_value")


def test_rates_hold_for_a_week_and_caps_are_never_rounded_up() -> None:
    day = rates.on(FX, "EUR", date(2026, 3, 20))
    assert day.convert(100, "EUR", "USD") == 125
    assert day.convert(100, "EUR", "JPY") == 160
    assert day.convert(1, "JPY", "EUR") == 1  # 0.625 cents
    assert day.convert(1, "JPY", "EUR", down=True) == 0
    assert day.convert(100, "EUR", "GBP") is None
    assert rates.on(FX, "EUR", date(2026, 3, 17)).per == {}
    assert rates.of_json(day.as_json()) == day


@given(
    value=st.integers(0, 10**9),
    level=st.sampled_from([1, 2, 3]),
    market=st.sampled_from(["DE", "JP", "PL", None]),
    currency=st.sampled_from(["EUR", "USD", "JPY", "PLN"]),
)
def test_no_amount_is_above_its_cap(
    value: int, level: int, market: str | None, currency: str
) -> None:
    amount, unpriced = price(POLICY, market, currency, level, value)
    cap = POLICY.cap(market, level)
    most = RATES.convert(cap.minor, cap.currency, currency, down=True)
    assert unpriced is None
    assert most is not None
    assert 0 <= amount <= most


def test_without_the_policys_own_rate_nothing_can_be_added_up() -> None:
    assert rates.on(FX, "CHF", date(2026, 3, 20)) == Rates("CHF", date(2026, 3, 20))
