"""A grid over any number of rows: it asks for blocks as the reader scrolls, keeping few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
from dash import html

from dashboard.components.attributes import attributes
from dashboard.languages import _


def infinite_grid(
    id: str,  # noqa: A002
    columns: Sequence[Mapping[str, Any]],
    *,
    block: int,
    label: str,
    key: str = "href",
) -> html.Div:
    """A grid whose rows a callback gives: Input `getRowsRequest`, Output `getRowsResponse`.

    Rows carry `href`, the address that a click or Enter opens. Columns are declared as AG Grid's; a
    `context` of `{"wide": True}` leaves a column out on a phone, `{"fills": True}` gives it the
    room left there.

    Args:
        id: of the grid.
        columns: column definitions.
        block: rows per request.
        label: names the grid to a screen reader.
        key: field that tells rows apart, so that asking again changes only what differs.
    """
    grid = dag.AgGrid(
        id=id,
        rowModelType="infinite",
        columnDefs=[dict(column) for column in columns],
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "suppressHeaderMenuButton": True,
            "sortingOrder": ["asc", "desc", None],
        },
        getRowId=f"params.data.{key}",
        dashGridOptions={
            "cacheBlockSize": block,
            "maxBlocksInCache": 20,
            "maxConcurrentDatasourceRequests": 1,
            "blockLoadDebounceMillis": 80,
            "infiniteInitialRowCount": 1,
            "rowHeight": 40,
            "headerHeight": 36,
            "rowBuffer": 10,
            "animateRows": False,
            "suppressCellFocus": False,
            "multiSortKey": "ctrl",
            "enableCellTextSelection": True,
            "suppressColumnVirtualisation": True,
            "localeText": {
                "loadingOoo": _("Loading …"),
                "noRowsToShow": _("Nothing in this selection"),
                "ariaSortableColumn": _("Press Enter to sort"),
            },
        },
        eventListeners={
            "cellClicked": ["aw.openRow(params)"],
            "firstDataRendered": ["aw.fitColumns(params)"],
            "gridSizeChanged": ["aw.fitColumns(params)"],
            "cellKeyDown": ["aw.openOnEnter(params)"],
        },
        className="aw-grid-rows",
        style={"height": None},
    )
    return html.Div(grid, role="region", **attributes(aria_label=label))
