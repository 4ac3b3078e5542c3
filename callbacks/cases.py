"""What the case list does: blocks of rows on demand, the same rows as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from dashboard import panel_state
from dashboard.cases import BLOCK, download_link, known_at, listing, sort_of_grid
from dashboard.ids import Cases, Shell
from dashboard.today import today
from dashboard.url_filter import decode, period
from dashboard.wording import cases as words
from data_access.browse import cases

if TYPE_CHECKING:
    from dashboard.services import Services

VIEW = (Input(Shell.QUERY, "data"), Input(Shell.VERSION, "data"))


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    # The grid asks for blocks by itself; a new view or version only tells it to ask again.
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("afterwatch", "askGrid"),
        Output(Cases.PANEL, "data-asked"),
        *VIEW,
        Input(Cases.VIEW, "value"),
        Input(Cases.SEARCH, "value"),
        State(Cases.GRID, "id"),
    )
    app.callback(
        Output(Cases.PANEL, "className"),
        Output(Cases.GRID, "getRowsResponse"),
        Output(Cases.ANSWER, "children"),
        Output(Cases.EXPORT, "href"),
        Input(Cases.GRID, "getRowsRequest"),
        State(Shell.QUERY, "data"),
        State(Cases.VIEW, "value"),
        State(Cases.SEARCH, "value"),
        prevent_initial_call=True,
    )(lambda request, query, view, text: block(services, request, query, view, text))


def block(
    services: Services,
    request: Mapping[str, Any] | None,
    query: str | None,
    view: str | None,
    text: str | None,
) -> tuple[Any, ...]:
    """One block of rows, how many there are, what the list holds, where its file is."""
    if request is None or query is None:
        # Before the address is understood there is nothing to ask for; the grid asks again.
        return no_update, no_update, no_update, no_update
    seen, _ignored = decode(query)
    shown = listing(view, text, sort_of_grid(request.get("sortModel")))
    span = period(seen, today(services, seen))
    now, zone = known_at(services, shown.view), seen.zone or services.settings.time_zone
    start = max(0, int(request.get("startRow") or 0))
    frame, total = cases(
        services.warehouse,
        span.now,
        view=shown.view,
        sort=shown.sort,
        offset=start,
        limit=min(BLOCK, max(0, int(request.get("endRow") or BLOCK) - start)),
        as_of=now,
        zone=zone,
        text=shown.text,
    )
    return (
        panel_state.of(total),
        {"rowData": words.grid_rows(frame, query, now=now, zone=zone), "rowCount": total},
        words.answer(total, shown.view, shown.text, span),
        download_link(shown, query),
    )
