"""The case list: what an address means, one block of rows, the file of the same rows."""

from __future__ import annotations

import csv as csv_module
import io
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from dash import Dash
from hypothesis import given
from hypothesis import strategies as st

from callbacks.cases import block
from dashboard import downloads, missing_cases
from dashboard.cases import (
    DOWNLOAD,
    VIEWS,
    Listing,
    download_link,
    listing,
    sort_of_grid,
    sort_of_text,
)
from dashboard.services import Services
from dashboard.wording import cases as words
from data_access.browse import COLUMNS, CaseView
from tests.dashboard.fakes import SUBJECTS

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CREATED = NOON - timedelta(hours=5)


def test_what_is_not_on_the_lists_is_left_out() -> None:
    shown = listing("everything", "  two\n words ", [("market", True), ("1; drop", False)])
    assert shown == Listing(CaseView.ALL, "two words", (("market", True),))


sorts = st.lists(st.tuples(st.sampled_from(COLUMNS), st.booleans()), unique_by=lambda s: s[0])


@given(st.sampled_from(VIEWS), st.text(max_size=40), sorts)
def test_the_file_names_what_the_screen_shows(
    view: str, text: str, sort: list[tuple[str, bool]]
) -> None:
    shown = listing(view, text, sort)
    address = urlsplit(download_link(shown, "range=90d"))
    own = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.path == DOWNLOAD
    assert own["range"] == "90d"
    assert listing(own["view"], own.get("q"), sort_of_text(own.get("sort", ""))) == shown


def test_the_grid_names_its_sort() -> None:
    model = [{"colId": "market", "sort": "desc"}, {"colId": "level", "sort": "asc"}]
    assert sort_of_grid(model) == (("market", True), ("level", False))
    assert sort_of_grid(None) == ()


@pytest.mark.parametrize(
    ("state", "done", "due", "text"),
    [
        ("met", 1, 4, "Met after 1 h"),
        ("missed", 4.5, 4, "Missed by 30 min"),
        ("overdue", None, 4, "Overdue by 1 h"),
        ("running", None, 7, "Due in 2 h"),
        (None, None, None, "–"),
    ],
)
def test_a_clock_in_words(
    state: str | None, done: float | None, due: float | None, text: str
) -> None:
    instants = [None if hour is None else CREATED + timedelta(hours=hour) for hour in (done, due)]
    assert words.clock_text(state, CREATED, *instants, NOON) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(59, "< 1 min"), (3060, "51 min"), (17_100, "4.8 h"), (280_000, "3.2 d")]
)
def test_brief_durations(seconds: float, text: str) -> None:
    assert words.brief(seconds) == text


def test_a_block_of_rows(fake_services: Services) -> None:
    request = {
        "startRow": 0,
        "endRow": 3,
        "sortModel": [{"colId": "case_id", "sort": "asc"}, {"colId": "hack", "sort": "asc"}],
    }
    panel, answered, answer, href = block(fake_services, request, "", "open", "")
    assert panel == "aw-panel"
    assert answered["rowCount"] == len(SUBJECTS)
    assert [row["case_id"] for row in answered["rowData"]] == ["C-1000", "C-1001", "C-1002"]
    first = answered["rowData"][0]
    assert first["href"] == "/cases/C-1000?feed=desk"
    assert first["first_response"] == "Due in 3 min"
    assert first["first_response_kind"] == "info"
    assert answer.startswith("5 open cases, created ")
    assert href == f"{DOWNLOAD}?view=open&sort=case_id"


def test_nothing_is_asked_before_the_address_is_understood(fake_services: Services) -> None:
    assert set(map(type, block(fake_services, {"startRow": 0}, None, "all", ""))) == {
        type(block(fake_services, None, "", "all", "")[0])
    }


def test_search_narrows_list_and_file_alike(app: Dash, fake_services: Services) -> None:
    request = {"startRow": 0, "endRow": 100, "sortModel": []}
    _panel, answered, _answer, href = block(fake_services, request, "", "all", "refund")
    response = app.server.test_client().get(href)
    rows = list(csv_module.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert response.mimetype == "text/csv"
    assert [row["case_id"] for row in rows] == [row["case_id"] for row in answered["rowData"]]
    assert len(rows) == 1
    assert rows[0]["created_at"].endswith("Z")


def test_an_empty_list_is_a_file_with_its_header(app: Dash) -> None:
    body = app.server.test_client().get(f"{DOWNLOAD}?q=nothing+like+it").get_data()
    assert body.decode("utf-8-sig").strip() == ",".join(COLUMNS)


def test_numbers_stay_numbers_and_formulas_become_text() -> None:
    frame = pl.DataFrame({"a": ["=1+1", "+1", "-1", "@x", "\tx", "x=1", None], "n": range(-3, 4)})
    rows = list(
        csv_module.reader(io.StringIO("".join(downloads.csv(frame)).removeprefix("\ufeff")))
    )
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "x=1", ""]
    assert rows[1][1] == "-3"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"))))
def test_no_cell_is_a_formula_and_no_word_is_lost(texts: list[str]) -> None:
    frame = pl.DataFrame({"n": range(len(texts)), "text": pl.Series(texts, dtype=pl.String)})
    body = "".join(downloads.csv(frame)).removeprefix("\ufeff")
    rows = list(csv_module.reader(io.StringIO(body, newline="")))[1:]
    assert len(rows) == len(texts)
    for (_number, written), text in zip(rows, texts, strict=True):
        assert written[:1] not in {"=", "+", "-", "@", "\t"}
        assert written in {text, f"'{text}"}


def test_the_page_of_no_case_is_a_404(app: Dash) -> None:
    client = app.server.test_client()
    assert client.get("/cases/C-1000").status_code == 200
    assert client.get("/cases/C-1000?feed=desk").status_code == 200
    assert client.get("/cases/C-1000?feed=elsewhere").status_code == 404
    assert client.get("/cases/C-9").status_code == 404


@pytest.mark.parametrize(
    ("sent", "meant"), [("2024%2F0001", "2024/0001"), ("100%25", "100%"), ("%23a%3Fb", "#a?b")]
)
def test_a_case_number_may_hold_what_addresses_are_made_of(
    app: Dash, monkeypatch: pytest.MonkeyPatch, sent: str, meant: str
) -> None:
    asked: list[str] = []

    def found(_warehouse: object, case_id: str, _feed: str | None) -> object:
        asked.append(case_id)
        return object()

    monkeypatch.setattr(missing_cases, "case_file", found)
    assert app.server.test_client().get(f"/cases/{sent}?feed=desk").status_code == 200
    assert asked == [meant]
