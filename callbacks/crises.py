"""What the list of crises does: one look at all of them, and what a pressed button asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from alerts.crisis.singles import singles
from alerts.crisis_room import choices, levels_now, listing, playbook_choices
from dashboard import panel_state, pulse
from dashboard.acting import actions
from dashboard.crisis_actions import answer
from dashboard.ids import Crises, Shell
from dashboard.languages import current
from dashboard.url_filter import decode
from dashboard.wording import crises as words

if TYPE_CHECKING:
    from dashboard.services import Services


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Crises.CHANGED, "data"),
        Output(Crises.OUTCOME, "children"),
        Output(Crises.OUTCOME, "className"),
        Output(Crises.GO_ON, "children"),
        Output(Crises.GO_ON, "href"),
        Input(Crises.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: pressed(services, data))
    app.callback(
        Output(Crises.OPEN_PANEL, "className"),
        Output(Crises.ANSWER, "children"),
        Output(Crises.OPEN_NOTE, "children"),
        Output(Crises.OPEN, "data-rows"),
        Output(Crises.PROPOSED_PART, "hidden"),
        Output(Crises.PROPOSED, "data-rows"),
        Output(Crises.DRILLS_PART, "hidden"),
        Output(Crises.DRILLS, "data-rows"),
        Output(Crises.CLOSED_PANEL, "className"),
        Output(Crises.CLOSED_TITLE, "children"),
        Output(Crises.CLOSED, "data-rows"),
        Output(Crises.ACTIONS, "data-rows"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Crises.CHANGED, "data"),
    )(lambda query, _news, done: listed(services, query or "", done or ""))
    app.callback(
        Output(Crises.SINGLES_PANEL, "className"),
        Output(Crises.SINGLES_TITLE, "children"),
        Output(Crises.SINGLES, "data-rows"),
        Input(Shell.QUERY, "data"),
        Input(Shell.VERSION, "data"),
        Input(Crises.CHANGED, "data"),
    )(lambda query, _version, done: alone(services, query or "", done or ""))


def pressed(services: Services, data: Any) -> tuple[str, str, str, str, str]:
    """Do what was pressed; where a crisis was opened, the way to it."""
    found = answer(services, data)
    return found.token, found.text, found.style, words.go_on(found.href), found.href


def has_cases(services: Services) -> bool:
    """Whether anything was imported yet."""
    return services.warehouse.exists("cases", "marts")


def listed(services: Services, query: str, done: str) -> tuple[Any, ...]:
    """What people declared, were asked to declare and closed."""
    wall = services.clock()
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    found = listing(services.engine, wall)
    stale = pulse.worker(services.engine, wall) == "breach"

    offers = {
        one.crisis.id: choices(services.engine, one.crisis, current()) for one in found.proposed
    }

    def rows(part: Any, prefix: str) -> str:
        return words.shown(part, query=query, zone=zone, done=done, prefix=prefix, choices=offers)

    levels = levels_now(services.engine)
    offered = words.open_acts(levels, playbook_choices(services.engine, current()))
    return (
        panel_state.of(len(found.open), stale=stale),
        words.answer(found),
        words.note(found),
        rows(found.open, "crises-open"),
        not found.proposed,
        rows(found.proposed, "crises-proposed"),
        not found.drills,
        rows(found.drills, "crises-drills"),
        panel_state.of(len(found.over)),
        words.closed_title(len(found.over)),
        rows(found.over, "crises-closed"),
        actions(
            offered, id="crises-act", store=Crises.PRESSED, subject="new/", version=0, done=done
        ),
    )


def alone(services: Services, query: str, done: str = "") -> tuple[str, str, str]:
    """Single complaints: read from the data, so they wait for nothing and nothing for them."""
    levels = levels_now(services.engine)
    if not levels or not has_cases(services):
        return panel_state.EMPTY, words.singles_title(0), ""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    found = singles(services.warehouse, levels, services.clock())
    return (
        panel_state.of(found.rows.height),
        words.singles_title(found.total),
        words.singles(found, levels, zone, query, done),
    )
