"""Reviews: what did we learn, and is it done?"""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Reviews
from dashboard.languages import _

PATH = "/reviews"
TITLE = "Crisis reviews"
ICON = "journal-check"
VIEW = False


def layout(**_query: str) -> html.Div:
    """The screen."""
    return page(
        _(TITLE),
        Reviews.ANSWER,
        dcc.Store(id=Reviews.PRESSED),
        dcc.Store(id=Reviews.CHANGED),
        _actions(),
        _part(
            Reviews.LIST_PANEL,
            Reviews.LIST,
            _("Reviews of crises"),
            Reviews.LIST_TITLE,
            note=_("Due five working days after a crisis was closed"),
            empty=(
                _("No crisis was closed yet"),
                _("When one is, its review is asked for here by itself."),
            ),
        ),
        grid(
            _part(
                Reviews.GROUPS_PANEL,
                Reviews.GROUPS,
                _("Low scores that ask why"),
                Reviews.GROUPS_TITLE,
                columns=7,
                note=_("Every NPS answer below 7 is a question; grouped by reason and market"),
                empty=(
                    _("No low score is waiting for an answer"),
                    _("The worker asks for each new NPS answer below 7."),
                ),
            ),
            _part(
                Reviews.PARETO_PANEL,
                Reviews.PARETO,
                _("Causes by how often"),
                Reviews.PARETO_TITLE,
                columns=5,
                note=_("Causes that were found, merged ones once; drills do not count"),
                empty=(
                    _("No cause was found yet"),
                    _("Say why something happened; then it is counted here."),
                ),
            ),
        ),
        _part(
            Reviews.CAUSES_PANEL,
            Reviews.CAUSES,
            _("Root causes"),
            Reviews.CAUSES_TITLE,
            note=_("Before and after: NPS of the slice, 28 days each, with its 95% interval"),
            empty=(
                _("Nobody has said yet why anything happened"),
                _("Begin with a group of low scores, or with a review."),
            ),
        ),
    )


def _actions() -> html.Section:
    return section(
        _("What is to be done"),
        panel(
            Reviews.FACTS_PANEL,
            rows(Reviews.FACTS, _("In short")),
            skeleton="text",
        ),
        html.P(id=Reviews.OUTCOME, className="aw-outcome", role="status"),
        html.Div(rows(Reviews.BAR, _("Actions")), className="aw-learn"),
        panel(
            Reviews.ACTIONS_PANEL,
            rows(Reviews.ACTIONS, _("Corrective actions")),
            skeleton="table",
            empty=(
                _("No corrective action was decided yet"),
                _("Say why something happened first, then what is done about it."),
            ),
        ),
        title_id=Reviews.ACTIONS_TITLE,
        note=_("What is overdue or to be checked comes first"),
    )


def _part(
    panel_id: Reviews, rows_id: Reviews, title: str, title_id: Reviews, **more: Any
) -> html.Section:
    """A section of one table."""
    empty = more.pop("empty")
    content = panel(panel_id, rows(rows_id, title), skeleton="table", empty=empty)
    return section(title, content, title_id=title_id, **more)
