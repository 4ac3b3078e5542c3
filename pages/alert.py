"""One incident: what the number does, where, why, who has it, and who is told next."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.chart import chart
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.ids import Alert
from dashboard.languages import _

PATH = "/alerts/<group_id>"
TITLE = "Alert"
ICON = None


def layout(group_id: str = "", **_query: str) -> html.Div:
    """The screen; every number, text and button in it arrives by callback."""
    return html.Div(
        [
            dcc.Store(id=Alert.ASKED, data=group_id),
            dcc.Store(id=Alert.PRESSED),
            dcc.Store(id=Alert.CHANGED),
            dcc.Link(
                [icon("chevron-left"), _("All alerts")],
                id=Alert.BACK,
                href="/alerts",
                className="aw-back",
            ),
            page(
                _("Incident {number}", number=group_id),
                Alert.ANSWER,
                html.P(id=Alert.SUMMARY, className="aw-incident__summary"),
                _state(),
                _chart(),
                grid(_drivers(), _inside()),
                grid(_examples(), _first_steps()),
                _messages(),
                _timeline(),
            ),
        ]
    )


def _state() -> html.Section:
    return section(
        _("State and what you can do"),
        panel(
            Alert.STATE_PANEL,
            [
                rows(Alert.FACTS, _("Facts")),
                html.P(id=Alert.OUTCOME, className="aw-outcome", role="status"),
                rows(Alert.ACTIONS, _("Actions")),
            ],
            skeleton="text",
            empty=(
                _("There is no such incident"),
                [
                    _("The link may be older than the database, or mistyped."),
                    html.Br(),
                    html.Br(),
                    dcc.Link(_("All alerts"), href="/alerts", className="aw-button"),
                ],
            ),
        ),
        title_id="alert-state-title",
    )


def _chart() -> html.Section:
    return section(
        _("Value against expected"),
        panel(
            Alert.CHART_PANEL,
            chart(
                Alert.CHART,
                height=280,
                label=_("The number by day, what was expected of it, and the band around it"),
                summary_id=Alert.CHART_SUMMARY,
                table_id=Alert.CHART_TABLE,
            ),
            empty=(
                _("No series is stored for this incident"),
                _("Its rule does not compare days, or a later episode has replaced the evidence."),
            ),
        ),
        title_id=Alert.CHART_TITLE,
        note=html.Span(id=Alert.CHART_NOTE),
    )


def _part(panel_id: Alert, rows_id: Alert, title: str, title_id: str, **more: Any) -> html.Section:
    """A section of one table or list."""
    empty = more.pop("empty")
    content = [panel(panel_id, rows(rows_id, title), skeleton="table", empty=empty)]
    return section(title, *content, *more.pop("after", ()), title_id=title_id, **more)


def _drivers() -> html.Section:
    return _part(
        Alert.DRIVERS_PANEL,
        Alert.DRIVERS,
        _("What drives it"),
        Alert.DRIVERS_TITLE,
        columns=6,
        note=html.Span(id=Alert.DRIVERS_NOTE),
        empty=(
            _("Nothing stands out"),
            _("The growth is spread evenly, or the rule does not compare parts."),
        ),
    )


def _inside() -> html.Section:
    return _part(
        Alert.INSIDE_PANEL,
        Alert.INSIDE,
        _("What lies inside"),
        Alert.INSIDE_TITLE,
        columns=6,
        note=_("Told with this incident and not on their own"),
        empty=(_("Only this slice"), _("No finer slice explains more.")),
    )


def _examples() -> html.Section:
    return _part(
        Alert.EXAMPLES_PANEL,
        Alert.EXAMPLES,
        _("What customers write"),
        Alert.EXAMPLES_TITLE,
        columns=7,
        note=_("First words of the newest cases of the slice in that time"),
        empty=(_("No case of this slice"), _("Nobody has written about it in that time.")),
        after=[
            html.P(
                html.A(id=Alert.BEHIND, href="/cases", className="aw-link"),
                className="aw-service-link",
            )
        ],
    )


def _first_steps() -> html.Section:
    return section(
        _("First steps"),
        html.P(id=Alert.FIRST_STEPS, className="aw-incident__steps"),
        html.P(
            html.A(id=Alert.CRISIS, href="", className="aw-link"), className="aw-incident__crisis"
        ),
        rows(Alert.CRISIS_ACTIONS, _("Open a crisis")),
        columns=5,
        title_id="alert-first-steps-title",
        note=_("As the rule advises"),
    )


def _messages() -> html.Section:
    return section(
        _("Messages"),
        html.P(id=Alert.NEXT, className="aw-incident__next"),
        panel(
            Alert.MESSAGES_PANEL,
            rows(Alert.MESSAGES, _("Messages")),
            skeleton="table",
            empty=(
                _("No message has gone out"),
                _("The sentence above says whether and when one will."),
            ),
        ),
        title_id=Alert.MESSAGES_TITLE,
        note=_("Why somebody was told or not, and when the next message is due"),
    )


def _timeline() -> html.Section:
    return section(
        _("Timeline"),
        panel(
            Alert.TIMELINE_PANEL,
            rows(Alert.TIMELINE, _("Timeline")),
            skeleton="table",
        ),
        title_id="alert-timeline-title",
        note=html.Span(id=Alert.TIMELINE_NOTE),
    )
