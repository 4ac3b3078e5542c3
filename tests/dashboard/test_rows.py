"""The lists behind numbers: addresses, one block of rows, the file of the same rows, 404."""

from __future__ import annotations

import csv as csv_module
import io
import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from dash import Dash
from hypothesis import given
from hypothesis import strategies as st

from callbacks.overview import movers
from callbacks.rows import block
from dashboard.app import create_app
from dashboard.cases import sort_of_text
from dashboard.languages import use_language
from dashboard.overview import TILES
from dashboard.row_lists import KINDS, cases_of, download_link, row_listing, rows_link
from dashboard.services import Services
from dashboard.wording import row_lists as words
from dashboard.wording.tiles import BEHIND
from data_access.browse import ROW_KINDS
from data_access.marts.schemas import MARTS
from pages import rows as page
from tests.dashboard.fakes import NOW, FakeWarehouse, services

TODAY = NOW.date()
REQUEST = {"startRow": 0, "endRow": 100, "sortModel": []}
PARCELS = [
    # Promised two days ago: in time, late, never arrived; without order; promised for tomorrow.
    {"shipment_id": "p1", "order_id": "o1", "delivered_on": TODAY - timedelta(days=2)},
    {"shipment_id": "p2", "order_id": "o1", "delivered_on": TODAY - timedelta(days=1)},
    {"shipment_id": "=p3", "order_id": "o3"},
    {"shipment_id": "p4"},
    {"shipment_id": "p5", "promised_on": TODAY + timedelta(days=1)},
]


@dataclass(eq=False)
class Depot(FakeWarehouse):
    """Parcels of one market, and no other rows."""

    def scan(
        self, table: str, *, namespace: str = "facts", schema: dict[str, pl.DataType] | None = None
    ) -> pl.LazyFrame:
        if table != "parcels" or namespace != "marts":
            return super().scan(table, namespace=namespace, schema=schema)
        shared = {
            "source": "shop",
            "market": "DE",
            "created_at": NOW - timedelta(days=9),
            "shipped_at": NOW - timedelta(days=8),
            "promised_on": TODAY - timedelta(days=2),
            "part": 202611,
        }
        return pl.LazyFrame([shared | row for row in PARCELS], MARTS["parcels"].columns)


@pytest.fixture
def depot(fake_services: Services) -> Services:
    return replace(fake_services, warehouse=Depot())  # type: ignore[arg-type]


def test_every_view_has_a_name_and_a_sentence() -> None:
    for kind, views in KINDS.items():
        assert set(words.view_names(kind)) == set(views)
        assert words.kind_name(kind)
        for view in views:
            sentence = words._counted(2, row_listing(kind, view, "", ()))
            assert sentence.startswith("2 ")


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_column_on_the_screen_is_a_column_of_the_list(kind: str) -> None:
    shown = [column["field"] for column in page._columns(kind)]
    assert len(shown) == len(set(shown))
    assert set(shown) <= set(ROW_KINDS[kind].columns)
    assert sum("wide" not in column.get("context", {}) for column in page._columns(kind)) == 3


@given(st.sampled_from(list(KINDS)), st.data(), st.text(max_size=30))
def test_the_file_names_what_the_screen_shows(kind: str, data: st.DataObject, text: str) -> None:
    view = data.draw(st.sampled_from([*KINDS[kind], "nonsense"]))
    column = data.draw(st.sampled_from([*ROW_KINDS[kind].columns, "hack"]))
    shown = row_listing(kind, view, text, [(column, True)])
    address = urlsplit(download_link(shown, "range=90d"))
    own = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.path == f"/download/rows/{kind}.csv"
    assert own["range"] == "90d"
    again = row_listing(kind, own["view"], own.get("q"), sort_of_text(own.get("sort", "")))
    assert again == shown
    assert shown.view in KINDS[kind]
    assert all(name != "hack" for name, _down in shown.sort)


def test_late_parcels(depot: Services) -> None:
    panel, answered, answer, href = block(
        depot, REQUEST, "market=DE&channel=chat", "parcels", "late", ""
    )
    assert panel == "aw-panel"
    assert answered["rowCount"] == 3
    assert [row["shipment_id"] for row in answered["rowData"]] == ["=p3", "p2", "p4"]
    assert {row["standing_kind"] for row in answered["rowData"]} == {"breach"}
    assert len({row["key"] for row in answered["rowData"]}) == 3
    assert answered["rowData"][2]["href"] == ""
    assert answer.startswith("3 late parcels, promised for ")
    assert answer.endswith("Germany, any channel")
    assert href == "/download/rows/parcels.csv?view=late&market=DE&channel=chat"


