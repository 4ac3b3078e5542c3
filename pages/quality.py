"""Quality: can the warnings be trusted, and what do they cost?"""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Quality
from dashboard.languages import _

PATH = "/quality"
TITLE = "Quality of warnings"
ICON = "shield-check"


def layout(**_query: str) -> html.Div:
    """The screen."""
    return page(
        _(TITLE),
        Quality.ANSWER,
        dcc.Store(id=Quality.PRESSED),
        dcc.Store(id=Quality.CHANGED),
        _facts(),
        _rules(),
        grid(_markets(), _people()),
        _known(),
    )


def _facts() -> html.Section:
    return section(
        _("In short"),
        panel(
            Quality.FACTS_PANEL,
            rows(Quality.FACTS, _("In short")),
            skeleton="text",
            empty=(
                _("No warning was given in these days"),
                _("Widen the time range, or look at the rules: maybe none is live yet."),
            ),
        ),
        title_id="quality-facts-title",
        note=html.Span(id=Quality.FACTS_NOTE),
    )


def _rules() -> html.Section:
    return section(
        _("Rule by rule"),
        panel(
            Quality.RULES_PANEL,
            rows(Quality.RULES, _("Rule by rule")),
            skeleton="table",
            empty=(
                _("No warning was given in these days"),
                _("Widen the time range, or look at the rules: maybe none is live yet."),
            ),
        ),
        title_id=Quality.RULES_TITLE,
        note=_(
            "Right: true, or true with nothing to do. Wrong: false, or nobody could tell. "
            "Duplicates are left out. Intervals: 95%; below 10 verdicts nothing is said."
        ),
    )


def _markets() -> html.Section:
    return section(
        _("Market by market"),
        panel(
            Quality.MARKETS_PANEL,
            rows(Quality.MARKETS, _("Market by market")),
            skeleton="table",
            empty=(
                _("No warning was given in these days"),
                _("Widen the time range or remove a filter."),
            ),
        ),
        columns=7,
        title_id=Quality.MARKETS_TITLE,
        note=_("By the market that the incident names"),
    )


def _people() -> html.Section:
    return section(
        _("Who is told how often"),
        panel(
            Quality.PEOPLE_PANEL,
            rows(Quality.PEOPLE, _("Who is told how often")),
            skeleton="table",
            empty=(
                _("No message reached a person in these days"),
                _("Declare people and routes in alerting.yaml, so that warnings reach somebody."),
            ),
        ),
        columns=5,
        title_id=Quality.PEOPLE_TITLE,
        note=_("Messages that arrived, by person and day; rooms and tests do not count"),
    )


def _known() -> html.Section:
    return section(
        _("What really happened"),
        html.P(id=Quality.OUTCOME, className="aw-outcome", role="status"),
        panel(
            Quality.KNOWN_PANEL,
            rows(Quality.KNOWN, _("What really happened")),
            skeleton="table",
            empty=(
                _("Nobody has declared an incident yet"),
                _(
                    "Declare what happened in these days, warned of or not: only then can it be "
                    "said how much is missed."
                ),
            ),
        ),
        html.Div(rows(Quality.ACTIONS, _("Declare an incident")), className="aw-quality__actions"),
        title_id=Quality.KNOWN_TITLE,
        note=_("Declared by people, by hand or in a review; each is looked for in the warnings"),
    )
