"""The count model on series whose truth is known, and properties that hold for every series."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from alerts.detection import design
from alerts.detection.calibration import daily
from alerts.detection.count_model import Expectation, expect, surprise

Counts = NDArray[np.int64]

YEARS = 1_100
FIRST = np.datetime64("2023-01-02")  # a Monday


def dates(points: int, step: int = 1) -> NDArray[np.datetime64]:
    return FIRST + step * np.arange(points)


def negative_binomial(rng: np.random.Generator, mean: NDArray[np.float64], phi: float) -> Counts:
    if phi == 1:
        return rng.poisson(mean)
    return rng.negative_binomial(np.maximum(mean, 1e-9) / (phi - 1), 1 / phi)


def flat(rng: np.random.Generator, series: int, points: int, mean: float = 10) -> Counts:
    return negative_binomial(rng, np.full((series, points), mean), 1.5)


def test_season_weekday_trend_and_events_are_expected() -> None:
    rng = np.random.default_rng(1)
    time = np.arange(YEARS)
    events = np.where((time % 365 > 320) & (time % 365 < 330), 1, 0)
    truth = 40 * np.exp(
        0.3 * np.cos(2 * np.pi * time / 365.25)
        + 0.2 * time / 365
        + np.where(time % 7 >= 5, -0.5, 0.2)
        + 0.7 * events
    )
    counts = rng.poisson(truth, (40, YEARS))
    judged = 100
    found = expect(counts, dates(YEARS), judged, events=events)
    error = np.log(found.mu / truth[-judged:])
    assert abs(error.mean()) < 0.02
    assert np.abs(error.mean(axis=0)).max() < 0.08


def test_clean_series_are_surprising_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2)
    level = np.exp(rng.normal(1.5, 1.0, (400, 1)))
    counts = negative_binomial(rng, np.broadcast_to(level, (400, 800)), 1.6)
    p = surprise(expect(counts, dates(800), 60), daily()).p
    assert 0.07 < np.mean(p <= 0.1) < 0.13
    assert 0.006 < np.mean(p <= 0.01) < 0.015
    assert np.mean(p <= 0.001) < 0.0025


def test_a_surge_is_surprising_and_the_longest_window_sees_a_slow_one() -> None:
    rng = np.random.default_rng(3)
    counts = flat(rng, 50, 800)
    counts[:25, -1] += 30
    counts[25:, -14:] += rng.poisson(5, (25, 14))
    found = surprise(expect(counts, dates(800), 1), daily())
    assert np.mean(found.p[:25] < 1e-3) > 0.9
    assert np.median(found.window[:25]) == 1
    assert np.mean(found.p[25:] < 1e-2) > 0.8
    assert np.median(found.window[25:]) >= 7


def test_past_surges_neither_lift_the_mean_nor_hide_the_next() -> None:
    rng = np.random.default_rng(4)
    clean = flat(rng, 60, 1_000)
    surged = clean.copy()
    for start in (200, 400, 600, 800):
        surged[:, start : start + 14] += rng.poisson(12, (60, 14))
    one, other = (expect(counts, dates(1_000), 1) for counts in (clean, surged))
    assert np.median(other.mu / one.mu) == pytest.approx(1, abs=0.03)
    # Sums over a fortnight lie eleven standard deviations up; learned from, φ would be tenfold.
    assert np.median(other.phi[-1] / one.phi[-1]) < 2


def test_the_level_follows_a_shift_within_weeks() -> None:
    rng = np.random.default_rng(5)
    level = np.where(np.arange(1_000) < 900, 10.0, 18.0)
    counts = rng.poisson(level, (60, 1_000))
    mu = expect(counts, dates(1_000), 40).mu
    assert np.median(mu[:, -1]) == pytest.approx(18, rel=0.08)


def test_serial_dependence_widens_long_windows_and_raises_few_alarms() -> None:
    rng = np.random.default_rng(6)
    points, series = 1_000, 80
    state = np.zeros((series, points))
    for at in range(1, points):
        state[:, at] = 0.9 * state[:, at - 1] + rng.normal(0, 0.11, series)
    found = expect(rng.poisson(20 * np.exp(state)), dates(points), 100)
    assert np.median(found.phi[-1]) > 3 * np.median(found.phi[0])
    assert np.mean(surprise(found, daily()).p <= 0.001) < 0.01


def test_exposure_carries_the_mean() -> None:
    rng = np.random.default_rng(7)
    exposure = rng.uniform(20, 200, (30, 500))
    exposure[:, -1] = 600.0
    counts = rng.poisson(0.1 * exposure)
    found = expect(counts, dates(500), 1, exposure=exposure)
    assert np.median(found.mu) == pytest.approx(60, rel=0.05)
    none = exposure.copy()
    none[:, -1] = 0
    assert np.all(expect(counts, dates(500), 1, exposure=none).mu == pytest.approx(0, abs=1e-6))


def test_what_is_not_known_is_not_learned_from() -> None:
    rng = np.random.default_rng(8)
    counts = flat(rng, 20, 500)
    known = np.ones(counts.shape)
    known[:, 300:420] = 0
    spoiled = counts.copy()
    spoiled[:, 300:420] = 500
    found = [expect(c, dates(500), 5, known=known).mu for c in (counts, spoiled)]
    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_a_promotion_never_seen_before_makes_a_day_less_certain() -> None:
    rng = np.random.default_rng(9)
    counts = flat(rng, 20, 500, mean=50)
    events = np.zeros(500, dtype=np.int64)
    events[-1] = 4
    plain = expect(counts, dates(500), 1).dispersion[0]
    promoted = expect(counts, dates(500), 1, events=events).dispersion[0]
    assert np.all(promoted > 5 * plain)


def test_a_weekly_series_is_judged_by_weeks() -> None:
    rng = np.random.default_rng(10)
    time = np.arange(300)
    truth = 12 * np.exp(0.5 * np.sin(2 * np.pi * time / 52))
    found = expect(rng.poisson(truth, (40, 300)), dates(300, 7), 26, cadence=design.WEEKLY)
    assert found.lengths == (1, 2, 3)
    assert np.log(found.mu / truth[-26:]).mean() == pytest.approx(0, abs=0.03)


def everything(found: Expectation) -> list[NDArray[np.float64]]:
    return [found.mu, found.observed, found.mean, found.phi, found.relative_variance]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 39))
def test_the_future_changes_nothing(seed: int, known: int) -> None:
    rng = np.random.default_rng(seed)
    counts = flat(rng, 5, 300, mean=float(rng.uniform(0.1, 30)))
    scrambled = counts.copy()
    scrambled[:, 260 + known :] = rng.permuted(counts[:, 260 + known :], axis=1) * 3 + 7
    now, then = (everything(expect(c, dates(300), 40)) for c in (counts, scrambled))
    for one, other in zip(now, then, strict=True):
        assert one[..., :known] == pytest.approx(other[..., :known], rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_neighbours_and_their_order_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = np.concatenate([flat(rng, 3, 200), flat(rng, 3, 200, mean=0.3)])
    order = rng.permutation(6)
    whole = expect(counts, dates(200), 10)
    mixed = expect(counts[order], dates(200), 10)
    alone = expect(counts[2:3], dates(200), 10)
    assert mixed.mu == pytest.approx(whole.mu[order], rel=1e-3)
    assert mixed.phi == pytest.approx(whole.phi[:, order], rel=1e-2)
    assert alone.mu == pytest.approx(whole.mu[2:3], rel=1e-3)


@pytest.mark.parametrize("mean", [0.0, 1e-3, 1e6])
def test_extreme_series_stay_finite(mean: float) -> None:
    rng = np.random.default_rng(11)
    counts = rng.poisson(mean, (4, 300))
    found = expect(counts, dates(300), 20)
    assert all(np.isfinite(values).all() for values in everything(found))
    p = surprise(found, daily()).p
    assert np.all((p > 0) & (p <= 1))


def test_counts_that_are_none_are_refused() -> None:
    counts = np.ones((2, 100))
    days = dates(100)
    with pytest.raises(ValueError, match="negative counts"):
        expect(counts - 2, days, 1)
    for broken in (np.nan, np.inf):
        wrong = counts.copy()
        wrong[1, 3] = broken
        with pytest.raises(ValueError, match="not numbers"):
            expect(wrong, days, 1)
    with pytest.raises(ValueError, match="one date per point"):
        expect(counts, days[1:], 1)
    with pytest.raises(ValueError, match="are needed"):
        expect(counts[:, :20], days[:20], 1)
    with pytest.raises(ValueError, match="Exposure"):
        expect(counts, days, 1, exposure=counts[:1])


def test_other_windows_may_be_asked_for() -> None:
    rng = np.random.default_rng(12)
    cadence = replace(design.DAILY, windows=(7,), shares=(1.0,))
    counts = flat(rng, 3, 300)
    found = expect(counts, dates(300), 1, cadence=cadence)
    assert found.observed[0, :, 0].tolist() == counts[:, -7:].sum(axis=1).tolist()
    assert found.mean[0, :, 0] == pytest.approx(np.full(3, 70), rel=0.2)
