"""Complaints: what customers complain about, where, and whether it is changing."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.complaints import MEASURES
from dashboard.components.attributes import attributes
from dashboard.components.chart import chart
from dashboard.components.legend import legend
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.ids import Complaints
from dashboard.languages import _

PATH = "/complaints"
TITLE = "Complaints"
ICON = "chat-square-text"


def layout(measure: str = "rate", **_query: str) -> html.Div:
    """The screen; `measure` (`rate` or `count`) is its own key of the address."""
    return page(
        _(TITLE),
        Complaints.ANSWER,
        _places(measure if measure in MEASURES else MEASURES[0]),
        grid(_weeks(), _reasons()),
    )


def _places(measure: str) -> html.Section:
    choice = dcc.RadioItems(
        id=Complaints.MEASURE,
        options=[
            {"label": _("Per 1,000 orders"), "value": "rate"},
            {"label": _("Contacts"), "value": "count"},
        ],
        value=measure,
        inline=True,
        className="aw-segments",
    )
    return section(
        _("Contacts by category and market"),
        panel(
            Complaints.PLACES_PANEL,
            _heat_map(
                chart(
                    Complaints.PLACES,
                    height=330,
                    label=_("Heat map of contacts by category and market"),
                    summary_id=Complaints.PLACES_SUMMARY,
                    table_id=Complaints.PLACES_TABLE,
                ),
            ),
        ),
        title_id=Complaints.PLACES_TITLE,
        note=html.Span(id=Complaints.PLACES_NOTE),
        actions=html.Div(choice, role="group", **attributes(aria_label=_("What is shown"))),
    )


def _heat_map(figure: Any) -> html.Div:
    return html.Div([legend(_("Contacts"), _("few"), _("many")), figure], className="aw-wide-chart")


def _weeks() -> html.Section:
    return section(
        _("Contacts by category and week"),
        panel(
            Complaints.WEEKS_PANEL,
            _heat_map(
                chart(
                    Complaints.WEEKS,
                    height=330,
                    label=_("Heat map of contacts by category and week"),
                    summary_id=Complaints.WEEKS_SUMMARY,
                    table_id=Complaints.WEEKS_TABLE,
                ),
            ),
        ),
        columns=7,
        title_id=Complaints.WEEKS_TITLE,
        note=html.Span(id=Complaints.WEEKS_NOTE),
    )


def _reasons() -> html.Section:
    return section(
        _("Reasons"),
        panel(
            Complaints.REASONS_PANEL,
            chart(
                Complaints.REASONS,
                height=360,
                label=_("Share of contacts by reason"),
                summary_id=Complaints.REASONS_SUMMARY,
                table_id=Complaints.REASONS_TABLE,
            ),
            empty=(
                _("No reasons are recorded"),
                _("Map the reason column of your helpdesk export to `reason`."),
            ),
        ),
        columns=5,
        title_id=Complaints.REASONS_TITLE,
        note=html.Span(id=Complaints.REASONS_NOTE),
    )
