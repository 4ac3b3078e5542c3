"""One case: its facts, its two clocks, and everything that happened around it."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.ids import Case
from dashboard.languages import _

PATH = "/cases/<case_id>"
TITLE = "Case"
ICON = None


def layout(case_id: str = "", feed: str = "", **_query: str) -> html.Div:
    """The screen; `feed` names the source, because case numbers repeat across sources."""
    return html.Div(
        [
            dcc.Store(id=Case.ASKED, data={"case_id": case_id, "feed": feed or None}),
            dcc.Link(
                [icon("chevron-left"), _("All cases")],
                id=Case.BACK,
                href="/cases",
                className="aw-back",
            ),
            page(
                _("Case {case_id}", case_id=case_id),
                Case.ANSWER,
                html.P(id=Case.SUBJECT, className="aw-case__subject", dir="auto"),
                _facts(),
                _timeline(),
            ),
        ]
    )


def _facts() -> html.Section:
    return section(
        _("Clocks and facts"),
        panel(
            Case.FACTS_PANEL,
            [
                html.Div(rows(Case.CLOCKS, _("Clocks")), className="aw-case__clocks"),
                rows(Case.FACTS, _("Facts")),
            ],
            skeleton="text",
            empty=(
                _("There is no such case"),
                [
                    _(
                        "The number may be mistyped, or the export that holds it has not been "
                        "imported yet."
                    ),
                    html.Br(),
                    html.Br(),
                    dcc.Link(_("Search all cases"), href="/cases", className="aw-button"),
                ],
            ),
        ),
        title_id="case-facts-title",
    )


def _timeline() -> html.Section:
    return section(
        _("Timeline"),
        panel(
            Case.TIMELINE_PANEL,
            rows(Case.TIMELINE, _("Timeline")),
            skeleton="table",
            empty=(
                _("Nothing is recorded"),
                _("The source gave neither events nor messages, scans or returns."),
            ),
        ),
        title_id=Case.TIMELINE_TITLE,
        note=html.Span(id=Case.TIMELINE_NOTE),
    )
