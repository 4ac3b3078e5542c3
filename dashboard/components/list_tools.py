"""What stands above a list: its views, the search, the file of the same rows."""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.words import icon
from dashboard.languages import _


def list_tools(views: html.Div, search: html.Div, export: html.A) -> html.Div:
    """The three side by side; below one another on a phone."""
    end = html.Div([search, export], className="aw-tools__end")
    return html.Div([views, end], className="aw-tools")


def views(id: str, names: Mapping[str, str], chosen: str, *, label: str) -> html.Div:  # noqa: A002
    """A segmented control; `names` is view to what readers call it."""
    control = dcc.RadioItems(
        id=id,
        options=[{"label": name, "value": view} for view, name in names.items()],
        value=chosen,
        inline=True,
        className="aw-segments aw-segments--scroll",
    )
    return html.Div(control, role="group", **attributes(aria_label=label))


def search(id: str, text: str, *, label: str, hint: str) -> html.Div:  # noqa: A002
    """A search field that waits until the reader pauses."""
    return html.Div(
        [
            icon("search"),
            html.Label(label, htmlFor=id, className="aw-visually-hidden"),
            dcc.Input(
                id=id,
                type="search",
                value=text,
                debounce=0.4,
                placeholder=hint,
                maxLength=200,
                autoComplete="off",
                className="aw-search__input",
            ),
        ],
        className="aw-search",
    )


def export(id: str, href: str) -> html.A:  # noqa: A002
    """The link to the CSV file; a callback keeps its `href` in step with the list."""
    return html.A(
        [icon("download"), html.Span(_("CSV"))],
        id=id,
        href=href,
        download="",
        title=_("Download exactly these rows"),
        className="aw-button",
    )
