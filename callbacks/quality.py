"""What the Quality screen does: one report for all of it, and declaring what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from dashboard import panel_state, quality
from dashboard.ids import Quality, Shell
from dashboard.quality_actions import answer
from dashboard.wording import quality as words

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Quality.CHANGED, "data"),
        Output(Quality.OUTCOME, "children"),
        Output(Quality.OUTCOME, "className"),
        Input(Quality.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, data))
    app.callback(
        Output(Quality.FACTS_PANEL, "className"),
        Output(Quality.ANSWER, "children"),
        Output(Quality.FACTS_NOTE, "children"),
        Output(Quality.FACTS, "data-rows"),
        Output(Quality.RULES_PANEL, "className"),
        Output(Quality.RULES_TITLE, "children"),
        Output(Quality.RULES, "data-rows"),
        Output(Quality.MARKETS_PANEL, "className"),
        Output(Quality.MARKETS_TITLE, "children"),
        Output(Quality.MARKETS, "data-rows"),
        Output(Quality.PEOPLE_PANEL, "className"),
        Output(Quality.PEOPLE_TITLE, "children"),
        Output(Quality.PEOPLE, "data-rows"),
        Output(Quality.KNOWN_PANEL, "className"),
        Output(Quality.KNOWN_TITLE, "children"),
        Output(Quality.KNOWN, "data-rows"),
        Output(Quality.ACTIONS, "data-rows"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Quality.CHANGED, "data"),
    )(lambda query, _news, done: measured(services, query or "", done or ""))


def measured(services: Services, query: str, done: str) -> tuple[Any, ...]:
    """Everything the screen says of a period; `done` is the press that was just done."""
    _view, found = quality.reported(services, query)
    return (
        panel_state.of(found.incidents.height),
        words.answer(found),
        words.note(found),
        words.facts(found, query),
        panel_state.of(found.rules.height),
        words.rules_title(found),
        words.rule_table(found, query),
        panel_state.of(found.markets.height),
        words.markets_title(found),
        words.market_table(found, query),
        panel_state.of(found.people.height),
        words.people_title(found),
        words.people_table(found),
        panel_state.of(found.known.height),
        words.known_title(found),
        words.known_table(found, query),
        words.known_actions(found, done),
    )
