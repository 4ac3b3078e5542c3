"""Exports are honest about time: nothing of the future, nothing lost, news are the difference."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from data_access.contracts import TABLES
from data_access.sample.plan import Plan
from data_access.sample.view import LENSES, ahead, news, view
from data_access.sample.world import World

PLANS = frozenset(
    {
        "promised_at",
        "current_eta",
        "ends_at",
        "starts_at",
        "vip_to",
        "valid_from",
        "valid_to",
        "due_at",
    }
)
"""Instants that tell of the future by their nature."""

days = st.floats(min_value=-700, max_value=44)


def instant(plan: Plan, offset: float) -> datetime:
    return plan.now + timedelta(seconds=round(offset * 86400))


@examples(max_examples=12)
@given(offset=days)
def test_no_export_knows_the_future(world: World, plan: Plan, offset: float) -> None:
    at = instant(plan, offset)
    for name, frame in view(world.tables, at).items():
        for column, dtype in frame.schema.items():
            if isinstance(dtype, pl.Datetime) and column not in PLANS:
                assert frame.filter(pl.col(column) > at).height == 0, (name, column)


@examples(max_examples=12)
@given(first=days, second=days)
def test_rows_never_vanish_and_known_instants_stay(
    world: World, plan: Plan, first: float, second: float
) -> None:
    early, late = sorted((instant(plan, first), instant(plan, second)))
    before, after = view(world.tables, early), view(world.tables, late)
    for name in LENSES:
        key = list(TABLES[name].key)
        both = before[name].join(after[name], on=key, how="left", suffix="_then", validate="1:1")
        assert before[name].join(after[name], on=key, how="anti").height == 0, name
        for column, dtype in before[name].schema.items():
            if dtype.is_temporal() and column not in key:
                changed = both.filter(pl.col(column) != pl.col(f"{column}_then").fill_null(early))
                assert changed.height == 0, (name, column)


@examples(max_examples=12)
@given(first=days, second=days)
def test_news_are_the_difference_of_two_exports(
    world: World, plan: Plan, first: float, second: float
) -> None:
    early, late = sorted((instant(plan, first), instant(plan, second)))
    before, after = view(world.tables, early), view(world.tables, late)
    brought = news(world.tables, early, late)
    for name in LENSES:
        key = list(TABLES[name].key)
        fresh = after[name].join(before[name], on=after[name].columns, how="anti", nulls_equal=True)
        got = brought.get(name, after[name].clear())
        missed = fresh.join(got, on=got.columns, how="anti", nulls_equal=True)
        assert missed.height == 0, (name, missed.head(2))
        wrong = got.join(after[name], on=got.columns, how="anti", nulls_equal=True)
        assert wrong.height == 0, (name, wrong.head(2))
        assert got.select(pl.struct(key).is_duplicated().any()).item() is not True


def test_what_lies_ahead_is_all_that_news_needs(world: World, plan: Plan) -> None:
    rest = ahead({name: frame.lazy() for name, frame in world.tables.items()}, plan.now)
    late = plan.now + timedelta(days=2)
    whole = news(world.tables, plan.now, late)
    assert whole.keys() == news(rest, plan.now, late).keys()
    for name, frame in news(rest, plan.now, late).items():
        assert frame.sort(TABLES[name].key).equals(whole[name].sort(TABLES[name].key)), name


def test_something_new_comes_within_every_hour(world: World, plan: Plan) -> None:
    for hour in range(0, 48, 6):
        since = plan.now + timedelta(hours=hour)
        assert news(world.tables, since, since + timedelta(hours=6))
