"""y of n on series whose truth is known, and the exact tail beneath."""

from __future__ import annotations

from datetime import date, timedelta
from math import comb

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from polars.testing import assert_frame_equal
from scipy import special

from alerts.detection import beta_binomial
from alerts.detection.panel import SeriesError
from alerts.detection.proportion import ProportionSpec, Scored, TrialsError, history, score

Floats = NDArray[np.float64]

FIRST = date(2025, 9, 1)  # a Monday
SPEC = ProportionSpec()
DAYS = SPEC.history_days
DAY = FIRST + timedelta(days=DAYS - 1)


def frame(hits: Floats, trials: Floats) -> pl.DataFrame:
    segments, days = hits.shape
    return pl.DataFrame(
        {
            "market": [f"m{n:05}" for n in range(segments) for _ in range(days)],
            "day": [FIRST + timedelta(days=d) for _ in range(segments) for d in range(days)],
            "y": hits.ravel(),
            "n": trials.ravel(),
        }
    )


def drawn(
    rng: np.random.Generator, mean: float, share: float, rho: float, segments: int
) -> tuple[Floats, Floats]:
    trials = rng.poisson(mean, (segments, DAYS))
    shares = np.full(trials.shape, share)
    if rho:
        strength = (1 - rho) / rho
        shares = rng.beta(share * strength, (1 - share) * strength, trials.shape)
    return rng.binomial(trials, shares).astype(float), trials.astype(float)


def steady(share: float, trials: float = 100.0, last_week: float | None = None) -> pl.DataFrame:
    n = np.full((1, DAYS), trials)
    y = n * share
    if last_week is not None:
        y[:, -7:] = trials * last_week
    return frame(np.round(y), n)


def judge(series: pl.DataFrame, spec: ProportionSpec = SPEC) -> Scored:
    return score(series, spec, DAY, began=FIRST)


@pytest.mark.parametrize(
    ("mean", "share", "rho"), [(50, 0.05, 0.0), (50, 0.05, 0.02), (500, 0.1, 0.01), (500, 0.5, 0.0)]
)
@pytest.mark.parametrize("direction", ["up", "down"])
def test_without_a_change_the_false_alarm_rate_stays_near_nominal(
    mean: float, share: float, rho: float, direction: str
) -> None:
    hits, trials = drawn(np.random.default_rng(7), mean, share, rho, 3_000)
    p = judge(frame(hits, trials), ProportionSpec(direction=direction)).judged["p"]  # type: ignore[arg-type]
    assert p.null_count() == 0
    assert 0.001 <= (p <= 0.01).mean() <= 0.015
    assert (p <= 0.001).mean() <= 0.002


def test_a_share_that_doubles_breaches_and_one_that_returns_is_clear() -> None:
    row = judge(steady(0.1, last_week=0.2)).judged.row(0, named=True)
    assert (row["breach"], row["why"]) == (True, "worse_share")
    assert (row["y"], row["n"], row["window_days"]) == (140.0, 700.0, 7)
    assert row["mu"] == pytest.approx(70.0, rel=0.01)
    assert row["excess"] == row["y"] - row["mu"]
    assert row["increase"] == pytest.approx(1.0, rel=0.02)
    assert row["low"] < row["mu"] < row["high"] < row["y"]
    usual = judge(steady(0.1)).judged.row(0, named=True)
    assert (usual["breach"], usual["cleared"], usual["why"]) == (False, True, "small_increase")


def test_attainment_that_falls_breaches_downwards_only() -> None:
    falling = steady(0.96, last_week=0.90)
    down = judge(falling, ProportionSpec(direction="down")).judged.row(0, named=True)
    assert down["breach"]
    assert down["increase"] == pytest.approx(-0.0625, abs=0.002)
    assert down["excess"] == pytest.approx(-42.0, abs=1.0)
    up = judge(falling, ProportionSpec(direction="up")).judged.row(0, named=True)
    assert (up["breach"], up["cleared"]) == (False, True)


