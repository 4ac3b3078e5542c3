"""Rate and mix add up, and tell Simpson's story."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.metrics.change import COLUMNS, decompose, largest

SCHEMA = {"segment": pl.String, "numerator": pl.Int64, "denominator": pl.Int64}


def counts(**segments: tuple[int, int]) -> pl.DataFrame:
    rows = [(name, hits, n) for name, (hits, n) in segments.items()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def row(rows: pl.DataFrame, segment: str) -> dict[str, float]:
    return rows.filter(segment=segment).row(0, named=True)


def test_both_segments_rise_and_the_whole_falls() -> None:
    # Before: a 80/100 = 80 %, b 10/20 = 50 %, together 90/120 = 75 %.
    # Now:    a 17/20  = 85 %, b 55/100 = 55 %, together 72/120 = 60 %.
    rows = decompose(counts(a=(17, 20), b=(55, 100)), counts(a=(80, 100), b=(10, 20)), scale=1)
    # Weights 5/6 and 1/6 swap: mean weight 1/2 for both; rates rise by 5 points each.
    assert row(rows, "a")["rate_effect"] == pytest.approx(0.025)
    assert row(rows, "b")["rate_effect"] == pytest.approx(0.025)
    # Mix: a loses 2/3 of the weight at 82.5 − 67.5 = +15 points; b gains it at −15 points.
    assert row(rows, "a")["mix_effect"] == pytest.approx(-2 / 3 * 0.15)
    assert row(rows, "b")["mix_effect"] == pytest.approx(-2 / 3 * 0.15)
    assert rows["effect"].sum() == pytest.approx(0.60 - 0.75)


def test_new_and_lost_segments_are_mix() -> None:
    rows = decompose(counts(a=(5, 10), new=(10, 10)), counts(a=(5, 10), old=(0, 10)), scale=1)
    assert dict(rows.select("segment", "kind").iter_rows()) == {
        "a": "common", "new": "new", "old": "lost",
    }  # fmt: skip
    assert row(rows, "new")["rate_effect"] == 0
    assert rows["effect"].sum() == pytest.approx(0.75 - 0.25)


segments = st.dictionaries(
    st.sampled_from("abcdef"),
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
)


@given(segments, segments, st.sampled_from([1.0, 1000.0]), st.integers(1, 7))
def test_effects_add_up_to_the_change_whatever_the_limit(
    now_: dict[str, tuple[int, int]],
    before: dict[str, tuple[int, int]],
    scale: float,
    limit: int,
) -> None:
    rows = decompose(counts(**now_), counts(**before), scale=scale)
    shown = largest(rows, limit)
    assert shown.columns == list(COLUMNS)
    assert shown.height <= limit + 1
    n1, n0 = sum(n for _, n in now_.values()), sum(n for _, n in before.values())
    if not n1 or not n0:
        assert shown["effect"].null_count() == shown.height
        return
    change = sum(x for x, _ in now_.values()) / n1 - sum(x for x, _ in before.values()) / n0
    assert shown["effect"].sum() == pytest.approx(change * scale, abs=1e-9 * scale)
    total = shown["rate_effect"].sum() + shown["mix_effect"].sum()
    assert total == pytest.approx(change * scale, abs=1e-9 * scale)


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 90), min_size=1),
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 90), min_size=1),
    st.integers(1, 500),
    st.integers(1, 500),
)
def test_an_unsplit_denominator_has_no_mix(
    now_: dict[str, int], before: dict[str, int], n1: int, n0: int
) -> None:
    rows = decompose(
        counts(**{name: (x, n1) for name, x in now_.items()}),
        counts(**{name: (x, n0) for name, x in before.items()}),
        scale=1000,
        shared=(n1, n0),
    )
    assert set(rows["kind"]) <= {"common", "new", "lost"}
    change = 1000 * (sum(now_.values()) / n1 - sum(before.values()) / n0)
    assert rows["effect"].sum() == pytest.approx(change, abs=1e-6)
    assert set(rows["mix_effect"]) == {0.0}


def test_nothing_before_is_zero_where_the_denominator_is_shared() -> None:
    rows = decompose(counts(a=(5, 10)), counts(), scale=1, shared=(10, 10))
    assert row(rows, "a")["effect"] == 0.5
    assert decompose(counts(a=(5, 10)), counts(), scale=1)["effect"].to_list() == [None]
    nothing_sold = decompose(counts(a=(5, 10)), counts(), scale=1, shared=(10, 0))
    assert nothing_sold["effect"].to_list() == [None]
