"""The address of a view: a round trip for every view, no crash for any address."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.url_filter import (
    COMPARISONS,
    DIMENSIONS,
    KEYS,
    RANGES,
    Ignored,
    View,
    decode,
    encode,
    link,
    narrow,
    period,
)
from data_access.metrics import Filter

VALUES = st.lists(
    st.text(min_size=0, max_size=12).filter(str.isprintable), max_size=4, unique=True
).map(tuple)
DAYS = st.dates(date(1990, 1, 1), date(2199, 12, 31))


@st.composite
def views(draw: st.DrawFn) -> View:
    chosen = draw(st.sampled_from(sorted(RANGES)))
    days = sorted([draw(DAYS), draw(DAYS)]) if chosen == "custom" else [None, None]
    return View(
        range=chosen,
        compare=draw(st.sampled_from(COMPARISONS)),
        filter=Filter(start=days[0], end=days[1], **{name: draw(VALUES) for name in DIMENSIONS}),
        currency=draw(st.sampled_from([None, "USD", "CNY"])),
        zone=draw(st.sampled_from([None, "Asia/Shanghai", "America/New_York", "Etc/GMT+5"])),
    )


@given(views())
def test_every_view_survives_its_address(view: View) -> None:
    assert decode(encode(view)) == (view, ())
    assert decode("?" + encode(view)) == (view, ())


@given(views())
def test_the_address_is_canonical(view: View) -> None:
    query = encode(view)
    assert encode(decode(query)[0]) == query
    assert query.isascii()
    assert not set(query) & set(" \"'<>#[]{}|\\^`")


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([*KEYS, "=", "&", ",", "*", "%", "%zz", "ü"])).map("".join)
)
def test_any_text_is_an_address(text: str) -> None:
    view, _ignored = decode(text)
    assert decode(encode(view))[0] == view
    assert period(view, date(2026, 11, 22)).first <= period(view, date(2199, 12, 31)).last


def test_the_default_view_has_no_query() -> None:
    assert encode(View()) == ""
    assert decode("") == (View(), ())


def test_keys_have_a_fixed_order_and_values_are_quoted() -> None:
    view = View("7d", "year", Filter(market=("FR", "DE"), category=("Toys & Games",), reason=("",)))
    assert encode(view) == "range=7d&compare=year&market=FR,DE&category=Toys%20%26%20Games&reason=*"


def test_what_is_not_understood_is_named_and_left_out() -> None:
    view, ignored = decode(
        "range=fortnight&compare=never&market=FR,XX&zone=Mars/Olympus&currency=euro&other=1",
        {"market": ["FR", "DE"]},
    )
    assert view == View(filter=Filter(market=("FR",)))
    assert ignored == (
        Ignored("range", "fortnight"),
        Ignored("compare", "never"),
        Ignored("market", "XX"),
        Ignored("currency", "euro"),
        Ignored("zone", "Mars/Olympus"),
    )


@pytest.mark.parametrize(
    "query",
    [
        "range=custom",
        "range=custom&from=2026-11-01",
        "range=custom&from=2026-11-02&to=2026-11-01",
        "range=custom&from=yesterday&to=2026-11-01",
        "range=custom&from=0001-01-01&to=2026-11-01",
    ],
)
def test_an_impossible_range_falls_back(query: str) -> None:
    view, ignored = decode(query)
    assert view == View()
    assert ignored[-1] == Ignored("range", "custom")


def test_too_long_values_are_cut_in_the_note() -> None:
    _view, ignored = decode("market=" + "x" * 5000)
    assert len(ignored[0].value) == 200


def test_periods() -> None:
    today = date(2026, 11, 22)
    week = period(View("7d"), today)
    assert (week.now.start, week.now.end) == (date(2026, 11, 16), today)
    assert week.before is not None
    assert (week.before.start, week.before.end) == (date(2026, 11, 9), date(2026, 11, 15))
    year = period(View("28d", "year"), today)
    assert year.before is not None
    assert year.before.end == today - timedelta(days=364)
    assert year.before.end.weekday() == today.weekday()
    assert period(View("7d", "none"), today).before is None


@given(views(), DAYS)
def test_the_period_before_never_overlaps(view: View, today: date) -> None:
    span = period(view, today)
    if span.before is None or span.first > span.last:
        return
    assert span.before.end is not None
    assert span.before.end < span.first
    assert replace(span.before, start=span.now.start, end=span.now.end) == span.now


def test_links_carry_the_filter() -> None:
    query = "market=FR&category=Toys"
    assert link("/cases", query, {"view": "open"}) == "/cases?view=open&market=FR&category=Toys"
    assert link("/cases", "") == "/cases"
    assert narrow(query, market="DE", carrier="") == "market=DE&category=Toys&carrier=*"
    assert narrow(query, nonsense="1") == query
