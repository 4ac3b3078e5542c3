"""Shrunken shares: between the raw share and the others, by how much there is to judge."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from data_access.survival import shrunk

# Rats with tumours in 71 earlier groups and the current one (Tarone 1982; Gelman et al., Bayesian
# Data Analysis, 2013, table 5.1).
TUMOURS = (
    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 2 2 2 2 2 2 2 2 2 1 5 2 5 3 2 7 7 3 3 2 9 10 4 "
    "4 4 4 4 4 4 10 4 4 4 5 11 12 5 5 6 5 6 6 6 6 16 15 15 9 4"
)
RATS = (
    "20 20 20 20 20 20 20 19 19 19 19 18 18 17 20 20 20 20 19 19 18 18 25 24 23 20 20 20 20 20 20 "
    "10 49 19 46 27 17 49 47 20 20 13 48 50 20 20 20 20 20 20 20 48 19 19 19 22 46 49 20 20 23 19 "
    "22 20 20 20 52 46 47 24 14"
)


def test_the_rats_of_the_textbook() -> None:
    hits = pl.Series([int(x) for x in TUMOURS.split()])
    n = pl.Series([int(x) for x in RATS.split()])
    # As printed: the 70 earlier shares have mean 0.136 and standard deviation 0.103.
    earlier = (hits / n).head(70)
    assert earlier.mean() == pytest.approx(0.136, abs=5e-4)
    assert earlier.std() == pytest.approx(0.103, abs=5e-4)
    # The mode of (log(α/β), log(α + β)) is (−1.79, 2.74): α = 2.22, β = 13.27.
    strength = math.exp(2.74)
    a = strength / (1 + math.exp(1.79))
    found = shrunk(hits, n).row(-1, named=True)
    assert found["value"] == pytest.approx((a + 4) / (strength + 14), abs=5e-4)
    low, high = stats.beta.ppf([0.025, 0.975], a + 4, strength - a + 10)
    assert found["low"] == pytest.approx(low, abs=5e-4)
    assert found["high"] == pytest.approx(high, abs=5e-4)


def test_nothing_to_learn_from() -> None:
    alone = shrunk(pl.Series([18]), pl.Series([20])).row(0)
    # Jeffreys: beta(18.5, 2.5).
    assert alone == pytest.approx((0.9, *stats.beta.ppf([0.025, 0.975], 18.5, 2.5)))
    assert shrunk(pl.Series([0]), pl.Series([4])).row(0)[:2] == (0, 0)
    assert shrunk(pl.Series([4]), pl.Series([4])).row(0)[::2] == (1, 1)
    assert shrunk(pl.Series([3, 0]), pl.Series([10, 0])).rows()[1] == (None, None, None)
    assert shrunk(pl.Series([], dtype=pl.Int64), pl.Series([], dtype=pl.Int64)).is_empty()


def test_a_group_without_rows_is_expected_to_be_like_the_others() -> None:
    found = shrunk(pl.Series([80, 85, 90, 0]), pl.Series([100, 100, 100, 0]))
    assert found["value"][3] == pytest.approx(0.85, abs=0.02)
    width = found["high"] - found["low"]
    assert width[3] > width[0]


def test_equal_groups_are_drawn_together_but_not_made_certain() -> None:
    found = shrunk(pl.Series([9, 10, 11]), pl.Series([20, 20, 20]))
    assert ((found["value"] - 0.5).abs() < 0.04).all()
    assert ((found["high"] - found["low"]) > 0.15).all()


def test_more_hits_than_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and n"):
        shrunk(pl.Series([3]), pl.Series([2]))


shares = st.lists(
    st.integers(0, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=12,
)


@given(shares)
def test_shrinkage_lies_between_the_share_and_the_others(rows: list[tuple[int, int]]) -> None:
    found = shrunk(pl.Series([x for x, _ in rows]), pl.Series([n for _, n in rows]))
    if sum(n > 0 for _, n in rows) < 2:
        return
    # A group without rows of its own is told what groups are like.
    typical = shrunk(pl.Series([*(x for x, _ in rows), 0]), pl.Series([*(n for _, n in rows), 0]))[
        "value"
    ][-1]
    for (x, n), (value, low, high) in zip(rows, found.rows(), strict=True):
        raw = x / n if n else typical
        assert min(raw, typical) - 1e-9 <= value <= max(raw, typical) + 1e-9
        assert 0 <= low <= high <= 1


@given(st.lists(st.integers(0, 40), min_size=2, max_size=12))
def test_groups_of_one_size_keep_their_order(hits: list[int]) -> None:
    found = shrunk(pl.Series(hits), pl.Series([40] * len(hits)))
    beside = sorted(zip(hits, found["value"], strict=True))
    values = [value for _, value in beside]
    assert values == sorted(values)
