"""The incidents behind a number of the Quality screen."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.page import missing_page, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import QualityIncidents
from dashboard.languages import _
from dashboard.quality import LISTS

PATH = "/quality/<of>"
TITLE = "Incidents behind a number"
ICON = None


def layout(of: str = "all", rule: str = "", **_query: str) -> html.Div:
    """The screen; `of` stands in the path and says which incidents, `rule` is its own key."""
    if of not in LISTS:
        return missing_page()
    return page(
        _(TITLE),
        QualityIncidents.ANSWER,
        dcc.Store(id=QualityIncidents.ASKED, data={"of": of, "rule": rule[:100]}),
        section(
            _("Incidents"),
            panel(
                QualityIncidents.PANEL,
                rows(QualityIncidents.LIST, _("Incidents")),
                skeleton="table",
                empty=(
                    _("No incident is behind this number"),
                    _("Widen the time range or remove a filter."),
                ),
            ),
            title_id="quality-incidents-title",
            note=html.Span(id=QualityIncidents.NOTE),
            actions=dcc.Link(
                _("Quality of warnings"),
                id=QualityIncidents.BACK,
                href="/quality",
                className="aw-link",
            ),
        ),
    )
