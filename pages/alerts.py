"""Alerts: what needs somebody now, in order, and who has the rest."""

from __future__ import annotations

from dash import dcc, html

from dashboard.alerts import FIRST_VIEW, view_names
from dashboard.components.list_tools import views
from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Alerts
from dashboard.languages import _

PATH = "/alerts"
TITLE = "Alerts"
ICON = "bell"


def layout(view: str = FIRST_VIEW, **_query: str) -> html.Div:
    """The screen; `view` is which incidents are listed."""
    names = view_names()
    chosen = view if view in names else FIRST_VIEW
    return page(
        _(TITLE),
        Alerts.ANSWER,
        dcc.Store(id=Alerts.PRESSED),
        dcc.Store(id=Alerts.CHANGED),
        section(
            _("Incidents"),
            html.P(id=Alerts.OUTCOME, className="aw-outcome", role="status"),
            panel(
                Alerts.PANEL,
                rows(Alerts.LIST, _("Incidents")),
                skeleton="table",
                empty=(
                    html.Span(_("Nothing here"), id=Alerts.EMPTY),
                    html.Span(id=Alerts.EMPTY_NOTE),
                ),
            ),
            title_id="alerts-title",
            note=html.Span(id=Alerts.NOTE),
            actions=views(Alerts.VIEW, names, chosen, label=_("Which incidents")),
        ),
    )
