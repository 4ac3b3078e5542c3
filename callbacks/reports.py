"""What the archive of reports does: search, what is planned, reports that are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output, State, no_update

from dashboard import panel_state, report_archive
from dashboard.ids import ReportArchive, Shell
from dashboard.report_actions import ask
from dashboard.url_filter import decode
from dashboard.wording import reports_screen as words

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(ReportArchive.CHANGED, "data"),
        Output(ReportArchive.OUTCOME, "children"),
        Output(ReportArchive.OUTCOME, "className"),
        Input(ReportArchive.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: ask(services, data))
    app.callback(
        Output(ReportArchive.JOBS, "data-rows"),
        Output(ReportArchive.TICK, "disabled"),
        Output(ReportArchive.FINISHED, "data"),
        Input(ReportArchive.TICK, "n_intervals"),
        Input(ReportArchive.CHANGED, "data"),
        Input(Shell.QUERY, "data"),
        State(ReportArchive.FINISHED, "data"),
    )(lambda _ticks, _done, query, before: progress(services, query or "", before))
    app.callback(
        Output(ReportArchive.ANSWER, "children"),
        Output(ReportArchive.NEWEST_PANEL, "className"),
        Output(ReportArchive.NEWEST, "data-rows"),
        Output(ReportArchive.ACTIONS, "data-rows"),
        Output(ReportArchive.PLANNED_PANEL, "className"),
        Output(ReportArchive.PLANNED_NOTE, "children"),
        Output(ReportArchive.PLANNED, "data-rows"),
        Output(ReportArchive.KIND, "options"),
        Output(ReportArchive.LIST_TITLE, "children"),
        Output(ReportArchive.LIST_NOTE, "children"),
        Output(ReportArchive.LIST_PANEL, "className"),
        Output(ReportArchive.LIST, "data-rows"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(ReportArchive.CHANGED, "data"),
        Input(ReportArchive.FINISHED, "data"),
        Input(ReportArchive.SEARCH, "value"),
        Input(ReportArchive.KIND, "value"),
    )(
        lambda query, _news, done, _finished, search, kind: shown(
            services, query or "", done or "", search or "", kind or ""
        )
    )


def progress(services: Services, query: str, before: str | None) -> tuple[Any, ...]:
    """What was asked for, whether to go on looking, and what is finished."""
    found, worker = report_archive.asked_for(services)
    kinds = report_archive.kinds(services)
    finished = " ".join(f"{one.id}:{one.updated_at.isoformat()}" for one in found if one.report_id)
    return (
        words.jobs(found, kinds, worker, query, services.settings.time_zone),
        not any(one.state == "waiting" for one in found),
        no_update if finished == before else finished,
    )


def shown(services: Services, query: str, done: str, search: str, kind: str) -> tuple[Any, ...]:
    """Everything else the screen says; `done` is the press that was just done."""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    found = report_archive.archive(services, search, kind)
    return (
        words.answer(found),
        panel_state.of(1 if found.newest else 0),
        words.newest(found, query, zone),
        words.bar(found.kinds, done),
        panel_state.of(len(found.planned) + len(found.coming)),
        words.planned_note(found),
        words.planned(found, zone),
        words.kind_options(found.kinds),
        words.list_title(found, search, kind),
        words.list_note(found),
        panel_state.of(len(found.issues)),
        words.listed(found, query, zone),
    )
