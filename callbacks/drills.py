"""What the screen of drills does: list them, and start one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from dashboard import drills, panel_state
from dashboard.drill_actions import answer
from dashboard.ids import Drills, Shell
from dashboard.url_filter import decode
from dashboard.wording import drills as words

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Drills.CHANGED, "data"),
        Output(Drills.OUTCOME, "children"),
        Output(Drills.OUTCOME, "className"),
        Input(Drills.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, data))
    app.callback(
        Output(Drills.ANSWER, "children"),
        Output(Drills.BAR, "data-rows"),
        Output(Drills.RUNNING_PANEL, "className"),
        Output(Drills.RUNNING, "data-rows"),
        Output(Drills.PAST_TITLE, "children"),
        Output(Drills.PAST_PANEL, "className"),
        Output(Drills.PAST, "data-rows"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Drills.CHANGED, "data"),
    )(lambda query, _news, done: shown(services, query or "", done or ""))


def shown(services: Services, query: str, done: str) -> tuple[Any, ...]:
    """Everything the screen says; `done` is the press that was just done."""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    found = drills.listed(services)
    return (
        words.answer(found),
        words.bar(found, done),
        panel_state.of(len(found.running)),
        words.running_rows(found, zone, query),
        words.past_title(found),
        panel_state.of(len(found.past)),
        words.past_rows(found, zone, query),
    )
