"""What the page of one case does: one look into the case file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import ALL, Dash, Input, Output

from dashboard import panel_state, rows
from dashboard.figures.clock_timeline import clock_timeline
from dashboard.ids import Case, ClockPart, Shell, clock_part
from dashboard.url_filter import decode, link
from dashboard.wording import case as words
from dashboard.wording import case_clock_charts as charts
from dashboard.wording.clock_names import CLOCK_ORDER
from data_access.browse import case_clocks, case_file

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
    app.callback(
        Output(Case.RUNS_PANEL, "className"),
        Output(Case.RUNS_TITLE, "children"),
        Output(Case.RUNS, "figure"),
        Output(Case.RUNS_SUMMARY, "children"),
        Output(Case.RUNS_TABLE, "data-rows"),
        Output(clock_part(ClockPart.BOX, ALL), "className"),
        Output(clock_part(ClockPart.VERDICT, ALL), "children"),
        Output(clock_part(ClockPart.VERDICT, ALL), "className"),
        Output(clock_part(ClockPart.ACCOUNT, ALL), "children"),
        Output(clock_part(ClockPart.TABLE, ALL), "data-rows"),
        Output(Case.VENDOR_BOX, "className"),
        Output(Case.VENDOR_FLAG, "children"),
        Output(Case.VENDOR, "data-rows"),
        Output(Case.FINDINGS_BOX, "className"),
        Output(Case.FINDINGS, "data-rows"),
        Input(Shell.QUERY, "data"),
        Input(Shell.VERSION, "data"),
        Input(Case.ASKED, "data"),
    )(lambda query, _version, asked: clocks(services, query or "", asked))


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


def clocks(services: Services, query: str, asked: Mapping[str, Any]) -> tuple[Any, ...]:
    """The clocks of the case: one picture, a verdict and the stretches of each, notes."""
    told = case_clocks(
        services.warehouse, asked["case_id"], asked.get("feed"), as_of=services.clock()
    )
    every = len(CLOCK_ORDER)
    if told is None or told.intervals.is_empty():
        none, blank = ["aw-none"] * every, [""] * every
        nothing = ("aw-none", "", "", "aw-none", "")
        title = charts.no_clock()
        return (panel_state.EMPTY, title, {}, "", "", none, blank, none, blank, blank, *nothing)
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    shown = charts.shown(told)
    parts = [charts.part(told, clock, zone) for clock in CLOCK_ORDER]
    return (
        panel_state.of(len(shown)),
        charts.title(told),
        clock_timeline(
            charts.pieces(told, zone),
            charts.deadlines(told, zone),
            charts.events(told, zone),
            rows=[charts.lane(told, clock) for clock in shown],
            happened=charts.happened(),
            view=f"{asked['case_id']} {asked.get('feed')}",
        ),
        charts.summary(told, zone),
        charts.every_table(told, zone),
        [part.box for part in parts],
        [part.verdict for part in parts],
        [part.verdict_class for part in parts],
        [part.account for part in parts],
        [part.table for part in parts],
        "" if told.vendor.height or charts.vendor_flag(told) else "aw-none",
        charts.vendor_flag(told),
        charts.vendor(told) if told.vendor.height else "",
        "" if told.findings.height else "aw-none",
        charts.findings(told, zone) if told.findings.height else "",
    )
