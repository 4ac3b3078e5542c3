"""What the review of one crisis does: one look at it, and what a pressed button asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from alerts.reviews.review_machine import Summary
from dashboard import panel_state, reviews
from dashboard.ids import CrisisReview, Shell
from dashboard.review_actions import answer
from dashboard.url_filter import decode, link
from dashboard.wording import review as words

if TYPE_CHECKING:
    from dashboard.services import Services

EVERYTHING = (
    (CrisisReview.BACK, "href"),
    (CrisisReview.ROOM, "href"),
    (CrisisReview.ANSWER, "children"),
    (CrisisReview.STATE_PANEL, "className"),
    (CrisisReview.FACTS, "data-rows"),
    (CrisisReview.BAR, "data-rows"),
    (CrisisReview.TIMES_TITLE, "children"),
    (CrisisReview.TIMES_PANEL, "className"),
    (CrisisReview.TIMES, "data-rows"),
    (CrisisReview.STEPS_TITLE, "children"),
    (CrisisReview.STEPS_PANEL, "className"),
    (CrisisReview.STEPS, "data-rows"),
    (CrisisReview.SECTIONS_PANEL, "className"),
    (CrisisReview.SECTIONS, "data-rows"),
    (CrisisReview.CAUSES_TITLE, "children"),
    (CrisisReview.CAUSES_PANEL, "className"),
    (CrisisReview.CAUSES, "data-rows"),
    (CrisisReview.ACTIONS_PANEL, "className"),
    (CrisisReview.ACTIONS, "data-rows"),
    (CrisisReview.CAUSES_BAR, "data-rows"),
    (CrisisReview.SUMMARY_TITLE, "children"),
    (CrisisReview.SUMMARY_PANEL, "className"),
    (CrisisReview.SUMMARY, "data-rows"),
    (CrisisReview.SUMMARY_BAR, "data-rows"),
)
"""What the one look fills, in this order."""


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(CrisisReview.CHANGED, "data"),
        Output(CrisisReview.OUTCOME, "children"),
        Output(CrisisReview.OUTCOME, "className"),
        Input(CrisisReview.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, data))
    app.callback(
        *[Output(part, prop) for part, prop in EVERYTHING],
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(CrisisReview.ASKED, "data"),
        Input(CrisisReview.CHANGED, "data"),
    )(lambda query, _news, asked, done: shown(services, query or "", asked, done or ""))


def shown(services: Services, query: str, asked: str, done: str) -> tuple[Any, ...]:
    """The review as it stands now, in the order of `EVERYTHING`."""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    page = reviews.page(services, asked)
    if page is None:
        kinds = {"className": panel_state.EMPTY, "href": link(reviews.PATH, query)}
        return tuple(kinds.get(prop, "") for _part, prop in EVERYTHING)
    return (
        link(reviews.PATH, query),
        link(f"/crises/{page.stored.crisis_id}", query),
        words.answer(page),
        panel_state.READY,
        words.facts(page, zone),
        words.bar(page, done),
        words.times_title(page),
        panel_state.READY,
        words.times(page, zone),
        words.steps_title(page),
        panel_state.of(words.steps_count(page)),
        words.steps(page),
        panel_state.of(words.written(page)),
        words.sections(page),
        words.causes_title(page),
        panel_state.of(len(page.causes)),
        words.causes(page),
        panel_state.of(len(page.actions)),
        words.action_rows(page),
        words.causes_bar(page, done),
        words.summary_title(page),
        panel_state.of(0 if page.stored.review.summary is Summary.NONE else 1),
        words.summary(page),
        words.summary_bar(page, done),
    )
