"""What the page of one batch does: one look at it, its items by blocks, and what is pressed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from alerts.actions import Outcome
from alerts.compensation import reading
from alerts.compensation.reading import BatchPage
from alerts.notify.current import Current
from dashboard import panel_state
from dashboard.acting import pressed
from dashboard.compensation import (
    BLOCK,
    PATH,
    NotUnderstoodError,
    act,
    batch_number,
    download_path,
)
from dashboard.ids import CompensationBatch, Shell
from dashboard.url_filter import decode, link
from dashboard.wording import compensation_batch as words
from dashboard.wording import compensation_outcomes as outcomes

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)

_B = CompensationBatch
EVERYTHING = (
    (_B.BACK, "href"),
    (_B.STATE_PANEL, "className"),
    (_B.ANSWER, "children"),
    (_B.FACTS, "data-rows"),
    (_B.ACTIONS, "data-rows"),
    (_B.FILE, "children"),
    (_B.FILE, "href"),
    (_B.SUMS_PANEL, "className"),
    (_B.SUMS, "data-rows"),
    (_B.SIGNED_PANEL, "className"),
    (_B.SIGNED, "data-rows"),
    (_B.ITEM_PANEL, "className"),
    (_B.ITEM_TITLE, "children"),
    (_B.ITEM, "data-rows"),
    (_B.ITEMS_NOTE, "children"),
    (_B.TIMELINE_PANEL, "className"),
    (_B.TIMELINE, "data-rows"),
)
"""What the one look fills, in this order."""


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    current = Current(services.settings.home)
    app.callback(
        Output(_B.CHANGED, "data"),
        Output(_B.OUTCOME, "children"),
        Output(_B.OUTCOME, "className"),
        Input(_B.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, current, data))
    app.callback(
        *[Output(part, prop) for part, prop in EVERYTHING],
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(_B.ASKED, "data"),
        Input(_B.CHANGED, "data"),
    )(lambda query, _news, asked, done: shown(services, current, query or "", asked, done or ""))
    # The grid asks for blocks by itself; a change only tells it to ask again.
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("afterwatch", "askGrid"),
        Output(_B.ITEMS_PANEL, "data-asked"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(_B.CHANGED, "data"),
        State(_B.ITEMS, "id"),
    )
    app.callback(
        Output(_B.ITEMS_PANEL, "className"),
        Output(_B.ITEMS, "getRowsResponse"),
        Input(_B.ITEMS, "getRowsRequest"),
        State(Shell.QUERY, "data"),
        State(_B.ASKED, "data"),
        prevent_initial_call=True,
    )(lambda request, query, asked: block(services, request, query or "", asked))


def answer(
    services: Services, current: Current, data: Mapping[str, Any] | None
) -> tuple[str, str, str]:
    """Do what was pressed: the token if it was done, what came of it, the class of that text."""
    found = pressed(data)
    if found is None:
        return "", "", "aw-outcome"
    try:
        outcome = act(services, current.config(), found)
    except NotUnderstoodError:
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        outcome = Outcome("refused", why="no_item" if "items" in found.fields else "")
    told = outcomes.told(outcome, found.action, services.settings.time_zone)
    token = found.token if outcome.result in {"done", "repeated"} else ""
    return token, told.text, f"aw-outcome aw-status aw-status--{told.status}"


def shown(
    services: Services, current: Current, query: str, asked: Mapping[str, str], done: str
) -> tuple[Any, ...]:
    """The batch as it stands now, in the order of `EVERYTHING`."""
    page = _page(services, asked)
    if page is None:
        kinds = {"className": panel_state.EMPTY, "href": link(PATH, query)}
        return tuple(kinds.get(prop, "") for _part, prop in EVERYTHING)
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    config = current.config()
    number = asked.get("item", "")
    row = reading.item(services.engine, page.standing.stored.id, batch_number(number))
    signed = words.signatures(page, config, zone)
    file = words.file_words(page)
    return (
        link(PATH, query),
        panel_state.READY,
        words.answer(page),
        words.facts(page, zone, query),
        words.offered(page, config, number if row else "", done),
        file,
        download_path(page.standing.stored.id) if file else "",
        panel_state.of(page.proposed.height),
        words.sums(page),
        panel_state.of(1 if signed else 0),
        signed,
        panel_state.of(1 if row else 0),
        words.item_title(row),
        words.item(page, row, zone),
        words.items_note(page),
        panel_state.of(len(page.timeline)),
        words.moments(page, zone),
    )


def block(
    services: Services, request: Mapping[str, Any] | None, query: str, asked: Mapping[str, str]
) -> tuple[Any, ...]:
    """One block of items and how many there are."""
    if request is None:
        return no_update, no_update
    number = batch_number(str(asked.get("batch", "")))
    policy = reading.policy_of(services.engine, number)
    if policy is None:
        return panel_state.EMPTY, {"rowData": [], "rowCount": 0}
    view, _ignored = decode(query)
    start = max(0, int(request.get("startRow") or 0))
    length = min(BLOCK, max(0, int(request.get("endRow") or BLOCK) - start))
    shown_items, total = reading.items(services.engine, number, start=start, limit=length)
    zone = view.zone or services.settings.time_zone
    rows = words.grid_rows(policy, number, shown_items, zone, query)
    return panel_state.of(total), {"rowData": rows, "rowCount": total}


def _page(services: Services, asked: Mapping[str, str]) -> BatchPage | None:
    return reading.page(services.engine, batch_number(str(asked.get("batch", ""))))
