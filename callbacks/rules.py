"""What the list of rules does: read it, and again whenever a rule may have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, Input, Output

from alerts.quality import report
from alerts.rule_pages import overview
from dashboard import panel_state
from dashboard.ids import Rules, Shell
from dashboard.wording import rules as words

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Rules.PANEL, "className"),
        Output(Rules.ANSWER, "children"),
        Output(Rules.NOTE, "children"),
        Output(Rules.LIST, "data-rows"),
        Output(Rules.TEMPLATES, "data-rows"),
        Input(Shell.NEWS, "data"),
    )(lambda _news: listed(services))


def listed(services: Services) -> tuple[str, ...]:
    """Every rule with what it costs."""
    rules = overview(services.engine)
    zone = services.settings.time_zone
    quality = report(services.engine, None, services.clock(), zone=zone)
    return (
        panel_state.of(rules.height),
        words.answer(rules),
        words.note(rules),
        words.table(rules, words.precision(quality.rules)),
        words.template_list(),
    )
