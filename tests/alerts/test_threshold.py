"""Thresholds: numbers over windows, their intervals, and when they breach."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.threshold import Reason, ThresholdSpec, rolled, score

START = date(2026, 1, 5)
LAST = START + timedelta(days=9)
SHARE = ThresholdSpec("below", 0.9, 0.9, 7, of="high", interval="wilson", min_n=40)


def series(y: list[float], n: list[float] | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "market": ["DE"] * len(y),
            "day": [START + timedelta(days=at) for at in range(len(y))],
            "y": y,
            "n": n if n is not None else [None] * len(y),
        },
        schema_overrides={"y": pl.Float64, "n": pl.Float64},
    )


def judged(y: list[float], n: list[float] | None, spec: ThresholdSpec) -> dict[str, object]:
    last = START + timedelta(days=len(y) - 1)
    rows = score(rolled(series(y, n), spec, first=last, last=last), spec)
    return rows.row(0, named=True)


def test_the_number_is_that_of_the_whole_window() -> None:
    row = judged([10.0] * 10, [20.0] * 10, SHARE)
    assert (row["y"], row["n"], row["value"]) == (70.0, 140.0, 0.5)
    # Wilson's interval of 70 of 140, by hand: 0.5 ± 0.0817.
    assert row["low"] == pytest.approx(0.4183, abs=1e-4)
    assert row["high"] == pytest.approx(0.5817, abs=1e-4)
    assert (row["breach"], row["why"]) == (True, Reason.BEYOND)
    assert row["excess"] == pytest.approx(0.4 * 140)


def test_surely_below_needs_rows() -> None:
    """Two of three are as bad as 200 of 300, and nobody is woken by them."""
    few = judged([0.0] * 9 + [2.0], [0.0] * 9 + [3.0], SHARE)
    assert (few["breach"], few["why"]) == (False, Reason.TOO_FEW)
    many = judged([0.0] * 9 + [200.0], [0.0] * 9 + [300.0], SHARE)
    assert many["breach"]


def test_between_the_bound_and_the_limit_nothing_opens_and_nothing_clears() -> None:
    # 87 of 100: the value is below 0.9, the upper bound is not.
    row = judged([87.0], [100.0], ThresholdSpec("below", 0.9, 0.9, 1, "high", "wilson", min_n=40))
    assert (row["breach"], row["cleared"], row["why"]) == (False, False, Reason.BETWEEN)


@pytest.mark.parametrize(("value", "breach", "cleared"), [(9, False, True), (11, True, False)])
def test_a_count_above_a_limit(value: float, breach: bool, cleared: bool) -> None:
    row = judged([value], None, ThresholdSpec("above", 10, 10, 1))
    assert (row["breach"], row["cleared"]) == (breach, cleared)


def test_a_level_is_its_last_value_not_a_sum() -> None:
    spec = ThresholdSpec("above", 10, 10, 1, stock=True)
    assert judged([50.0, 50.0, 4.0], None, spec)["value"] == 4.0


def test_absent_days_are_zeros_and_slices_do_not_mix() -> None:
    gaps = pl.concat(
        [series([5.0], [10.0]), series([7.0], [10.0]).with_columns(market=pl.lit("FR"))]
    )
    rows = rolled(gaps, SHARE, first=LAST - timedelta(days=4), last=LAST)
    assert rows.filter(pl.col("market") == "DE")["y"].to_list() == [5.0, 5.0, 0.0, 0.0, 0.0]
    assert rows.filter(pl.col("market") == "FR")["y"].to_list()[:2] == [7.0, 7.0]


@given(
    y=st.integers(0, 500),
    more=st.integers(0, 500),
    limit=st.floats(0.05, 0.95),
    of=st.sampled_from(["value", "low", "high"]),
)
def test_nothing_breaches_and_clears_at_once(y: int, more: int, limit: float, of: str) -> None:
    spec = ThresholdSpec("below", limit, limit, 1, of, "wilson", min_n=1)  # type: ignore[arg-type]
    row = judged([float(y)], [float(y + more)], spec)
    assert not (row["breach"] and row["cleared"])
    if y + more == 0:
        assert row["why"] == Reason.TOO_FEW


@given(y=st.integers(1, 200), n=st.integers(200, 400))
def test_what_is_surely_below_is_below(y: int, n: int) -> None:
    """The bound is the stricter question."""
    sure = judged([float(y)], [float(n)], ThresholdSpec("below", 0.6, 0.6, 1, "high", "wilson"))
    plain = judged([float(y)], [float(n)], ThresholdSpec("below", 0.6, 0.6, 1, "value", "wilson"))
    assert plain["breach"] or not sure["breach"]
