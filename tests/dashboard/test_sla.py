"""The SLA screen: rank by certainty, blocks of hours, three aligned bands, levels."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from callbacks import sla as callbacks
from dashboard import formats, sla
from dashboard.figures.follow_the_sun import Band, follow_the_sun
from dashboard.services import Services
from dashboard.today import today
from dashboard.url_filter import decode, period
from dashboard.wording import sla as words
from dashboard.wording import week_hours
from data_access.metrics import Filter


def ranks(*rows: tuple[str, float, float, int]) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema=["market", "value", "high", "n"], orient="row")
    return frame.with_columns(low=pl.col("value") - 0.05)


def test_the_list_goes_by_the_expected_share(fake_services: Services) -> None:
    rows = json.loads(callbacks.countries(fake_services, "", "")[5])["rows"]
    view, _ignored = decode("")
    span = period(view, today(fake_services, view)).now
    expected = fake_services.metrics.ranked(sla.KPIS[0], "market", span)
    texts = [[cell["text"] for cell in row["cells"]] for row in rows]
    assert [line[0] for line in texts] == [formats.country(name) for name in expected["market"]]
    assert [line[2] for line in texts] == [formats.percent(share) for share in expected["shrunk"]]
    assert expected["shrunk_high"].is_sorted()


def test_only_sure_misses_are_named() -> None:
    frame = ranks(("PL", 0.7, 0.74, 500), ("FR", 0.5, 0.6, 12), ("DE", 0.89, 0.92, 99))
    kpi = sla.KPIS[0]
    whole = {"value": 0.87}
    assert words.surely_below(frame, kpi)["market"].to_list() == ["PL"]
    assert words.map_title(frame, kpi) == "Poland is furthest below target: 70.0%"
    assert words.answer(whole, frame, kpi) == (
        "First response within target: 87.0%, target 90%. 1 country is certainly below: Poland."
    )
    assert words.answer({"value": None}, frame, kpi) == (
        "No promise has fallen due in this selection."
    )


def test_blocks_add_counts_not_shares() -> None:
    hours = pl.DataFrame(
        {
            "continent": ["Asia"] * 3,
            "hour_of_week": [8, 11, 12],
            "numerator": [1, 8, 5],
            "denominator": [10, 10, 5],
        }
    )
    first, second = sla.blocks(hours).rows(named=True)
    assert (first["hour_of_week"], first["n"], first["value"]) == (8, 20, pytest.approx(0.45))
    # Wilson for 9 of 20.
    assert (first["low"], first["high"]) == pytest.approx((0.2582, 0.6579), abs=1e-4)
    assert (second["hour_of_week"], second["value"]) == (12, 1.0)


def test_hours_without_contacts_are_zero() -> None:
    frame = pl.DataFrame({"continent": ["Asia", None], "hour_of_week": [3, 5], "value": [2.0, 1.0]})
    filled = sla.every_hour(frame)
    assert filled.height == 2 * sla.HOURS
    assert filled.filter(pl.col("continent") == "Asia")["value"].sum() == 2.0
    assert filled.filter(pl.col("continent").is_null())["value"].sum() == 1.0


def test_the_pattern_rests_on_thirteen_weeks_at_least() -> None:
    last = date(2026, 11, 22)
    assert sla.pattern_days(date(2026, 11, 16), last) == (date(2026, 8, 24), last, 13.0)
    assert sla.pattern_days(date(2025, 11, 23), last)[2] == pytest.approx(365 / 7)


def test_parcels_have_no_channel() -> None:
    where = Filter(market=("FR",), channel=("chat",))
    assert sla.strange(where, "on_time_delivery") == ["channel"]
    assert sla.understood(where, "on_time_delivery") == Filter(market=("FR",))
    assert sla.understood(where, sla.KPIS[0]) == where


@pytest.mark.parametrize(
    ("named", "kpi"),
    [("delivery", sla.KPIS[2]), ("on_time_delivery", sla.KPIS[2]), ("", sla.KPIS[0]),
     ("nps", sla.KPIS[0]), (None, sla.KPIS[0])],
)  # fmt: skip
def test_addresses_name_a_promise(named: str | None, kpi: str) -> None:
    assert sla.chosen_kpi(named) == kpi


def test_three_bands_share_the_hours() -> None:
    def band(hour: int, value: float, *, small: bool = False) -> pl.DataFrame:
        return pl.DataFrame(
            {"row": ["Asia"], "hour_of_week": [hour], "value": [value], "small": [small],
             "hover": ["h"], "href": ["/cases"]}
        )  # fmt: skip

    figure = follow_the_sun(
        [
            Band("Contacts", band(0, 3.0)),
            Band("Agents", band(167, 2.0)),
            Band("In time", band(8, 0.5, small=True), hours=4, target=0.9),
        ],
        rows=["Asia", "Europe"],
        days=week_hours.day_names(),
    )
    demand, agents, attained = figure.data
    assert {trace.xaxis for trace in figure.data} == {None}
    assert [trace.yaxis for trace in figure.data] == ["y", "y2", "y3"]
    assert demand.z.shape == agents.z.shape == (2, 168)
    assert attained.z.shape == (2, 42)
    assert (demand.z[0][0], agents.z[0][167], attained.z[0][2]) == (3.0, 2.0, 0.0)
    assert np.isnan(demand.z[1]).all()
    assert list(figure.layout.xaxis.ticktext) == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    tops = [figure.layout[name].domain for name in ("yaxis", "yaxis2", "yaxis3")]
    assert tops[0][0] > tops[1][1] > tops[1][0] > tops[2][1]


@pytest.mark.parametrize("choice", list(sla.SHORT))
def test_a_country_leads_to_its_late_cases(fake_services: Services, choice: str) -> None:
    told = callbacks.countries(fake_services, "channel=chat", choice)
    kpi = sla.chosen_kpi(choice)
    rows = json.loads(told[5])["rows"]
    assert told[0] == "aw-panel"
    assert len(rows) == 8
    late = f"{sla.LATE_LIST[kpi]}?view={sla.LATE_VIEW[kpi]}&"
    assert all(row["href"].startswith(late) for row in rows)
    assert ("not filtered by Channel" in told[3]) == (choice == "delivery")


def test_the_week_and_the_levels(fake_services: Services) -> None:
    told = callbacks.hours(fake_services, "")
    assert told[0] == "aw-panel"
    assert "24 Aug" in told[3]
    levels = callbacks.levels(fake_services, "")
    rows = json.loads(levels[1])["rows"]
    assert [row["href"] for row in rows] == [f"/cases?level={level}" for level in range(1, 6)]
    assert all(len(row["cells"]) == 5 for row in rows)


def test_nothing_to_show(fake_services: Services) -> None:
    fake_services.metrics.empty = True  # type: ignore[attr-defined]
    assert callbacks.countries(fake_services, "", "delivery")[0] == "aw-panel is-empty"
    assert callbacks.hours(fake_services, "")[0] == "aw-panel is-empty"
    assert callbacks.levels(fake_services, "")[0] == "aw-panel is-empty"
