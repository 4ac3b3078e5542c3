"""The interval of a difference, from the intervals of the two numbers."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.metrics.differences import Estimated, differ, difference
from data_access.metrics.intervals import wilson

shares = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def share(hits: int, n: int) -> Estimated:
    frame = pl.DataFrame({"x": [hits], "n": [n]})
    low, high = wilson(pl.col("x"), pl.col("n"))
    least, most = frame.select(low.alias("low"), high.alias("high")).row(0)
    return Estimated(hits / n, least, most)


def test_the_example_of_newcombe() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table II, example (a): 56/70 − 48/80 is 0.2000,
    # method 10 gives 0.0524 to 0.3339.
    found = difference(share(56, 70), share(48, 80))
    assert found == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert differ(share(56, 70), share(48, 80)) is True


def test_without_an_interval_nobody_can_tell() -> None:
    assert difference(Estimated(1.0), share(1, 2)) is None
    assert differ(Estimated(1.0), share(1, 2)) is None


@given(shares, shares)
def test_it_does_not_matter_which_one_was_first(one: tuple[int, int], two: tuple[int, int]) -> None:
    forth, back = difference(share(*one), share(*two)), difference(share(*two), share(*one))
    assert forth is not None
    assert back == pytest.approx((-forth[1], -forth[0]))
    assert forth[0] <= share(*one).value - share(*two).value <= forth[1]


@given(shares)
def test_a_number_does_not_differ_from_itself(one: tuple[int, int]) -> None:
    assert differ(share(*one), share(*one)) is False
