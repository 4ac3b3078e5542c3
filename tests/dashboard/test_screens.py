"""Addresses, status codes and failing layouts."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dash import Dash, html

from dashboard import screens
from dashboard.app import SCREENS, create_app
from dashboard.screens import path_variables
from dashboard.services import Services
from tests.dashboard.fakes import services


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("/", "/", {}),
        ("/cases", "/cases/", {}),
        ("/cases", "/cases/C-1", None),
        ("/cases/<case_id>", "/cases/C-1", {"case_id": "C-1"}),
        ("/cases/<case_id>", "/cases/a%20b", {"case_id": "a b"}),
        ("/cases/<case_id>", "/cases/a/b", None),
        ("/cases/<case_id>", "/cases/", None),
        ("/cases/<case_id>", "/casesXC-1", None),
    ],
)
def test_addresses_are_matched_strictly(
    template: str, path: str, expected: dict[str, str] | None
) -> None:
    assert path_variables(template, path) == expected


def route(app: Dash, path: str, search: str = "") -> dict[str, Any]:
    """What the router answers to an address, as the browser asks it."""
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": search},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }
    response = app.server.test_client().post("/_dash-update-component", json=body)
    assert response.status_code == 200
    answer: dict[str, Any] = response.get_json()["response"]
    return answer


def test_every_screen_opens_with_its_title(app: Dash) -> None:
    client = app.server.test_client()
    for path in [screen.PATH for screen in SCREENS if "<" not in screen.PATH]:
        assert client.get(path).status_code == 200
        answer = route(app, path)
        assert "aw-page__answer" in json.dumps(answer), path
        assert answer["_pages_store"]["data"]["title"].endswith("· Afterwatch")


@pytest.mark.parametrize("path", ["/nowhere", "/cases/a/b/c", "/404", "/Overview"])
def test_unknown_addresses_are_404_with_a_designed_page(app: Dash, path: str) -> None:
    response = app.server.test_client().get(path)
    assert response.status_code == 404
    assert b"_dash-renderer" in response.data or b"dash_renderer" in response.data
    assert "There is nothing at this address" in json.dumps(route(app, path))


def test_unknown_query_keys_do_no_harm(app: Dash) -> None:
    answer = route(app, "/", "?nonsense=1&market=FR&market=DE&layout=x")
    assert "aw-page__answer" in json.dumps(answer)


def test_where_a_time_range_means_nothing_there_is_no_filter_bar(app: Dash) -> None:
    without = {screen.PATH for screen in SCREENS if not screens.uses_view(screen)}
    assert {"/crises", "/crises/<crisis_id>", "/playbooks", "/drills"} <= without
    for screen in SCREENS:
        module = screen.__name__.replace("pages.", "callbacks.")  # type: ignore[attr-defined]
        source = inspect.getsource(importlib.import_module(module))
        if screen.PATH in without:
            assert not re.search(r"\.(filter|range|compare)\b", source), screen.PATH
        if "<" not in screen.PATH:
            shown = json.dumps(route(app, screen.PATH))
            assert (f'"className": "{screens.VIEWLESS}"' in shown) == (screen.PATH in without)


def screen_of(layout: Any, path: str = "/probe/<name>") -> Any:
    return SimpleNamespace(PATH=path, TITLE="Overview", ICON=None, layout=layout)


def test_path_variables_win_over_query_arguments(app: Dash) -> None:
    seen: dict[str, str] = {}

    def layout(**query: str) -> html.Div:
        seen.update(query)
        return html.Div()

    with app.server.test_request_context("/"):
        screens.show(screen_of(layout), "/probe/real", {"name": "forged", "other": ["1", "2"]})
    assert seen == {"name": "real", "other": "1"}


def test_a_failing_layout_becomes_an_error_page(
    app: Dash, caplog: pytest.LogCaptureFixture
) -> None:
    def layout(**_query: str) -> html.Div:
        raise RuntimeError("broken")

    with app.server.test_request_context("/"):
        shown = screens.show(screen_of(layout), "/probe/x", {})
    assert "This screen could not be opened" in json.dumps(shown.to_plotly_json(), default=str)
    assert "broken" in caplog.text


def test_two_applications_live_in_one_process(tmp_path: Path, fake_services: Services) -> None:
    first = create_app(fake_services)
    other = services(tmp_path / "other")
    second = create_app(other)
    assert "aw-page__answer" in json.dumps(route(first, "/"))
    assert "aw-page__answer" in json.dumps(route(second, "/"))
    other.engine.dispose()


def test_the_language_follows_address_cookie_and_browser(app: Dash) -> None:
    client = app.server.test_client()
    chosen = client.get("/?lang=zh")
    assert b'<html lang="zh-CN">' in chosen.data
    assert "afterwatch_lang=zh" in chosen.headers["Set-Cookie"]
    assert "筛选" in client.get("/_dash-layout").get_json(force=True).__str__()
    english = app.server.test_client()
    assert b'<html lang="en">' in english.get("/", headers={"Accept-Language": "de"}).data
