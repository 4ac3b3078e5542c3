"""Recorded minutes beside ours, and the gap from one to the other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.presets import compare_recorded, preset
from data_access.presets.recorded import product_of, reconcile_recorded, turned
from tests.data_access.presets.cases import HOUR, Book, at

FIRST = "first_response"


def desk() -> Book:
    book = Book()
    # All asked on Monday at ten; in office hours throughout.
    recorded = {"agrees": 60.0, "rounded": 59.4, "differs": 12.0, "none": None, "open": 5.0}
    for number, (name, minutes) in enumerate(recorded.items()):
        case = book.case(name, at("10:00"), vendor_frt_business_min=minutes)
        case.customer(at("10:00"))
        if name != "open":
            case.agent(at("11:00"))
        assert number < 5
    return book


def test_agreement_within_a_minute() -> None:
    book = desk()
    times = book.measuring(FIRST).times(preset("zendesk").definition(FIRST))
    found = compare_recorded(book.own, times, metric=FIRST, hours="business")
    assert (found.column, found.recorded, found.both) == ("vendor_frt_business_min", 4, 3)
    # 59.4 min is half a minute off, 12 min is 48 off; "open" we do not measure at all.
    assert (found.agree, found.only_ours) == (2, 1)
    assert found.share == pytest.approx(2 / 3)
    assert found.differences.rows() == [
        ("desk", "differs", 720.0, 3600.0, 2880.0, None),
        ("desk", "open", 300.0, None, None, "open"),
    ]


def test_a_metric_that_no_source_records() -> None:
    book = desk()
    times = book.measuring("next_response").times(preset("zendesk").definition("next_response"))
    found = compare_recorded(book.own, times, metric="next_response", hours="business")
    assert (found.column, found.recorded, found.share) == (None, 0, None)


def test_the_gap_from_the_recorded_figure() -> None:
    book = desk()
    measuring = book.measuring(FIRST)
    found = reconcile_recorded(
        book.own, measuring, preset("gorgias"), through=preset("zendesk"), statistic="mean"
    )
    # Recorded: (60 + 59.4 + 12 + 5) / 4 = 34.1 min. Ours: an hour for all four answered.
    assert found.left.value_s == pytest.approx(34.1 * 60)
    assert found.right.value_s == pytest.approx(HOUR)
    causes = dict(found.causes.select("cause", "effect_s").iter_rows())
    # Of both sides: recorded (60 + 59.4 + 12) / 3 = 43.8, ours 60: 16.2 min not reproduced; the
    # other 9.7 min are the open case, which lowers the recorded mean.
    assert causes["not_reproduced"] == pytest.approx(16.2 * 60)
    assert causes["other_cases"] == pytest.approx(9.7 * 60)
    assert sum(causes.values()) == pytest.approx(found.gap_s)
    assert found.top.row(0) == ("not_reproduced", "desk", "differs", 1, 720.0, 3600.0)
    back = turned(found)
    assert back.gap_s == -(found.gap_s or 0)
    assert back.right.name == "recorded"
    assert back.top.row(0)[-2:] == (3600.0, 720.0)


@settings(max_examples=20)
@given(st.lists(st.one_of(st.none(), st.floats(0, 500)), min_size=1, max_size=5))
def test_it_always_adds_up(minutes: list[float | None]) -> None:
    book = Book()
    for number, recorded in enumerate(minutes):
        case = book.case(f"C{number}", at("16:00"), vendor_frt_business_min=recorded)
        case.customer(at("16:00")).agent(at(f"{10 + number}:00", day=1))
    found = reconcile_recorded(
        book.own,
        book.measuring(FIRST),
        preset("gorgias"),
        through=preset("zendesk"),
        statistic="median",
    )
    if found.gap_s is None:
        assert found.causes.is_empty()
    else:
        assert found.causes["effect_s"].sum() == pytest.approx(found.gap_s, abs=1e-6)


@pytest.mark.parametrize(
    ("source", "name"), [("zendesk-eu", "zendesk"), ("My Gorgias", "gorgias"), ("olist", None)]
)
def test_the_product_behind_a_feed(source: str, name: str | None) -> None:
    assert getattr(product_of(source), "name", None) == name