def test_both_directions_are_mirror_images() -> None:
    hits, trials = drawn(np.random.default_rng(1), 60, 0.1, 0.01, 40)
    up = judge(frame(hits, trials)).judged
    down = judge(frame(trials - hits, trials), ProportionSpec(direction="down")).judged
    np.testing.assert_allclose(up["p"].to_numpy(), down["p"].to_numpy(), rtol=1e-6)
    assert up["breach"].to_list() == down["breach"].to_list()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"min_n": 701}, "few_trials"),
        ({"min_points": 0.11}, "small_increase"),
        ({"min_relative": 1.1}, "small_increase"),
        ({"min_excess": 75.0}, "small_excess"),
        ({"alpha": 0.0}, "not_surprising"),
        ({"fdr": 0.0}, "among_many"),
    ],
)
def test_each_gate_holds_by_itself(changed: dict[str, float], reason: str) -> None:
    series = steady(0.1, last_week=0.2)
    made = judge(series, ProportionSpec(**changed)).judged  # type: ignore[arg-type]
    assert made["why"].to_list() == [reason]
    assert not made["breach"].any()


def test_a_short_history_judges_nothing() -> None:
    young = score(steady(0.1, last_week=0.3), SPEC, DAY, began=DAY - timedelta(days=60)).judged
    assert young["why"].to_list() == ["short_history"]
    assert young["p"].null_count() == 1
    thin = judge(frame(np.full((1, DAYS), 0.0), np.full((1, DAYS), 0.5))).judged
    assert thin["why"].to_list() == ["short_history"]


def test_last_months_surge_does_not_become_the_usual_share() -> None:
    hits, trials = drawn(np.random.default_rng(4), 100, 0.1, 0.0, 200)
    raised = hits.copy()
    raised[:, 40:54] = np.round(trials[:, 40:54] * 0.3)
    quiet, after = (judge(frame(y, trials)).judged["mu"].to_numpy() for y in (hits, raised))
    assert np.abs(after / quiet - 1).mean() < 0.08


def test_few_windows_do_not_make_a_wild_dispersion() -> None:
    # 14-day windows in twelve weeks: six lie apart, and down-weighted days leave fewer.
    hits, trials = drawn(np.random.default_rng(6), 20, 0.4, 0.05, 300)
    phi = judge(frame(hits, trials), ProportionSpec(window_days=14)).judged["phi"].to_numpy()
    # A day's φ is 1 + 19 * .05; beside it stands what is not known of the share.
    assert 1.5 < np.median(phi) < 4.0
    assert phi.max() < 12.0


def test_an_episode_is_not_learned_from_and_stands_outside_discovery() -> None:
    n = np.full((1, DAYS), 100.0)
    y = np.full((1, DAYS), 10.0)
    y[:, -28:] = 20.0
    episodes = pl.DataFrame(
        {"market": ["m00000"], "opened": [DAY - timedelta(days=27)], "closed": [None]},
        schema_overrides={"closed": pl.Date},
    )
    row = score(frame(y, n), SPEC, DAY, began=FIRST, episodes=episodes).judged.row(0, named=True)
    assert row["mu"] == pytest.approx(70.0, rel=0.02)
    assert row["q"] is None
    assert row["breach"]


def test_several_days_are_judged_as_each_by_itself() -> None:
    hits, trials = drawn(np.random.default_rng(8), 40, 0.1, 0.0, 3)
    series = frame(hits, trials)
    days = [DAY - timedelta(days=n) for n in range(4)]
    together = score(series, SPEC, days, began=FIRST - timedelta(days=30)).judged
    for day in days:
        alone = score(
            series.filter(pl.col("day") <= day), SPEC, day, began=FIRST - timedelta(days=30)
        ).judged
        assert_frame_equal(together.filter(pl.col("day") == day), alone)


