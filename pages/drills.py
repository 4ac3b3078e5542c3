"""Drills: practise before it is earnest, and see how it went."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Drills
from dashboard.languages import _

PATH = "/drills"
TITLE = "Drills"
ICON = "cone-striped"
VIEW = False


def layout(**_query: str) -> html.Div:
    """The screen."""
    return page(
        _(TITLE),
        Drills.ANSWER,
        dcc.Store(id=Drills.PRESSED),
        dcc.Store(id=Drills.CHANGED),
        section(
            _("Running now"),
            html.P(id=Drills.OUTCOME, className="aw-outcome", role="status"),
            html.Div(rows(Drills.BAR, _("Start a drill")), className="aw-learn"),
            panel(
                Drills.RUNNING_PANEL,
                rows(Drills.RUNNING, _("Running now")),
                skeleton="table",
                empty=(
                    _("No drill is running"),
                    _("Start one: nothing of it reaches a customer, a partner or a real channel."),
                ),
            ),
            title_id="drills-running-title",
            note=_("Told to the sandbox only, and counted nowhere"),
        ),
        section(
            _("How drills went"),
            panel(
                Drills.PAST_PANEL,
                rows(Drills.PAST, _("How drills went")),
                skeleton="table",
                empty=(
                    _("No drill has ended yet"),
                    _("A report is written when one ends: each step against its target."),
                ),
            ),
            title_id=Drills.PAST_TITLE,
            note=_("Times by the drill's own clock, against the targets of the playbook"),
        ),
    )
