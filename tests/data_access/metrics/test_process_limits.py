"""Natural process limits: by hand, and what must hold for any series."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.metrics.process_limits import process_limits, run_length

# Worked out by hand with Wheeler's formulas (Understanding Variation, 2nd ed. 2000, ch. 3):
# X  = 39 41 41 41 43 44 41 42   sum 332, mean 41.5
# mR =  2  0  0  2  1  3  1      sum 9, mean 9/7 = 1.2857…
# limits 41.5 ± 2.66 · 9/7 = 41.5 ± 3.42 = 38.08 … 44.92
KNOWN = [39.0, 41.0, 41.0, 41.0, 43.0, 44.0, 41.0, 42.0]

values = st.lists(st.integers(-1_000_000, 1_000_000).map(float), min_size=8, max_size=40)


def test_limits_by_hand() -> None:
    found = process_limits(KNOWN)
    assert found is not None
    assert found.center == pytest.approx(41.5)
    assert found.low == pytest.approx(38.08)
    assert found.high == pytest.approx(44.92)
    assert found.points == 8
    assert found.beyond(44.9) is None
    assert found.beyond(45.0) == "above"
    assert found.beyond(38.0) == "below"


def test_a_gap_has_no_value_and_no_range_across_it() -> None:
    # 10 12 – 20 22 …: ranges 2 and 2 and so on; the 8 across the gap is none.
    found = process_limits([10.0, 12.0, None, 20.0, 22.0, 20.0, 22.0, 20.0, 22.0])
    assert found is not None
    assert found.spread == pytest.approx(2.66 * 2)
    assert found.points == 8


def test_too_few_values_have_no_limits() -> None:
    assert process_limits(KNOWN[:7]) is None
    assert process_limits([1.0, None] * 8) is None
    assert process_limits([]) is None


def test_two_values_in_a_row_are_no_spread() -> None:
    """Eight values of which three follow each other: two ranges tell no usual variation."""
    assert process_limits([-25.0, -25.0, -25.0, None] + [50.0, None] * 5) is None


def test_shares_stay_shares() -> None:
    found = process_limits([0.9, 1.0] * 4, floor=0.0, ceiling=1.0)
    assert found is not None
    assert found.center == pytest.approx(0.95)
    assert found.high == 1.0
    assert found.spread == pytest.approx(0.266)


def test_the_mean_of_several_weeks_has_narrower_limits() -> None:
    # Limits of one value are ± 3.42, of the mean of four ± 1.71.
    found = process_limits(KNOWN)
    assert found is not None
    assert found.mean_beyond([43.3] * 4) == "above"
    assert found.mean_beyond([43.2] * 4) is None
    assert found.mean_beyond([39.7] * 4) == "below"
    assert found.mean_beyond([]) is None
    assert found.distance([44.92]) == pytest.approx(1.0)
    assert found.distance([43.21] * 4) == pytest.approx(1.0)


def test_a_series_without_variation_tells_every_other_value() -> None:
    found = process_limits([5.0] * 8)
    assert found is not None
    assert (found.low, found.high) == (5.0, 5.0)
    assert found.beyond(5.0) is None
    assert found.beyond(5.1) == "above"
    assert found.distance([6.0]) == math.inf
    assert found.distance([5.0]) == 0.0


def test_runs() -> None:
    assert run_length([1.0, 3.0, 3.0, 3.0], 2.0) == (3, "above")
    assert run_length([3.0, 1.0, None, 1.0], 2.0) == (2, "below")
    assert run_length([3.0, 2.0], 2.0) == (0, None)
    assert run_length([], 2.0) == (0, None)


@given(values, st.integers(-1000, 1000), st.integers(1, 100))
def test_limits_move_and_stretch_with_the_numbers(
    series: list[float], shift: int, scale: int
) -> None:
    plain = process_limits(series)
    moved = process_limits([value * scale + shift for value in series])
    assert plain is not None
    assert moved is not None
    for before, after in ((plain.low, moved.low), (plain.high, moved.high)):
        assert math.isclose(after, before * scale + shift, rel_tol=1e-9, abs_tol=1e-3)


@given(values)
def test_turning_the_numbers_around_turns_the_limits_around(series: list[float]) -> None:
    plain = process_limits(series)
    turned = process_limits([-value for value in series])
    assert plain is not None
    assert turned is not None
    assert math.isclose(turned.low, -plain.high, rel_tol=1e-9, abs_tol=1e-6)


@given(st.floats(-1e6, 1e6), st.integers(8, 30))
def test_a_constant_is_its_own_limits(value: float, count: int) -> None:
    found = process_limits([value] * count)
    assert found is not None
    assert found.spread == 0
    assert math.isclose(found.center, value, rel_tol=1e-9, abs_tol=1e-9)
    assert found.beyond(value) is None
    assert found.mean_beyond([value] * 6) is None


@given(st.lists(st.floats(0, 1), min_size=8, max_size=30), st.lists(st.integers(0, 30), max_size=9))
def test_limits_of_shares_are_shares(shares: list[float], gaps: list[int]) -> None:
    series: list[float | None] = list(shares)
    for place in gaps:
        series.insert(2 + place, None)
    found = process_limits(series, floor=0, ceiling=1)
    assert found is not None
    assert 0 <= found.low <= found.center + 1e-12
    assert found.center - 1e-12 <= found.high <= 1
    assert found.points == sum(value is not None for value in series)
