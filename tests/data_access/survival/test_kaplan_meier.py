"""Survival curves: a textbook example by hand, and what must hold for any data."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.survival import Estimate, curves, kaplan_meier, quantile, quantiles, share_within

# Weeks of remission of the 21 patients treated with 6-mercaptopurine (Freireich et al. 1963; Cox &
# Oakes, Analysis of Survival Data, 1984, table 1.1). False: still in remission when last seen.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [True] * 3 + [False, True, False, True, False, False, True, True]
ENDED += [False] * 3 + [True, True] + [False] * 5


def curve(
    durations: list[int], ended: list[bool], weights: list[int] | None = None
) -> pl.DataFrame:
    counts = None if weights is None else pl.Series(weights, dtype=pl.Int64)
    return kaplan_meier(
        pl.Series(durations, dtype=pl.Int64), pl.Series(ended, dtype=pl.Boolean), counts
    )


def test_remission_by_hand() -> None:
    found = curve(WEEKS, ENDED)
    ends = found.filter(pl.col("ended") > 0)
    assert ends.select("at", "at_risk", "ended").rows() == [
        (6, 21, 3), (7, 17, 1), (10, 15, 1), (13, 12, 1), (16, 11, 1), (22, 7, 1), (23, 6, 1),
    ]  # fmt: skip
    at_6 = 18 / 21
    at_7 = at_6 * 16 / 17
    at_10 = at_7 * 14 / 15
    at_13 = at_10 * 11 / 12
    at_16 = at_13 * 10 / 11
    at_22 = at_16 * 6 / 7
    at_23 = at_22 * 5 / 6
    by_hand = [at_6, at_7, at_10, at_13, at_16, at_22, at_23]
    assert ends["survival"].to_list() == pytest.approx(by_hand)
    # As printed by Cox & Oakes and everybody since.
    printed = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert ends["survival"].to_list() == pytest.approx(printed, abs=5e-4)


def test_greenwood_and_the_log_log_band_by_hand() -> None:
    row = curve(WEEKS, ENDED).filter(at=10).row(0, named=True)
    survival = 18 / 21 * 16 / 17 * 14 / 15
    greenwood = 3 / (21 * 18) + 1 / (17 * 16) + 1 / (15 * 14)
    # Standard error of the survival itself: 0.753 × √0.01637 = 0.0963, as printed.
    assert survival * math.sqrt(greenwood) == pytest.approx(0.0963, abs=5e-5)
    spread = math.exp(1.959964 * math.sqrt(greenwood) / abs(math.log(survival)))
    assert row["low"] == pytest.approx(survival**spread, rel=1e-6)
    assert row["high"] == pytest.approx(survival ** (1 / spread), rel=1e-6)


def test_median_is_open_above_where_the_band_does_not_come_down() -> None:
    found = curve(WEEKS, ENDED)
    # 0.538 at 22, 0.448 at 23. The lower band is 0.432 at 13, the upper one never below 0.5.
    assert quantile(found, 0.5) == Estimate(23, 13, None)
    assert quantile(found, 0.9) == Estimate(None, None, None)


def test_share_within_and_what_nobody_watched() -> None:
    found = curve(WEEKS, ENDED)
    inside = share_within(found, 10)
    assert inside.value == pytest.approx(1 - 0.7529, abs=5e-5)
    assert inside.low is not None
    assert inside.high is not None
    assert 0 < inside.low < 0.2471 < inside.high < 1
    assert share_within(found, 5) == Estimate(0.0, 0.0, 0.0)
    assert share_within(found, 35).value == share_within(found, 23).value
    assert share_within(found, 36) == Estimate(None, None, None)


def test_nobody_and_one() -> None:
    nobody = curve([], [])
    assert nobody.is_empty()
    assert quantile(nobody, 0.5) == share_within(nobody, 1) == Estimate(None, None, None)
    one = curve([3], [True])
    assert one.select("survival", "low", "high").row(0) == (0, 0, 1)
    assert quantile(one, 0.5) == Estimate(3, 3, None)
    assert share_within(one, 8).value == 1
    assert quantile(curve([3], [False]), 0.5) == Estimate(None, None, None)


def test_a_quantile_is_a_share() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile(curve([1], [True]), 50)


cases = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60)
inner = st.sampled_from([0.1, 0.5, 0.8, 0.9])


@given(cases)
def test_the_curve_falls_within_its_band_within_0_and_1(rows: list[tuple[int, bool]]) -> None:
    found = curve(*map(list, zip(*rows, strict=True)))
    assert found["at"].is_sorted()
    assert found["survival"].is_sorted(descending=True)
    for low, middle, high in found.select("low", "survival", "high").rows():
        assert 0 <= low <= middle + 1e-12
        assert middle <= high + 1e-12
        assert high <= 1


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), inner)
def test_without_open_ends_it_is_the_empirical_quantile(values: list[int], q: float) -> None:
    found = quantile(curve(values, [True] * len(values)), q)
    rank = math.ceil(round(q * 10) * len(values) / 10)
    assert found.value == sorted(values)[rank - 1]


@given(cases, st.lists(st.integers(1, 4), min_size=60, max_size=60))
def test_a_weight_is_a_repetition(rows: list[tuple[int, bool]], weights: list[int]) -> None:
    durations, ended = map(list, zip(*rows, strict=True))
    times = weights[: len(rows)]
    again = [row for row, count in zip(rows, times, strict=True) for _ in range(count)]
    weighted = curve(durations, ended, times)
    assert weighted.equals(curve(*map(list, zip(*again, strict=True))))


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 9), st.booleans())))
def test_each_group_has_the_curve_it_would_have_alone(
    rows: list[tuple[str | None, int, bool]],
) -> None:
    frame = pl.DataFrame(
        rows, schema={"group": pl.String, "at": pl.Int64, "is_end": pl.Boolean}, orient="row"
    )
    counted = frame.select(
        "group",
        "at",
        ended=pl.col("is_end").cast(pl.Int64),
        censored=(~pl.col("is_end")).cast(pl.Int64),
    )
    together = curves(counted, ["group"])
    medians = quantiles(together, 0.5, ["group"])
    for group in frame["group"].unique():
        mine = frame.filter(pl.col("group").eq_missing(pl.lit(group)))
        alone = kaplan_meier(mine["at"], mine["is_end"])
        own = pl.col("group").eq_missing(pl.lit(group))
        assert together.filter(own).drop("group").equals(alone)
        median = quantile(alone, 0.5)
        row = medians.filter(own).row(0)
        assert row[1:] == (median.value, median.low, median.high)
