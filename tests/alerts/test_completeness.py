"""Learned completeness of the youngest days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from alerts.detection.completeness import complete, learn, learn_counts
from alerts.detection.panel import SeriesError

Floats = NDArray[np.float64]

MONDAY = date(2026, 3, 2)
AS_OF = MONDAY + timedelta(days=69)


def reports(rows: list[tuple[int, int, float]]) -> pl.DataFrame:
    """Day (from the Monday on), age and reports."""
    return pl.DataFrame(
        {
            "day": [MONDAY + timedelta(days=day) for day, _, _ in rows],
            "age": [age for _, age, _ in rows],
            "y": [y for _, _, y in rows],
        },
        schema={"day": pl.Date, "age": pl.Int64, "y": pl.Float64},
    )


def simulated(
    rng: np.random.Generator, mean: float, share: Floats, days: int, concentration: float = 0.0
) -> tuple[Floats, NDArray[np.int64]]:
    totals = rng.poisson(mean, (20, days))
    shares = np.broadcast_to(share, (20, days, len(share)))
    if concentration:
        shares = rng.dirichlet(share * concentration, (20, days))
    counts = rng.multinomial(totals, shares).astype(float)
    return counts, np.arange(days) % 7


def test_by_hand() -> None:
    # Every day: 50 at once, 30 the day after, 20 two days later.
    rows = [(d, a, y) for d in range(70) for a, y in enumerate((50.0, 30.0, 20.0)) if d + a < 70]
    learned = learn(reports(rows), as_of=AS_OF, ages=2)
    np.testing.assert_allclose(learned.share, np.tile([0.5, 0.8, 1.0], (7, 1)), atol=1e-12)
    np.testing.assert_allclose(learned.at(np.array([0, 3]), np.array([1, 99])), [0.8, 1.0])


def test_what_would_come_on_sunday_comes_on_monday() -> None:
    # 60 at once and 40 the day after, but nothing ever comes on a Sunday.
    rows = []
    for day in range(70):
        weekday = day % 7
        if weekday == 5:
            rows += [(day, 0, 60.0), (day, 2, 40.0)]
        elif weekday == 6:
            rows += [(day, 1, 100.0)]
        else:
            rows += [(day, 0, 60.0), (day, 1, 40.0)]
    seen = [row for row in rows if row[0] + row[1] < 70]
    share = learn(reports(seen * 20), as_of=AS_OF, ages=3).share
    assert share[2, :2] == pytest.approx([0.6, 1.0], abs=0.01)
    assert share[5, :3] == pytest.approx([0.6, 0.6, 1.0], abs=0.02)
    assert share[6, :2] == pytest.approx([0.0, 1.0], abs=0.02)


def test_days_that_are_not_over_teach_the_ages_they_reached() -> None:
    rows = [(d, a, y) for d in range(70) for a, y in enumerate((50.0, 30.0, 20.0)) if d + a < 70]
    young = learn(reports(rows), as_of=AS_OF, ages=2, days=3)
    # Three days: one whole, one without age 2, one with age 0 only.
    np.testing.assert_allclose(young.share[0], [0.5, 0.8, 1.0], atol=1e-12)


def test_later_reports_than_as_of_are_not_looked_at() -> None:
    rows = [(d, a, y) for d in range(70) for a, y in enumerate((50.0, 50.0)) if d + a < 70]
    spoilt = [*rows, (69, 1, 1e6), (75, 0, 1e6)]
    a, b = (learn(reports(r), as_of=AS_OF, ages=1) for r in (rows, spoilt))
    np.testing.assert_array_equal(a.share, b.share)


def test_the_estimate_converges() -> None:
    share = 0.3 * 0.72 ** np.arange(15)
    share /= share.sum()
    errors = []
    for mean in (1.0, 10.0, 1000.0):
        counts, weekday = simulated(np.random.default_rng(2), mean, share, 120)
        learned = learn_counts(counts, weekday, np.arange(120)[::-1])
        errors.append(np.abs(learned.share - np.cumsum(share)).max())
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.003


@pytest.mark.parametrize("concentration", [20.0, 60.0])
def test_the_scatter_of_single_days_is_learned(concentration: float) -> None:
    counts, weekday = simulated(
        np.random.default_rng(3), 50.0, np.array([0.3, 0.3, 0.2, 0.2]), 120, concentration
    )
    learned = learn_counts(counts, weekday, np.arange(120)[::-1])
    assert learned.scatter == pytest.approx(1 / (concentration + 1), rel=0.25)


def test_thinning_has_the_mean_and_variance_of_what_is_in() -> None:
    rng = np.random.default_rng(4)
    mu, phi, share, rho = 30.0, 2.0, 0.4, 0.05
    counts, weekday = simulated(rng, 50.0, np.array([0.4, 0.6]), 100, 1 / rho - 1)
    learned = learn_counts(counts, weekday, np.arange(100)[::-1])
    whole = rng.negative_binomial(mu / (phi - 1), 1 / phi, 400_000)
    strength = 1 / learned.scatter - 1
    seen = rng.binomial(whole, rng.beta(share * strength, (1 - share) * strength, whole.size))
    mean, variance = learned.thin(np.array([mu]), np.array([phi]), np.array([share]))
    assert mean[0] == pytest.approx(seen.mean(), rel=0.01)
    assert variance[0] == pytest.approx(seen.var(), rel=0.02)


def test_complete_changes_nothing() -> None:
    mean, variance = complete().thin(
        np.array([5.0]), np.array([1.5]), complete().at(np.array([3]), np.array([0]))
    )
    assert (mean[0], variance[0]) == (5.0, 7.5)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 69), st.integers(0, 9), st.integers(0, 50).map(float)),
        max_size=60,
    )
)
def test_shares_rise_with_age_to_one(rows: list[tuple[int, int, float]]) -> None:
    learned = learn(reports(rows), as_of=AS_OF, ages=7)
    assert (np.diff(learned.share, axis=1) >= -1e-12).all()
    assert (learned.share >= 0).all()
    np.testing.assert_array_equal(learned.share[:, -1], 1.0)
    assert 0 <= learned.scatter < 1


@pytest.mark.parametrize("row", [(3, -1, 2.0), (3, 1, -2.0), (3, 1, float("nan"))])
def test_reports_that_cannot_be_are_refused(row: tuple[int, int, float]) -> None:
    with pytest.raises(SeriesError, match="2026-03-05"):
        learn(reports([row]), as_of=AS_OF, ages=7)


def test_nothing_reported_means_nothing_known() -> None:
    learned = learn(reports([]), as_of=AS_OF, ages=2)
    np.testing.assert_array_equal(learned.share, np.ones((7, 3)))
    assert learned.reports == 0
