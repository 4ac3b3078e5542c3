"""Rules: what watches, where each rule stands on its way to live, and what each costs."""

from __future__ import annotations

from dash import html

from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Rules
from dashboard.languages import _

PATH = "/rules"
TITLE = "Rules"
ICON = "sliders"


def layout(**_query: str) -> html.Div:
    """The screen."""
    return page(
        _(TITLE),
        Rules.ANSWER,
        section(
            _("What watches"),
            panel(
                Rules.PANEL,
                html.Div(rows(Rules.LIST, _("Rules")), className="aw-rules"),
                skeleton="table",
                empty=(
                    _("No rule is known yet"),
                    _("The worker reads the rules when it starts; start it and come back."),
                ),
            ),
            title_id=Rules.TITLE,
            note=html.Span(id=Rules.NOTE),
        ),
        section(
            _("New rule"),
            rows(Rules.TEMPLATES, _("Templates")),
            title_id="rules-new-title",
            note=_("Start from one that ships; nothing runs before it passed its backtest"),
        ),
    )
