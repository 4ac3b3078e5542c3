"""The Overview's callbacks: as functions, and over HTTP as the browser calls them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dash import Dash, dcc

from callbacks import overview
from dashboard.app import create_app
from dashboard.overview import TILES
from dashboard.readings import read
from dashboard.services import Services
from dashboard.url_filter import Period, View
from data_access.metrics import Filter, Query
from pages import overview as page
from tests.dashboard.fakes import NOW, FakeMetrics, services


def tile_texts(services: Services, query: str, place: int) -> dict[str, str]:
    """One list of the tiles' answer, by KPI."""
    return dict(zip(TILES, overview.tiles(services, query)[place], strict=True))


def test_tiles_ask_for_the_view(fake_services: Services) -> None:
    overview.tiles(fake_services, "range=7d&market=FR&zone=Asia/Shanghai&currency=USD")
    metrics = fake_services.metrics
    assert isinstance(metrics, FakeMetrics)
    first = metrics.asked[0]
    assert first.where.market == ("FR",)
    assert (first.zone, first.currency) == ("Asia/Shanghai", "USD")
    assert first.where.start is not None
    assert first.where.end is not None
    assert (first.where.end - first.where.start).days == 6
    # The clock says 04:04 in UTC; in Shanghai it is noon of the same day.
    assert first.where.end.isoformat() == "2026-11-22"


def test_the_days_are_cut_in_the_chosen_zone(fake_services: Services) -> None:
    overview.tiles(fake_services, "zone=America/Los_Angeles")
    metrics = fake_services.metrics
    assert isinstance(metrics, FakeMetrics)
    assert metrics.asked[0].where.end is not None
    assert metrics.asked[0].where.end.isoformat() == "2026-11-21"


def test_every_tile_is_filled(fake_services: Services) -> None:
    panel, note, *lists = overview.tiles(fake_services, "")
    assert panel == "aw-panel"
    assert note.startswith("26 Oct")
    assert "compared with" in note
    assert {len(part) for part in lists} == {len(TILES)}
    assert tile_texts(fake_services, "", 3 + 2)["on_time_delivery"].endswith("%")
    assert "older than 2 days" in tile_texts(fake_services, "", 4 + 2)["backlog"]


def test_tiles_say_which_rows_have_data_problems(fake_services: Services) -> None:
    told = tile_texts(fake_services, "market=DE", 11)
    assert told["first_response_within_target"].startswith("12 of ")
    assert told["csat"] == ""
    classes = tile_texts(fake_services, "market=DE", 12)
    assert classes["first_response_within_target"].startswith("aw-status aw-status--watch")
    assert classes["csat"] == "aw-none"
    links = tile_texts(fake_services, "market=DE", 13)
    assert links["first_response_within_target"] == "/cases?view=tainted&market=DE"
    # Orders are not checked: the contacts above them are.
    asked = fake_services.metrics.kpi(Query("contact_rate")).row(0, named=True)
    assert asked["numerator"] != asked["n"]
    day = NOW.date()
    view = View(range="custom", compare="none")
    reading = read(
        fake_services.metrics, "contact_rate", view, Period(Filter(), None, day, day), day
    )
    assert (reading.tainted, reading.checked) == (12, asked["numerator"])


def test_every_tile_leads_to_how_it_is_counted(app: Dash, fake_services: Services) -> None:
    links = tile_texts(fake_services, "market=DE", 14)
    assert links == {kpi: f"/numbers/{kpi}?market=DE" for kpi in TILES}
    with app.server.test_request_context("/"):
        layout = page.layout()
    holders = [piece for piece in layout._traverse() if isinstance(piece, dcc.Link)]
    assert len(holders) >= 3 * len(TILES)
    assert not any(
        isinstance(inner, dcc.Link) for holder in holders for inner in holder._traverse()
    ), "a link must not lie in another"


def test_a_filter_that_a_kpi_does_not_have_is_said_not_failed(fake_services: Services) -> None:
    interval = tile_texts(fake_services, "channel=email", 6)
    assert interval["on_time_delivery"].endswith("any channel")
    assert "any" not in interval["contact_rate"]
    metrics = fake_services.metrics
    assert isinstance(metrics, FakeMetrics)
    asked = {query.kpi: query.where.channel for query in metrics.asked}
    assert asked["on_time_delivery"] == ()
    assert asked["contact_rate"] == ("email",)


