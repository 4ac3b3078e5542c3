"""The surge detector on series whose truth is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from polars.testing import assert_frame_equal

from alerts.detection import surge
from alerts.detection.completeness import Completeness
from alerts.detection.events import EventCalendar
from alerts.detection.panel import SeriesError
from alerts.detection.surge import SurgeSpec, history, score

FIRST = date(2025, 9, 1)  # a Monday
SPEC = SurgeSpec()
WEEK = SurgeSpec(window_days=7)
DAY = FIRST + timedelta(days=SPEC.history_days - 1)


def frame(
    counts: NDArray[np.float64],
    exposure: NDArray[np.float64] | None = None,
    first: date = FIRST,
) -> pl.DataFrame:
    segments, days = counts.shape
    made = pl.DataFrame(
        {
            "market": [f"m{n:05}" for n in range(segments) for _ in range(days)],
            "day": [first + timedelta(days=d) for _ in range(segments) for d in range(days)],
            "y": counts.ravel(),
        }
    )
    return made if exposure is None else made.with_columns(exposure=pl.Series(exposure.ravel()))


def noise(
    rng: np.random.Generator, mean: float, phi: float, shape: tuple[int, int]
) -> NDArray[np.float64]:
    if phi == 1:
        return rng.poisson(mean, shape).astype(float)
    return rng.negative_binomial(mean / (phi - 1), 1 / phi, shape).astype(float)


def judge(counts: NDArray[np.float64], spec: SurgeSpec = SPEC) -> pl.DataFrame:
    day = FIRST + timedelta(days=counts.shape[1] - 1)
    return score(frame(counts), spec, day, began=FIRST).judged


@pytest.mark.parametrize("mean", [2.0, 8.0, 64.0])
@pytest.mark.parametrize("phi", [1.0, 2.0])
def test_without_surges_the_false_alarm_rate_stays_near_nominal(mean: float, phi: float) -> None:
    rng = np.random.default_rng(20260301)
    judged = judge(noise(rng, mean, phi, (6_000, SPEC.history_days)))
    surprising = judged.filter(pl.col("p") <= 0.01).height / judged.height
    # Twice the nominal 1 %, and never so shy that it could not find anything.
    assert 0.002 <= surprising <= 0.02
    assert judged["breach"].mean() <= 2 * SPEC.alpha


def test_weekday_pattern_and_growth_raise_no_alarm() -> None:
    rng = np.random.default_rng(7)
    days = np.arange(SPEC.history_days)
    shape = np.where(days % 7 >= 5, 0.4, 1.2) * np.exp(0.003 * days) * 30
    judged = judge(rng.poisson(shape, (3_000, days.size)).astype(float))
    assert judged.filter(pl.col("p") <= 0.01).height <= 2 * 0.01 * judged.height
    expected = shape[-1]
    assert judged["mu"].mean() == pytest.approx(expected, rel=0.06)


# With φ = 2 a doubled day is 105 or less in one of fifteen cases, which is no surprise at 64.
@pytest.mark.parametrize(("phi", "found"), [(1.0, 0.99), (2.0, 0.8)])
def test_a_doubling_at_64_a_day_is_found(phi: float, found: float) -> None:
    rng = np.random.default_rng(3)
    counts = noise(rng, 64, phi, (400, SPEC.history_days))
    counts[:, -1] = noise(rng, 128, phi, (400, 1))[:, 0]
    assert judge(counts)["breach"].mean() >= found


def test_a_past_surge_does_not_hide_the_next_one() -> None:
    rng = np.random.default_rng(4)
    counts = noise(rng, 30, 1.0, (200, SPEC.history_days))
    counts[:, 30:37] *= 4
    counts[:, -1] = 65
    assert judge(counts)["breach"].mean() >= 0.95


def test_a_small_excess_is_not_a_surge_however_surprising() -> None:
    counts = np.zeros((1, SPEC.history_days))
    counts[0, -1] = 4
    row = judge(counts).row(0, named=True)
    assert (row["breach"], row["why"]) == (False, "small_excess")
    assert row["p"] < 0.001


def test_a_large_count_needs_half_as_many_again() -> None:
    rng = np.random.default_rng(5)
    counts = noise(rng, 1000, 1.0, (1, SPEC.history_days))
    counts[0, -1] = 1400
    row = judge(counts).row(0, named=True)
    assert (row["breach"], row["why"]) == (False, "small_increase")
    assert row["p"] < 1e-6


def test_surprising_alone_may_be_one_among_many() -> None:
    rng = np.random.default_rng(6)
    counts = noise(rng, 16, 1.0, (1_000, SPEC.history_days))
    counts[0, -1] = 38
    alone = judge(counts[:1]).row(0, named=True)
    crowd = judge(counts).row(0, named=True)
    assert alone["breach"]
    assert alone["p"] == pytest.approx(crowd["p"], rel=1e-3)  # single precision
    assert (crowd["breach"], crowd["why"]) == (False, "among_many")


def test_segments_with_an_open_episode_stand_outside_the_crowd() -> None:
    rng = np.random.default_rng(8)
    counts = noise(rng, 20, 1.0, (50, SPEC.history_days))
    counts[0, -3:] = 60
    opened = pl.DataFrame(
        {"market": ["m00000"], "opened": [DAY - timedelta(days=2)], "closed": [None]},
        schema={"market": pl.String, "opened": pl.Date, "closed": pl.Date},
    )
    judged = score(frame(counts), SPEC, DAY, began=FIRST, episodes=opened).judged
    row = judged.row(0, named=True)
    assert (row["breach"], row["q"]) == (True, None)
    assert judged["q"].null_count() == 1


def test_days_of_an_episode_are_not_learned_from() -> None:
    counts = np.full((1, SPEC.history_days), 20.0)
    counts[0, 28:56] = 80
    closed = pl.DataFrame(
        {
            "market": ["m00000"],
            "opened": [FIRST + timedelta(days=28)],
            "closed": [FIRST + timedelta(days=55)],
        }
    )
    judged = score(frame(counts), SPEC, DAY, began=FIRST, episodes=closed).judged
    assert judged["mu"][0] == pytest.approx(20, rel=0.05)


def test_with_exposure_the_rate_counts_not_the_count() -> None:
    rng = np.random.default_rng(9)
    exposure = rng.poisson(40, (300, WEEK.history_days)).astype(float)
    exposure[:, -7:] *= 3
    calm = rng.poisson(0.1 * exposure).astype(float)
    day = FIRST + timedelta(days=WEEK.history_days - 1)
    judged = score(frame(calm, exposure), WEEK, day, began=FIRST).judged
    assert judged["breach"].mean() <= 2 * WEEK.alpha
    late = calm.copy()
    late[:, -7:] = rng.poisson(0.25 * exposure[:, -7:])
    judged = score(frame(late, exposure), WEEK, day, began=FIRST).judged
    assert judged["breach"].mean() >= 0.97
    assert judged["exposure"].mean() == pytest.approx(7 * 120, rel=0.02)


def test_no_exposure_in_the_window_is_not_judged() -> None:
    counts, exposure = np.zeros((1, WEEK.history_days)), np.ones((1, WEEK.history_days))
    exposure[0, -7:] = 0
    day = FIRST + timedelta(days=WEEK.history_days - 1)
    row = score(frame(counts, exposure), WEEK, day, began=FIRST).judged.row(0, named=True)
    assert (row["breach"], row["cleared"], row["p"], row["why"]) == (
        False,
        False,
        None,
        "no_exposure",
    )


def test_a_young_feed_is_not_judged() -> None:
    counts = np.full((1, SPEC.history_days), 3.0)
    counts[0, -1] = 100
    began = DAY - timedelta(days=40)
    row = score(frame(counts), SPEC, DAY, began=began).judged.row(0, named=True)
    assert (row["breach"], row["why"]) == (False, "short_history")


def test_below_the_recovery_threshold_it_is_cleared() -> None:
    counts = np.full((3, SPEC.history_days), 50.0)
    counts[:, -1] = (50, 57, 70)
    assert judge(counts)["cleared"].to_list() == [True, True, False]


def test_history_shows_what_was_expected() -> None:
    rng = np.random.default_rng(10)
    counts = noise(rng, 25, 1.0, (2, SPEC.history_days))
    scored = score(frame(counts), SPEC, DAY, began=FIRST)
    shown = history(scored, 1)
    assert shown["y"].to_list() == counts[1].tolist()
    assert shown.filter((pl.col("low") > pl.col("mu")) | (pl.col("mu") > pl.col("high"))).is_empty()
    assert shown["mu"][-1] == pytest.approx(scored.judged["mu"][1])


def test_an_empty_feed_gives_no_rows() -> None:
    nothing = frame(np.zeros((1, 1))).clear()
    assert score(nothing, SPEC, DAY, began=FIRST).judged.is_empty()


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_row_order_and_other_segments_do_not_matter(seed: int, shuffle: object) -> None:
    rng = np.random.default_rng(seed)
    counts = noise(rng, 12, 1.5, (5, SPEC.history_days))
    rows = frame(counts)
    whole = score(rows, SPEC, DAY, began=FIRST).judged
    shuffled = score(rows.sample(fraction=1, shuffle=True, seed=seed), SPEC, DAY, began=FIRST)
    assert_frame_equal(whole, shuffled.judged)
    some = score(rows.filter(pl.col("market") >= "m00002"), SPEC, DAY, began=FIRST).judged
    assert_frame_equal(
        whole.filter(pl.col("market") >= "m00002").drop("q", "breach", "why"),
        some.drop("q", "breach", "why"),
        rel_tol=1e-3,
    )


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1000))
def test_the_unit_of_the_exposure_does_not_matter(seed: int, unit: float) -> None:
    rng = np.random.default_rng(seed)
    exposure = rng.poisson(30, (4, SPEC.history_days)) + 1.0
    counts = rng.poisson(0.2 * exposure).astype(float)
    one = score(frame(counts, exposure), SPEC, DAY, began=FIRST).judged
    other = score(frame(counts, exposure * unit), SPEC, DAY, began=FIRST).judged
    assert_frame_equal(one.drop("n", "exposure"), other.drop("n", "exposure"), rel_tol=1e-3)


def test_moving_all_days_by_a_week_changes_only_the_day() -> None:
    rng = np.random.default_rng(11)
    counts = noise(rng, 15, 2.0, (5, SPEC.history_days))
    now = score(frame(counts), SPEC, DAY, began=FIRST).judged
    week = timedelta(days=7)
    later = score(frame(counts, first=FIRST + week), SPEC, DAY + week, began=FIRST + week).judged
    assert_frame_equal(now.drop("day"), later.drop("day"))


def test_several_days_at_once_give_what_each_gives_alone() -> None:
    rng = np.random.default_rng(12)
    counts = noise(rng, 12, 1.5, (6, SPEC.history_days + 10))
    counts[2, -4:] += 30
    rows = frame(counts)
    days = [FIRST + timedelta(days=SPEC.history_days - 1 + at) for at in (0, 3, 10)]
    opened = pl.DataFrame(
        {"market": ["m00002"], "opened": [days[2] - timedelta(days=3)], "closed": [None]},
        schema={"market": pl.String, "opened": pl.Date, "closed": pl.Date},
    )
    together = score(rows, SPEC, days, began=FIRST, episodes=opened).judged
    for day in days:
        alone = score(rows, SPEC, day, began=FIRST, episodes=opened).judged
        assert_frame_equal(together.filter(pl.col("day") == day), alone)


def test_rows_after_the_judged_day_are_not_looked_at() -> None:
    rng = np.random.default_rng(13)
    counts = noise(rng, 12, 1.5, (3, SPEC.history_days + 5))
    later = counts.copy()
    later[:, -5:] = 999
    one, other = (score(frame(c), SPEC, DAY, began=FIRST).judged for c in (counts, later))
    assert_frame_equal(one, other)


def test_a_declared_holiday_is_expected_to_be_low_and_a_promotion_high() -> None:
    rng = np.random.default_rng(14)
    spec = SurgeSpec(baseline_weeks=52)
    day = FIRST + timedelta(days=spec.history_days - 1)
    days = [FIRST + timedelta(days=at) for at in range(spec.history_days)]
    promoted = {days[at] for at in (60, 61, 150, 151, 152, 240, spec.history_days - 1)}
    truth = np.array([60.0 if d in promoted else 20.0 for d in days])
    counts = rng.poisson(truth, (40, len(days))).astype(float)
    calendar = EventCalendar(
        pl.DataFrame({"market": [None] * len(promoted), "day": sorted(promoted)}).with_columns(
            pl.col("market").cast(pl.String), kind=pl.lit("promotion")
        )
    )
    told = score(frame(counts), spec, day, began=FIRST, events=calendar).judged
    assert told["breach"].sum() == 0
    assert told["mu"].to_numpy().mean() == pytest.approx(60, rel=0.1)
    untold = score(frame(counts), spec, day, began=FIRST).judged
    assert untold["breach"].sum() == 40


def test_events_of_another_market_change_nothing() -> None:
    rng = np.random.default_rng(15)
    counts = noise(rng, 20, 1.0, (4, SPEC.history_days))
    calendar = EventCalendar(
        pl.DataFrame({"market": ["m00003"], "day": [DAY], "kind": ["promotion"]})
    )
    plain = score(frame(counts), SPEC, DAY, began=FIRST).judged
    told = score(frame(counts), SPEC, DAY, began=FIRST, events=calendar).judged
    others = pl.col("market") != "m00003"
    assert_frame_equal(plain.filter(others).drop("q"), told.filter(others).drop("q"), rel_tol=1e-3)
    assert told["phi"][3] > 2 * plain["phi"][3]


def test_reports_that_are_still_to_come_are_not_missed() -> None:
    rng = np.random.default_rng(16)
    counts = noise(rng, 40, 1.0, (60, SPEC.history_days))
    counts[:, -1] = rng.binomial(counts[:, -1].astype(int), 0.3)
    share = Completeness(np.tile([0.3, 1.0], (7, 1)), 0.0, 1000.0)
    judged = score(frame(counts), SPEC, DAY, began=FIRST, complete=share).judged
    assert judged["mu"].to_numpy().mean() == pytest.approx(12, rel=0.05)
    assert judged["breach"].sum() == 0


def test_a_slow_surge_is_seen_by_the_longer_of_several_windows() -> None:
    rng = np.random.default_rng(17)
    spec = SurgeSpec(baseline_weeks=26, windows=(1, 7, 14))
    counts = noise(rng, 10, 1.5, (50, spec.history_days))
    counts[:, -10:] += rng.poisson(9, (50, 10))
    counts[:, -1] = 12
    day = FIRST + timedelta(days=spec.history_days - 1)
    judged = score(frame(counts), spec, day, began=FIRST).judged
    assert judged["breach"].to_numpy().mean() > 0.8
    assert judged.filter("breach")["window_days"].unique().is_in([7, 14]).all()
    alone = score(frame(counts), SurgeSpec(baseline_weeks=26), day, began=FIRST).judged
    assert alone["breach"].to_numpy().mean() < 0.1


def test_the_band_lies_around_the_expectation() -> None:
    rng = np.random.default_rng(18)
    judged = judge(noise(rng, 25, 1.5, (20, SPEC.history_days)))
    assert judged.filter(
        (pl.col("low") > pl.col("mu")) | (pl.col("mu") > pl.col("high"))
    ).is_empty()
    assert judged["n"].is_null().all()
    assert set(judged["window_days"]) == {1}


@pytest.mark.parametrize(
    ("value", "message"),
    [(float("nan"), "nan"), (-3.0, "-3"), (2.5, "whole number"), (float("inf"), "inf")],
)
def test_what_is_no_count_is_told_with_its_place(value: float, message: str) -> None:
    counts = np.full((2, SPEC.history_days), 4.0)
    counts[1, 7] = value
    with pytest.raises(SeriesError, match=message) as told:
        judge(counts)
    assert "m00001" in str(told.value)
    assert str(FIRST + timedelta(days=7)) in str(told.value)


def test_too_many_segments_are_refused_before_they_are_fitted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(surge, "MAX_SEGMENTS", 3)
    with pytest.raises(SeriesError, match="4 segments; at most 3"):
        judge(np.ones((4, SPEC.history_days)))


def test_no_day_is_refused() -> None:
    with pytest.raises(ValueError, match="No day"):
        score(frame(np.ones((1, 5))), SPEC, [], began=FIRST)


def test_a_feed_of_one_day_is_too_young() -> None:
    judged = score(frame(np.full((2, 1), 500.0), first=DAY), SPEC, DAY, began=DAY).judged
    assert judged["why"].to_list() == ["short_history"] * 2
    assert judged["p"].is_null().all()


def test_a_series_of_zeros_is_quiet() -> None:
    judged = judge(np.zeros((3, SPEC.history_days)))
    assert judged["breach"].sum() == 0
    assert judged["cleared"].all()
    assert (judged["mu"] < 0.05).all()
