"""What the lists behind numbers do: blocks of rows on demand, the same rows as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from dashboard import panel_state
from dashboard.cases import sort_of_grid
from dashboard.ids import RowList, Shell
from dashboard.row_lists import BLOCK, download_link, row_listing
from dashboard.today import today
from dashboard.url_filter import decode, period
from dashboard.wording import row_lists as words
from data_access.browse import row_page, without_effect

if TYPE_CHECKING:
    from dashboard.services import Services

VIEW = (Input(Shell.QUERY, "data"), Input(Shell.VERSION, "data"))


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    # The grid asks for blocks by itself; a new view or version only tells it to ask again.
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("afterwatch", "askGrid"),
        Output(RowList.PANEL, "data-asked"),
        *VIEW,
        Input(RowList.VIEW, "value"),
        Input(RowList.SEARCH, "value"),
        State(RowList.GRID, "id"),
    )
    app.callback(
        Output(RowList.PANEL, "className"),
        Output(RowList.GRID, "getRowsResponse"),
        Output(RowList.ANSWER, "children"),
        Output(RowList.EXPORT, "href"),
        Input(RowList.GRID, "getRowsRequest"),
        State(Shell.QUERY, "data"),
        State(RowList.KIND, "data"),
        State(RowList.VIEW, "value"),
        State(RowList.SEARCH, "value"),
        prevent_initial_call=True,
    )(lambda request, query, kind, view, text: block(services, request, query, kind, view, text))


def block(
    services: Services,
    request: Mapping[str, Any] | None,
    query: str | None,
    kind: str,
    view: str | None,
    text: str | None,
) -> tuple[Any, ...]:
    """One block of rows, how many there are, what the list holds, where its file is."""
    if request is None or query is None:
        # Before the address is understood there is nothing to ask for; the grid asks again.
        return no_update, no_update, no_update, no_update
    seen, _ignored = decode(query)
    shown = row_listing(kind, view, text, sort_of_grid(request.get("sortModel")))
    span = period(seen, today(services, seen))
    zone = seen.zone or services.settings.time_zone
    start = max(0, int(request.get("startRow") or 0))
    frame, total = row_page(
        services.warehouse,
        span.now,
        kind=kind,
        view=shown.view,
        sort=shown.sort,
        offset=start,
        limit=min(BLOCK, max(0, int(request.get("endRow") or BLOCK) - start)),
        as_of=services.metrics.as_of(),
        zone=zone,
        text=shown.text,
    )
    unfiltered = without_effect(span.now, kind=kind, view=shown.view)
    return (
        panel_state.of(total),
        {
            "rowData": words.grid_rows(frame, kind, query, zone=zone, last=span.last),
            "rowCount": total,
        },
        words.answer(total, shown, span, unfiltered),
        download_link(shown, query),
    )
