"""Intervals against published and exact figures."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.metrics.intervals import byar, net_score, quantile_rank, quantile_ranks, wilson


def ends(pair: tuple[pl.Expr, pl.Expr], **columns: int) -> tuple[float | None, float | None]:
    low, high = pl.DataFrame(columns).select(low=pair[0], high=pair[1]).row(0)
    return low, high


X, N = pl.col("x"), pl.col("n")


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(90, 100, 0.8256, 0.9448), (18, 20, 0.6990, 0.9721), (0, 10, 0.0, 0.2775)],
)
def test_wilson_golden(hits: int, n: int, low: float, high: float) -> None:
    found = ends(wilson(X, N), x=hits, n=n)
    assert found == pytest.approx((low, high), abs=5e-5)


def test_wilson_says_nothing_without_cases_or_beyond_a_share() -> None:
    assert ends(wilson(X, N), x=0, n=0) == (None, None)
    assert ends(wilson(X, N), x=3, n=2) == (None, None)


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_holds_the_share_and_stays_within_0_and_1(hits: int, more: int) -> None:
    n = hits + more
    low, high = ends(wilson(X, N), x=hits, n=n)
    assert low is not None
    assert high is not None
    assert 0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1


# Exact Poisson limits (Garwood 1936), from tables of the chi-square distribution.
GARWOOD = [(5, 1.6235, 11.6683), (10, 4.7954, 18.3904), (50, 37.1110, 65.9188)]


@pytest.mark.parametrize(("events", "low", "high"), GARWOOD)
def test_byar_is_close_to_the_exact_limits(events: int, low: float, high: float) -> None:
    found = ends(byar(X, N), x=events, n=1)
    assert found == pytest.approx((low, high), rel=0.01)


def test_byar_of_no_event_and_of_no_exposure() -> None:
    low, high = ends(byar(X, N), x=0, n=1000)
    assert low == 0
    assert high == pytest.approx(3.689 / 1000, rel=0.01)
    assert ends(byar(X, N), x=4, n=0) == (None, None)


def score_ends(promoters: int, detractors: int, n: int) -> tuple[float | None, float | None]:
    pair = net_score(pl.col("p"), pl.col("d"), N)
    return ends(pair, p=promoters, d=detractors, n=n)


def test_net_score_golden() -> None:
    # p = 0.5, d = 0.2, n = 100: ± 1.96 √((0.7 − 0.09) / 100) = ± 0.15308
    assert score_ends(50, 20, 100) == pytest.approx((0.3 - 0.15308, 0.3 + 0.15308), abs=1e-5)
    assert score_ends(0, 0, 0) == (None, None)
    assert score_ends(4, 0, 4) == (1.0, 1.0)


def test_quantile_ranks_golden() -> None:
    # n = 100, q = 0.5: 50 ± 9.8 → 40 and 61 (Conover, 3.2)
    frame = pl.DataFrame({"n": [100]})
    low, high = quantile_ranks(0.5, N)
    assert frame.select(low.alias("low"), high.alias("high")).row(0) == (40, 61)


@given(st.integers(1, 2000), st.sampled_from([0.5, 0.9]))
def test_ranks_are_ranks_and_the_quantile_lies_between(n: int, q: float) -> None:
    low, high = quantile_ranks(q, N)
    found = pl.DataFrame({"n": [n]}).select(
        low.alias("l"), quantile_rank(q, N).alias("q"), high.alias("h")
    )
    lowest, rank, highest = found.row(0)
    assert 1 <= lowest <= rank <= highest <= n
    exact = math.ceil(round(q * 10) * n / 10)
    assert rank == exact
