"""The rows behind a number: parcels, returns, reviews, survey answers, cases and orders counted."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.infinite_grid import infinite_grid
from dashboard.components.list_tools import export, list_tools, search, views
from dashboard.components.page import missing_page, page
from dashboard.components.panel import panel
from dashboard.ids import RowList
from dashboard.languages import _
from dashboard.row_lists import BLOCK, DOWNLOAD, KINDS, PATH, known_view
from dashboard.vocabulary import dimension_name
from dashboard.wording.row_lists import WAITS, kind_name, shown_views

__all__ = ["ICON", "PATH", "TITLE", "layout"]

TITLE = "Rows behind a number"
ICON = None


def layout(kind: str = "parcels", view: str = "", q: str = "", **_query: str) -> html.Div:
    """The screen; `kind` stands in the path, `view` and `q` (search text) are its own keys."""
    if kind not in KINDS:
        return missing_page()
    name = kind_name(kind)
    return html.Div(
        [
            dcc.Store(id=RowList.KIND, data=kind),
            page(name, RowList.ANSWER, _tools(kind, view, q[:200]), _list(kind, name)),
        ]
    )


def _tools(kind: str, view: str, text: str) -> html.Div:
    shown = known_view(kind, view)
    return list_tools(
        views(RowList.VIEW, shown_views(kind, shown), shown, label=_("Which rows")),
        search(RowList.SEARCH, text, label=_("Search rows"), hint=_("Number or order")),
        export(RowList.EXPORT, DOWNLOAD.replace("<kind>", kind)),
    )


def _list(kind: str, name: str) -> html.Div:
    return panel(
        RowList.PANEL,
        infinite_grid(RowList.GRID, _columns(kind), block=BLOCK, label=name, key="key"),
        skeleton="table",
        empty=(
            _("No row matches"),
            _("Choose another view, widen the time range or remove a filter."),
        ),
    )


WIDE = {"context": {"wide": True}}


def _column(field: str, name: str, width: int, **more: Any) -> dict[str, Any]:
    return {"field": field, "colId": field, "headerName": name, "width": width, **more}


def _moment(field: str, name: str) -> dict[str, Any]:
    return _column(field, name, 148, valueFormatter={"function": "aw.moment(params)"})


def _number(field: str, name: str, width: int) -> dict[str, Any]:
    return _column(field, name, width, type="rightAligned")


def _columns(kind: str) -> list[dict[str, Any]]:
    order = _column("order_id", _("Order"), 150, **WIDE)
    own = {
        "parcels": _parcels,
        "returns": _returns,
        "reviews": _reviews,
        "surveys": _surveys,
        "cases": _cases,
        "solved": _solved,
        "orders": _orders,
        "lines": _lines,
        "sent_back": _sent_back,
        "delivered": _delivered,
        "costs": _costs,
        "voices": _voices,
        **dict.fromkeys(WAITS, _cases),
    }
    dimensions = _SHARED.get(kind, _SHARED["cases"])
    shared = [_column(name, dimension_name(name), 124, **WIDE) for name in dimensions]
    first, *others = own.get(kind, _turns)()
    link = {"cellRenderer": "CaseLink", "minWidth": 104, "context": {"fills": True}}
    about = [order] if kind in own and kind != "orders" else []
    return [{**first, **link}, *about, *others, *shared]


_SHARED = {
    "parcels": ("market", "carrier", "lane", "category"),
    "returns": ("reason", "market", "category", "carrier"),
    "reviews": ("market", "category", "carrier", "language"),
    "surveys": ("market", "channel", "team", "category", "level"),
    "cases": ("market", "channel", "language", "level", "reason", "team", "category"),
    "solved": ("market", "channel", "language", "level", "reason", "team", "category"),
    "orders": ("market", "carrier", "category"),
    "lines": ("market", "carrier", "category", "product"),
    "sent_back": ("lot", "reason", "market", "category"),
    "delivered": ("market", "carrier", "lane", "category"),
    "costs": ("reason", "market", "category", "carrier"),
    "voices": ("reason", "market", "language", "category"),
}


def _parcels() -> list[dict[str, Any]]:
    return [
        _column("shipment_id", _("Parcel"), 150),
        _column("promised_on", _("Promised for"), 116),
        {**_column("delivered_on", _("Delivered on"), 116), **WIDE},
        _column(
            "standing",
            _("Promise"),
            116,
            cellClass={"function": "aw.clockClass(params, 'standing_kind')"},
        ),
    ]


def _returns() -> list[dict[str, Any]]:
    return [
        _column("return_line_id", _("Return line"), 150),
        _moment("requested_at", _("Requested")),
        {**_number("qty", _("Quantity"), 92), **WIDE},
        _number("value_minor", _("Value"), 110),
    ]


def _reviews() -> list[dict[str, Any]]:
    return [
        _column("review_id", _("Review"), 150),
        _moment("at", _("Written")),
        _number("rating", _("Stars"), 80),
    ]


def _surveys() -> list[dict[str, Any]]:
    return [
        _column("response_id", _("Answer"), 150),
        _column("case_id", _("Case"), 130, **WIDE),
        _moment("answered_at", _("Answered")),
        _number("score", _("Score"), 80),
    ]


def _cases() -> list[dict[str, Any]]:
    return [
        _column("case_id", _("Case"), 130),
        _moment("created_at", _("Created")),
        _moment("first_response_at", _("First response")),
        {**_moment("first_solved_at", _("First solved")), **WIDE},
        _column("status", _("Status"), 100, **WIDE),
    ]


def _solved() -> list[dict[str, Any]]:
    return [
        _column("case_id", _("Case"), 130),
        {**_moment("created_at", _("Created")), **WIDE},
        _moment("first_solved_at", _("First solved")),
        _moment("first_reopened_at", _("Reopened")),
        _column("status", _("Status"), 100, **WIDE),
    ]


def _orders() -> list[dict[str, Any]]:
    return [
        _column("order_id", _("Order"), 150),
        _moment("placed_at", _("Placed")),
        _number("total_minor", _("Value"), 110),
    ]


def _lines() -> list[dict[str, Any]]:
    return [
        _column("line_id", _("Order line"), 150),
        _moment("placed_at", _("Placed")),
        {**_number("qty", _("Quantity"), 92), **WIDE},
        _number("value_minor", _("Value"), 110),
    ]


def _sent_back() -> list[dict[str, Any]]:
    return [
        _column("return_line_id", _("Return line"), 150),
        {**_moment("order_placed_at", _("Ordered")), **WIDE},
        _moment("requested_at", _("Requested")),
        _number("value_minor", _("Value"), 110),
    ]


def _costs() -> list[dict[str, Any]]:
    return [
        _column("cost_id", _("Cost"), 150),
        {**_moment("at", _("Incurred")), **WIDE},
        _column("cost_kind", _("Kind of cost"), 150),
        _number("value_minor", _("Value"), 110),
    ]


def _voices() -> list[dict[str, Any]]:
    return [
        _column("voice_id", _("Voice"), 150),
        _moment("at", _("Written")),
        {**_column("medium", _("Where"), 96), **WIDE},
        _number("anger", _("Anger"), 80),
    ]


def _delivered() -> list[dict[str, Any]]:
    return [
        _column("shipment_id", _("Parcel"), 150),
        _moment("created_at", _("Ordered")),
        _moment("delivered_at", _("Delivered on")),
    ]


def _turns() -> list[dict[str, Any]]:
    return [
        _column("case_id", _("Case"), 130),
        _moment("started_at", _("Started")),
        _moment("due_at", _("Due")),
        {**_moment("stopped_at", _("Stopped")), **WIDE},
    ]
