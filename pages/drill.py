"""One drill: what is played, and how it went against the targets."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.chart import chart
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.ids import Drill
from dashboard.languages import _

PATH = "/drills/<drill_id>"
TITLE = "Drill"
ICON = None
VIEW = False


def layout(drill_id: str = "", **_query: str) -> html.Div:
    """The screen; every number, text and button in it arrives by callback."""
    return html.Div(
        [
            dcc.Store(id=Drill.ASKED, data=drill_id),
            dcc.Store(id=Drill.PRESSED),
            dcc.Store(id=Drill.CHANGED),
            dcc.Link(
                [icon("chevron-left"), _("All drills")],
                id=Drill.BACK,
                href="/drills",
                className="aw-back",
            ),
            page(
                _("Drill {number}", number=drill_id),
                Drill.ANSWER,
                _state(),
                _chart(),
                grid(
                    _part(
                        Drill.MISSING_PANEL,
                        Drill.MISSING,
                        _("Who was missing"),
                        Drill.MISSING_TITLE,
                        columns=5,
                        note=_("Roles that nobody played, or whose steps were left"),
                        empty=(
                            _("Nobody is missing"),
                            _("Roles that left a step are listed here."),
                        ),
                    ),
                    _part(
                        Drill.CHAIN_PANEL,
                        Drill.CHAIN,
                        _("Statements and their signatures"),
                        "drill-chain-title",
                        columns=7,
                        note=_("From the draft to the last signature, and until it was sent"),
                        empty=(
                            _("No statement was drafted"),
                            _("The playbook has none, or nobody came that far."),
                        ),
                    ),
                ),
                _part(
                    Drill.LAST_PANEL,
                    Drill.LAST,
                    _("Against the last drill"),
                    Drill.LAST_TITLE,
                    note=_("Steps that were done both times, of the same playbook"),
                    empty=(
                        _("There is nothing to compare with"),
                        _("This is the first drill of its playbook with a report."),
                    ),
                ),
                _part(
                    Drill.EVENTS_PANEL,
                    Drill.EVENTS,
                    _("What happened in it"),
                    "drill-events-title",
                    note=_("By the drill's clock"),
                    empty=(
                        _("Nothing has happened yet"),
                        _("The scenario's events come by themselves; you can add one above."),
                    ),
                ),
            ),
        ]
    )


def _state() -> html.Section:
    return section(
        _("State and what you can do"),
        panel(
            Drill.STATE_PANEL,
            [
                rows(Drill.FACTS, _("Facts")),
                html.P(id=Drill.OUTCOME, className="aw-outcome", role="status"),
                rows(Drill.BAR, _("Actions")),
            ],
            skeleton="text",
            empty=(
                _("There is no such drill"),
                [
                    _("The link may be older than the database, or mistyped."),
                    html.Br(),
                    html.Br(),
                    dcc.Link(_("All drills"), href="/drills", className="aw-button"),
                ],
            ),
        ),
        title_id="drill-state-title",
        actions=dcc.Link(
            _("To the crisis room"), id=Drill.ROOM, href="/crises", className="aw-link"
        ),
    )


def _chart() -> html.Section:
    return section(
        _("Steps against their targets"),
        panel(
            Drill.CHART_PANEL,
            chart(
                Drill.CHART,
                height=360,
                label=_("How far into its time each step was done; the mark is where it was due"),
                summary_id=Drill.CHART_SUMMARY,
                table_id=Drill.CHART_TABLE,
            ),
            empty=(
                _("There is no report yet"),
                _("It is written when the drill ends; one that was cancelled has none."),
            ),
        ),
        title_id=Drill.CHART_TITLE,
        note=_("From the start of the run, as a share of the due time; cut at three times"),
    )


def _part(panel_id: Drill, rows_id: Drill, title: str, title_id: str, **more: Any) -> html.Section:
    """A section of one table."""
    empty = more.pop("empty")
    content = panel(panel_id, rows(rows_id, title), skeleton="table", empty=empty)
    return section(title, content, title_id=title_id, **more)
