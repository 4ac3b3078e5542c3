"""One rule: what it does in words, what it would have told, its text, and its way to live."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.actor import acts
from dashboard.components.attributes import attributes
from dashboard.components.chart import chart
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.ids import Rule
from dashboard.languages import _

PATH = "/rules/<rule_id>"
TITLE = "Rule"
ICON = None


def layout(rule_id: str = "", version: str = "", template: str = "", **_query: str) -> html.Div:
    """The screen; `version` and `template` are its own keys of the address."""
    asked = {"rule_id": rule_id, "version": version, "template": template}
    # A rule that is not saved yet has a text and nothing else.
    shown = "aw-none" if template else None
    return html.Div(
        [
            dcc.Store(id=Rule.ASKED, data=asked),
            dcc.Store(id=Rule.PRESSED),
            dcc.Store(id=Rule.CHANGED),
            dcc.Link([icon("chevron-left"), _("All rules")], href="/rules", className="aw-back"),
            page(
                _("New rule") if template else rule_id,
                Rule.ANSWER,
                html.Div(
                    [
                        grid(_state(), _words()),
                        _told(),
                        grid(_weeks(), _known()),
                        _difference(),
                    ],
                    className=shown or "aw-rule__parts",
                ),
                _editor(),
                html.Div(_versions(), className=shown),
            ),
        ]
    )


def _nothing() -> tuple[str, Any]:
    return (
        _("There is no such rule"),
        [
            _("The link may be mistyped, or the worker has not read the rule yet."),
            html.Br(),
            html.Br(),
            dcc.Link(_("All rules"), href="/rules", className="aw-button"),
        ],
    )


def _state() -> html.Section:
    return section(
        _("Where it stands"),
        panel(
            Rule.STATE_PANEL,
            [
                rows(Rule.FACTS, _("Where it stands")),
                html.P(id=Rule.GATE, className="aw-rule__gate"),
                rows(Rule.ACTIONS, _("Actions")),
            ],
            skeleton="text",
            empty=_nothing(),
        ),
        html.P(id=Rule.OUTCOME, className="aw-outcome", role="status"),
        columns=5,
        title_id=Rule.STATE_TITLE,
    )


def _words() -> html.Section:
    return section(
        _("What it does"),
        panel(
            Rule.WORDS_PANEL,
            rows(Rule.WORDS, _("What it does")),
            skeleton="text",
            empty=(_("Nothing is saved yet"), _("Write the rule below, check it and save it.")),
        ),
        columns=7,
        title_id="rule-words-title",
        note=_("The text below, in words"),
    )


def _told() -> html.Section:
    return section(
        _("What it would have told"),
        panel(
            Rule.TOLD_PANEL,
            html.Div(
                [
                    rows(Rule.COST, _("What it costs")),
                    chart(
                        Rule.TOLD,
                        height=380,
                        label=_("Counts by day, and below when the rule would have spoken"),
                        summary_id=Rule.TOLD_SUMMARY,
                        table_id=Rule.TOLD_TABLE,
                    ),
                ],
                className="aw-stack",
            ),
            empty=(
                _("This version was never backtested"),
                _("Ask for a backtest above; the worker does it and the result appears here."),
            ),
        ),
        title_id=Rule.TOLD_TITLE,
        note=html.Span(id=Rule.TOLD_NOTE),
    )


def _weeks() -> html.Section:
    return section(
        _("Episodes a week"),
        panel(
            Rule.WEEKS_PANEL,
            chart(
                Rule.WEEKS,
                height=220,
                label=_("Episodes by the week in which they opened"),
                summary_id=Rule.WEEKS_SUMMARY,
                table_id=Rule.WEEKS_TABLE,
            ),
            empty=(_("Nothing to count"), _("There is no backtest, or no day could be judged.")),
        ),
        columns=7,
        title_id=Rule.WEEKS_TITLE,
    )


def _known() -> html.Section:
    return section(
        _("Incidents that people know of"),
        panel(
            Rule.KNOWN_PANEL,
            rows(Rule.KNOWN, _("Incidents that people know of")),
            skeleton="table",
            empty=(
                _("None is known in these days"),
                _("Declare incidents on the Quality screen to learn what rules miss."),
            ),
        ),
        columns=5,
        title_id="rule-known-title",
        note=_("Whether, and after how many days, the rule would have told of them"),
    )


def _difference() -> html.Section:
    return section(
        _("Against the live version"),
        panel(
            Rule.DIFF_PANEL,
            [
                rows(Rule.DIFF, _("Episodes of one version only")),
                html.Pre(
                    id=Rule.DIFF_TEXT,
                    className="aw-rule__diff",
                    **attributes(aria_label=_("What changed in the text")),
                ),
            ],
            skeleton="table",
            empty=(
                _("Nothing to compare"),
                _("This is the live version, or the rule has none."),
            ),
        ),
        title_id=Rule.DIFF_TITLE,
    )


def _editor() -> html.Section:
    return section(
        _("Its text"),
        html.Label(_("Text of the rule (YAML)"), htmlFor=Rule.TEXT, className="aw-rule__label"),
        dcc.Textarea(
            id=Rule.TEXT,
            className="aw-rule__text",
            spellCheck=False,
            rows=24,
            maxLength=40_000,
            persistence=False,
        ),
        html.Div(
            [
                html.Button(
                    _("Check the text"), id=Rule.CHECK, className="aw-button", type="button"
                ),
                html.Button(
                    _("Save as new version"),
                    id=Rule.SAVE,
                    className="aw-button aw-button--primary",
                    type="button",
                    **acts(),
                ),
            ],
            className="aw-rule__buttons",
        ),
        html.P(id=Rule.VERDICT, className="aw-outcome", role="status"),
        rows(Rule.FAULTS, _("Faults by line")),
        dcc.Link("", id=Rule.SAVED, href="/rules", className="aw-link"),
        title_id="rule-text-title",
        note=_("Saving makes a draft; what is live stays as it is until the draft passed the gate"),
    )


def _versions() -> html.Section:
    return section(
        _("Versions and what happened"),
        panel(
            Rule.VERSIONS_PANEL,
            html.Div(
                [
                    rows(Rule.VERSIONS, _("Versions")),
                    rows(Rule.HISTORY, _("What happened")),
                ],
                className="aw-stack",
            ),
            skeleton="table",
            empty=(_("Nothing is saved yet"), _("Write the rule above, check it and save it.")),
        ),
        title_id="rule-versions-title",
    )
