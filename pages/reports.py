"""Reports: what changed, week by week, and what was decided."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.list_tools import search, views
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import ReportArchive
from dashboard.languages import _

PATH = "/reports"
TITLE = "Reports"
ICON = "journal-text"
VIEW = False
POLLED = 2_000
"""Milliseconds between two looks while a report is being made."""


def layout(q: str = "", kind: str = "", **_query: str) -> html.Div:
    """The screen; everything in it arrives by callback."""
    return page(
        _(TITLE),
        ReportArchive.ANSWER,
        dcc.Store(id=ReportArchive.PRESSED),
        dcc.Store(id=ReportArchive.CHANGED),
        dcc.Store(id=ReportArchive.FINISHED),
        dcc.Interval(id=ReportArchive.TICK, interval=POLLED, disabled=True),
        _newest(),
        _archive(q, kind),
        grid(_make(), _planned()),
    )


def _newest() -> html.Section:
    return section(
        _("The newest page"),
        panel(
            ReportArchive.NEWEST_PANEL,
            html.Div(
                rows(ReportArchive.NEWEST, _("The newest page")), className="aw-reports__newest"
            ),
            skeleton="text",
            empty=(
                _("There is no report yet"),
                [
                    _("Make the first one below, or let the worker make them by a schedule:"),
                    html.Code("afterwatch report weekly", className="aw-command"),
                ],
            ),
        ),
        title_id="reports-newest-title",
        plain=True,
    )


def _make() -> html.Section:
    return section(
        _("Make one now"),
        html.P(id=ReportArchive.OUTCOME, className="aw-outcome", role="status"),
        rows(ReportArchive.ACTIONS, _("Actions")),
        html.Div(rows(ReportArchive.JOBS, _("Being made")), className="aw-reports__jobs"),
        columns=6,
        title_id="reports-make-title",
        note=_("The worker makes it; this page stays usable"),
    )


def _planned() -> html.Section:
    return section(
        _("What comes next"),
        panel(
            ReportArchive.PLANNED_PANEL,
            html.Div(
                rows(ReportArchive.PLANNED, _("What comes next")), className="aw-reports__jobs"
            ),
            skeleton="text",
            empty=(
                _("Nothing is planned"),
                _("Say in reports.yaml which report goes to whom, and when."),
            ),
        ),
        columns=6,
        title_id="reports-planned-title",
        note=html.Span(id=ReportArchive.PLANNED_NOTE),
    )


def _archive(text: str, kind: str) -> html.Section:
    return section(
        _("All reports"),
        html.Div(
            [
                views(ReportArchive.KIND, {"": _("All")}, kind, label=_("Kind of report")),
                search(
                    ReportArchive.SEARCH,
                    text,
                    label=_("Search reports"),
                    hint=_("Headline, sentence, 2026-W47 …"),
                ),
            ],
            className="aw-tools",
        ),
        panel(
            ReportArchive.LIST_PANEL,
            html.Div(rows(ReportArchive.LIST, _("All reports")), className="aw-reports__list"),
            skeleton="table",
            empty=(
                _("No report says that"),
                _("Search for other words, in English or Chinese, or for a period: 2026-W47."),
            ),
        ),
        title_id=ReportArchive.LIST_TITLE,
        note=html.Span(id=ReportArchive.LIST_NOTE),
    )
