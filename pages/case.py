"""One case: its facts, its clocks taken apart, and everything that happened around it."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.chart import chart
from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon, status
from dashboard.ids import Case, ClockPart, clock_part
from dashboard.languages import _
from dashboard.wording.case_clock_charts import names_of_time
from dashboard.wording.clock_names import CLOCK_ORDER, clock_name

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
                _clocks(),
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


def _clocks() -> html.Section:
    return section(
        _("How the clocks ran"),
        panel(
            Case.RUNS_PANEL,
            [
                _legend(),
                chart(
                    Case.RUNS,
                    height=400,
                    label=_("The clocks of the case on one time axis"),
                    summary_id=Case.RUNS_SUMMARY,
                    table_id=Case.RUNS_TABLE,
                ),
                html.Div([_clock(clock) for clock in CLOCK_ORDER], className="aw-clocks"),
                html.Div(
                    [
                        html.H3(_("The source's own figures"), className="aw-clocks__title"),
                        html.P(id=Case.VENDOR_FLAG),
                        rows(Case.VENDOR, _("The source's own figures")),
                    ],
                    id=Case.VENDOR_BOX,
                    className="aw-none",
                ),
                html.Div(
                    [
                        html.H3(status("watch", _("Data quality")), className="aw-clocks__title"),
                        rows(Case.FINDINGS, _("What the record of this case lacks")),
                    ],
                    id=Case.FINDINGS_BOX,
                    className="aw-none",
                ),
            ],
            empty=(
                _("No clock ran"),
                _("The source gave neither events nor messages that could start one."),
            ),
        ),
        title_id=Case.RUNS_TITLE,
        note=_("Recomputed from events; open a clock to see each stretch and why it counted"),
    )


def _clock(clock: str) -> html.Details:
    """One clock: its verdict, and behind it every stretch."""
    return html.Details(
        [
            html.Summary(
                html.Span(
                    clock_name(clock),
                    id=clock_part(ClockPart.VERDICT, clock),
                    className="aw-status aw-status--none",
                )
            ),
            html.P(id=clock_part(ClockPart.ACCOUNT, clock), className="aw-clocks__account"),
            html.Div(
                id=clock_part(ClockPart.TABLE, clock),
                className="aw-rows",
                **attributes(data_label=clock_name(clock)),
            ),
        ],
        id=clock_part(ClockPart.BOX, clock),
        className="aw-none",
    )


def _legend() -> html.Div:
    keys = [
        html.Span(
            [
                html.Span(
                    className=f"aw-legend__swatch aw-legend__swatch--{kind}",
                    **attributes(aria_hidden="true"),
                ),
                name,
            ],
            className="aw-legend__key",
        )
        for kind, name in names_of_time().items()
    ]
    marks = [
        html.Span(text, className="aw-legend__key")
        for text in (
            f"▽ {_('Customer')}",
            f"△ {_('Agent')}",
            f"○ {_('Other')}",
            f"| {_('Deadline')}",
        )
    ]
    return html.Div([*keys, *marks], className="aw-legend")


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