@pytest.mark.parametrize(("view", "rows"), [("all", 4), ("due", 4), ("on_time", 1), ("?", 4)])
def test_views_of_parcels(depot: Services, view: str, rows: int) -> None:
    assert block(depot, REQUEST, "", "parcels", view, "")[1]["rowCount"] == rows


def test_the_file_holds_the_same_rows_and_no_formula(depot: Services) -> None:
    href = block(depot, REQUEST, "", "parcels", "late", "o3")[3]
    response = create_app(depot).server.test_client().get(href)
    lines = list(csv_module.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert [line["shipment_id"] for line in lines] == ["'=p3"]
    assert lines[0]["promised_on"] == (TODAY - timedelta(days=2)).isoformat()
    assert "parcels-" in response.headers["Content-Disposition"]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"cases", "first_responses", "resolutions"}))
def test_nothing_to_list(fake_services: Services, kind: str) -> None:
    panel, answered, answer, _href = block(fake_services, REQUEST, "", kind, None, None)
    assert panel == "aw-panel is-empty"
    assert answered == {"rowData": [], "rowCount": 0}
    assert answer.startswith("0 ")


def test_nothing_is_asked_before_the_address_is_understood(depot: Services) -> None:
    assert "rowCount" not in str(block(depot, REQUEST, None, "parcels", "late", ""))


def test_a_row_leads_to_the_cases_of_its_order_whatever_the_filter() -> None:
    href = cases_of(
        "o 1", date(2026, 11, 1), TODAY, "range=7d&market=DE&channel=chat&zone=Asia/Tokyo"
    )
    asked = parse_qs(urlsplit(href).query)
    assert href.startswith("/cases?q=o%201&range=custom")
    assert asked["from"] == ["2025-11-01"]
    assert asked["to"] == [TODAY.isoformat()]
    assert not {"market", "channel"} & set(asked)
    assert "zone" in asked
    assert cases_of(None, TODAY, TODAY, "") == ""


def test_every_tile_leads_somewhere_that_exists(app: Dash) -> None:
    client = app.server.test_client()
    for kpi in TILES:
        path, own = BEHIND[kpi]
        assert client.get(path).status_code == 200
        if path.startswith("/rows/"):
            assert own.get("view", "all") in KINDS[path.removeprefix("/rows/")]


def test_unknown_lists_are_a_404(app: Dash) -> None:
    client = app.server.test_client()
    assert client.get(rows_link("parcels", "late", "range=90d")).status_code == 200
    assert client.get("/rows/secrets").status_code == 404
    assert client.get("/rows").status_code == 404
    assert client.get("/download/rows/secrets.csv").status_code == 404
    assert client.get("/download/rows/reviews.csv").status_code == 200
    with app.server.test_request_context("/"):
        assert "aw-page--missing" in str(page.layout(kind="secrets"))


def test_rows_left_out_are_a_view_of_their_own(fake_services: Services) -> None:
    _panel, answered, answer, href = block(
        fake_services, REQUEST, "", "cases", "fr_due-waiting", ""
    )
    assert answered["rowCount"] == 5
    assert answered["rowData"][0]["href"].startswith("/cases/C-100")
    assert answer.startswith("5 rows not counted: Deadline not yet passed, created ")
    assert href == "/download/rows/cases.csv?view=fr_due-waiting"
    assert "Not counted: Spam" in str(page.layout(kind="cases", view="fr_due-spam"))
    assert "Not counted" not in str(page.layout(kind="cases", view="fr_due"))


def test_a_list_in_chinese(tmp_path: Path) -> None:
    made = services(tmp_path)
    with use_language("zh_Hans"):
        answer = block(made, REQUEST, "", "surveys", "detractors", "x")[2]
    made.engine.dispose()
    assert answer.startswith("0 位贬损者，作答于 ")


def test_a_segment_that_moved_leads_to_its_rows(fake_services: Services) -> None:
    told = movers(fake_services, "range=90d", "on_time_delivery", "carrier")[1]
    hrefs = [row["href"] for row in json.loads(told)["rows"]]
    assert "/rows/parcels?view=late&range=90d&carrier=DHL" in hrefs
    told = movers(fake_services, "range=90d", "contact_rate", "market")[1]
    assert all(row["href"].startswith("/cases?range=90d") for row in json.loads(told)["rows"])
