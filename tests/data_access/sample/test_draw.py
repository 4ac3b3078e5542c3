"""Draws: weights are kept, nothing that has no weight is drawn, NaN becomes null."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data_access.sample.draw import instants, labels, numbered, pick, pick_rows, stream

weights = st.lists(st.floats(0, 100), min_size=1, max_size=8).filter(lambda w: sum(w) > 1e-3)


@given(weights=weights, seed=st.integers(0, 2**32 - 1))
def test_only_what_has_weight_is_picked(weights: list[float], seed: int) -> None:
    drawn = pick(np.random.default_rng(seed), weights, 200)
    assert all(weights[i] > 0 for i in drawn)
    rows = pick_rows(np.random.default_rng(seed), np.array([weights]), np.zeros(200, np.int64))
    assert all(weights[i] > 0 for i in rows)


def test_shares_follow_the_weights() -> None:
    drawn = pick(np.random.default_rng(1), [1, 3], 40_000)
    assert abs((drawn == 1).mean() - 0.75) < 0.01


def test_streams_of_one_seed_differ_by_name_and_repeat() -> None:
    one, same, other = stream(1, "a"), stream(1, "a"), stream(1, "b")
    first = one.random(4).tolist()
    assert first == same.random(4).tolist()
    assert first != other.random(4).tolist()


def test_never_becomes_null() -> None:
    assert instants(np.array([np.nan, 0.4])).to_list()[0] is None
    assert str(instants(np.array([86400.6]))[0]) == "1970-01-02 00:00:01+00:00"
    assert labels(["a", "b"], np.array([1, -1])).to_list() == ["b", None]
    assert numbered("C-", np.array([7, -1]), 3).to_list() == ["C-007", None]
