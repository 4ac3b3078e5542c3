"""What the list of playbooks does: read it, and again whenever something may have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import Dash, Input, Output

from alerts.library.pages import overview
from alerts.notify.current import Current
from dashboard import panel_state
from dashboard.ids import Playbooks, Shell
from dashboard.playbooks import KINDS
from dashboard.url_filter import decode
from dashboard.wording import playbooks as words

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Playbooks.PANEL, "className"),
        Output(Playbooks.ANSWER, "children"),
        Output(Playbooks.LIST, "data-rows"),
        *[Output(f"{Playbooks.OTHERS}-{kind}", "data-rows") for kind in KINDS],
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
    )(lambda query, _news: listed(services, query or ""))


def listed(services: Services, query: str) -> tuple[str, ...]:
    """Every document in force, playbooks first."""
    config = Current(services.settings.home).config()
    today = services.clock().date()
    documents = overview(services.engine, config=config, today=today)
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    return (
        panel_state.of(documents.height),
        words.answer(documents),
        words.table(documents, today, zone),
        *[words.others(documents, kind) for kind in KINDS],
    )
