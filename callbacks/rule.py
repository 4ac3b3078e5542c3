"""What the page of one rule does: one look at it, checks and drafts of its text, its moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output, State

from alerts.backtest import compare
from alerts.rule_pages import RulePage, rule_page
from alerts.rule_text import diff, text_of
from dashboard import panel_state, rule_actions
from dashboard.figures.backtest_timeline import backtest_timeline
from dashboard.figures.episode_weeks import episode_weeks
from dashboard.ids import Rule, Shell
from dashboard.rules import template_text
from dashboard.url_filter import decode
from dashboard.wording import rule as words
from dashboard.wording import rule_backtest as told
from dashboard.wording import rule_explained

if TYPE_CHECKING:
    from dashboard.services import Services

LOOK = (
    Input(Shell.QUERY, "data"),
    Input(Shell.NEWS, "data"),
    Input(Rule.ASKED, "data"),
    Input(Rule.CHANGED, "data"),
)


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Rule.STATE_PANEL, "className"),
        Output(Rule.WORDS_PANEL, "className"),
        Output(Rule.VERSIONS_PANEL, "className"),
        Output(Rule.ANSWER, "children"),
        Output(Rule.FACTS, "data-rows"),
        Output(Rule.GATE, "children"),
        Output(Rule.ACTIONS, "data-rows"),
        Output(Rule.WORDS, "data-rows"),
        Output(Rule.VERSIONS, "data-rows"),
        Output(Rule.HISTORY, "data-rows"),
        *LOOK,
    )(lambda query, _news, asked, done: standing(services, query or "", asked, done or ""))
    app.callback(
        Output(Rule.TOLD_PANEL, "className"),
        Output(Rule.WEEKS_PANEL, "className"),
        Output(Rule.KNOWN_PANEL, "className"),
        Output(Rule.TOLD_TITLE, "children"),
        Output(Rule.TOLD_NOTE, "children"),
        Output(Rule.TOLD, "figure"),
        Output(Rule.TOLD_SUMMARY, "children"),
        Output(Rule.TOLD_TABLE, "data-rows"),
        Output(Rule.COST, "data-rows"),
        Output(Rule.WEEKS_TITLE, "children"),
        Output(Rule.WEEKS, "figure"),
        Output(Rule.WEEKS_SUMMARY, "children"),
        Output(Rule.WEEKS_TABLE, "data-rows"),
        Output(Rule.KNOWN, "data-rows"),
        *LOOK,
    )(lambda _query, _news, asked, _done: backtested(services, asked))
    app.callback(
        Output(Rule.DIFF_PANEL, "className"),
        Output(Rule.DIFF_TITLE, "children"),
        Output(Rule.DIFF, "data-rows"),
        Output(Rule.DIFF_TEXT, "children"),
        *LOOK,
    )(lambda _query, _news, asked, _done: against_live(services, asked))
    # Not with the news: what is being typed must stay.
    app.callback(Output(Rule.TEXT, "value"), Input(Rule.ASKED, "data"))(
        lambda asked: text(services, asked)
    )
    app.callback(
        Output(Rule.CHANGED, "data"),
        Output(Rule.OUTCOME, "children"),
        Output(Rule.OUTCOME, "className"),
        Input(Rule.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: rule_actions.act(services, data))
    app.callback(
        Output(Rule.VERDICT, "children"),
        Output(Rule.VERDICT, "className"),
        Output(Rule.FAULTS, "data-rows"),
        Output(Rule.SAVED, "children"),
        Output(Rule.SAVED, "href"),
        Input(Rule.CHECK, "n_clicks"),
        Input(Rule.SAVE, "n_clicks"),
        State(Rule.TEXT, "value"),
        State(Rule.ASKED, "data"),
        State(Shell.ACTOR, "data"),
        prevent_initial_call=True,
    )(lambda *pressed: rule_actions.edit(services, *pressed[2:]))


def look(services: Services, asked: Mapping[str, str]) -> RulePage | None:
    """The rule that the address names."""
    number = asked["version"]
    return rule_page(services.engine, asked["rule_id"], int(number) if number.isdecimal() else None)


def standing(
    services: Services, query: str, asked: Mapping[str, str], done: str
) -> tuple[Any, ...]:
    """Where the rule stands, what can be done with it, and what happened to it."""
    page = look(services, asked)
    if page is None:
        answer = words.unsaved() if asked["template"] else words.unknown()
        return (*[panel_state.EMPTY] * 3, answer, "", "", "", "", "", "")
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    return (
        *[panel_state.READY] * 3,
        words.answer(page),
        words.facts(page, zone),
        words.gate(page.gate),
        words.offered(page, done),
        rule_explained.explained(page.shown.version.rule),
        words.versions(page, zone),
        words.history(page, zone),
    )


def backtested(services: Services, asked: Mapping[str, str]) -> tuple[Any, ...]:
    """What the shown version would have told, beside the live one where that is another."""
    page = look(services, asked)
    made = page.backtest if page else None
    if page is None or made is None:
        titles = words.untested()
        return (*[panel_state.EMPTY] * 3, titles[0], "", {}, "", "", "", titles[1], {}, "", "", "")
    other = page.live is not None and page.live.version_id != page.shown.version_id
    live = page.live_backtest if other else None
    weeks = told.weeks(made, live)
    title = told.title(made)
    weeks_title = told.weeks_title(made, live)
    view = f"{page.shown.version_id} {made.first} {made.last} {made.seconds}"
    return (
        panel_state.READY,
        panel_state.of(made.days),
        panel_state.of(len(made.detections)),
        title,
        told.note(made),
        backtest_timeline(told.days(made), told.spans(made), view=view),
        title,
        told.episode_table(made.episodes),
        told.cost(made),
        weeks_title,
        episode_weeks(weeks, view=view),
        weeks_title,
        told.week_table(weeks),
        told.known_table(made),
    )


def against_live(services: Services, asked: Mapping[str, str]) -> tuple[Any, ...]:
    """What the shown version changes against the live one: episodes and text."""
    page = look(services, asked)
    if page is None or page.live is None or page.live.version_id == page.shown.version_id:
        return (panel_state.EMPTY, told.difference_title(None), "", "")
    both = page.backtest is not None and page.live_backtest is not None
    found = compare(page.live_backtest, page.backtest) if both else None  # type: ignore[arg-type]
    return (
        panel_state.READY,
        told.difference_title(found),
        told.difference_table(found),
        "\n".join(diff(page.live, page.shown)),
    )


def text(services: Services, asked: Mapping[str, str]) -> str:
    """The YAML to edit: of the shown version, or of the template."""
    page = look(services, asked)
    return template_text(asked["template"]) if page is None else text_of(page.shown)
