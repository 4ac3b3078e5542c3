"""Slices that explain an excess, and the alerts they fold."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from alerts.detection.localise import LeavesError, Slices, localise

DIMS = ("market", "carrier", "language")
MARKETS, CARRIERS, LANGUAGES = ("DE", "FR", "PL"), ("fast", "slow"), ("de", "en")


def tree(
    extra: dict[tuple[str | None, ...], float], mu: float = 20.0, phi: float = 1.2
) -> pl.DataFrame:
    """Leaves exactly as expected, but for the slices in `extra` (share of mu on top)."""
    rows = []
    for leaf in product(MARKETS, CARRIERS, LANGUAGES):
        more = sum(
            increase
            for slice_, increase in extra.items()
            if all(value is None or value == leaf[at] for at, value in enumerate(slice_))
        )
        rows.append((*leaf, mu * (1 + more), mu, phi))
    return pl.DataFrame(rows, schema=[*DIMS, "y", "mu", "phi"], orient="row")


def named(slices: Slices) -> set[tuple[str | None, ...]]:
    return set(slices.found.select(DIMS).rows())


@pytest.mark.parametrize(
    "slice_",
    [
        ("PL", None, None),
        ("PL", "slow", None),
        ("PL", "slow", "en"),
        (None, "fast", None),
        (None, "fast", "de"),
        (None, None, None),
    ],
)
def test_one_slice_is_named_exactly(slice_: tuple[str | None, ...]) -> None:
    assert named(localise(tree({slice_: 2.0}), DIMS)) == {slice_}


def test_two_slices_are_told_apart_and_each_explains_its_own() -> None:
    made = localise(tree({("PL", "slow", None): 2.0, ("DE", None, "en"): 1.5}), DIMS)
    assert named(made) == {("PL", "slow", None), ("DE", None, "en")}
    # 2 leaves x 20 x 2.0 and 2 leaves x 20 x 1.5, of 140 cases in excess.
    assert made.found["explained"].to_list() == pytest.approx([80.0, 60.0])
    assert made.found["share"].to_list() == pytest.approx([80 / 140, 60 / 140])
    assert made.found["increase"].to_list() == pytest.approx([2.0, 1.5])


def test_a_parent_is_named_only_if_its_children_share_the_excess() -> None:
    spread = {("PL", carrier, None): 1.5 for carrier in CARRIERS}
    assert named(localise(tree(spread), DIMS)) == {("PL", None, None)}
    assert named(localise(tree({("PL", "slow", None): 3.0}), DIMS)) == {("PL", "slow", None)}


def test_of_slices_with_the_same_leaves_the_one_that_fixes_less_is_named() -> None:
    leaves = tree({("PL", None, None): 2.0}).with_columns(
        carrier=pl.when(pl.col("market") == "PL").then(pl.lit("paczka")).otherwise("carrier")
    )
    found = named(localise(leaves, DIMS))
    assert len(found) == 1
    assert found <= {("PL", None, None), (None, "paczka", None)}


def test_what_is_as_expected_has_no_name() -> None:
    assert localise(tree({}), DIMS).found.is_empty()
    rng = np.random.default_rng(3)
    leaves = tree({})
    for _ in range(20):
        drawn = leaves.with_columns(y=pl.Series(rng.poisson(20, leaves.height).astype(float)))
        assert localise(drawn, DIMS, stop=3.0).found.is_empty()


def test_a_handful_of_cases_where_there_never_were_any_is_named() -> None:
    leaves = tree({}).with_columns(
        mu=pl.when((pl.col("market") == "PL") & (pl.col("carrier") == "slow"))
        .then(0.0)
        .otherwise("mu")
    )
    moved = leaves.with_columns(y=pl.when(pl.col("mu") == 0).then(6.0).otherwise("mu"))
    assert named(localise(moved, DIMS)) == {("PL", "slow", None)}


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("y", float("nan"), "y = nan at market DE, carrier fast, language de"),
        ("y", -1.0, "y = -1.0"),
        ("y", None, "y = None"),
        ("mu", float("inf"), "mu = inf"),
        ("mu", -0.5, "mu = -0.5"),
        ("phi", 0.5, "phi = 0.5"),
    ],
)
def test_numbers_that_are_none_are_refused_with_their_place(
    column: str, value: float | None, says: str
) -> None:
    leaves = tree({})
    first = pl.int_range(pl.len()) == 0
    wrong = leaves.with_columns(pl.when(first).then(pl.lit(value)).otherwise(column).alias(column))
    with pytest.raises(LeavesError, match=says):
        localise(wrong, DIMS)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(LeavesError, match="no column 'phi'"):
        localise(tree({}).drop("phi"), DIMS)


def test_nothing_and_one_leaf() -> None:
    assert localise(tree({}).clear(), DIMS).found.is_empty()
    assert localise(tree({}).clear(), ()).found.is_empty()
    one = tree({(None, None, None): 2.0}).head(1)
    # With one leaf all slices are the same: everything.
    assert named(localise(one, DIMS)) == {(None, None, None)}
    assert localise(one.drop(DIMS), ()).found.height == 1


def test_rows_of_one_leaf_add_up() -> None:
    leaves = tree({("PL", None, None): 2.0})
    halves = leaves.with_columns(pl.col("y", "mu") / 2)
    assert_frame_equal(
        localise(pl.concat([halves, halves]), DIMS).found, localise(leaves, DIMS).found
    )


def test_a_hundred_thousand_leaves() -> None:
    rng = np.random.default_rng(5)
    count = 100_000
    leaves = pl.DataFrame(
        {
            "market": rng.integers(0, 20, count).astype(str),
            "carrier": rng.integers(0, 10, count).astype(str),
            "language": rng.integers(0, 10, count).astype(str),
            "product": rng.integers(0, 3000, count).astype(str),
        }
    ).with_columns(mu=pl.Series(rng.gamma(0.3, 0.5, count)), phi=pl.lit(1.2))
    inside = (pl.col("market") == "7") & (pl.col("carrier") == "3")
    raised = leaves.with_columns(rate=pl.when(inside).then(pl.col("mu") * 3).otherwise("mu"))
    drawn = raised.with_columns(y=pl.Series(rng.poisson(raised["rate"])))
    dims = ("market", "carrier", "language", "product")
    found = localise(drawn.drop("rate"), dims).found
    assert found.select(dims).rows() == [("7", "3", None, None)]


increases = st.floats(0.5, 4.0)
slices = st.tuples(
    st.sampled_from([None, *MARKETS]),
    st.sampled_from([None, *CARRIERS]),
    st.sampled_from([None, *LANGUAGES]),
)
worlds = st.dictionaries(slices, increases, max_size=3)


@settings(max_examples=60, deadline=None)
@given(extra=worlds, seed=st.integers(0, 10_000))
def test_the_order_of_leaves_does_not_matter(
    extra: dict[tuple[str | None, ...], float], seed: int
) -> None:
    leaves = tree(extra)
    shuffled = leaves.sample(fraction=1.0, shuffle=True, seed=seed)
    assert_frame_equal(localise(leaves, DIMS).found, localise(shuffled, DIMS).found)


@settings(max_examples=60, deadline=None)
@given(extra=worlds)
def test_no_excess_is_lost_or_counted_twice(
    extra: dict[tuple[str | None, ...], float],
) -> None:
    made = localise(tree(extra), DIMS)
    excess = (made.leaves["y"] - made.leaves["mu"]).to_numpy()
    np.testing.assert_allclose(made.attributed.sum(axis=1) + made.unexplained, excess, atol=1e-9)
    assert made.found["explained"].sum() == pytest.approx(made.attributed.sum())
    assert (made.attributed >= 0).all()


@settings(max_examples=40, deadline=None)
@given(increase=st.floats(2.0, 5.0), quiet=st.integers(1, 3))
def test_a_market_where_nothing_happens_changes_nothing_elsewhere(
    increase: float, quiet: int
) -> None:
    leaves = tree({("PL", "slow", None): increase})
    more = pl.concat(
        [leaves]
        + [
            tree({}).filter(pl.col("market") == "DE").with_columns(market=pl.lit(f"X{n}"))
            for n in range(quiet)
        ]
    )
    alone, together = localise(leaves, DIMS), localise(more, DIMS)
    assert named(alone) == named(together) == {("PL", "slow", None)}
    assert alone.found["explained"].to_list() == pytest.approx(together.found["explained"])


@settings(max_examples=40, deadline=None)
@given(extra=worlds, more=st.floats(0.1, 10.0))
def test_a_higher_stop_names_a_beginning_of_the_same_list(
    extra: dict[tuple[str | None, ...], float], more: float
) -> None:
    few, many = (localise(tree(extra), DIMS, stop=stop).found for stop in (0.75 + more, 0.75))
    assert few.height <= many.height
    assert few.select(DIMS).rows() == many.select(DIMS).rows()[: few.height]


def alerts(*labels: tuple[str | None, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(labels), schema=dict.fromkeys(DIMS, pl.String), orient="row")
