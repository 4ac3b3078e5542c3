"""What the list of incidents behind a number does: show them, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dash import Dash, Input, Output

from dashboard import panel_state, quality
from dashboard.ids import QualityIncidents, Shell
from dashboard.url_filter import link
from dashboard.wording import quality as words

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(QualityIncidents.PANEL, "className"),
        Output(QualityIncidents.LIST, "data-rows"),
        Output(QualityIncidents.ANSWER, "children"),
        Output(QualityIncidents.NOTE, "children"),
        Output(QualityIncidents.BACK, "href"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(QualityIncidents.ASKED, "data"),
    )(lambda query, _news, asked: listed(services, query or "", asked))


def listed(services: Services, query: str, asked: Mapping[str, str]) -> tuple[str, ...]:
    """The incidents of the list that the address names."""
    view, found = quality.reported(services, query)
    zone = view.zone or services.settings.time_zone
    shown = quality.listed(found.incidents, asked["of"], asked["rule"])
    return (
        panel_state.of(shown.height),
        words.incident_table(shown, query, zone),
        words.list_answer(shown.height, asked["of"], asked["rule"]),
        words.note(found),
        link(quality.PATH, query),
    )
