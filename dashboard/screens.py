"""Screens become pages of the router: strict addresses, a way to fail, and 404 where there is none.

Dash lets a query argument override a variable of the path, lets `<id>` match across slashes,
answers 200 to any address and leaves the old screen standing when a layout raises. Not here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Protocol
from urllib.parse import quote, unquote

import dash
import flask
from dash import html

from dashboard.components.page import failed_page, missing_page
from dashboard.languages import _

log = logging.getLogger(__name__)

PRODUCT = "Afterwatch"
VIEWLESS = "aw-viewless"
"""Class around a screen without a filter bar; `assets/30-shell.css` hides the bar beside it."""


class Screen(Protocol):
    """What a module in `pages/` declares.

    A screen on which a time range and a market mean nothing says `VIEW = False`: no filter bar.
    """

    @property
    def PATH(self) -> str:  # noqa: N802 - a constant of the module
        """`/cases` or, with a variable, `/cases/<case_id>`."""

    @property
    def TITLE(self) -> str:  # noqa: N802
        """English name; its translation stands in a fragment."""

    @property
    def ICON(self) -> str | None:  # noqa: N802
        """Icon in the rail; None: the screen is reached by links only."""

    def layout(self, **query: str) -> Any:
        """The screen for one request; variables of the path and query arguments are texts."""


def uses_view(screen: Screen) -> bool:
    """Whether the filter bar means anything on `screen`."""
    return bool(getattr(screen, "VIEW", True))


def path_variables(template: str, path: str) -> Mapping[str, str] | None:
    """The variables of `path` under `template`; None when it does not match. No slash in one."""
    pattern = re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", template.rstrip("/") or "/")
    found = re.fullmatch(pattern, path.rstrip("/") or "/")
    return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


def asked_path() -> str:
    """The path of the present request as it was sent.

    The server decodes `request.path`, and a `%2F` in a case number would become another step.
    """
    sent = str(flask.request.environ.get("REQUEST_URI", "")).partition("?")[0]
    return sent if sent.startswith("/") else quote(flask.request.path)


def register_screens(screens: Iterable[Screen]) -> None:
    """Make a page of every screen, and one for addresses that lead nowhere."""
    for screen in screens:
        dash.register_page(  # type: ignore[no-untyped-call]
            f"screen{screen.PATH.replace('/', '.')}",
            path=None if "<" in screen.PATH else screen.PATH,
            path_template=screen.PATH if "<" in screen.PATH else None,
            title=partial(_title, screen),
            layout=partial(open_screen, screen),
        )
    dash.register_page(  # type: ignore[no-untyped-call]
        "screen.not_found_404", path="/404", title=lambda **_v: PRODUCT, layout=_missing
    )


def open_screen(screen: Screen, **arguments: Any) -> Any:
    """What the router shows for the address it was asked for."""
    return show(screen, dash.ctx.inputs["_pages_location.pathname"], arguments)


def show(screen: Screen, path: str, arguments: Mapping[str, Any]) -> Any:
    """The layout of `screen`; variables of the path win over query arguments of the same name."""
    variables = path_variables(screen.PATH, path)
    if variables is None:
        return missing_page()
    texts = {
        name: value[0] if isinstance(value, list) else str(value)
        for name, value in arguments.items()
    }
    try:
        layout = screen.layout(**{**texts, **variables})
        return layout if uses_view(screen) else html.Div(layout, className=VIEWLESS)
    except Exception:
        log.exception("The layout of %s failed", screen.PATH)
        return failed_page()


def answer_unknown_paths(server: flask.Flask, screens: Iterable[Screen]) -> None:
    """Give HTTP 404 (with the same application, which then says so) to addresses of no screen."""
    templates = [screen.PATH for screen in screens]

    @server.after_request
    def mark_missing(response: flask.Response) -> flask.Response:
        served_by_router = flask.request.endpoint in {"/", "/<path:path>"}
        path = asked_path()
        if served_by_router and all(path_variables(known, path) is None for known in templates):
            response.status_code = 404
        return response


def _title(screen: Screen, **_variables: Any) -> str:
    return f"{_(screen.TITLE)} · {PRODUCT}"


def _missing(**_arguments: Any) -> Any:
    return missing_page()
