"""Cases: the rows behind every number. A list of any length, its views, search and CSV."""

from __future__ import annotations

from dash import html

from dashboard.cases import BLOCK, DEFAULT_VIEW, DOWNLOAD, VIEWS
from dashboard.components.infinite_grid import infinite_grid
from dashboard.components.list_tools import export, list_tools, search, views
from dashboard.components.page import page
from dashboard.components.panel import panel
from dashboard.ids import Cases
from dashboard.languages import _
from dashboard.vocabulary import dimension_name
from dashboard.wording.cases import view_names

PATH = "/cases"
TITLE = "Cases"
ICON = "list-task"


def layout(view: str = DEFAULT_VIEW, q: str = "", **_query: str) -> html.Div:
    """The screen; `view` and `q` (search text) are its own keys of the address."""
    return page(
        _(TITLE),
        Cases.ANSWER,
        html.Div(
            [
                _tools(view if view in VIEWS else DEFAULT_VIEW, q[:200]),
                panel(
                    Cases.PANEL,
                    infinite_grid(Cases.GRID, _columns(), block=BLOCK, label=_("Case list")),
                    skeleton="table",
                    empty=(
                        _("No case matches"),
                        _("Choose another view, widen the time range or remove a filter."),
                    ),
                ),
            ]
        ),
    )


def _tools(view: str, text: str) -> html.Div:
    names = view_names()
    return list_tools(
        views(Cases.VIEW, {name: names[name] for name in VIEWS}, view, label=_("Which cases")),
        search(Cases.SEARCH, text, label=_("Search cases"), hint=_("Case, order or subject")),
        export(Cases.EXPORT, DOWNLOAD),
    )


def _columns() -> list[dict[str, object]]:
    def column(field: str, name: str, width: int, **more: object) -> dict[str, object]:
        return {"field": field, "colId": field, "headerName": name, "width": width, **more}

    def clock(field: str, name: str) -> dict[str, object]:
        return column(
            field,
            name,
            148,
            colId=f"{field}_due_at",
            cellClass={"function": f"aw.clockClass(params, '{field}_kind')"},
            headerTooltip=_("Sorted by its deadline"),
        )

    wide = {"context": {"wide": True}}
    return [
        column("case_id", _("Case"), 104, cellRenderer="CaseLink"),
        column("subject", _("Subject"), 220, minWidth=104, context={"fills": True}),
        clock("first_response", _("First response")),
        {**clock("resolution", _("Resolution")), **wide},
        column("status", _("Status"), 88, **wide),
        column("market", dimension_name("market"), 112, **wide),
        column("category", dimension_name("category"), 116, **wide),
        column(
            "created_at",
            _("Created"),
            130,
            valueFormatter={"function": "aw.moment(params)"},
            **wide,
        ),
        column("level", dimension_name("level"), 72, **wide),
        column("channel", dimension_name("channel"), 110, **wide),
        column("reason", dimension_name("reason"), 140, **wide),
    ]
