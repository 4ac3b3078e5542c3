"""What the inbox does: one look at all incidents, and acknowledging one from its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Dash, Input, Output, State

from alerts import inbox
from dashboard import panel_state, pulse
from dashboard.alert_actions import answer
from dashboard.ids import Alerts, Shell
from dashboard.url_filter import decode
from dashboard.wording import alerts as words

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("afterwatch", "keepChoice"),
        Output(Alerts.PANEL, "data-kept"),
        Input(Alerts.VIEW, "value"),
        prevent_initial_call=True,
    )
    app.callback(
        Output(Alerts.CHANGED, "data"),
        Output(Alerts.OUTCOME, "children"),
        Output(Alerts.OUTCOME, "className"),
        Input(Alerts.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, data))
    app.callback(
        Output(Alerts.PANEL, "className"),
        Output(Alerts.LIST, "data-rows"),
        Output(Alerts.ANSWER, "children"),
        Output(Alerts.NOTE, "children"),
        Output(Alerts.VIEW, "options"),
        Output(Alerts.EMPTY, "children"),
        Output(Alerts.EMPTY_NOTE, "children"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Shell.ACTOR, "data"),
        Input(Alerts.VIEW, "value"),
        Input(Alerts.CHANGED, "data"),
        State(Shell.VERSION, "data"),
    )(lambda query, _news, actor, view, *_rest: listed(services, query or "", actor or "", view))


def listed(services: Services, query: str, actor: str, view: inbox.View) -> tuple[Any, ...]:
    """The incidents of a view, how many every other holds, and whether somebody looks at all."""
    now = services.clock()
    chosen, _ignored = decode(query)
    found = inbox.listed(services.engine, chosen.filter, now, actor=actor)
    counts: dict[str, int] = {name: frame.height for name, frame in found.items()}
    zone = chosen.zone or services.settings.time_zone
    watched = inbox.watch(services.engine)
    worker = pulse.worker(services.engine, now)
    note = words.worker_note(worker) or words.watching(watched.judged, watched.rules, zone)
    title, advice = words.empty(view, actor)
    return (
        panel_state.of(counts[view], stale=worker == "breach"),
        words.incidents(found[view], query, now),
        words.answer(found["needs_me"], counts),
        note,
        words.view_options(counts),
        title,
        f"{words.watching(watched.judged, watched.rules, zone)} {advice}",
    )
