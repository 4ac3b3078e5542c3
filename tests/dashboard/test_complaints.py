"""The complaints screen: which cells can be judged, what is found, what the figures hold."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks import complaints as callbacks
from dashboard import complaints
from dashboard.figures.complaint_heatmap import complaint_heatmap
from dashboard.figures.reason_bars import reason_bars
from dashboard.services import Services
from dashboard.wording import complaints as words
from dashboard.wording.reasons import reason_rows, reasons_finding
from data_access.metrics.shift import share_shift
from tests.dashboard.fakes import VALUES, FakeMetrics


def cells(*rows: tuple[float | None, float | None, float | None, int]) -> pl.DataFrame:
    names = {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "n": pl.Int64}
    return pl.DataFrame(list(rows), schema=names, orient="row")


@pytest.mark.parametrize(
    ("cell", "small"),
    [
        ((100.0, 80.0, 120.0, 500), False),
        ((100.0, 80.0, 120.0, 19), True),
        ((100.0, 80.0, 120.0, 20), False),
        # Wider than the value and about the average of 100: could be anything.
        ((50.0, 10.0, 150.0, 200), True),
        # As wide, but wholly above or below the average: that much is sure.
        ((400.0, 120.0, 900.0, 25), False),
        ((0.0, 0.0, 40.0, 100), False),
        ((None, None, None, 0), True),
    ],
)
def test_too_small_to_judge(
    cell: tuple[float | None, float | None, float | None, int], small: bool
) -> None:
    assert complaints.judge(cells(cell), 100.0)["small"].to_list() == [small]


def test_without_an_average_only_orders_count() -> None:
    judged = complaints.judge(cells((50.0, 1.0, 150.0, 200), (50.0, 1.0, 150.0, 3)), None)
    assert judged["small"].to_list() == [False, True]


@pytest.mark.parametrize(
    ("first", "last", "monday", "weeks"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), date(2026, 8, 24), 13),
        (date(2026, 7, 20), date(2026, 11, 22), date(2026, 7, 20), 18),
        (date(2025, 11, 22), date(2026, 11, 22), date(2026, 5, 25), 26),
    ],
)
def test_whole_weeks(first: date, last: date, monday: date, weeks: int) -> None:
    start, end = complaints.weeks_shown(first, last)
    assert (start, end) == (monday, last)
    assert ((end - start).days // 7) + 1 == weeks


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 900))
def test_weeks_are_thirteen_to_twenty_six(last: date, days: int) -> None:
    first = date.fromordinal(last.toordinal() - days)
    start, end = complaints.weeks_shown(first, last)
    assert start.weekday() == 0
    assert 12 <= (end - start).days // 7 <= 25
    assert complaints.week_days(start, last)[1] <= last


def test_the_figure_keeps_small_and_empty_cells_apart() -> None:
    frame = pl.DataFrame(
        {
            "row": ["A", "A", "B"],
            "column": ["DE", "FR", "DE"],
            "value": [10.0, 20.0, 30.0],
            "small": [False, True, False],
            "label": ["10", "20", "30"],
            "hover": ["a", "b", "c"],
            "href": ["/cases?x=1", "/cases?x=2", "/cases?x=3"],
        }
    )
    figure = complaint_heatmap(frame, rows=["A", "B"], columns=["DE", "FR"])
    judged, small, hatch = figure.data
    np.testing.assert_array_equal(judged.z, [[10, np.nan], [30, np.nan]])
    np.testing.assert_array_equal(small.z, [[np.nan, 0], [np.nan, np.nan]])
    assert judged.customdata.tolist() == [["/cases?x=1", ""], ["/cases?x=3", ""]]
    assert small.customdata[0][1] == "/cases?x=2"
    assert small.text is None
    assert (list(hatch.x), list(hatch.y)) == (["FR"], ["A"])
    assert complaint_heatmap(frame.clear(), rows=[], columns=[], named=7).data == ()


def test_columns_are_named_evenly() -> None:
    frame = pl.DataFrame(
        schema={"row": pl.String, "column": pl.String, "value": pl.Float64, "small": pl.Boolean}
    )
    figure = complaint_heatmap(frame, rows=[], columns=list("abcdefgh"), named=3)
    assert list(figure.layout.xaxis.tickvals) == ["a", "d", "g"]


def place(category: str, market: str, value: float, low: float, n: int) -> dict[str, object]:
    return {"category": category, "market": market, "value": value, "low": low, "high": 2 * value,
            "n": n, "numerator": round(value * n / 1000), "small": n < 20}  # fmt: skip


def test_the_surest_cell_stands_out_not_the_highest() -> None:
    frame = pl.DataFrame(
        [place("Toys", "FR", 300.0, 60.0, 30), place("Audio", "DE", 200.0, 180.0, 5000)]
    )
    assert words.places_finding(frame, "rate", 80.0) == (
        "Audio · Germany stands out: 200 contacts per 1,000 orders"
    )
    assert words.places_finding(frame, "rate", 190.0) == "No category stands out in any market"
    assert words.places_finding(frame, "count", 80.0) == "Most contacts: Audio · Germany, 1,000"
    assert words.places_finding(frame.clear(), "rate", None) == (
        "No cell has enough orders to judge"
    )


@pytest.mark.parametrize(
    ("before", "words_of_change"),
    [(100.0, "20% more than before"), (150.0, "20% less than before"), (118.0, "about as before")],
)
def test_the_answer_says_whether_it_changed(before: float, words_of_change: str) -> None:
    now = {"numerator": 1234, "value": 120.0, "low": 115.0, "high": 125.0}
    assert words.answer(now, {"value": before}, "") == (
        f"1,234 contacts, 120.0 per 1,000 orders, {words_of_change}."
    )


def test_a_rise_in_the_last_full_week_is_found() -> None:
    weeks = [date(2026, 11, day) for day in (2, 9, 16)]
    rows = [
        {"category": name, "week": week, "value": value, "low": value * 0.8, "high": value * 1.2,
         "n": 1000, "numerator": round(value), "small": False}
        for name, values in {"Toys": (50.0, 50.0, 150.0), "Audio": (60.0, 60.0, 62.0)}.items()
        for week, value in zip(weeks, values, strict=True)
    ]  # fmt: skip
    frame = pl.DataFrame(rows)
    assert words.weeks_finding(frame, date(2026, 11, 22)).startswith("Toys rose to 150 per 1,000")
    # On Friday the third week is not over, so two full weeks remain.
    assert words.weeks_finding(frame, date(2026, 11, 20)) == (
        "Not enough full weeks to see a change"
    )


def test_reasons_within_noise_say_so() -> None:
    now = pl.DataFrame({"reason": ["damaged", "late"], "value": [400.0, 600.0]})
    before = pl.DataFrame({"reason": ["damaged", "late"], "value": [200.0, 800.0]})
    grown = share_shift(now, before, "reason")
    assert reasons_finding(grown) == "“Arrived damaged” grew from 20% to 40% of contacts"
    same = share_shift(now, now, "reason")
    assert reasons_finding(same) == "“Came too late” is the most common reason: 60% of contacts"
    bars = reason_rows(same, "")
    assert bars["label"].to_list() == ["60% · within noise", "40% · within noise"]
    assert bars["href"].to_list() == ["/cases?reason=late", "/cases?reason=damaged"]
    figure = reason_bars(bars)
    assert [trace.type for trace in figure.data] == ["bar", "scatter", "scatter"]
    assert list(figure.data[0].y) == ["Came too late", "Arrived damaged"]


@pytest.mark.parametrize("measure", complaints.MEASURES)
def test_every_cell_leads_to_its_cases(fake_services: Services, measure: str) -> None:
    told = callbacks.places(fake_services, "range=90d", measure)
    assert told[0] == "aw-panel"
    links = {
        link for trace in told[1].data if trace.customdata is not None
        for link in np.ravel(trace.customdata) if link
    }  # fmt: skip
    assert len(links) == len(VALUES["category"]) * len(VALUES["market"])
    assert "/cases?range=90d&market=FR&category=Toys" in links
    assert len(json.loads(told[5])["rows"]) == len(links)


def test_a_week_leads_to_its_days(fake_services: Services) -> None:
    told = callbacks.weeks(fake_services, "market=FR", "count")
    links = {link for trace in told[1].data for link in np.ravel(trace.customdata)}
    newest = "/cases?range=custom&from=2026-11-16&to=2026-11-22&market=FR&category=Toys"
    assert newest in links
    assert "13 weeks" in told[3]


def test_one_question_for_now_and_one_for_before(fake_services: Services) -> None:
    told = callbacks.reasons(fake_services, "")
    assert told[0] == "aw-panel"
    metrics = fake_services.metrics
    assert isinstance(metrics, FakeMetrics)
    assert [query.kpi for query in metrics.asked] == ["contacts", "contacts"]
    assert callbacks.reasons(fake_services, "compare=none")[3].startswith("Share of contacts")