def test_old_data_are_marked_as_stale(fake_services: Services) -> None:
    later = replace(fake_services, clock=lambda: NOW + timedelta(hours=2))
    assert overview.tiles(later, "")[0] == "aw-panel is-stale"


def test_without_comparison_there_is_no_change(fake_services: Services) -> None:
    answer = overview.tiles(fake_services, "compare=none")
    assert "compared" not in answer[1]
    assert set(answer[8]) == {""}
    assert overview.movers(fake_services, "compare=none", "contact_rate", "category")[0].endswith(
        "is-empty"
    )


def test_what_is_due_leads_to_the_cases(fake_services: Services) -> None:
    panel, items, title, staff, service = overview.due(fake_services, "market=FR", 60)
    assert panel == "aw-panel"
    assert title == "1 deadline ends within 1 h"
    [row] = json.loads(items)["rows"]
    assert row["href"].startswith("/cases/C-1003?")
    assert row["href"].endswith("market=FR")
    assert row["note"] == "First response · Audio · France"
    assert staff == "What falls due, by team and language"
    assert service == "/service?within=60&market=FR"


def test_the_map_and_its_table_agree(fake_services: Services) -> None:
    _panel, figure, _title, _summary, table = overview.attainment_map(fake_services, "")
    drawn = sum(len(trace.locations) for trace in figure.data)
    assert drawn == len(json.loads(table)["rows"])


def test_a_split_that_a_kpi_does_not_have_is_empty(fake_services: Services) -> None:
    answer = overview.movers(fake_services, "", "return_rate_value", "carrier")
    assert answer[0].endswith("is-empty")


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    empty = services(tmp_path, empty=True)
    assert overview.tiles(empty, "")[0].endswith("is-empty")
    assert overview.needs_me(empty, "")[2] == "Nothing has been imported yet."
    assert overview.attainment_map(empty, "")[0].endswith("is-empty")
    assert overview.due(empty, "", 15)[0].endswith("is-empty")
    empty.engine.dispose()


def bodies(app: Dash, screen: str) -> list[dict[str, Any]]:
    """A request for every callback whose outputs are of `screen`, as the browser sends it."""
    values = {
        "shell-query": "",
        "shell-version": "v1",
        "shell-news": "1 0 0 0",
        "overview-due-horizon": 60,
        "overview-movers-kpi": "contact_rate",
        "overview-movers-by": "market",
    }
    found = []
    for spec in app._callback_list:
        if screen not in spec["output"]:
            continue
        outputs: list[Any] = []
        for part in spec["output"].strip(".").split("..."):
            name, _, prop = part.rpartition(".")
            if name.startswith("{"):
                pattern = json.loads(name)
                outputs.append([{"id": {**pattern, "kpi": kpi}, "property": prop} for kpi in TILES])
            else:
                outputs.append({"id": name, "property": prop})
        inputs = [{**part, "value": values[part["id"]]} for part in spec["inputs"]]
        found.append(
            {
                "output": spec["output"],
                "outputs": outputs,
                "inputs": inputs,
                "changedPropIds": ["shell-version.data"],
            }
        )
    return found


def test_answers_hold_leaf_properties_only(app: Dash) -> None:
    client = app.server.test_client()
    requests = bodies(app, "overview-")
    assert len(requests) == 5
    for body in requests:
        response = client.post("/_dash-update-component", json=body)
        assert response.status_code == 200
        for properties in response.get_json()["response"].values():
            assert "namespace" not in json.dumps(
                {name: value for name, value in properties.items() if name != "figure"}
            )
            assert isinstance(properties.get("children", ""), str)


def test_a_failure_shows_in_its_panel_and_leaves_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = services(tmp_path, fail=True)
    client = create_app(broken).server.test_client()
    for body in bodies(create_app(broken), "overview-map-panel"):
        response = client.post("/_dash-update-component", json=body)
        assert response.status_code == 200
        assert response.get_json()["response"] == {
            "overview-map-panel": {"className": "aw-panel is-error"}
        }
    assert "the warehouse is away" in caplog.text
    broken.engine.dispose()
