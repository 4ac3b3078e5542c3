"""Delay triangles: published chain-ladder figures, and intervals that hold what comes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from data_access.survival import Estimate, nowcast, nowcast_sum
from data_access.survival.delays import dispersion, fitted, share_seen, triangle
from data_access.survival.levels import DISCOUNTS, discount_odds, drawn, filtered, smoothed

# Taylor & Ashe, Journal of Econometrics 23 (1983); incremental claims by year and delay.
TAYLOR_ASHE = [
    [357848, 766940, 610542, 482940, 527326, 574398, 146342, 139950, 227229, 67948],
    [352118, 884021, 933894, 1183289, 445745, 320996, 527804, 266172, 425046],
    [290507, 1001799, 926219, 1016654, 750816, 146923, 495992, 280405],
    [310608, 1108250, 776189, 1562400, 272482, 352053, 206286],
    [443160, 693190, 991983, 769488, 504851, 470639],
    [396132, 937085, 847498, 805037, 705960],
    [440832, 847631, 1131398, 1063269],
    [359480, 1061648, 1443370],
    [376686, 986608],
    [344014],
]  # fmt: skip

GENERATOR = np.random.default_rng(20260304)


def cells(rows: list[list[int]], sizes: list[int] | None = None) -> pl.DataFrame:
    frame = pl.DataFrame(
        [
            (cohort, delay, count)
            for cohort, row in enumerate(rows)
            for delay, count in enumerate(row)
        ],
        schema={"cohort": pl.Int64, "delay": pl.Int64, "count": pl.Int64},
        orient="row",
    )
    if sizes is None:
        return frame
    size = pl.Series(sizes).gather(frame["cohort"])
    return frame.with_columns(size.alias("size"))


def test_chain_ladder_by_hand() -> None:
    # Of 20 counted up to delay 2 (one cohort) 4 came last: F₁ = 1 − 4/20 = 0.8.
    # Of 16 + 30 counted up to delay 1 (two cohorts) 16 came last: F₀ = 0.8 × 30/46.
    data = triangle(cells([[10, 6, 4], [20, 10], [15]]))
    found = share_seen(data.counts, data.observed)
    assert found.tolist() == pytest.approx([0.8 * 30 / 46, 0.8, 1.0])
    # Each cohort at its own level: 15 / F₀ = 28.75 in the end.
    means = fitted(data, found)
    assert means[2].tolist() == pytest.approx([15, 0, 0])
    assert means[0].tolist() == pytest.approx([20 * 0.8 * 30 / 46, 20 * 0.8 * 16 / 46, 4])


def test_published_development_factors_and_reserve() -> None:
    # Mack, ASTIN Bulletin 23 (1993), table 1: factors of consecutive delays; reserve 18,680,856.
    factors = [3.4906, 1.7473, 1.4574, 1.1739, 1.1038, 1.0863, 1.0539, 1.0766, 1.0177]
    data = triangle(cells(TAYLOR_ASHE))
    found = share_seen(data.counts, data.observed)
    assert (found[1:] / found[:-1]).tolist() == pytest.approx(factors, abs=5e-5)
    reserve = (data.seen / found[data.ages] - data.seen).sum()
    assert reserve == pytest.approx(18_680_856, abs=1)
    # England & Verrall (2002), 2.3: scale parameter 52,601 with n − p = 55 − 19 = 36 degrees.
    assert dispersion(data, fitted(data, found)) == pytest.approx(52_601, rel=1e-3)


def test_levels_lean_on_their_elders_by_what_they_have_shown() -> None:
    seen, exposure = np.array([100.0, 100.0, 1.0]), np.array([1000.0, 1000.0, 5.0])
    shape, rate = filtered(seen, exposure, 1.0)
    # Half a count at the typical level 201/2005 to begin with, then everything adds up.
    start = 0.5 / (201 / 2005)
    assert rate.tolist() == pytest.approx([start + 1000, start + 2000, start + 2005])
    assert (shape / rate)[2] == pytest.approx(201.5 / (start + 2005))
    # With a strong discount the last cohort is nearly alone; its level is far less certain.
    alone_shape, _ = filtered(seen, exposure, 0.001)
    assert alone_shape[2] < 2 < shape[2]


def test_looking_back_an_old_level_hears_of_the_new_ones() -> None:
    seen, exposure = np.array([100.0, 140.0]), np.array([1000.0, 1000.0])
    shape, rate = filtered(seen, exposure, 0.5)
    means = smoothed(shape, rate, 0.5)
    # λ₀ = ω λ₁ + what was discounted: half of the later level, half of its own.
    assert means[1] == pytest.approx(shape[1] / rate[1])
    assert means[0] == pytest.approx(0.5 * means[1] + 0.5 * shape[0] / rate[0])
    many = drawn(*(np.tile(array, (20_000, 1)) for array in (shape, rate)), 0.5, rng=GENERATOR)
    assert many.mean(axis=0).tolist() == pytest.approx(means.tolist(), rel=0.01)
    assert np.corrcoef(many.T)[0, 1] > 0.5


def test_cohorts_together() -> None:
    known, total = simulated(np.random.default_rng(7))
    young = pl.Series([17, 18, 19])
    found = nowcast_sum(known, young, rng=np.random.default_rng(1))
    single = nowcast(known, rng=np.random.default_rng(1)).filter(
        pl.col("cohort").is_in([17, 18, 19])
    )
    assert found.value == pytest.approx(single["expected"].sum())
    assert found.low is not None
    assert found.high is not None
    # Chance evens out, what is common to them does not: wider than one, narrower than their sum.
    assert found.high - found.low < single["high"].sum() - single["low"].sum()
    assert found.low < total[17:].sum() < found.high
    assert nowcast_sum(known, pl.Series([99]), rng=GENERATOR) == Estimate(None, None, None)


def test_a_steady_level_is_remembered_and_a_jumping_one_forgotten() -> None:
    exposure = np.full(20, 2000.0)
    steady = discount_odds(np.full(20, 200.0), exposure)
    jumping = discount_odds(np.array([100.0, 400.0] * 10), exposure)
    assert steady.sum() == pytest.approx(1)
    assert steady[DISCOUNTS >= 0.9].sum() > 0.9
    assert jumping[DISCOUNTS <= 0.1].sum() > 0.9


def simulated(
    rng: np.random.Generator, cohorts: int = 20
) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """Cells known by now, and what each cohort comes to."""
    pattern = np.array([0.1, 0.3, 0.25, 0.2, 0.1, 0.05])
    sizes = (500 * 1.03 ** np.arange(cohorts)).astype(int)
    rate = 0.1 * np.exp(np.cumsum(rng.normal(0, 0.03, cohorts)))
    counts = rng.binomial(sizes[:, None], rate[:, None] * pattern)
    known = [[int(count) for count in row[: cohorts - number]] for number, row in enumerate(counts)]
    return cells(known, sizes.tolist()), counts.sum(axis=1)


def test_the_interval_holds_what_comes_four_times_in_five() -> None:
    rng = np.random.default_rng(20260302)
    held = []
    for _ in range(60):
        known, total = simulated(rng)
        found = nowcast(known, rng=rng)
        inside = (found["low"].to_numpy() <= total) & (total <= found["high"].to_numpy())
        held += inside[-4:].tolist()
    # 240 young cohorts: ± 3 standard errors of 80 %.
    assert np.mean(held) == pytest.approx(0.8, abs=0.078)


def test_young_cohorts_are_marked_and_old_ones_are_what_they_are() -> None:
    known, total = simulated(np.random.default_rng(7))
    found = nowcast(known, rng=np.random.default_rng(1))
    # 95 % of it has come after five of six delays, 85 % after four.
    assert found["mature"].to_list() == (found["share_seen"] >= 0.95).to_list()
    assert found["mature"].sum() in (15, 16)
    oldest = found.head(15)
    for column in ("seen", "expected", "low", "high"):
        assert oldest[column].to_list() == total[:15].tolist()
    assert found["share_seen"].is_sorted(descending=True)
    again = nowcast(known, rng=np.random.default_rng(1))
    assert again.equals(found)


triangles = st.integers(1, 7).flatmap(
    lambda count: st.tuples(
        *[st.lists(st.integers(0, 9), min_size=n, max_size=n) for n in range(count, 0, -1)]
    )
)


@given(triangles)
def test_any_triangle_has_an_answer_in_order(rows: tuple[list[int], ...]) -> None:
    known = cells(list(rows), [50] * len(rows))
    found = nowcast(known, rng=np.random.default_rng(3))
    assert found.height == len(rows)
    for row in found.iter_rows(named=True):
        assert row["seen"] <= row["low"] <= row["high"]
        assert row["seen"] <= row["expected"] <= max(50, row["seen"])
        assert 0 <= row["share_seen"] <= 1
    assert found.null_count().sum_horizontal().item() == 0


def test_nothing_and_a_hole() -> None:
    assert nowcast(cells([]), rng=np.random.default_rng(0)).is_empty()
    hole = cells([[1, 2], [3]]).filter(~((pl.col("cohort") == 0) & (pl.col("delay") == 0)))
    with pytest.raises(ValueError, match="each delay"):
        nowcast(hole, rng=np.random.default_rng(0))
