"""Compensation: who is owed what, what have we promised, does it fit the budget?"""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Compensation
from dashboard.languages import _

PATH = "/compensation"
TITLE = "Compensation"
ICON = "cash-coin"

TABLE = "aw-delivery__table"
"""Class of a table whose cells keep to one line and which scrolls where it is too wide."""


def layout(leak: str = "", **_query: str) -> html.Div:
    """The screen; `leak` is the kind of leak whose rows are listed."""
    return page(
        _(TITLE),
        Compensation.ANSWER,
        dcc.Store(id=Compensation.ASKED, data=leak),
        dcc.Store(id=Compensation.PRESSED),
        dcc.Store(id=Compensation.CHANGED),
        dcc.Store(id=Compensation.CHECKED),
        _batches(),
        _pace(),
        _leaks(),
        _rows(),
    )


def _batches() -> html.Section:
    return section(
        _("Batches"),
        html.P(id=Compensation.OUTCOME, className="aw-outcome", role="status"),
        html.Div(rows(Compensation.PREVIEW, _("What the batch would hold"))),
        html.Div(rows(Compensation.ACTIONS, _("New batch")), className="aw-delivery__actions"),
        panel(
            Compensation.BATCHES_PANEL,
            html.Div(rows(Compensation.BATCHES, _("Batches")), className=TABLE),
            skeleton="table",
            empty=(
                _("There is no batch yet"),
                _("Look who is owed something with “New batch”; nothing is written before."),
            ),
        ),
        title_id=Compensation.BATCHES_TITLE,
        note=_("Those that wait for you first; whoever made a batch never approves it"),
    )


def _pace() -> html.Section:
    return section(
        _("Budget of this month"),
        panel(
            Compensation.PACE_PANEL,
            html.Div(rows(Compensation.PACE, _("Budget of this month")), className=TABLE),
            skeleton="table",
            empty=(
                _("Nothing to compare"),
                _("No policy is in force, or the filter leaves no market."),
            ),
        ),
        title_id=Compensation.PACE_TITLE,
        note=html.Span(id=Compensation.PACE_NOTE),
    )


def _leaks() -> html.Section:
    return section(
        _("Where it leaks"),
        panel(
            Compensation.LEAKS_PANEL,
            html.Div(rows(Compensation.LEAKS, _("Where it leaks")), className=TABLE),
            skeleton="table",
            empty=(
                _("Nothing to compare"),
                _("No policy is in force; the worker registers the one that ships."),
            ),
        ),
        title_id=Compensation.LEAKS_TITLE,
        note=html.Span(id=Compensation.LEAKS_NOTE),
    )


def _rows() -> html.Section:
    return section(
        _("The orders behind it"),
        panel(
            Compensation.ROWS_PANEL,
            html.Div(rows(Compensation.ROWS, _("The orders behind it")), className=TABLE),
            skeleton="table",
            empty=(
                _("Choose a kind of leak above"),
                _("Its orders are listed here, each with the cases about it."),
            ),
        ),
        title_id=Compensation.ROWS_TITLE,
    )
