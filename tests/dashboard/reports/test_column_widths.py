"""Widths of columns on paper: enough for numbers and words, the rest by what they would like."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.languages import use_language
from dashboard.reports import showing
from dashboard.reports.forms.column_widths import PAGE, fits, page, widths
from dashboard.reports.values import Number

cell = st.text(alphabet="abc 中文 0123456789.%", max_size=40)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], list[bool]]:
    count = draw(st.integers(1, 10))
    lines = draw(st.lists(st.lists(cell, min_size=count, max_size=count), min_size=1, max_size=6))
    return lines, draw(st.lists(st.booleans(), min_size=count, max_size=count))


@given(tables())
def test_every_column_has_a_width_and_what_fits_stays_in_the_room(
    table: tuple[list[list[str]], list[bool]],
) -> None:
    lines, numeric = table
    found = widths(lines, numeric)
    assert len(found) == len(numeric)
    assert min(found) > 0
    if fits(lines, numeric, PAGE):
        assert sum(found) <= PAGE + 0.1


def test_a_number_gets_its_whole_width_and_a_name_its_longest_word() -> None:
    lines = [["Market", "Share"], ["United Kingdom of somewhere far away " * 3, "−1,234,567.8%"]]
    name, share = widths(lines, [False, True], 40)
    assert share >= len("−1,234,567.8%")
    assert name >= len("somewhere")


def test_more_columns_are_set_smaller_and_have_more_room() -> None:
    assert page(3) < page(7) < page(10)


def test_the_interval_of_points_is_in_points() -> None:
    change = Number(value=-0.076, unit="points", low=-0.156, high=0.005, signed=True)
    with use_language("en"):
        assert showing.interval_text(change) == "−15.6 … 0.5"
        assert showing.interval_text(Number(value=0.1, unit="points")) == ""
