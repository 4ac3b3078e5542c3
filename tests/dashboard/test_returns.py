"""The Returns screen: the finding, young weeks, segments and outcomes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from callbacks import returns as callbacks
from dashboard import returns
from dashboard.figures.cohort_bars import cohort_bars
from dashboard.languages import use_language
from dashboard.services import Services
from dashboard.url_filter import Period
from dashboard.wording import returns as words
from data_access.metrics import Filter
from data_access.metrics.return_cohorts import SPLIT, WEEKS, ReturnCohorts
from data_access.metrics.return_ends import DAYS, SHARES, ReturnEnds
from data_access.survival import Estimate
from tests.dashboard.fakes import FakeMetrics, services

MONDAY = date(2026, 9, 28)
BEFORE = Estimate(0.1, 0.095, 0.105)
NOTHING = Estimate(None, None, None)


def cohorts(young: Estimate, so_far: float, before: Estimate = BEFORE) -> ReturnCohorts:
    """Two mature weeks and two young ones."""
    rows = [
        (MONDAY + timedelta(days=7 * number), 500, 50, 0.1, 0.1, 0.1, 0.1, 1.0, True)
        for number in range(2)
    ] + [
        (MONDAY + timedelta(days=7 * number), 500, 20, 0.04, 0.12, 0.1, 0.14, 0.3, False)
        for number in (2, 3)
    ]
    weeks = pl.DataFrame(rows, schema=WEEKS, orient="row")
    return ReturnCohorts(weeks, young, so_far, before, pl.DataFrame(schema=SPLIT), 13, 0)


def test_naive_falls_and_the_nowcast_rises() -> None:
    found = cohorts(Estimate(0.12, 0.11, 0.13), 0.04)
    assert returns.misleading(found)
    assert words.answer(found) == (
        "Returns are rising: of the lines sold since 12 Oct, 12.0% (11.0–13.0%) will come back, "
        "after 10.0% before. So far only 4.0% have: that looks like a fall, but the weeks are "
        "young."
    )
    assert words.title(found) == "The rate so far falls, the nowcast says 12.0% after 10.0%"


@pytest.mark.parametrize(
    ("young", "before", "way", "says"),
    [
        (Estimate(0.08, 0.07, 0.09), BEFORE, "down", "Returns are falling"),
        (Estimate(0.12, 0.1, 0.14), BEFORE, "same", "Returns are about the same"),
        (Estimate(0.1, 0.09, 0.11), NOTHING, "unknown", "no earlier week is mature enough"),
    ],
)
def test_other_findings(young: Estimate, before: Estimate, way: str, says: str) -> None:
    found = cohorts(young, 0.04, before)
    assert returns.way(young, before) == way
    assert says in words.answer(found)
    assert ("looks like a fall" in words.answer(found)) == (way == "same")


def test_all_mature_or_nothing_sold() -> None:
    found = cohorts(NOTHING, 0.04)
    ripe = replace(found, weeks=found.weeks.head(2))
    assert words.answer(ripe).startswith("All weeks shown have had the time to come back")
    empty = replace(found, weeks=pl.DataFrame(schema=WEEKS))
    assert words.answer(empty) == "Nothing was sold in these weeks, or nothing came back."


def test_young_weeks_are_pale_and_hatched_and_carry_the_nowcast() -> None:
    found = cohorts(Estimate(0.12, 0.11, 0.13), 0.04)
    figure = cohort_bars(words.week_rows(found), baseline=found.last_mature, baseline_label="10%")
    ripe, young, line, points, label = figure.data
    assert (ripe.marker.pattern.shape, young.marker.pattern.shape) == (None, "/")
    assert ripe.marker.color != young.marker.color
    assert [list(bars.y) for bars in (ripe, young)] == [[0.1, 0.1], [0.04, 0.04]]
    assert list(figure.layout.xaxis.categoryarray) == [*ripe.x, *young.x]
    assert list(line.y) == [0.1, 0.1]
    assert (list(label.text), list(label.y)) == (["12.0%"], [0.14])
    assert list(points.y) == [0.12, 0.12]
    assert list(points.error_y.array) == pytest.approx([0.02, 0.02])
    assert list(points.error_y.arrayminus) == pytest.approx([0.02, 0.02])
    table = json.loads(words.week_table(found))["rows"]
    assert [row["cells"][0].get("sub", "") for row in table] == ["immature", "immature", "", ""]


def test_a_rise_of_a_segment_is_named_only_if_it_is_certain() -> None:
    found = cohorts(Estimate(0.12, 0.11, 0.13), 0.04)
    rows = [
        ("Toys", 900, 0.05, 0.2, 0.18, 0.22, 0.1, 0.09, 0.11),
        ("Audio", 900, 0.05, 0.3, 0.05, 0.5, 0.1, 0.09, 0.11),
        (None, 9, 0.5, 0.9, 0.8, 0.95, 0.1, 0.05, 0.2),
    ]
    split = replace(found, split=pl.DataFrame(rows, schema=SPLIT, orient="row"))
    assert words.split_title(split, "category") == "Toys rises most: 20.0% after 10.0%"
    table = json.loads(words.split_table(split, "category", "range=90d"))["rows"]
    assert [row["cells"][5]["text"] for row in table] == ["Rising", "About the same", "Rising"]
    assert table[0]["href"] == "/rows/returns?range=90d&category=Toys"
    assert table[2]["small"]


def test_outcomes_add_up_and_unknown_ends_are_told() -> None:
    shares = [
        (days, outcome, share, None, None)
        for days in DAYS
        for outcome, share in (
            ("received", 0.7), ("rejected", 0.02), ("expired", 0.03), ("closed", 0.05),
            ("waiting", 0.2),
        )
    ]  # fmt: skip
    found = ReturnEnds(pl.DataFrame(shares, schema=SHARES, orient="row"), 50, 10, 3)
    assert words.ends_title(found) == "After 30 days 70% have arrived, 10% never will"
    span = Period(Filter(), None, MONDAY, MONDAY + timedelta(days=6))
    assert "3 ended nobody knows when: left out" in words.ends_note(found, span)
    assert len(json.loads(words.ends_table(found))["rows"]) == 5


def test_a_period_asks_for_enough_weeks() -> None:
    def span(days: int) -> Period:
        return Period(Filter(), None, MONDAY, MONDAY + timedelta(days=days - 1))

    assert returns.weeks_shown(span(7)) == returns.FEWEST_WEEKS
    assert returns.weeks_shown(span(180)) == 26
    assert returns.weeks_shown(span(900)) == returns.MOST_WEEKS


def test_the_screen_asks_for_the_view(fake_services: Services) -> None:
    told = callbacks.cohorts(fake_services, "market=FR&channel=chat&reason=damaged")
    metrics = fake_services.metrics
    assert isinstance(metrics, FakeMetrics)
    assert metrics.asked[-1].where.market == ("FR",)
    # Lines have no channel, and what was sold has no reason to come back.
    assert metrics.asked[-1].where.channel == ()
    assert "any channel" in told[3]
    assert "any reason" in told[3]
    assert told[0] == "aw-panel"
    assert "2 returned lines without a known order" in told[3]
    split = callbacks.split(fake_services, "", "market")
    assert metrics.asked[-1].by == ("market",)
    assert len(json.loads(split[1])["rows"]) == 8
    assert callbacks.split(fake_services, "", "nonsense")[2].startswith("Audio rises most")
    assert callbacks.ends(fake_services, "")[0] == "aw-panel"


def test_in_chinese(fake_services: Services) -> None:
    with use_language("zh_Hans"):
        assert "退货在上升" in callbacks.cohorts(fake_services, "")[-1]


def test_an_empty_home(tmp_path: Path) -> None:
    made = services(tmp_path, empty=True)
    assert callbacks.cohorts(made, "")[0] == "aw-panel is-empty"
    assert callbacks.split(made, "", None)[0] == "aw-panel is-empty"
    assert callbacks.ends(made, "")[0] == "aw-panel is-empty"
    made.engine.dispose()
