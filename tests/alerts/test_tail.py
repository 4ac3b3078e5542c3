"""Tail probabilities and false discovery rates against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.tail import false_discovery_rate, upper_tail


def one(count: float, mean: float, phi: float) -> float:
    return float(upper_tail(np.array([count]), np.array([mean]), np.array([phi]))[0])


def poisson_tail(count: int, mean: float) -> float:
    return 1 - math.fsum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(count))


def negative_binomial_tail(count: int, mean: float, phi: float) -> float:
    size, p = mean / (phi - 1), 1 / phi

    def pmf(k: int) -> float:
        log = math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1)
        return math.exp(log + size * math.log(p) + k * math.log(1 - p))

    return 1 - math.fsum(pmf(k) for k in range(count))


@pytest.mark.parametrize(("count", "mean"), [(1, 0.5), (5, 2.0), (30, 20.0)])
def test_without_overdispersion_it_is_poisson(count: int, mean: float) -> None:
    assert one(count, mean, 1.0) == pytest.approx(poisson_tail(count, mean), rel=1e-9)


@pytest.mark.parametrize(("count", "mean", "phi"), [(1, 0.5, 1.5), (9, 3.0, 2.0), (60, 30.0, 4.0)])
def test_with_overdispersion_it_is_negative_binomial(count: int, mean: float, phi: float) -> None:
    expected = negative_binomial_tail(count, mean, phi)
    assert one(count, mean, phi) == pytest.approx(expected, rel=1e-7)


def test_far_out_it_is_tiny_but_not_zero() -> None:
    assert 0 < one(400, 50, 1.0) < 1e-100


def test_nothing_is_never_surprising() -> None:
    assert one(0, 12, 2.0) == 1.0


@given(st.integers(1, 300), st.floats(0.1, 100), st.floats(1, 6))
def test_more_cases_are_more_surprising(count: int, mean: float, phi: float) -> None:
    assert one(count + 1, mean, phi) <= one(count, mean, phi)


def test_q_values_by_hand() -> None:
    # 0.01·4/1 = 0.04; 0.02·4/2 = 0.04; 0.03·4/3 = 0.04; 0.5·4/4 = 0.5
    q = false_discovery_rate(np.array([0.03, 0.5, 0.01, 0.02]))
    assert q == pytest.approx([0.04, 0.5, 0.04, 0.04])


def test_what_was_not_judged_does_not_count() -> None:
    q = false_discovery_rate(np.array([0.01, np.nan, 0.04]))
    assert q[0] == pytest.approx(0.02)
    assert np.isnan(q[1])
    assert q[2] == pytest.approx(0.04)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_q_is_at_least_p_and_keeps_the_order(values: list[float]) -> None:
    p = np.array(values)
    q = false_discovery_rate(p)
    assert np.all(q >= p - 1e-12)
    assert np.all(np.diff(q[np.argsort(p, kind="stable")]) >= -1e-12)
