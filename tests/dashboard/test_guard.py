"""A local application answers to local names only."""

from __future__ import annotations

import flask
import pytest
from dash import Dash

from dashboard.guard import install_guard, name_of


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("127.0.0.1:8050", "127.0.0.1"),
        ("[::1]:8050", "::1"),
        ("::1", "::1"),
        ("evil.example:8050", "evil.example"),
    ],
)
def test_names(header: str, name: str) -> None:
    assert name_of(header) == name


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/assets/x.css"])
def test_every_route_refuses_a_foreign_name(app: Dash, path: str) -> None:
    client = app.server.test_client()
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 421
    assert client.get(path, headers={"Host": "127.0.0.1:8050"}).status_code != 421


def test_an_outward_address_is_reached_by_any_name() -> None:
    server = flask.Flask("outward")
    install_guard(server, "0.0.0.0")
    assert server.test_client().get("/", headers={"Host": "tower.example"}).status_code == 404
