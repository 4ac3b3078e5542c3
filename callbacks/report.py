"""What the page of one report does: what people say of it, and what a press asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from dashboard import panel_state, report_page
from dashboard.ids import ReportPage, Shell
from dashboard.report_actions import answer
from dashboard.report_archive import PATH
from dashboard.url_filter import decode, link
from dashboard.wording import reports_live as words

if TYPE_CHECKING:
    from dashboard.services import Services

EVERYTHING = (
    (ReportPage.BACK, "href"),
    (ReportPage.NEWER, "children"),
    (ReportPage.NEWER, "href"),
    (ReportPage.DECISIONS_TITLE, "children"),
    (ReportPage.DECISIONS_PANEL, "className"),
    (ReportPage.DECISIONS, "data-rows"),
    (ReportPage.DECISIONS_BAR, "data-rows"),
    (ReportPage.COMMENTS_TITLE, "children"),
    (ReportPage.COMMENTS_PANEL, "className"),
    (ReportPage.COMMENTS, "data-rows"),
    (ReportPage.COMMENTS_BAR, "data-rows"),
    (ReportPage.ISSUES, "data-rows"),
    (ReportPage.REBUILD_BAR, "data-rows"),
    (ReportPage.REBUILD, "data-rows"),
    (ReportPage.TICK, "disabled"),
)
"""What the one look fills, in this order; the document itself is part of the layout."""
OUTCOMES = {
    "comment": ReportPage.COMMENTS_OUTCOME,
    "withdraw": ReportPage.COMMENTS_OUTCOME,
    "rebuild": ReportPage.REBUILD_OUTCOME,
}
"""Where the answer to a press stands: beside what was pressed."""
PLACES = (ReportPage.OUTCOME, ReportPage.COMMENTS_OUTCOME, ReportPage.REBUILD_OUTCOME)


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(ReportPage.CHANGED, "data"),
        *[Output(place, prop) for place in PLACES for prop in ("children", "className")],
        Input(ReportPage.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: pressed(services, data))
    app.callback(
        *[Output(part, prop) for part, prop in EVERYTHING],
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(ReportPage.ASKED, "data"),
        Input(ReportPage.CHANGED, "data"),
        Input(ReportPage.TICK, "n_intervals"),
    )(lambda query, _news, asked, done, _ticks: shown(services, query or "", asked, done or ""))


def pressed(services: Services, data: Any) -> tuple[Any, ...]:
    """Token of the press if it was done; what is said of it, where it was pressed."""
    token, text, name = answer(services, data)
    place = OUTCOMES.get((data or {}).get("action", ""), ReportPage.OUTCOME)
    told = [(text, name) if one is place else ("", "aw-outcome") for one in PLACES]
    return (token, *[part for one in told for part in one])


def shown(services: Services, query: str, asked: Any, done: str) -> tuple[Any, ...]:
    """What people say of the report now, in the order of `EVERYTHING`."""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    given = asked or {}
    live = report_page.live(services, str(given.get("report", "")))
    if live is None:
        kinds = {"className": panel_state.EMPTY, "href": link(PATH, query), "disabled": True}
        return tuple(kinds.get(prop, "") for _part, prop in EVERYTHING)
    keys = [str(key) for key in given.get("keys", ())]
    waits = live.rebuilt is not None and live.rebuilt.state == "waiting"
    return (
        link(PATH, query),
        words.newer(live),
        link(f"{PATH}/{live.issues[0].id}", query),
        words.decisions_title(live),
        panel_state.of(len(live.decisions)),
        words.decisions(live, zone),
        words.decisions_bar(live, keys, done),
        words.comments_title(live),
        panel_state.of(len(live.comments)),
        words.comments(live, keys, zone),
        words.comments_bar(live, keys, done),
        words.issues(live, query, zone),
        words.rebuild_bar(live, done),
        words.rebuilt(live, zone),
        not waits,
    )
