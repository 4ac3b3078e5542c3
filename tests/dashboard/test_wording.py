"""How values stand, and what the Overview says about them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from alerts import inbox
from dashboard import formats
from dashboard.languages import use_language
from dashboard.readings import Reading, steps
from dashboard.services import Services
from dashboard.wording import overview
from dashboard.wording.standing import against_before, against_target, judge
from dashboard.wording.tiles import backlog_note, tile
from data_access.metrics import CATALOGUE, Kpi
from tests.alerts.shown import fire
from tests.dashboard.fakes import NOW

ON_TIME = CATALOGUE["on_time_delivery"]  # up is better, target 95 %
REOPEN = CATALOGUE["reopen_rate"]  # down is better, target 5 %
NPS = CATALOGUE["nps"]  # no target


@pytest.mark.parametrize(
    ("kpi", "numbers", "kind", "word"),
    [
        (ON_TIME, (0.96, 500, 0.94, 0.97), "ok", "On target (95%)"),
        (ON_TIME, (0.94, 500, 0.92, 0.96), "watch", "Near target (95%)"),
        (ON_TIME, (0.90, 500, 0.88, 0.92), "breach", "Below target (95%)"),
        (ON_TIME, (0.90, 29, 0.75, 0.97), "none", "Too small to judge"),
        (ON_TIME, (None, 0, None, None), "none", "No data"),
        (REOPEN, (0.04, 500, 0.03, 0.05), "ok", "On target (5%)"),
        (REOPEN, (0.06, 500, 0.045, 0.08), "watch", "Near target (5%)"),
        (REOPEN, (0.09, 500, 0.07, 0.11), "breach", "Above target (5%)"),
        (NPS, (30.0, 500, 25.0, 35.0), "none", ""),
    ],
)
def test_against_target(
    kpi: Kpi, numbers: tuple[float | None, int, float | None, float | None], kind: str, word: str
) -> None:
    standing = against_target(kpi, *numbers)
    assert (standing.kind, standing.word) == (kind, word)


def test_a_change_inside_the_interval_is_no_news() -> None:
    change = against_before(ON_TIME, 0.94, 0.935, 0.93, 0.95)
    assert (change.text, change.verdict) == ("+0.5 pts", "neutral")
    assert change.css == "aw-delta aw-delta--up aw-delta--neutral"
    assert against_before(ON_TIME, 0.94, 0.90, 0.93, 0.95).verdict == "better"
    assert against_before(REOPEN, 0.09, 0.05, 0.07, 0.11).verdict == "worse"
    assert against_before(ON_TIME, 0.94, None).text == ""


def test_better_depends_on_the_kpi() -> None:
    assert judge(ON_TIME, "up") == "better"
    assert judge(REOPEN, "up") == "worse"
    assert judge(REOPEN, "flat") == "neutral"


def test_a_tile_says_what_it_knows() -> None:
    reading = Reading(ON_TIME, 0.90, 1663, 0.88, 0.92, 0.93, (0.9, None, 0.91))
    shown = tile(reading, "market=FR")
    assert shown.value == "90.0%"
    assert shown.interval == "88.0–92.0% · n = 1,663"
    assert shown.delta == "−3.0 pts"
    assert shown.against == "worse"
    assert shown.status_class == "aw-status aw-status--breach"
    assert shown.href.endswith("market=FR")
    assert json.loads(shown.spark) == {"values": [0.9, None, 0.91], "target": 0.95}


def test_a_tile_says_that_much_cannot_be_judged_yet() -> None:
    young = Reading(ON_TIME, 0.90, 1663, 0.88, 0.92, 0.93, (), maturity=0.8)
    assert tile(young, "").interval == "88.0–92.0% · n = 1,663 · Immature"
    assert "Immature" not in tile(replace(young, maturity=0.99), "").interval


def test_an_open_interval_names_the_end_that_is_known() -> None:
    waits = Reading(CATALOGUE["first_response_p90"], None, 40, 30.5, None, None, ())
    assert formats.interval(waits.low, waits.high, "hours") == "30.5 or more"


def test_movers_name_segments_that_came_and_went() -> None:
    segment = dict.fromkeys(["value_now", "value_before", "rate_effect", "mix_effect"], 0.1)
    frame = pl.DataFrame(
        [
            {"segment": kind, "kind": kind, "n_now": now, "n_before": before, "effect": 0.1}
            | segment
            for kind, now, before in (("new", 90, 0), ("lost", 0, 90), ("common", 40, 90))
        ]
    )
    table = json.loads(overview.movers_table(frame, "on_time_delivery", "carrier", ""))
    subs = [row["cells"][0].get("sub", "") for row in table["rows"]]
    assert subs == ["new", "gone", ""]
    assert not any(row.get("small") for row in table["rows"])


def test_a_tile_without_rows_says_so() -> None:
    shown = tile(Reading(ON_TIME, None, 0, None, None, None, ()), "")
    assert (shown.value, shown.interval, shown.delta, shown.status) == ("–", "", "", "No data")


def test_backlog_ages() -> None:
    assert backlog_note({"0-4h": 5}) == "None older than 2 days"
    assert backlog_note({"2-7d": 20, ">7d": 11}) == "31 older than 2 days, 11 than 7"


def test_trend_steps_end_with_complete_weeks() -> None:
    sunday, saturday = date(2026, 11, 22), date(2026, 11, 21)
    assert steps(date(2026, 11, 4), sunday, "week") == [
        date(2026, 11, 2),
        date(2026, 11, 9),
        date(2026, 11, 16),
    ]
    assert steps(date(2026, 11, 4), saturday, "week")[-1] == date(2026, 11, 9)
    assert len(steps(date(2026, 11, 20), sunday, "day")) == 3


@pytest.fixture
def needs(fake_services: Services) -> pl.DataFrame:
    """What the inbox holds while contacts from Poland surge."""
    fire(fake_services.engine, NOW, {"market": "PL"})
    return inbox.inbox(fake_services.engine, None, "needs_me", NOW)


def test_the_answer_counts_what_needs_me(needs: pl.DataFrame) -> None:
    none = needs.clear()
    assert overview.answer(none, 0, any_data=False) == "Nothing has been imported yet."
    assert overview.answer(none, 0).startswith("Nothing needs you right now")
    assert overview.answer(none, 1) == "1 deadline ends within the hour."
    assert overview.answer(needs, 1200) == (
        "1 incident needs somebody: Complaints surge: Poland. 1,200 deadlines end within the hour."
    )
    with use_language("zh_Hans"):
        assert "波兰" in overview.answer(needs, 3)


def test_an_incident_leads_to_its_page(needs: pl.DataFrame) -> None:
    (shown,) = overview.alert_rows(needs, "range=7d&category=Toys")
    assert (shown.kind, shown.word, shown.title) == (
        "breach",
        "Critical",
        "Complaints surge: Poland",
    )
    assert shown.href == "/alerts/1?range=7d&category=Toys"
    assert shown.evidence == "126 against 62 expected, +103 % · Market Poland"


def test_the_map_is_told_in_words() -> None:
    frame = pl.DataFrame(
        {"market": ["PL", "DE", "MT"], "value": [0.7, 0.95, 0.1], "n": [80, 900, 4]}
    )
    kpi = "first_response_within_target"
    assert overview.map_title(frame, kpi) == "Poland waits longest: 70.0% answered in time"
    summary = overview.map_summary(frame, kpi)
    assert "1 of 2 countries with enough cases are below the target of 90%" in summary
    assert "Lowest: Poland 70.0%." in summary
    few = frame.filter(pl.col("n") < 30)
    assert overview.map_title(few, kpi) == "No country has enough cases to judge"
    good = frame.filter(pl.col("value") > 0.9)
    assert overview.map_title(good, kpi).startswith("Every country")


def test_movers_split_into_rate_and_mix() -> None:
    frame = pl.DataFrame(
        {
            "segment": ["Toys", None],
            "kind": ["common", "common"],
            "value_now": [91.5, 10.0],
            "value_before": [84.2, 12.0],
            "n_now": [900, 12],
            "n_before": [870, 15],
            "rate_effect": [7.3, -0.1],
            "mix_effect": [0.2, 0.0],
            "effect": [7.5, -0.1],
        }
    )
    table = json.loads(overview.movers_table(frame, "contact_rate", "category", "range=7d"))
    toys, unknown = table["rows"]
    assert [cell.get("text") for cell in toys["cells"]] == [
        "Toys",
        "84.2",
        "91.5",
        "+7.5",
        "+7.3",
        "+0.2",
    ]
    assert toys["cells"][3]["bar"] == 1.0
    assert toys["cells"][3]["bar_kind"] == "worse"
    assert toys["href"] == "/cases?range=7d&category=Toys"
    assert unknown["small"] is True
    assert unknown["href"] == "/cases?range=7d&category=*"
    assert overview.movers_title(frame, "contact_rate", "category") == (
        "Toys moved “Contact rate” most: +7.5"
    )
