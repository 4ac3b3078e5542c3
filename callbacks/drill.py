"""What the page of one drill does: its state, its report, and what whoever leads it presses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from dashboard import drills, panel_state
from dashboard.drill_actions import answer
from dashboard.figures.step_targets import step_targets
from dashboard.ids import Drill, Shell
from dashboard.url_filter import decode, link
from dashboard.wording import drills as words

if TYPE_CHECKING:
    from dashboard.services import Services

EVERYTHING = (
    (Drill.BACK, "href"),
    (Drill.ROOM, "href"),
    (Drill.ANSWER, "children"),
    (Drill.STATE_PANEL, "className"),
    (Drill.FACTS, "data-rows"),
    (Drill.BAR, "data-rows"),
    (Drill.CHART_TITLE, "children"),
    (Drill.CHART_PANEL, "className"),
    (Drill.CHART, "figure"),
    (Drill.CHART_SUMMARY, "children"),
    (Drill.CHART_TABLE, "data-rows"),
    (Drill.MISSING_TITLE, "children"),
    (Drill.MISSING_PANEL, "className"),
    (Drill.MISSING, "data-rows"),
    (Drill.CHAIN_PANEL, "className"),
    (Drill.CHAIN, "data-rows"),
    (Drill.LAST_TITLE, "children"),
    (Drill.LAST_PANEL, "className"),
    (Drill.LAST, "data-rows"),
    (Drill.EVENTS_PANEL, "className"),
    (Drill.EVENTS, "data-rows"),
)
"""What the one look fills, in this order."""


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Drill.CHANGED, "data"),
        Output(Drill.OUTCOME, "children"),
        Output(Drill.OUTCOME, "className"),
        Input(Drill.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, data))
    app.callback(
        *[Output(part, prop) for part, prop in EVERYTHING],
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Drill.ASKED, "data"),
        Input(Drill.CHANGED, "data"),
    )(lambda query, _news, asked, done: shown(services, query or "", asked, done or ""))


def shown(services: Services, query: str, asked: str, done: str) -> tuple[Any, ...]:
    """The drill as it stands now, in the order of `EVERYTHING`."""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    page = drills.page(services, asked)
    if page is None:
        kinds = {"className": panel_state.EMPTY, "href": link(drills.PATH, query), "figure": {}}
        return tuple(kinds.get(prop, "") for _part, prop in EVERYTHING)
    report = page.drill.report or {"missing": [], "statements": [], "last": None}
    steps = words.chart_frame(page)
    compared = (report["last"] or {"steps": []})["steps"]
    return (
        link(drills.PATH, query),
        link(f"/crises/{page.drill.crisis_id}", query),
        words.drill_answer(page, zone),
        panel_state.READY,
        words.drill_facts(page, zone),
        words.drill_bar(page, done),
        words.chart_title(page),
        panel_state.of(steps.height),
        step_targets(steps, view=asked),
        words.chart_summary(page),
        words.chart_table(page),
        words.missing_title(page),
        panel_state.of(len(report["missing"])),
        words.missing(page),
        panel_state.of(len(report["statements"])),
        words.chain(page),
        words.last_title(page),
        panel_state.of(len(compared)),
        words.last_rows(page),
        panel_state.of(len(page.events)),
        words.events(page, zone),
    )