def test_a_strong_week_rhythm_is_expected() -> None:
    weekday = np.arange(DAYS) % 7
    n = np.full((1, DAYS), 200.0)
    y = np.where(weekday == 6, 60.0, 20.0)[None, :]
    mean = history(judge(frame(y, n), ProportionSpec(window_days=1)), 0)
    # The judged day is a Sunday.
    assert mean["mu"].to_list()[-1] == pytest.approx(60.0, rel=0.05)
    assert mean["low"].to_list()[-1] < 60 < mean["high"].to_list()[-1]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [("y", -1.0, "y = -1.0"), ("n", float("nan"), "n = nan"), ("y", None, "y = None")],
)
def test_numbers_that_are_none_are_refused(column: str, value: float | None, says: str) -> None:
    wrong = steady(0.1).with_columns(
        pl.when(pl.col("day") == DAY).then(pl.lit(value)).otherwise(column).alias(column)
    )
    with pytest.raises(SeriesError, match=f"{says} on {DAY} of market m00000"):
        judge(wrong)


def test_more_hits_than_trials_are_refused_with_the_day() -> None:
    wrong = steady(0.1).with_columns(y=pl.when(pl.col("day") == DAY).then(101.0).otherwise("y"))
    with pytest.raises(TrialsError, match=f"101 of 100 on {DAY} of market m00000"):
        judge(wrong)


def test_nothing_to_judge() -> None:
    made = judge(steady(0.1).clear()).judged
    assert made.is_empty()
    assert {"market", "day", "y", "n", "mu", "p", "q", "breach"} <= set(made.columns)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_another_segment_changes_no_judgement_but_q(seed: int) -> None:
    hits, trials = drawn(np.random.default_rng(seed), 30, 0.2, 0.01, 5)
    series = frame(hits, trials)
    few = judge(series.filter(pl.col("market") != "m00003")).judged.drop("q", "breach", "why")
    many = judge(series.sample(fraction=1.0, shuffle=True, seed=seed)).judged
    assert_frame_equal(
        few,
        many.filter(pl.col("market") != "m00003").drop("q", "breach", "why"),
        rel_tol=1e-6,
    )


def exact_tail(hits: int, trials: int, share: float, rho: float) -> float:
    """By adding up the definition."""
    strength = (1 - rho) / rho
    a, b = share * strength, (1 - share) * strength
    terms = [
        comb(trials, k) * np.exp(special.betaln(k + a, trials - k + b) - special.betaln(a, b))
        for k in range(hits, trials + 1)
    ]
    return float(sum(terms))


@settings(max_examples=200, deadline=None)
@given(
    trials=st.integers(1, 60),
    place=st.floats(0, 1),
    share=st.floats(0.01, 0.99),
    rho=st.floats(1e-4, 0.8),
)
def test_the_tail_is_the_sum_of_its_definition(
    trials: int, place: float, share: float, rho: float
) -> None:
    hits = round(place * trials)
    got = beta_binomial.upper_tail(
        np.array([float(hits)]), np.array([float(trials)]), np.array([share]), np.array([rho])
    )
    assert got[0] == pytest.approx(exact_tail(hits, trials, share, rho), rel=1e-6, abs=1e-9)


def test_without_correlation_the_tail_is_the_binomials() -> None:
    # P(Y >= 2) of 4 with 1/2: 11/16; and far out, 2^-1000.
    got = beta_binomial.upper_tail(
        np.array([2.0, 1000.0, 0.0]), np.array([4.0, 1000.0, 5.0]), np.full(3, 0.5), np.zeros(3)
    )
    assert got == pytest.approx([11 / 16, 0.5**1000, 1.0], rel=1e-9)


def test_the_tail_falls_with_hits_and_is_wider_with_correlation() -> None:
    hits = np.arange(0.0, 41.0)
    trials, share = np.full(41, 40.0), np.full(41, 0.2)
    tight, loose = (
        beta_binomial.upper_tail(hits, trials, share, np.full(41, rho)) for rho in (0.001, 0.1)
    )
    assert (np.diff(tight) <= 0).all()
    assert (loose[15:] > tight[15:]).all()
