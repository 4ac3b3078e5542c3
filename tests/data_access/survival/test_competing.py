"""Competing ends: by hand, and adding up to everybody."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.survival import cumulative_incidence, kaplan_meier


def incidence(rows: list[tuple[int, str | None]], weights: list[int] | None = None) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"at": pl.Int64, "outcome": pl.String}, orient="row")
    return cumulative_incidence(
        frame["at"],
        frame["outcome"],
        None if weights is None else pl.Series(weights, dtype=pl.Int64),
    )


def test_five_returns_by_hand() -> None:
    # Day 1 received, day 2 expired, day 3 still waiting, day 4 received, day 5 still waiting.
    found = incidence([(1, "received"), (2, "expired"), (3, None), (4, "received"), (5, None)])
    assert found["at_risk"].to_list() == [5, 4, 3, 2, 1]
    # S: 4/5, × 3/4 = 3/5, 3/5, × 1/2 = 3/10, 3/10.
    assert found["survival"].to_list() == pytest.approx([0.8, 0.6, 0.6, 0.3, 0.3])
    # received: 1 × 1/5 = 0.2, then + S(3) × 1/2 = 0.2 + 0.6 / 2 = 0.5.
    assert found["received"].to_list() == pytest.approx([0.2, 0.2, 0.2, 0.5, 0.5])
    # expired: S(1) × 1/4 = 0.8 / 4 = 0.2.
    assert found["expired"].to_list() == pytest.approx([0, 0.2, 0.2, 0.2, 0.2])
    # Censoring the expired one would say 1 − 4/5 × 1/2 = 60 % received, where 50 % are.


def test_variance_by_hand() -> None:
    found = incidence([(1, "received"), (2, "expired"), (3, None), (4, "received"), (5, None)])
    # Marubini & Valsecchi at day 4, F = 0.5:
    # (F − Fᵢ)² d/(n(n−d)):  day 1 0.3²/20 + day 2 0.3²/12 + day 4 0 = 0.0045 + 0.0075 = 0.012
    # S² (n − d) d / n³:     day 1 1 × 4/125 + day 4 0.6² × 1/8 = 0.032 + 0.045 = 0.077
    # 2 (F − Fᵢ) S d / n²:   day 1 2 × 0.3 × 1/25 + day 4 0 = 0.024
    variance = 0.012 + 0.077 - 0.024
    spread = math.exp(1.959964 * math.sqrt(variance) / (0.5 * abs(math.log(0.5))))
    row = found.filter(at=4).row(0, named=True)
    assert row["received_low"] == pytest.approx(1 - 0.5 ** (1 / spread), rel=1e-6)
    assert row["received_high"] == pytest.approx(1 - 0.5**spread, rel=1e-6)


outcomes = st.sampled_from(["received", "expired", "refused", None])
returns = st.lists(st.tuples(st.integers(0, 20), outcomes), min_size=1, max_size=60)


@given(returns)
def test_all_outcomes_and_the_waiting_are_everybody(rows: list[tuple[int, str | None]]) -> None:
    found = incidence(rows)
    known = sorted({outcome for _, outcome in rows if outcome})
    assert found.columns == [
        "at", "at_risk", "survival",
        *(name + end for name in known for end in ("", "_low", "_high")),
    ]  # fmt: skip
    total = found.select(pl.sum_horizontal("survival", *known))
    assert total.to_series().to_list() == pytest.approx([1.0] * found.height)
    for name in known:
        assert found[name].is_sorted()
        for low, share, high in found.select(f"{name}_low", name, f"{name}_high").rows():
            assert 0 <= low <= share + 1e-9
            assert share <= high + 1e-9
            assert high <= 1


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60))
def test_a_single_outcome_is_kaplan_meier_with_its_band(rows: list[tuple[int, bool]]) -> None:
    found = incidence([(at, "ended" if ended else None) for at, ended in rows])
    curve = kaplan_meier(pl.Series([at for at, _ in rows]), pl.Series([end for _, end in rows]))
    assert found["survival"].to_list() == curve["survival"].to_list()
    if any(ended for _, ended in rows):
        inner = (pl.col("survival") > 0).alias("inner")
        beside = pl.concat([found, curve.select("low", "high")], how="horizontal").filter(inner)
        assert beside["ended_low"].to_list() == pytest.approx((1 - beside["high"]).to_list())
        assert beside["ended_high"].to_list() == pytest.approx((1 - beside["low"]).to_list())


@given(returns, st.lists(st.integers(1, 4), min_size=60, max_size=60))
def test_a_weight_is_a_repetition(rows: list[tuple[int, str | None]], weights: list[int]) -> None:
    times = weights[: len(rows)]
    again = [row for row, count in zip(rows, times, strict=True) for _ in range(count)]
    assert incidence(rows, times).equals(incidence(again))


def test_nothing_ended() -> None:
    found = incidence([(3, None), (4, None)])
    assert found.columns == ["at", "at_risk", "survival"]
    assert found["survival"].to_list() == [1.0, 1.0]
