"""Crises: is anything on fire, how bad is it, and who leads."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Crises
from dashboard.languages import _

PATH = "/crises"
TITLE = "Crises"
ICON = "life-preserver"
VIEW = False


def layout(**_query: str) -> html.Div:
    """The screen; what stands in it arrives by callback."""
    return page(
        _(TITLE),
        Crises.ANSWER,
        dcc.Store(id=Crises.PRESSED),
        dcc.Store(id=Crises.CHANGED),
        html.P(id=Crises.OUTCOME, className="aw-outcome", role="status"),
        html.P(html.A(id=Crises.GO_ON, href="", className="aw-link"), className="aw-crises__go-on"),
        _open(),
        _part(
            Crises.PROPOSED_PART,
            Crises.PROPOSED,
            _("Proposed"),
            _("The criteria ask for it; a person declares it, or says why it is none"),
        ),
        _part(
            Crises.DRILLS_PART,
            Crises.DRILLS,
            _("Drills"),
            _("Exercises: nobody outside is told, and no number counts them"),
        ),
        _singles(),
        _closed(),
        section(
            _("Open a crisis"),
            rows(Crises.ACTIONS, _("Open a crisis")),
            title_id="crises-new-title",
            note=_("When you know of something that no criterion has seen yet"),
        ),
    )


def _open() -> html.Section:
    return section(
        _("Open"),
        panel(
            Crises.OPEN_PANEL,
            rows(Crises.OPEN, _("Open crises")),
            skeleton="table",
            empty=(
                _("No crisis is open"),
                _("The criteria are looked at with every tick; what they ask for appears here."),
            ),
        ),
        title_id="crises-open-title",
        note=html.Span(id=Crises.OPEN_NOTE),
    )


def _part(part: Crises, list_id: Crises, title: str, note: str) -> html.Div:
    """A list that is left out while there is nothing in it."""
    return html.Div(
        section(title, rows(list_id, title), title_id=f"{list_id}-title", note=note),
        id=part,
        hidden=True,
    )


def _singles() -> html.Section:
    return section(
        _("Single complaints that need a lead"),
        panel(
            Crises.SINGLES_PANEL,
            rows(Crises.SINGLES, _("Single complaints")),
            skeleton="table",
            empty=(
                _("No single complaint stands out"),
                _("Angry, repeated or VIP complaints are listed here as soon as they come in."),
            ),
        ),
        title_id=Crises.SINGLES_TITLE,
        note=_("Level 1: one customer, one owner, one answer in time"),
    )


def _closed() -> html.Section:
    return section(
        _("Closed"),
        panel(
            Crises.CLOSED_PANEL,
            rows(Crises.CLOSED, _("Closed crises")),
            skeleton="table",
            empty=(_("None was closed yet"), _("Each keeps its review and its evidence here.")),
        ),
        title_id=Crises.CLOSED_TITLE,
        note=_("With its review, and what it is proved by"),
    )
