"""How a number is counted: every KPI has a page, its accounts add up on the screen too."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dash import Dash

from callbacks.numbers import number, weeks
from dashboard.figures.week_trend import week_trend
from dashboard.languages import use_language
from dashboard.numbers import BY_PRESET, KPIS, number_link
from dashboard.row_lists import list_of
from dashboard.services import Services
from dashboard.wording import exclusions, number_weeks
from dashboard.wording.number_weeks import WEEK
from data_access.metrics import CATALOGUE
from data_access.metrics.exclusions import POPULATIONS
from data_access.metrics.explanation import STOCK_CODES
from pages import numbers as page
from tests.dashboard.fakes import services

CHECKS = (
    "event_before_creation",
    "duplicate_event",
    "solve_missing",
    "reopened_unsolved",
    "status_ping_pong",
    "clock_skew",
    "calendar_missing",
    "calendar_overlap",
    "holidays_unknown",
    "policy_unknown",
    "policy_unmatched",
    "policy_conflict",
)


def cells(told: str) -> list[list[str]]:
    return [[cell.get("text", "") for cell in row["cells"]] for row in json.loads(told)["rows"]]


def links(told: str) -> list[str]:
    rows = json.loads(told)["rows"]
    return [cell["href"] for row in rows for cell in row["cells"] if "href" in cell]


@pytest.mark.parametrize("kpi", KPIS)
def test_every_kpi_has_a_page_that_renders(app: Dash, fake_services: Services, kpi: str) -> None:
    assert app.server.test_client().get(number_link(kpi, "range=90d")).status_code == 200
    with app.server.test_request_context("/"):
        layout = str(page.layout(kpi=kpi))
    assert CATALOGUE[kpi].title in layout
    assert f"afterwatch kpi {kpi}" in layout
    told = number(fake_services, "market=DE", kpi)
    assert told[:3] == ("aw-panel", "aw-panel", "aw-panel")
    assert told[3]
    assert weeks(fake_services, "market=DE", kpi)[0] == "aw-panel"


@pytest.mark.parametrize("kpi", KPIS)
def test_numerator_and_denominator_lead_to_their_rows(fake_services: Services, kpi: str) -> None:
    sides = number(fake_services, "market=DE", kpi)[6]
    assert len(cells(sides)) == (2 if CATALOGUE[kpi].denominator else 1)
    found = links(sides)
    assert len(found) == len(cells(sides)), "each leads somewhere"
    assert all(href.endswith("market=DE") for href in found)


def test_every_population_has_its_list_and_its_words() -> None:
    codes = {code for population in POPULATIONS.values() for code in population.codes}
    for language in ("en", "zh_Hans"):
        with use_language(language):
            for code in codes | set(STOCK_CODES):
                assert exclusions.reason_left_out(code) != code
                assert exclusions.why_left_out(code)
            for check in CHECKS:
                assert exclusions.check_name(check) != check
                assert exclusions.check_effect(check)
                assert exclusions.check_advice(check)
    assert [measure for measure in POPULATIONS if list_of(measure) is None] == []


def test_the_account_adds_up_on_the_screen(fake_services: Services) -> None:
    told = number(fake_services, "", "resolution_within_target")
    table = cells(told[9])
    figures = [int(re.sub(r"\D", "", row[1])) for row in table]
    assert table[0][0] == "Cases in the period"
    assert table[-1][0] == "= Counted"
    assert figures[0] == sum(figures[1:])
    assert told[8] == f"{table[-1][1]} of {table[0][1]} rows in the period are counted"
    assert "/rows/cases?view=res_due-spam" in links(told[9])


def test_data_problems_are_named_with_what_to_do(fake_services: Services) -> None:
    told = number(fake_services, "market=DE", "resolution_within_target")
    assert told[10].startswith("5 of ")
    table = cells(told[11])
    assert table[0] == [
        "The same event twice",
        "4",
        "It is counted once.",
        "Check whether two exports tell the same events.",
    ]
    assert links(told[11])[0] == "/cases?view=tainted&market=DE"


def test_what_is_too_young_is_called_immature(fake_services: Services) -> None:
    told = number(fake_services, "market=ZA", "first_response_within_target")
    facts = {fact["label"]: fact for fact in json.loads(told[7])["rows"]}
    assert facts["Maturity"]["sub"].startswith("40 rows still wait for their deadline; ")
    word = "Immature" if "Immature" in told[3] else "Nearly mature"
    assert facts["Maturity"]["text"] == word
    assert {"As of", "Data to", "n", "Target", "Before"} <= set(facts)


def test_a_filter_that_the_number_does_not_know_is_said(fake_services: Services) -> None:
    told = number(fake_services, "channel=chat", "on_time_delivery")
    assert told[4].startswith("The filter on Channel has no effect")
    assert told[5] == "aw-number__note"
    assert number(fake_services, "market=DE", "on_time_delivery")[4:6] == ("", "aw-none")
    assert fake_services.metrics.asked[-1].where.channel == ()  # type: ignore[attr-defined]


def test_an_unknown_number_is_a_404_that_names_the_known_ones(app: Dash) -> None:
    assert app.server.test_client().get("/numbers/joy").status_code == 404
    assert app.server.test_client().get("/numbers").status_code == 404
    with app.server.test_request_context("/"):
        said = str(page.layout(kpi="joy"))
    assert "There is no such number" in said
    assert all(number_link(kpi, "") in said for kpi in KPIS)


def test_nothing_imported(tmp_path: Path) -> None:
    made = services(tmp_path, empty=True)
    told = number(made, "", "csat")
    assert told[3].startswith("There is nothing to count in ")
    assert told[2] == "aw-panel is-empty"
    assert weeks(made, "", "csat")[0] == "aw-panel is-empty"
    made.engine.dispose()


def test_the_reconcile_link_names_the_clock(fake_services: Services) -> None:
    assert set(BY_PRESET) <= set(CATALOGUE)
    told = number(fake_services, "market=DE", "first_response_within_target")
    assert told[12] == "/reconcile?metric=first_response&market=DE"


def test_a_page_in_chinese(fake_services: Services) -> None:
    with use_language("zh_Hans"):
        told = number(fake_services, "", "resolution_within_target")
    assert "条明细中计入" in told[8]
    assert cells(told[9])[1][0] == "− 垃圾信息"


def some_weeks(*values: float | None) -> pl.DataFrame:
    made: list[dict[str, Any]] = [
        {
            "label": f"w{n}",
            "days": f"week {n}",
            "value": value,
            "low": None if value is None else value - 0.02,
            "high": None if value is None else value + 0.02,
            "n": 100,
            "interval": "",
            "text": "" if value is None else f"{value:.1%}",
            "over": n < len(values) - 1,
            "hover": "",
            "href": "/cases",
        }
        for n, value in enumerate(values)
    ]
    return pl.DataFrame(made, schema=WEEK)


@pytest.mark.parametrize(
    ("values", "finding"),
    [
        ((0.8, 0.81, 0.9, 0.5), "Higher than in any week before: 90.0%"),
        ((0.8, 0.81, 0.7, 0.9), "Lower than in any week before: 70.0%"),
        ((0.8, 0.84, 0.82, 0.9), "82.0% in the last full week, 80.0% to 84.0% before"),
        ((None, None, 0.8, 0.9), "Last 8 weeks"),
    ],
)
def test_the_finding_of_the_weeks(values: tuple[float | None, ...], finding: str) -> None:
    assert number_weeks.weeks_title(some_weeks(*values), "csat") == finding


def test_the_figure_has_points_intervals_and_the_target() -> None:
    figure = week_trend(some_weeks(0.8, None, 0.82, 0.9), target=0.9, target_label="Target 90%")
    bars = [trace for trace in figure.data if trace.mode == "lines" and trace.line.width == 14]
    points = figure.data[-1]
    assert len(bars) == 3
    assert list(points.text) == ["80.0%", "82.0%", "90.0%"]
    assert points.marker.color[0] != points.marker.color[-1], "the week that is not over is hollow"
    assert list(figure.layout.yaxis.tickvals) == [0.9]
    assert list(figure.layout.yaxis.ticktext) == ["Target 90%"]
    assert list(figure.layout.xaxis.categoryarray) == ["w0", "w1", "w2", "w3"]
    low, high = figure.layout.yaxis.range
    assert low < 0.78
    assert high > 0.92
    counts = week_trend(some_weeks(5.0, 7.0), zero=True)
    assert counts.layout.yaxis.range[0] == 0


def test_weeks_without_rows_stay_in_their_place() -> None:
    frame = pl.DataFrame({"week": [date(2026, 11, 2)], "value": [0.5], "n": [4],
                          "low": [0.1], "high": [0.9]})  # fmt: skip
    mondays = [date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)]
    shown = number_weeks.week_rows(frame, mondays, date(2026, 11, 11), "csat", "market=DE")
    assert shown["value"].to_list() == [None, 0.5, None]
    assert shown["over"].to_list() == [True, True, False]
    assert shown["href"][1].startswith("/rows/surveys?view=csat&range=custom&from=2026-11-02")
    assert shown["days"][2] == "9–11 Nov 2026"
