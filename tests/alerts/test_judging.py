"""Slices: which are named, which go on by themselves, and what nobody can judge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.judging import JudgeError, Judgement, Past, judge, key_of
from alerts.lifecycle import Seen
from alerts.rules import RuleVersion, builtin, load

FIRST = date(2026, 1, 5)
DAYS = 84
LAST = FIRST + timedelta(days=DAYS)
MARKETS, CATEGORIES = ("DE", "FR", "IT"), ("books", "toys", "tools")
RULE = """
schema_version: 1
id: tree
kind: surge
severity: warning
signal: {kpi: contacts, by: [market, category]}
hierarchy: true
window_days: 1
min_excess: 8
title: {en: "{segment}", zh: "{segment}"}
summary: {en: "{y}", zh: "{y}"}
action: {en: Look, zh: 查看}
"""


def version(**changed: str) -> RuleVersion:
    lines = [line for line in RULE.strip().splitlines() if line.split(":")[0] not in changed]
    return load("\n".join([*lines, *(f"{name}: {value}" for name, value in changed.items())]))


def grid(surge: Mapping[tuple[str, str], float] = {}, days: int = DAYS + 1) -> pl.DataFrame:
    """About twenty cases a day in each of nine leaves; on the last day so many more in some."""
    rng = np.random.default_rng(4)
    rows = [
        {
            "market": market,
            "category": category,
            "day": FIRST + timedelta(days=n),
            "y": float(rng.poisson(20) + (surge.get((market, category), 0) if n == DAYS else 0)),
        }
        for market in MARKETS
        for category in CATEGORIES
        for n in range(days)
    ]
    return pl.DataFrame(rows)


def on(series: pl.DataFrame, **options: object) -> Judgement:
    given_version = options.pop("version", version())
    (judged,) = judge(given_version, series, [LAST], began=FIRST, **options)  # type: ignore[arg-type]
    return judged


def breaching(judged: Judgement) -> list[dict[str, str]]:
    return [dict(s.labels) for s in judged.slices if s.observation.seen is Seen.BREACH]


def test_calm_days_name_nothing() -> None:
    assert breaching(on(grid())) == []


def test_one_leaf_is_named_and_neither_of_its_parents() -> None:
    found = on(grid({("FR", "toys"): 60}))
    assert breaching(found) == [{"market": "FR", "category": "toys"}]
    assert found.slices[0].children == ()


def test_a_parent_whose_children_all_rose_is_named_with_them_inside() -> None:
    found = on(grid({("FR", category): 30 for category in CATEGORIES}))
    assert breaching(found) == [{"market": "FR"}]
    named = found.slices[0]
    assert [child.labels["market"] for child in named.children] == ["FR"] * 3
    assert sum(child.excess for child in named.children) == pytest.approx(
        named.numbers["excess"], rel=0.1
    )


def test_everything_rising_is_one_slice_without_a_label() -> None:
    everywhere = {(market, category): 30.0 for market in MARKETS for category in CATEGORIES}
    assert breaching(on(grid(everywhere))) == [{}]


def test_two_causes_are_two_slices() -> None:
    found = on(grid({("FR", "toys"): 60, ("IT", "books"): 60}))
    assert sorted(map(key_of, breaching(found))) == sorted(
        [
            key_of({"market": "FR", "category": "toys"}),
            key_of({"market": "IT", "category": "books"}),
        ]
    )


def test_what_is_watched_goes_on_by_itself_and_is_not_told_at_another_level() -> None:
    open_ = {"market": "FR", "category": "toys"}
    past = [Past(open_, LAST - timedelta(days=1))]
    found = on(grid({("FR", "toys"): 60}), watched=[open_], past=past)
    assert breaching(found) == [open_]
    calm = on(grid(), watched=[open_], past=past)
    assert calm.found[key_of(open_)].observation.seen in {Seen.CLEAR, Seen.ELEVATED}


def test_an_open_parent_takes_its_children_in() -> None:
    open_ = {"market": "FR"}
    past = [Past(open_, LAST - timedelta(days=1))]
    found = on(grid({("FR", "toys"): 60, ("DE", "toys"): 60}), watched=[open_], past=past)
    assert breaching(found) == [open_, {"market": "DE", "category": "toys"}]
    (child, *_) = found.found[key_of(open_)].children
    assert (child.labels["category"], child.excess > 40) == ("toys", True)


def test_a_watched_slice_that_is_no_more_is_missing() -> None:
    gone = {"market": "XX", "category": "toys"}
    assert on(grid(), watched=[gone]).found[key_of(gone)].observation.seen is Seen.MISSING


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_order_of_rows_changes_nothing(order: int) -> None:
    series = grid({("FR", "toys"): 60, ("IT", "books"): 40})
    shuffled = series.sample(fraction=1.0, shuffle=True, seed=order)
    assert breaching(on(shuffled)) == breaching(on(series))


@settings(max_examples=15, deadline=None)
@given(
    leaf=st.tuples(st.sampled_from(MARKETS), st.sampled_from(CATEGORIES)), more=st.integers(0, 120)
)
def test_slices_of_one_day_never_overlap(leaf: tuple[str, str], more: int) -> None:
    found = breaching(on(grid({leaf: float(more), ("DE", "books"): 70.0})))
    for one in found:
        for other in found:
            assert one is other or any(
                name in other and one[name] != other[name] for name in one
            ), (one, other)


def test_too_many_segments_are_refused() -> None:
    with pytest.raises(JudgeError, match="9 segments, more than max_segments = 8"):
        on(grid(), version=version(max_segments="8"))


@pytest.mark.parametrize("wrong", [float("nan"), -1.0, float("inf")])
def test_counts_that_are_none_are_refused_with_their_place(wrong: float) -> None:
    series = grid().with_columns(
        y=pl.when((pl.col("market") == "IT") & (pl.col("day") == LAST))
        .then(pl.lit(wrong))
        .otherwise("y")
    )
    with pytest.raises(JudgeError, match=f"IT · books on {LAST} has y = "):
        on(series)


def test_days_ahead_are_refused() -> None:
    with pytest.raises(JudgeError, match="lies after the judged day"):
        on(grid(days=DAYS + 2))


def test_no_rows_at_all_are_no_data() -> None:
    assert on(grid().clear()).others.seen is Seen.NODATA


def test_a_short_history_is_no_data() -> None:
    (found,) = judge(
        version(hierarchy="false"), grid().filter(pl.col("day") > LAST - timedelta(days=30)),
        [LAST], began=LAST - timedelta(days=29),
    )  # fmt: skip
    assert {s.observation.seen for s in found.slices} == {Seen.NODATA}


def test_many_days_at_once_are_each_day_alone() -> None:
    series = grid({("FR", "toys"): 60})
    days = [LAST - timedelta(days=n) for n in (2, 1, 0)]
    together = judge(version(), series, days, began=FIRST)
    for day, found in zip(days, together, strict=True):
        (alone,) = judge(version(), series.filter(pl.col("day") <= day), [day], began=FIRST)
        assert (found.day, breaching(found)) == (day, breaching(alone))


def test_a_proportion_counts_what_is_bad() -> None:
    """Satisfaction falls: y are the dissatisfied, value and usual stay shares of the satisfied."""
    rule = builtin()["csat-drop"]
    days = 230
    rows = [
        {
            "market": "PL",
            "day": FIRST + timedelta(days=n),
            "y": 9.0 if n < days - 14 else 5.0,
            "n": 10.0,
        }
        for n in range(days)
    ]
    last = FIRST + timedelta(days=days - 1)
    (found,) = judge(rule, pl.DataFrame(rows), [last], began=FIRST)
    (seen,) = found.slices
    assert seen.observation.seen is Seen.BREACH
    assert seen.numbers["y"] == 70
    assert seen.numbers["mu"] == pytest.approx(14, abs=1)
    assert (seen.numbers["value"], seen.numbers["n"]) == (0.5, 140)
    assert seen.numbers["usual"] == pytest.approx(0.9, abs=0.01)
    assert seen.history().columns[:2] == ["day", "y"]


def test_few_trials_are_no_verdict() -> None:
    rule = builtin()["csat-drop"]
    rows = [
        {"market": "PL", "day": FIRST + timedelta(days=n), "y": 1.0, "n": 1.0} for n in range(230)
    ]
    (found,) = judge(rule, pl.DataFrame(rows), [FIRST + timedelta(days=229)], began=FIRST)
    assert [s.observation.seen for s in found.slices] == [Seen.NODATA]


def test_a_state_without_rows_has_nothing_overdue() -> None:
    """An open alert of it ends: nobody stands in customs any more."""
    empty = pl.DataFrame(
        schema={
            "market": pl.String,
            "day": pl.Date,
            "y": pl.Float64,
            "n": pl.Float64,
            "oldest": pl.Float64,
        }
    )
    (found,) = judge(builtin()["customs-dwell"], empty, [LAST], began=FIRST)
    assert (found.slices, found.others.seen) == ((), Seen.CLEAR)


def test_a_parent_is_not_told_for_what_its_leaf_explains() -> None:
    """A leaf far above, its siblings a little: the leaf is named, the rest is not worth telling."""
    some = {("FR", category): 4.0 for category in CATEGORIES} | {("FR", "toys"): 90.0}
    assert breaching(on(grid(some))) == [{"market": "FR", "category": "toys"}]


def test_no_parent_is_named_beside_its_only_surging_leaf_in_thin_segments() -> None:
    """Twenty thin leaves expect more together than one by one: the sum of guesses is no guess."""
    rng = np.random.default_rng(11)
    markets = [f"M{n}" for n in range(20)]
    rows = [
        {
            "market": market,
            "category": category,
            "day": FIRST + timedelta(days=n),
            "y": float(rng.poisson(1.2)) + (30.0 if surging and n == DAYS else 0.0),
        }
        for market in markets
        for category in ("books", "toys")
        for surging in [(market, category) == ("M3", "toys")]
        for n in range(DAYS + 1)
    ]
    assert breaching(on(pl.DataFrame(rows))) == [{"market": "M3", "category": "toys"}]
