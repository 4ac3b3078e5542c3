"""Currencies and their minor units."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access import money


@pytest.mark.parametrize(
    ("code", "decimals"),
    [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("BRL", 2), ("HRK", 2), ("CNY", 2)],
)
def test_published_minor_units(code: str, decimals: int) -> None:
    assert money.MINOR_UNITS[code] == decimals


def test_codes_are_three_capitals_and_know_what_is_no_currency() -> None:
    assert all(len(code) == 3 and code.isupper() and code.isascii() for code in money.MINOR_UNITS)
    frame = pl.DataFrame({"c": ["EUR", "XXQ", None, "XTS", "eur"]})
    assert frame.select(money.is_known(pl.col("c")))["c"].to_list() == [
        True,
        False,
        None,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("amount", "code", "minor"),
    [
        (19.99, "EUR", 1999),
        (1999.0, "JPY", 1999),
        (1.5, "KWD", 1500),
        (1.005, "USD", 101),
        (-1.005, "USD", -101),
        (0.0, "EUR", 0),
        (-0.004, "EUR", 0),
        (1.0, "XXQ", None),
        (None, "EUR", None),
        (1.0, None, None),
    ],
)
def test_amounts_become_whole_minor_units(
    amount: float | None, code: str | None, minor: int | None
) -> None:
    frame = pl.DataFrame({"a": [amount], "c": [code]}, schema={"a": pl.Float64, "c": pl.String})
    assert frame.select(money.to_minor(pl.col("a"), pl.col("c"))).item() == minor


@given(minor=st.integers(-(10**12), 10**12), code=st.sampled_from(sorted(money.MINOR_UNITS)))
def test_there_and_back(minor: int, code: str) -> None:
    frame = pl.DataFrame({"m": [minor], "c": [code]})
    units = money.from_minor(pl.col("m"), pl.col("c"))
    assert frame.select(money.to_minor(units, pl.col("c"))).item() == minor
