"""Quantiles and means of times of which some still run."""

from __future__ import annotations

from statistics import median

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.presets.statistic import mean_of, quantile_of, value_of


def times(*rows: tuple[float | None, bool]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"value_s": pl.Float64, "ended": pl.Boolean}, orient="row")


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=30))
def test_without_running_clocks_they_are_the_plain_ones(values: list[float]) -> None:
    frame = times(*((value, True) for value in values))
    assert value_of(frame, "median") == pytest.approx(median(values))
    assert value_of(frame, "mean") == pytest.approx(sum(values) / len(values))


def test_running_clocks_push_the_median_up() -> None:
    # Ends at 1, 2 and 4; one runs since 3. Share running: 3/4, 2/4, then at 4 one of one ends: 0.
    frame = times((1.0, True), (2.0, True), (3.0, False), (4.0, True))
    assert quantile_of(frame, 0.5) == 3.0  # exactly half from 2 to 4: the middle
    assert quantile_of(frame, 0.9) == 4.0
    # Area under the curve: 1 × 1 + 1 × 3/4 + 2 × 1/2.
    assert mean_of(frame) == pytest.approx(2.75)


def test_a_median_not_reached() -> None:
    frame = times((1.0, True), (5.0, False), (5.0, False))
    assert quantile_of(frame, 0.5) is None
    # 1 × 1 + 4 × 2/3: at least this.
    assert mean_of(frame) == pytest.approx(1 + 8 / 3)


def test_rows_without_a_value_do_not_count() -> None:
    frame = times((None, False), (2.0, True))
    assert value_of(frame, "median") == 2.0
    assert value_of(times((None, True)), "mean") is None
    assert value_of(times(), "median") is None
