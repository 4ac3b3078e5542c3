"""Messages and duty: who is on call, who takes over, what went out and what did not."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.list_tools import views
from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.delivery import FIRST_VIEW, view_names
from dashboard.ids import Delivery
from dashboard.languages import _

PATH = "/delivery"
TITLE = "Messages and duty"
ICON = "envelope"


def layout(view: str = FIRST_VIEW, **_query: str) -> html.Div:
    """The screen; `view` is which messages are listed."""
    chosen = view if view in view_names() else FIRST_VIEW
    return page(
        _(TITLE),
        Delivery.ANSWER,
        dcc.Store(id=Delivery.PRESSED),
        dcc.Store(id=Delivery.CHANGED),
        dcc.Store(id=Delivery.CHECKED),
        _duty(),
        _take_over(),
        _findings(),
        _messages(chosen),
    )


def _duty() -> html.Section:
    return section(
        _("On call now"),
        panel(
            Delivery.DUTY_PANEL,
            _table(Delivery.DUTY, _("On call now")),
            skeleton="table",
            empty=(
                _("There is no rota"),
                _("Declare people and rotas in alerting.yaml in the home; see the documentation."),
            ),
        ),
        title_id=Delivery.DUTY_TITLE,
        note=_("The same moment in UTC, in the rota's own time and in yours"),
    )


def _take_over() -> html.Section:
    return section(
        _("Take over"),
        html.P(id=Delivery.OUTCOME, className="aw-outcome", role="status"),
        panel(
            Delivery.ACTIONS_PANEL,
            [
                _table(Delivery.OVERRIDES, _("Who takes over")),
                _buttons(Delivery.ACTIONS, _("Take over")),
            ],
            skeleton="text",
            empty=(
                _("Nobody can take over"),
                _("There is no rota yet."),
            ),
        ),
        title_id="delivery-take-over-title",
        note=_("Somebody else is on call for a while; checked before it is saved"),
    )


def _findings() -> html.Section:
    return section(
        _("The next 400 days"),
        panel(
            Delivery.FINDINGS_PANEL,
            _table(Delivery.FINDINGS, _("What the rotas leave open")),
            skeleton="table",
            empty=(
                _("Nothing is left open"),
                _("Every hour of every rota has exactly one person."),
            ),
        ),
        title_id=Delivery.FINDINGS_TITLE,
        note=_(
            "Hours without anybody, two at once, people nobody knows, handovers in the night "
            "of the clock change, years without an official holiday list"
        ),
    )


def _messages(chosen: str) -> html.Section:
    return section(
        _("Messages"),
        html.P(id=Delivery.RESENT, className="aw-outcome", role="status"),
        panel(
            Delivery.MESSAGES_PANEL,
            _table(Delivery.MESSAGES, _("Messages")),
            skeleton="table",
            empty=(
                html.Span(_("Nothing here"), id=Delivery.EMPTY),
                html.Span(id=Delivery.EMPTY_NOTE),
            ),
        ),
        _buttons(Delivery.RESEND, _("Send again")),
        title_id="delivery-messages-title",
        note=html.Span(id=Delivery.NOTE),
        actions=views(Delivery.VIEW, view_names(), chosen, label=_("Which messages")),
    )


def _table(id: Delivery, label: str) -> html.Div:  # noqa: A002
    return html.Div(rows(id, label), className="aw-delivery__table")


def _buttons(id: Delivery, label: str) -> html.Div:  # noqa: A002
    return html.Div(rows(id, label), className="aw-delivery__actions")
