"""The crisis room: what happened, how bad, who does what by when, what is said, what is proved."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.crises import TICK_SECONDS, timeline_names
from dashboard.ids import Crisis
from dashboard.languages import _

PATH = "/crises/<crisis_id>"
TITLE = "Crisis"
ICON = None
VIEW = False


def layout(crisis_id: str = "", **_query: str) -> html.Div:
    """The screen; every figure, text and button in it arrives by callback."""
    stores = (
        Crisis.PRESSED,
        Crisis.CHANGED,
        Crisis.WATCHED,
        Crisis.STAMP,
        Crisis.HELD,
        Crisis.SHOWN,
    )
    return html.Div(
        [
            dcc.Store(id=Crisis.ASKED, data=crisis_id),
            *[dcc.Store(id=store) for store in stores],
            dcc.Interval(id=Crisis.TICK, interval=TICK_SECONDS * 1000),
            dcc.Link(
                [icon("chevron-left"), _("All crises")],
                id=Crisis.BACK,
                href="/crises",
                className="aw-back",
            ),
            html.Div(
                page(
                    _("Crisis {number}", number=crisis_id),
                    Crisis.ANSWER,
                    html.Div(rows(Crisis.BANNER, _("Drill")), className="aw-room__banner"),
                    _head(),
                    html.Div([_tasks(), _side()], className="aw-room"),
                    _statements(),
                    grid(_batches(), _evidence()),
                    _links(),
                    _timeline(),
                ),
                id=Crisis.CLOCK,
                className="aw-crisis",
                **attributes(data_clock=""),
            ),
        ]
    )


def _head() -> html.Div:
    return html.Div(
        [
            panel(
                Crisis.HEAD_PANEL,
                rows(Crisis.HEAD, _("How it stands")),
                skeleton="text",
                empty=(
                    _("There is no such crisis"),
                    [
                        _("The link may be older than the database, or mistyped."),
                        html.Br(),
                        html.Br(),
                        dcc.Link(_("All crises"), href="/crises", className="aw-button"),
                    ],
                ),
            ),
            html.P(id=Crisis.OUTCOME, className="aw-outcome", role="status"),
            rows(Crisis.ACTIONS, _("What you can do with the crisis")),
        ],
        className="aw-room__head",
    )


def _tasks() -> html.Section:
    return section(
        _("What to do"),
        panel(
            Crisis.TASKS_PANEL,
            rows(Crisis.TASKS, _("Tasks")),
            skeleton="table",
            empty=(
                _("There are no tasks"),
                html.Span(id=Crisis.TASKS_EMPTY),
            ),
        ),
        title_id="crisis-tasks-title",
        note=html.Span(id=Crisis.TASKS_NOTE),
    )


def _side() -> html.Div:
    """What stands beside the tasks, and above them on a phone where it is short."""
    return html.Div(
        [
            _part(
                Crisis.DUE_PANEL,
                Crisis.DUE,
                _("Deadlines"),
                "crisis-due-title",
                empty=(_("No clock runs"), _("Updates and legal terms appear once declared.")),
            ),
            _part(
                Crisis.LEVEL_PANEL,
                Crisis.LEVEL,
                _("Why this level"),
                "crisis-level-title",
                note=html.Span(id=Crisis.LEVEL_NOTE),
                after=[
                    html.P(id=Crisis.LOWERING, className="aw-room__lowering"),
                    rows(Crisis.LEVEL_ACTIONS, _("Change the level")),
                ],
                empty=(
                    _("No criterion holds"),
                    _("A person opened it, or nothing has been measured yet."),
                ),
            ),
            _part(
                Crisis.PEOPLE_PANEL,
                Crisis.PEOPLE,
                _("People"),
                "crisis-people-title",
                after=[rows(Crisis.PEOPLE_ACTIONS, _("Give a role"))],
                empty=(
                    _("Nobody has a role"),
                    _("Name people and their roles in alerting.yaml, or give a role here."),
                ),
            ),
        ],
        className="aw-room__side",
    )


def _part(
    panel_id: Crisis, rows_id: Crisis, title: str, title_id: str, **more: Any
) -> html.Section:
    """A section of one list."""
    empty = more.pop("empty")
    content = [panel(panel_id, rows(rows_id, title), skeleton="text", empty=empty)]
    return section(title, *content, *more.pop("after", ()), title_id=title_id, **more)


def _statements() -> html.Section:
    return _part(
        Crisis.STATEMENTS_PANEL,
        Crisis.STATEMENTS,
        _("What is said"),
        Crisis.STATEMENTS_TITLE,
        note=_("One text for each audience, channel and language, with its signatures"),
        empty=(_("Nothing has been drafted"), _("Playbooks draft statements as steps need them.")),
    )


def _batches() -> html.Section:
    return _part(
        Crisis.BATCHES_PANEL,
        Crisis.BATCHES,
        _("Compensation"),
        "crisis-batches-title",
        columns=6,
        empty=(_("No compensation is proposed"), _("A step proposes it, with four eyes.")),
    )


def _evidence() -> html.Section:
    return _part(
        Crisis.EVIDENCE_PANEL,
        Crisis.EVIDENCE,
        _("Evidence"),
        "crisis-evidence-title",
        columns=6,
        empty=(_("Nothing is collected yet"), _("Add what proves it as it comes in.")),
    )


def _links() -> html.Section:
    return _part(
        Crisis.LINKS_PANEL,
        Crisis.LINKS,
        _("What belongs to it"),
        Crisis.LINKS_TITLE,
        note=_("Incidents, cases, parcels, returns, lots, reviews and disputes"),
        after=[rows(Crisis.LINKS_ACTIONS, _("Link something"))],
        empty=(_("Nothing is linked"), _("Link incidents, cases or lots that belong to it.")),
    )


def _timeline() -> html.Section:
    names = timeline_names()
    choice = dcc.RadioItems(
        id=Crisis.TIMELINE_OF,
        options=[{"label": name, "value": key} for key, name in names.items()],
        value="all",
        inline=True,
        className="aw-segments aw-segments--scroll",
    )
    return section(
        _("Timeline"),
        panel(
            Crisis.TIMELINE_PANEL,
            rows(Crisis.TIMELINE, _("Timeline")),
            skeleton="table",
            empty=(_("Nothing of this kind"), _("Choose another kind above.")),
        ),
        html.Button(
            _("Show older entries"),
            id=Crisis.MORE,
            type="button",
            className="aw-button aw-room__more",
            n_clicks=0,
        ),
        title_id="crisis-timeline-title",
        note=html.Span(id=Crisis.TIMELINE_NOTE),
        actions=html.Div(choice, role="group", **attributes(aria_label=_("Which entries"))),
    )
