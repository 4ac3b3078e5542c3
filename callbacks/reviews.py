"""What the screen of reviews does: one look at everything that was learned, and the forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from dashboard import panel_state, reviews
from dashboard.ids import Reviews, Shell
from dashboard.review_actions import answer
from dashboard.url_filter import decode
from dashboard.wording import reviews as words

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Reviews.CHANGED, "data"),
        Output(Reviews.OUTCOME, "children"),
        Output(Reviews.OUTCOME, "className"),
        Input(Reviews.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, data))
    app.callback(
        Output(Reviews.ANSWER, "children"),
        Output(Reviews.FACTS_PANEL, "className"),
        Output(Reviews.FACTS, "data-rows"),
        Output(Reviews.BAR, "data-rows"),
        Output(Reviews.ACTIONS_TITLE, "children"),
        Output(Reviews.ACTIONS_PANEL, "className"),
        Output(Reviews.ACTIONS, "data-rows"),
        Output(Reviews.LIST_TITLE, "children"),
        Output(Reviews.LIST_PANEL, "className"),
        Output(Reviews.LIST, "data-rows"),
        Output(Reviews.GROUPS_TITLE, "children"),
        Output(Reviews.GROUPS_PANEL, "className"),
        Output(Reviews.GROUPS, "data-rows"),
        Output(Reviews.PARETO_TITLE, "children"),
        Output(Reviews.PARETO_PANEL, "className"),
        Output(Reviews.PARETO, "data-rows"),
        Output(Reviews.CAUSES_TITLE, "children"),
        Output(Reviews.CAUSES_PANEL, "className"),
        Output(Reviews.CAUSES, "data-rows"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Reviews.CHANGED, "data"),
    )(lambda query, _news, done: shown(services, query or "", done or ""))


def shown(services: Services, query: str, done: str) -> tuple[Any, ...]:
    """Everything the screen says; `done` is the press that was just done."""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    whole = reviews.whole(services)
    found = whole.tracker
    return (
        words.answer(whole),
        panel_state.READY,
        words.facts(whole),
        words.bar(whole, done),
        words.actions_title(whole),
        panel_state.of(len(found.actions)),
        words.action_rows(whole),
        words.list_title(whole),
        panel_state.of(len(found.reviews)),
        words.list_rows(whole, zone),
        words.groups_title(whole),
        panel_state.of(len(found.groups)),
        words.group_rows(whole),
        words.pareto_title(whole),
        panel_state.of(len(found.figures.pareto)),
        words.pareto_rows(whole),
        words.causes_title(whole),
        panel_state.of(len(words.cause_list(whole))),
        words.cause_rows(whole),
    )
