"""What the page of one incident does: one look at it, and what a pressed button asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from alerts import inbox
from alerts.crisis_room import crisis_of_incident, levels_now, playbook_choices
from dashboard import panel_state, rows
from dashboard.alert_actions import answer
from dashboard.figures.expected_band import expected_band
from dashboard.ids import Alert, Shell
from dashboard.languages import current
from dashboard.url_filter import decode, link
from dashboard.wording import incident as words
from dashboard.wording import (
    incident_actions,
    incident_chart,
    incident_crisis,
    incident_messages,
    incident_parts,
    incident_timeline,
)

if TYPE_CHECKING:
    from dashboard.services import Services

_DIGITS = 19
"""A longer number is none that a database gives."""
EVERYTHING = (
    (Alert.BACK, "href"),
    (Alert.STATE_PANEL, "className"),
    (Alert.ANSWER, "children"),
    (Alert.SUMMARY, "children"),
    (Alert.FACTS, "data-rows"),
    (Alert.ACTIONS, "data-rows"),
    (Alert.CHART_PANEL, "className"),
    (Alert.CHART_TITLE, "children"),
    (Alert.CHART_NOTE, "children"),
    (Alert.CHART, "figure"),
    (Alert.CHART_SUMMARY, "children"),
    (Alert.CHART_TABLE, "data-rows"),
    (Alert.DRIVERS_PANEL, "className"),
    (Alert.DRIVERS_TITLE, "children"),
    (Alert.DRIVERS_NOTE, "children"),
    (Alert.DRIVERS, "data-rows"),
    (Alert.INSIDE_PANEL, "className"),
    (Alert.INSIDE_TITLE, "children"),
    (Alert.INSIDE, "data-rows"),
    (Alert.EXAMPLES_PANEL, "className"),
    (Alert.EXAMPLES, "data-rows"),
    (Alert.BEHIND, "children"),
    (Alert.BEHIND, "href"),
    (Alert.FIRST_STEPS, "children"),
    (Alert.CRISIS, "children"),
    (Alert.CRISIS, "href"),
    (Alert.CRISIS_ACTIONS, "data-rows"),
    (Alert.MESSAGES_PANEL, "className"),
    (Alert.NEXT, "children"),
    (Alert.MESSAGES, "data-rows"),
    (Alert.TIMELINE_PANEL, "className"),
    (Alert.TIMELINE_NOTE, "children"),
    (Alert.TIMELINE, "data-rows"),
)
"""What the one look fills, in this order."""


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Alert.CHANGED, "data"),
        Output(Alert.OUTCOME, "children"),
        Output(Alert.OUTCOME, "className"),
        Input(Alert.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, data))
    app.callback(
        *[Output(part, prop) for part, prop in EVERYTHING],
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Alert.ASKED, "data"),
        Input(Alert.CHANGED, "data"),
    )(lambda query, _news, asked, done: shown(services, query or "", asked, done or ""))


def shown(services: Services, query: str, asked: str, done: str) -> tuple[Any, ...]:
    """The incident as it stands now, in the order of `EVERYTHING`."""
    now = services.clock()
    number = int(asked) if asked.isdecimal() and len(asked) < _DIGITS else 0
    page = inbox.incident(services.engine, number, now)
    if page is None:
        return _missing(query)
    joined = crisis_of_incident(services.engine, number)
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    days = incident_chart.days(page)
    quoted = incident_parts.examples_count(page)
    return (
        link("/alerts", query),
        panel_state.READY,
        words.answer(page),
        words.summary(page),
        words.facts(page, zone, query),
        incident_actions.offered(page, services.settings.time_zone, done),
        panel_state.of(days.height),
        incident_chart.chart_title(page),
        incident_chart.chart_note(page),
        expected_band(
            days,
            value_label=incident_chart.value_label(days, page),
            expected_label=incident_chart.expected_label(days, page),
            share=incident_chart.is_share(page),
            view=asked,
        ),
        incident_chart.chart_summary(page, days),
        incident_chart.chart_table(days, page),
        panel_state.of(incident_parts.drivers_count(page)),
        incident_parts.drivers_title(page),
        incident_parts.drivers_note(page),
        incident_parts.drivers(page, zone, query),
        panel_state.of(incident_parts.inside_count(page)),
        incident_parts.inside_title(page),
        incident_parts.inside(page),
        panel_state.of(quoted),
        incident_parts.examples(page, query),
        incident_parts.behind_words(page),
        incident_parts.behind(page, query),
        words.first_steps(page),
        incident_crisis.words(joined),
        incident_crisis.href(joined, query),
        "" if joined else _crisis_form(services, page, done),
        panel_state.of(page.deliveries.height),
        incident_messages.next_message(page, zone, now),
        incident_messages.table(page, zone),
        panel_state.of(page.timeline.height),
        incident_timeline.note(page.timeline, zone),
        rows.timeline(incident_timeline.moments(page.timeline, zone)),
    )


def _crisis_form(services: Services, page: inbox.IncidentPage, done: str) -> str:
    """What opens a crisis from the incident."""
    choices = playbook_choices(services.engine, current())
    return incident_crisis.offered(page, levels_now(services.engine), choices, done)


def _missing(query: str) -> tuple[Any, ...]:
    """That there is no such incident: the state's panel says so, all others are empty."""
    kinds = {"className": panel_state.EMPTY, "figure": {}, "href": link("/alerts", query)}
    return tuple(kinds.get(prop, "") for _part, prop in EVERYTHING)
