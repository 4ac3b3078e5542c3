"""Charts of reports: well-formed whatever the figures, never empty, the same bytes each time."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.languages import SUPPORTED, use_language
from dashboard.reports import charts
from dashboard.reports.charts.palette import PRINT, SCREEN, TOKENS
from dashboard.reports.charts.places import places
from dashboard.reports.charts.scales import apart, linear, steps
from dashboard.reports.charts.text_width import columns, fit, width
from dashboard.reports.charts.tiles import arrange
from dashboard.reports.document import (
    Cell,
    ChangeBlock,
    Effect,
    HeatBlock,
    HeatCell,
    Limits,
    MapBlock,
    Panel,
    Point,
)
from dashboard.reports.values import Code, Number, Plain
from tests.dashboard.reports import sample_document as sample
from tests.dashboard.test_assets import tokens

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = st.floats(allow_nan=False, allow_infinity=False)
MAYBE = st.none() | FIGURES
UNITS = st.sampled_from(["share", "count", "score", "days", "hours", "per_1000", "money_per_order"])
STANDINGS = ("met", "missed", "unsure", "no_target", "no_data")


def drawn(svg: str) -> ET.Element:
    """A drawing that keeps what every drawing promises."""
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text
    assert root.get("aria-label", "").startswith(title.text)
    _x, _y, wide, high = (float(part) for part in root.get("viewBox", "").split())
    for element in root.iter():
        if element.tag in (f"{SVG}pattern", f"{SVG}defs"):
            continue
        for name in ("x", "x1", "x2", "cx"):
            inside(element.get(name), wide)
        for name in ("y", "y1", "y2", "cy"):
            inside(element.get(name), high)
        for pair in (element.get("points") or "").split():
            x, y = pair.split(",")
            inside(x, wide)
            inside(y, high)
    marks = [e for e in root if e.tag not in (f"{SVG}title", f"{SVG}desc", f"{SVG}defs")]
    assert marks, "an empty chart"
    return root


def inside(text: str | None, size: float) -> None:
    """A coordinate that is finite and within the drawing, but for the edge of a mark."""
    if text is None:
        return
    value = float(text)
    assert math.isfinite(value)
    assert -6 <= value <= size + 6


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@st.composite
def points(draw: st.DrawFn, unit: str, most: int) -> tuple[Point, ...]:
    count = draw(st.integers(0, most))
    found = []
    for i in range(count):
        value, prior = draw(MAYBE), draw(MAYBE)
        low, high = sorted((draw(FIGURES), draw(FIGURES))) if draw(st.booleans()) else (None, None)
        number = Number(
            value=value, unit=unit, n=draw(st.none() | st.integers(0)), low=low, high=high
        )
        before = None if prior is None else Number(value=prior, unit=unit)
        start = date(2026, 1, 5) + timedelta(weeks=i)
        found.append(
            Point(start=start, number=number, prior=before, provisional=draw(st.booleans()))
        )
    return tuple(found)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    unit = draw(UNITS)
    weeks = draw(points(unit, 6))
    low, high = sorted((draw(FIGURES), draw(FIGURES)))
    signals = draw(st.lists(st.sampled_from(["beyond_limits", "<b>&"]), max_size=2))
    return Panel(
        kpi=draw(st.sampled_from(["nps", "contact_rate", "unheard_of & <new>"])),
        now=weeks[-1].number if weeks else Number(value=None, unit=unit),
        before=None,
        prior=None,
        target=draw(MAYBE),
        standing=draw(st.sampled_from(STANDINGS)),
        exception=tuple(Code(group="signal", value=one) for one in signals),
        limits=Limits(center=low / 2 + high / 2, low=low, high=high, points=9)
        if draw(st.booleans())
        else None,
        weeks=weeks,
        months=draw(points(unit, 12)),
    )


@given(panels(), st.sampled_from([SCREEN, PRINT]))
@settings(max_examples=150)
def test_panels_stand_any_figures(panel: Panel, palette: charts.Palette) -> None:
    drawn(charts.panel(panel, palette, "UTC"))


@given(st.lists(st.tuples(MAYBE, FIGURES, st.text(max_size=30)), max_size=8), MAYBE, MAYBE, UNITS)
@settings(max_examples=100)
def test_changes_stand_any_figures(
    effects: list[tuple[float | None, float, str]],
    before: float | None,
    now: float | None,
    unit: str,
) -> None:
    block = ChangeBlock(
        kpi="nps",
        by="market",
        unit=unit,
        before=Number(value=before, unit=unit),
        now=Number(value=now, unit=unit),
        total=0,
        rate=0,
        mix=0,
        new=0,
        lost=0,
        effects=tuple(
            Effect(
                segment=Plain(text=name) if name else None,
                kind="common",
                now=None,
                before=None,
                rate=rate,
                mix=rate,
                total=total,
            )
            for rate, total, name in effects
        ),
        says=(),
    )
    drawn(charts.change(block, PRINT))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*sorted(places()), "unknown", "", "x<&"]),
            MAYBE,
            st.sampled_from(["met", "missed", "unsure", "small", "no_data"]),
        ),
        max_size=60,
        unique_by=lambda one: one[0],
    )
)
@settings(max_examples=60)
def test_maps_stand_any_markets_and_give_each_its_own_tile(
    cells: list[tuple[str, float | None, str]],
) -> None:
    block = sample.sla_map().model_copy(
        update={
            "cells": tuple(
                Cell.model_validate(
                    {"market": m, "number": Number(value=v, unit="share"), "standing": s}
                )
                for m, v, s in cells
            )
        }
    )
    drawn(charts.sla_map(block, PRINT))
    slots = arrange([market for market, _value, _standing in cells])
    assert len(set(slots)) == len(cells)


@given(st.integers(0, 6), st.integers(0, 14), st.data())
@settings(max_examples=60)
def test_grids_stand_any_size_and_gaps(rows: int, wide: int, data: st.DataObject) -> None:
    cells = tuple(
        HeatCell.model_validate(
            {
                "row": str(i),
                "column": str(j),
                "number": Number(value=data.draw(MAYBE), unit="share"),
                "standing": data.draw(st.sampled_from(["more", "usual", "less", "small"])),
            }
        )
        for i in range(rows)
        for j in range(wide)
        if data.draw(st.booleans())
    )
    names = [Plain(text=f"<{i}> & a rather long name") for i in range(max(rows, wide))]
    block = HeatBlock(
        key="any",
        rows=tuple(names[:rows]),
        row_keys=tuple(str(i) for i in range(rows)),
        columns=tuple(names[:wide]),
        column_keys=tuple(str(j) for j in range(wide)),
        cells=cells,
        lead=sample.said("Any", "任意"),
    )
    drawn(charts.heat(block, SCREEN))


# What a panel shows


def test_a_panel_says_what_it_shows() -> None:
    root = drawn(charts.panel(sample.contact_rate(), PRINT, "UTC"))
    shown = texts(root)
    assert "261.3" in shown
    assert {"W42", "W47", "Dec 2025", "Nov 2026", "Target 180.0"} <= set(shown)
    described = root.findtext(f"{SVG}desc") or ""
    for part in ("261.3", "214.6", "190.2", "180.0", "243.0–280.4", "160.5", "205.5"):
        assert part in described


def test_an_exception_is_marked_by_shape_and_words() -> None:
    marked = charts.panel(sample.contact_rate(), PRINT, "UTC")
    plain = charts.panel(sample.contact_rate().model_copy(update={"exception": ()}), PRINT, "UTC")
    assert "<polygon" in marked
    assert "<polygon" not in plain


def test_provisional_points_are_hollow() -> None:
    panel = sample.plain_panel("nps", "score", [1.0, 2.0], None)
    fills = [c.get("fill") for c in drawn(charts.panel(panel, PRINT, "UTC")).iter(f"{SVG}circle")]
    assert fills[:2] == [PRINT.accent, PRINT.canvas]


def test_a_gap_breaks_the_line() -> None:
    whole = sample.plain_panel("nps", "score", [1.0, 2.0, 3.0, 4.0], None)
    broken = sample.plain_panel("nps", "score", [1.0, 2.0, None, 3.0, 4.0], None)
    count = [
        len(list(drawn(charts.panel(p, PRINT, "UTC")).iter(f"{SVG}polyline")))
        for p in (whole, broken)
    ]
    assert count[1] > count[0]


def test_without_data_it_says_so() -> None:
    for values in ([], [None, None]):
        panel = sample.plain_panel("nps", "score", list(values), 30.0)
        assert texts(drawn(charts.panel(panel, PRINT, "UTC"))) == ["No data in these weeks"]


def test_one_point_is_drawn_and_labelled() -> None:
    panel = sample.plain_panel("csat", "share", [0.5], None)
    root = drawn(charts.panel(panel, PRINT, "UTC"))
    assert len(list(root.iter(f"{SVG}circle"))) >= 1
    assert "50.0%" in texts(root)


def test_months_of_counts_have_a_scale_of_their_own() -> None:
    weeks = sample.weeks([100.0, 110.0], [None, None], "count")
    months = sample.months([400.0, 440.0], [None, None], "count")
    panel = sample.plain_panel("contacts", "count", [1.0], None).model_copy(
        update={"weeks": weeks, "months": months, "now": weeks[-1].number}
    )
    circles = drawn(charts.panel(panel, PRINT, "UTC")).iter(f"{SVG}circle")
    heights = [float(circle.get("cy", "")) for circle in circles]
    assert heights[:2] == heights[2:]


def test_labels_of_one_column_do_not_overlap() -> None:
    for panel in sample.panels():
        root = drawn(charts.panel(panel, PRINT, "UTC"))
        right = sorted(
            float(one.get("y", ""))
            for one in root.iter(f"{SVG}text")
            if float(one.get("x", "")) > 305 and float(one.get("y", "")) < 130
        )
        assert all(below - above >= 9 for above, below in pairwise(right))


def test_a_waterfall_adds_up_to_the_figure_of_now() -> None:
    root = drawn(charts.change(sample.change(), PRINT))
    shown = texts(root)
    assert {"214.6", "261.3", "+56.3", "−7.5", "+2.4", "−1.5", "−3.0"} <= set(shown)
    levels = [e for e in root.iter(f"{SVG}line") if e.get("stroke-width") == "2.5"]
    rects = list(root.iter(f"{SVG}rect"))
    # The last bar ends where the figure of now stands.
    ends = {float(rects[-1].get("x", "")), float(rects[-1].get("x", "")) + 0.0}
    assert any(abs(float(levels[-1].get("x1", "")) - end) < 0.2 for end in ends)


def test_too_few_are_hatched_and_no_data_is_empty() -> None:
    svg = charts.sla_map(sample.sla_map(), PRINT)
    assert re.search(r'fill="url\(#h[0-9a-f]{10}\)"', svg)
    assert 'fill="none"' in svg
    assert "100%" not in svg, "a figure that is too small to judge is not shown"


def test_two_maps_in_one_page_have_names_of_their_own() -> None:
    other = sample.sla_map().model_copy(update={"kpi": "nps"})
    names = [
        set(re.findall(r'id="(\w+)"', charts.sla_map(one, PRINT)))
        for one in (sample.sla_map(), other)
    ]
    assert not names[0] & names[1]


# Languages, palettes, bytes


@pytest.mark.parametrize("language", SUPPORTED)
def test_the_same_block_gives_the_same_bytes(language: str) -> None:
    def all_of_them() -> str:
        return "".join(
            (
                *(charts.panel(one, SCREEN, "UTC") for one in sample.panels()),
                charts.change(sample.change(), SCREEN),
                charts.sla_map(sample.sla_map(), SCREEN),
                charts.heat(sample.heat(), SCREEN),
                charts.legend(SCREEN),
            )
        )

    with use_language(language):
        first = all_of_them()
        with use_language("en"):
            all_of_them()
        assert all_of_them() == first


def test_the_key_is_drawn_in_any_room() -> None:
    for room in (120.0, 380.0, 760.0):
        drawn(charts.legend(PRINT, room))


def test_paper_needs_no_style_sheet_and_screens_follow_theirs() -> None:
    printed = charts.panel(sample.contact_rate(), PRINT, "UTC")
    assert "var(" not in printed
    assert "var(--aw-accent)" in charts.panel(sample.contact_rate(), SCREEN, "UTC")


def test_tokens_are_those_of_the_application() -> None:
    for index, theme in enumerate(("light", "dark")):
        ours = tokens(theme)
        assert {name: ours[name] for name in TOKENS} == {
            name: pair[index] for name, pair in TOKENS.items()
        }


# Scales and widths


def test_scales_hold_their_values_and_stand_equal_ones() -> None:
    scale = linear([2.0, None, 4.0], 0, 100)
    assert scale is not None
    assert 0 < scale(2.0) < scale(4.0) < 100
    same = linear([5.0, 5.0], 0, 100)
    assert same is not None
    assert same(5.0) == pytest.approx(50)
    assert linear([None], 0, 100) is None


def test_a_single_point_stands_at_the_end() -> None:
    assert steps(1, 0, 10) == [10]
    assert steps(3, 0, 10) == [0, 5, 10]


@given(st.lists(st.floats(0, 100), max_size=8))
def test_labels_are_moved_apart_within_bounds_and_keep_their_order(wanted: list[float]) -> None:
    moved = apart(wanted, 10, 0, 100)
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in moved)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    ordered = [moved[i] for i in order]
    distance = min(10, 100 / (len(wanted) - 1)) if len(wanted) > 1 else 0
    assert all(below - above >= distance - 1e-6 for above, below in pairwise(ordered))


@given(st.text(), st.floats(0, 200))
def test_what_is_shortened_fits(words: str, room: float) -> None:
    assert width(fit(words, room, 10), 10) <= room + 1e-9


def test_a_chinese_sign_is_twice_as_wide() -> None:
    assert columns("ab") == columns("中")
    assert width("中文", 10) == 20


def test_europe_lies_as_europe_lies() -> None:
    markets = ["PT", "PL", "GR", "SE", "GB"]
    place = dict(zip(markets, arrange(markets), strict=True))
    assert place["PT"][0] < place["PL"][0]
    assert place["SE"][1] < place["GR"][1]
    assert place["GB"][0] < place["PL"][0]


def test_map_of_no_market_says_so() -> None:
    empty = MapBlock(kpi="nps", target=None, cells=(), lead=sample.said("None", "无"))
    assert texts(drawn(charts.sla_map(empty, PRINT))) == ["No markets in this period"]
