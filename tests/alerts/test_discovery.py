"""Which surprising slices become new incidents."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from alerts.detection.discovery import JudgedError, admit

DIMS = ("market", "carrier")
Row = tuple[str | None, str | None, float, float, float | None]


def judged(*rows: Row) -> pl.DataFrame:
    """Market, carrier, y, mu, p; φ is 1."""
    schema = {"market": pl.String, "carrier": pl.String} | dict.fromkeys(
        ("y", "mu", "p"), pl.Float64
    )
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(phi=pl.lit(1.0))


def flat(p: list[float | None]) -> pl.DataFrame:
    return judged(*((f"m{n:03}", None, 10.0, 5.0, value) for n, value in enumerate(p)))


def none_open(frame: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.zeros(frame.height, dtype=np.bool_)


def test_benjamini_and_hochberg_by_hand() -> None:
    frame = flat([0.001, 0.03, 0.02, 0.9])
    made = admit(frame, DIMS, ongoing=none_open(frame), fdr=0.04)
    assert made["q"].to_list() == pytest.approx([0.004, 0.04, 0.04, 0.9])
    assert made["admitted"].to_list() == [True, True, True, False]


def test_a_budget_of_false_incidents_by_hand() -> None:
    frame = flat([0.001, 0.03, 0.02, 0.9])
    # 4 slices: expected false ones are 0.004, 0.12, 0.08 and 3.6.
    made = admit(frame, DIMS, ongoing=none_open(frame), fdr=1.0, false_incidents=0.1)
    assert made["admitted"].to_list() == [True, False, True, False]


def test_open_incidents_do_not_lower_the_bar_for_others() -> None:
    frame = flat([1e-9] * 50 + [0.02] + [0.5] * 49)
    free = admit(frame, DIMS, ongoing=none_open(frame), fdr=0.05)
    assert free["admitted"][50]
    open_ones = np.arange(100) < 50
    guarded = admit(frame, DIMS, ongoing=open_ones, fdr=0.05)
    assert not guarded["admitted"].any()
    assert guarded["q"].to_list()[:50] == [None] * 50


def test_children_that_a_parent_explains_are_not_asked() -> None:
    frame = judged(
        ("PL", None, 200.0, 100.0, 1e-12),
        ("PL", "slow", 100.0, 50.0, 1e-8),
        ("PL", "fast", 100.0, 50.0, 1e-8),
        ("DE", "slow", 100.0, 50.0, 1e-8),
    )
    made = admit(frame, DIMS, ongoing=none_open(frame))
    assert made["admitted"].to_list() == [True, False, False, True]
    assert made["explained_by"].to_list() == [None, 0, 0, None]
    assert made["q"].to_list()[1] is None


def test_a_child_worse_than_its_parent_is_admitted_too() -> None:
    frame = judged(
        ("PL", None, 260.0, 200.0, 1e-5),
        ("PL", "slow", 90.0, 20.0, 1e-20),
        ("PL", "fast", 170.0, 180.0, 0.8),
    )
    made = admit(frame, DIMS, ongoing=none_open(frame))
    assert made["admitted"].to_list() == [True, True, False]


def test_children_are_asked_where_the_parent_is_not_admitted() -> None:
    frame = judged(("PL", None, 110.0, 100.0, 0.2), ("PL", "slow", 30.0, 10.0, 1e-6))
    assert admit(frame, DIMS, ongoing=none_open(frame))["admitted"].to_list() == [False, True]


def test_an_open_parent_explains_its_children() -> None:
    frame = judged(("PL", None, 200.0, 100.0, 1e-12), ("PL", "slow", 100.0, 50.0, 1e-8))
    made = admit(frame, DIMS, ongoing=np.array([True, False]))
    assert made["admitted"].to_list() == [False, False]
    assert made["explained_by"].to_list() == [None, 0]


def test_what_was_not_judged_is_neither_asked_nor_counted() -> None:
    with_null, without = flat([0.04, None, None]), flat([0.04])
    made = admit(with_null, DIMS, ongoing=none_open(with_null))
    assert made["admitted"].to_list() == [True, False, False]
    assert made["q"][0] == admit(without, DIMS, ongoing=none_open(without))["q"][0]


def test_nothing_to_ask() -> None:
    frame = flat([])
    assert admit(frame, DIMS, ongoing=none_open(frame)).height == 0


def test_what_does_not_fit_is_refused() -> None:
    frame = flat([0.1])
    with pytest.raises(JudgedError, match="no column 'phi'"):
        admit(frame.drop("phi"), DIMS, ongoing=none_open(frame))
    with pytest.raises(JudgedError, match="2 marks of open incidents for 1 slices"):
        admit(frame, DIMS, ongoing=np.zeros(2, dtype=np.bool_))


def test_the_false_share_among_new_incidents_stays_below_the_rate() -> None:
    rng = np.random.default_rng(11)
    shares = []
    for _ in range(300):
        p = rng.uniform(size=400)
        p[:20] = rng.uniform(0, 1e-4, 20)
        frame = flat(p.tolist())
        admitted = admit(frame, DIMS, ongoing=none_open(frame), fdr=0.2)["admitted"].to_numpy()
        shares.append(admitted[20:].sum() / max(admitted.sum(), 1))
    assert np.mean(shares) < 0.2


def test_false_incidents_stay_within_their_budget() -> None:
    rng = np.random.default_rng(12)
    false = []
    for _ in range(300):
        frame = flat(rng.uniform(size=400).tolist())
        made = admit(frame, DIMS, ongoing=none_open(frame), fdr=1.0, false_incidents=0.5)
        false.append(made["admitted"].sum())
    assert 0.35 < np.mean(false) < 0.65


slices = st.tuples(
    st.sampled_from([None, "DE", "PL"]),
    st.sampled_from([None, "fast", "slow"]),
)
rows = st.dictionaries(
    slices,
    st.tuples(st.integers(0, 60), st.integers(1, 40), st.floats(1e-9, 1.0)),
    min_size=1,
    max_size=9,
)


@settings(max_examples=100, deadline=None)
@given(rows=rows, seed=st.integers(0, 99))
def test_the_order_of_slices_does_not_matter(
    rows: dict[tuple[str | None, str | None], tuple[int, int, float]], seed: int
) -> None:
    frame = judged(*((*k, float(y), float(mu), p) for k, (y, mu, p) in rows.items()))
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=seed)
    keep = ("market", "carrier", "q", "admitted")
    a, b = (
        admit(f, DIMS, ongoing=none_open(f)).select(keep).sort("market", "carrier")
        for f in (frame, shuffled)
    )
    assert_frame_equal(a, b)


@settings(max_examples=100, deadline=None)
@given(rows=rows, fdr=st.floats(0.01, 0.5))
def test_nobody_is_admitted_unasked_or_while_open(
    rows: dict[tuple[str | None, str | None], tuple[int, int, float]], fdr: float
) -> None:
    frame = judged(*((*k, float(y), float(mu), p) for k, (y, mu, p) in rows.items()))
    ongoing = np.arange(frame.height) % 3 == 0
    made = admit(frame, DIMS, ongoing=ongoing, fdr=fdr)
    assert not (made["admitted"].to_numpy() & ongoing).any()
    admitted = made.filter("admitted")
    assert admitted["explained_by"].null_count() == admitted.height
    assert (admitted["q"] <= fdr).all()
