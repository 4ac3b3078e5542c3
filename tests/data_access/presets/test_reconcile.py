"""Effects add up to the gap, whatever the cases and the definitions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.presets import METRICS, PRESETS, PresetError, preset, reconcile
from data_access.presets import definition as d
from data_access.presets.attribution import MOST_IN_ALL_ORDERS, effects
from data_access.presets.definition import Definition, Preset
from data_access.presets.reconciling import Reconciliation
from tests.data_access.presets.cases import AS_OF, HOUR, MONDAY, OFFICE, Book, at

STATISTICS = ("mean", "median")


def reconciled(
    book: Book, left: Preset, right: Preset, metric: str = "first_response", statistic: str = "mean"
) -> Reconciliation:
    return reconcile(
        *book.frames(),
        metric=metric,
        left=left,
        right=right,
        statistic=statistic,  # type: ignore[arg-type]
        hours=OFFICE,
        as_of=AS_OF,
    )


def causes(found: Reconciliation) -> dict[str, float]:
    return dict(found.causes.select("cause", "effect_s").iter_rows())


def test_out_of_hours_and_who_opened_it() -> None:
    book = Book()
    # A: Monday 20:00 to Tuesday 10:00, 1 h in office hours and 14 h by the wall clock.
    book.case("A", at("20:00")).customer(at("20:00")).agent(at("10:00", day=1))
    # B: we opened it at 10:00, the next reply at 13:00.
    book.case("B", at("10:00")).agent(at("10:00")).customer(at("11:00")).agent(at("13:00"))
    found = reconciled(book, preset("zendesk"), preset("gorgias"))
    # Zendesk: (1 + 3) / 2 = 2 h. Gorgias: A alone, 14 h.
    assert (found.left.value_s, found.right.value_s) == (2 * HOUR, 14 * HOUR)
    assert found.gap_s == 12 * HOUR
    assert found.right.left_out == {"agent_started": 1}
    # B's clock could start at 11:00 instead of 10:00. With s, h, a for the switches the mean is
    # 2 h; s 1.5; h 8.5; a 1; sh 8; sa 1; ha 14; sha 14. Shapley, of six orders:
    # start: 2 × (1.5 − 2) + (8 − 8.5) + (1 − 1) + 2 × (14 − 14) = −1.5, by 6: −0.25
    # hours: 2 × (8.5 − 2) + (8 − 1.5) + (14 − 1) + 2 × (14 − 1) = 58.5, by 6: 9.75
    # agent: 2 × (1 − 2) + (1 − 1.5) + (14 − 8.5) + 2 × (14 − 8) = 15, by 6: 2.5
    expected = {"out_of_hours": 9.75, "agent_started": 2.5, "start_of_clock": -0.25}
    shown = causes(found)
    assert {name: shown[name] / HOUR for name in expected} == pytest.approx(expected)
    assert all(shown[name] == 0 for name in shown.keys() - expected.keys())


def test_the_cases_behind_a_cause() -> None:
    book = Book()
    for number in range(7):
        case = book.case(f"{number}", at("20:00")).customer(at("20:00"))
        case.agent(at("9:00", day=1) + timedelta(minutes=number))
    book.case("in hours", at("10:00")).customer(at("10:00")).agent(at("11:00"))
    found = reconciled(book, preset("zendesk"), preset("gorgias"))
    hours = found.causes.row(by_predicate=pl.col("cause") == "out_of_hours", named=True)
    assert hours["cases"] == 7
    top = found.top.filter(pl.col("cause") == "out_of_hours")
    # All differ by the 13 h between 20:00 and 9:00; ties are in the order of their ids.
    assert top["case_id"].to_list() == ["0", "1", "2", "3", "4"]
    assert top.row(1) == ("out_of_hours", "desk", "1", 1, 60.0, 13 * HOUR + 60.0)


def test_a_definition_against_itself() -> None:
    book = Book()
    book.case("A", at("20:00")).customer(at("20:00")).agent(at("10:00", day=1))
    for name in PRESETS:
        found = reconciled(book, PRESETS[name], PRESETS[name])
        assert found.gap_s == 0.0
        assert found.causes.is_empty()
        assert found.top.is_empty()


def test_no_cases_at_all() -> None:
    found = reconciled(Book(), preset("zendesk"), preset("gorgias"))
    assert (found.left.value_s, found.right.value_s, found.gap_s) == (None, None, None)
    assert found.causes.is_empty()
    assert found.of_cases == 0


def test_every_order_passes_a_state_without_cases() -> None:
    book = Book()
    # Each definition keeps one of the two; what both keep is nothing, what either keeps is both.
    book.case("M", at("10:00"), merged_into="X").customer(at("10:00")).agent(at("11:00"))
    book.case("S", at("10:00"), spam=True).customer(at("10:00")).agent(at("13:00"))
    plain = PRESETS["gorgias"].metrics["first_response"]
    left = replace(PRESETS["gorgias"], metrics={"first_response": replace(plain, merged=True)})
    right = replace(PRESETS["gorgias"], metrics={"first_response": replace(plain, spam=True)})
    found = reconciled(book, left, right)
    # The order over "neither" is skipped: first spam comes in (mean 2 h), then the merged go.
    assert found.gap_s == 2 * HOUR
    assert causes(found) == {"merged": 1 * HOUR, "spam": 1 * HOUR}


def test_a_product_without_the_metric() -> None:
    with pytest.raises(PresetError, match=r"Gorgias has no metric on_hold\. Gorgias knows"):
        reconciled(Book(), preset("zendesk"), preset("gorgias"), "on_hold")


# Properties


MOMENTS = st.integers(0, 14 * 24 * 60).map(lambda minute: MONDAY + timedelta(minutes=minute))


@st.composite
def books(draw: st.DrawFn) -> Book:
    book = Book()
    for number in range(draw(st.integers(1, 5))):
        created = draw(MOMENTS)
        case = book.case(
            f"C{number}",
            created,
            merged_into=draw(st.sampled_from([None, None, "X"])),
            spam=draw(st.sampled_from([None, False, True])),
            deleted=draw(st.booleans()),
            calendar_id=draw(st.sampled_from([None, "office"])),
        )
        for _event in range(draw(st.integers(0, 6))):
            when = created + timedelta(minutes=draw(st.integers(0, 5000)))
            what = draw(st.sampled_from(["customer", "agent", "bot", "rule", "solved", "reopened"]))
            getattr(case, what)(when)
    return book


def definitions() -> st.SearchStrategy[Definition]:
    def of(literal: object) -> st.SearchStrategy[str]:
        return st.sampled_from(get_args(literal))

    statuses = st.sampled_from([(), ("new", "open"), ("on_hold",)])
    return st.builds(
        Definition,
        st.just("drawn"),
        start=of(d.Start),
        replies=of(d.Replies),
        agent_started=of(d.AgentStarted),
        hours=of(d.HoursCounted),
        schedule=of(d.Schedule),
        stop=of(d.Stop),
        solved_time=st.booleans(),
        closed_counts=st.booleans(),
        after_solve=of(d.AfterSolve),
        turns=of(d.Turns),
        statuses=statuses,
        merged=st.booleans(),
        spam=st.booleans(),
        deleted=st.booleans(),
        open_cases=of(d.OpenCases),
    )


def product(made: Definition, metric: str) -> Preset:
    return Preset("drawn", "Drawn", {metric: made})


@settings(max_examples=40)
@given(books(), definitions(), definitions(), st.sampled_from(METRICS), st.sampled_from(STATISTICS))
def test_the_effects_add_up_and_turn_round(
    book: Book, old: Definition, new: Definition, metric: str, statistic: str
) -> None:
    left, right = product(old, metric), product(new, metric)
    found = reconciled(book, left, right, metric, statistic)
    back = reconciled(book, right, left, metric, statistic)
    if found.gap_s is None:
        assert found.causes.is_empty()
        return
    assert found.left.value_s is not None
    assert found.right.value_s is not None
    scale = max(1.0, found.left.value_s, found.right.value_s)
    assert abs(sum(causes(found).values()) - found.gap_s) <= 1e-9 * scale
    assert back.gap_s == -found.gap_s
    assert causes(back) == pytest.approx(
        {name: -effect for name, effect in causes(found).items()}, abs=1e-9 * scale
    )


@settings(max_examples=25)
@given(books(), st.sampled_from(sorted(PRESETS)), st.sampled_from(sorted(PRESETS)))
def test_the_sides_are_what_the_presets_give(book: Book, one: str, other: str) -> None:
    found = reconciled(book, preset(one), preset(other))
    for side, name in ((found.left, one), (found.right, other)):
        times = book.times("first_response", name)
        counted = [value for value in times.values() if isinstance(value, float)]
        assert side.n == len(counted)
        assert side.n + sum(side.left_out.values()) == len(times)
        open_ones = PRESETS[name].metrics["first_response"].open_cases == "censored"
        if counted and not open_ones:
            assert side.value_s == pytest.approx(sum(counted) / len(counted))


# Attribution on its own


@given(
    st.integers(1, 8).flatmap(
        lambda k: st.tuples(
            st.just(k),
            st.dictionaries(
                st.frozensets(st.integers(0, k - 1)),
                st.one_of(st.none(), st.floats(-1e6, 1e6)),
                max_size=40,
            ),
        )
    )
)
def test_effects_of_any_function(drawn: tuple[int, dict[frozenset[int], float | None]]) -> None:
    k, given_values = drawn
    names = [f"c{number}" for number in range(k)]

    def value(made: frozenset[str]) -> float | None:
        return given_values.get(frozenset(int(name[1:]) for name in made), float(len(made)))

    found = effects(names, value)
    first, last = value(frozenset()), value(frozenset(names))
    if first is None or last is None:
        assert found is None
    elif found is not None:
        assert list(found) == names
        assert sum(found.values()) == pytest.approx(last - first, abs=1e-4)


def test_independent_changes_keep_their_own_effects() -> None:
    sizes = {f"c{number}": 10.0**number for number in range(MOST_IN_ALL_ORDERS + 2)}
    found = effects(list(sizes), lambda made: sum(sizes[name] for name in made))
    assert found == pytest.approx(sizes)


def test_two_that_need_each_other_share() -> None:
    found = effects(["a", "b"], lambda made: 6.0 if len(made) == 2 else 0.0)
    assert found == {"a": 3.0, "b": 3.0}


def test_the_second_order_when_the_first_is_barred() -> None:
    table = {frozenset(): 1.0, frozenset("a"): None, frozenset("b"): 4.0, frozenset("ab"): 9.0}
    assert effects(["a", "b"], table.__getitem__) == {"a": 5.0, "b": 3.0}


def test_nothing_to_say_when_all_orders_are_barred() -> None:
    table = {frozenset(): 1.0, frozenset("a"): None, frozenset("b"): None, frozenset("ab"): 9.0}
    assert effects(["a", "b"], table.__getitem__) is None
