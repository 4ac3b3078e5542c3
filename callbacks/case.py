"""What the page of one case does: one look into the case file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from dashboard import panel_state, rows
from dashboard.ids import Case, Shell
from dashboard.url_filter import decode, link
from dashboard.wording import case as words
from data_access.browse import case_file

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Case.FACTS_PANEL, "className"),
        Output(Case.TIMELINE_PANEL, "className"),
        Output(Case.ANSWER, "children"),
        Output(Case.SUBJECT, "children"),
        Output(Case.SUBJECT, "lang"),
        Output(Case.BACK, "href"),
        Output(Case.CLOCKS, "data-rows"),
        Output(Case.FACTS, "data-rows"),
        Output(Case.TIMELINE, "data-rows"),
        Output(Case.TIMELINE_TITLE, "children"),
        Output(Case.TIMELINE_NOTE, "children"),
        Input(Shell.QUERY, "data"),
        Input(Shell.VERSION, "data"),
        Input(Case.ASKED, "data"),
    )(lambda query, _version, asked: case(services, query or "", asked))


def case(services: Services, query: str, asked: Mapping[str, Any]) -> tuple[Any, ...]:
    """Everything about one case, or that there is none."""
    back = link("/cases", query)
    file = case_file(services.warehouse, asked["case_id"], asked.get("feed"))
    if file is None:
        return (panel_state.EMPTY, panel_state.READY, "", "", "", back, "", "", "", "", "")
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    now = services.clock()
    told = words.moments(file.case, file.timeline, now, zone, file.customer_zone)
    return (
        panel_state.READY,
        panel_state.of(len(told)),
        words.answer(file.case, now),
        file.case["subject"] or "",
        file.case["language"] or "",
        back,
        words.clock_facts(file.case, now, zone),
        words.facts(file.case, zone, file.customer_zone, query),
        rows.timeline(told),
        words.timeline_title(file.timeline.height),
        words.timeline_note(zone, file.customer_zone, file.timeline.height),
    )
