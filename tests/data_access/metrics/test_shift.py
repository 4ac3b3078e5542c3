"""Shares of a total in two periods."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.metrics.shift import share_shift


def counts(**values: int) -> pl.DataFrame:
    return pl.DataFrame({"reason": list(values), "value": [float(n) for n in values.values()]})


def test_the_interval_is_newcombes() -> None:
    """56 of 70 against 48 of 80 is 0.0524 to 0.3339 (Newcombe 1998, table II, example a)."""
    shift = share_shift(counts(a=56, b=14), counts(a=48, b=32), "reason")
    row = shift.row(by_predicate=pl.col("segment") == "a", named=True)
    assert row["change"] == pytest.approx(0.2)
    assert (row["low"], row["high"]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert row["certain"]


def test_reasons_that_came_or_went_are_there() -> None:
    shift = share_shift(counts(old=3, new=1), counts(old=2, gone=2), "reason")
    assert shift.select("segment", "n_now", "n_before").rows() == [
        ("old", 3, 2),
        ("new", 1, 0),
        ("gone", 0, 2),
    ]
    assert not shift["certain"].any()


def test_nothing_before_leaves_the_change_open() -> None:
    shift = share_shift(counts(a=3), pl.DataFrame(), "reason")
    assert shift.row(0, named=True)["share_now"] == 1.0
    assert shift["change"].to_list() == [None]
    assert shift["certain"].to_list() == [None]


def test_unknown_reasons_meet_each_other() -> None:
    frame = pl.DataFrame({"reason": [None, "a"], "value": [2.0, 1.0]})
    shift = share_shift(frame, frame, "reason")
    assert shift.select("segment", "n_now", "n_before").rows() == [(None, 2, 2), ("a", 1, 1)]


numbers = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500), min_size=1)


@given(numbers, numbers)
def test_changes_cancel_and_lie_in_their_interval(
    now: dict[str, int], before: dict[str, int]
) -> None:
    shift = share_shift(counts(**now), counts(**before), "reason")
    known = shift.drop_nulls()
    if sum(now.values()) and sum(before.values()):
        assert shift["change"].sum() == pytest.approx(0, abs=1e-9)
        assert known.height == shift.height
    assert (known["low"] <= known["change"] + 1e-12).all()
    assert (known["high"] >= known["change"] - 1e-12).all()
