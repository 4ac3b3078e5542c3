"""One statement: the source beside the text, what is wrong with it, who signed, where it went."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.actor import acts
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.ids import Statement
from dashboard.languages import _
from dashboard.statements import LONGEST

PATH = "/statements/<statement_id>"
TITLE = "Statement"
ICON = None
VIEW = False


def layout(statement_id: str = "", **_query: str) -> html.Div:
    """The screen; every text and button in it arrives by callback."""
    stores = (Statement.PRESSED, Statement.CHANGED, Statement.BASE, Statement.SAVED)
    return html.Div(
        [
            dcc.Store(id=Statement.ASKED, data=statement_id),
            *[dcc.Store(id=store) for store in stores],
            dcc.Link(
                [icon("chevron-left"), _("To the crisis")],
                id=Statement.BACK,
                href="/crises",
                className="aw-back",
            ),
            page(
                _("Statement {number}", number=statement_id),
                Statement.ANSWER,
                grid(_state(), _chain()),
                grid(_source(), _text()),
                _editor(),
                grid(_findings(), _others()),
                _sent(),
                _difference(),
                _revisions(),
            ),
        ]
    )


def _state() -> html.Section:
    return section(
        _("Where it stands"),
        panel(
            Statement.STATE_PANEL,
            [
                rows(Statement.FACTS, _("Where it stands")),
                html.P(
                    id=Statement.NATIVE,
                    className="aw-status aw-status--watch aw-statement__native",
                ),
                rows(Statement.ACTIONS, _("What you can do now")),
            ],
            skeleton="text",
            empty=(
                _("There is no such statement"),
                [
                    _("The link may be older than the database, or mistyped."),
                    html.Br(),
                    html.Br(),
                    dcc.Link(_("All crises"), href="/crises", className="aw-button"),
                ],
            ),
        ),
        html.P(id=Statement.OUTCOME, className="aw-outcome", role="status"),
        columns=6,
        title_id="statement-state-title",
    )


def _chain() -> html.Section:
    return section(
        _("Signatures on this text"),
        panel(
            Statement.CHAIN_PANEL,
            rows(Statement.CHAIN, _("Signatures on this text")),
            skeleton="text",
        ),
        columns=6,
        title_id="statement-chain-title",
        note=_("Three different people; whoever changes the text voids them"),
    )


def _source() -> html.Section:
    return section(
        _("Source text"),
        panel(
            Statement.SOURCE_PANEL,
            rows(Statement.SOURCE, _("Source text")),
            skeleton="text",
            empty=(
                _("This is the source text"),
                _("The other languages are translations of it."),
            ),
        ),
        columns=6,
        title_id="statement-source-title",
    )


def _text() -> html.Section:
    return section(
        _("The text"),
        panel(Statement.TEXT_PANEL, rows(Statement.SHOWN, _("The text")), skeleton="text"),
        columns=6,
        title_id="statement-text-title",
    )


def _editor() -> html.Section:
    return section(
        _("Change the text"),
        html.Label(
            _("The whole text; where the channel has a subject, it is the first line"),
            htmlFor=Statement.TEXT,
            className="aw-statement__label",
        ),
        dcc.Textarea(
            id=Statement.TEXT,
            className="aw-statement__text",
            rows=10,
            maxLength=LONGEST,
            persistence=False,
        ),
        html.Div(
            [
                html.Button(
                    _("Save the text"),
                    id=Statement.SAVE,
                    className="aw-button aw-button--primary",
                    type="button",
                    n_clicks=0,
                    **acts(),
                ),
                html.Button(
                    _("Take the stored text"),
                    id=Statement.TAKE,
                    className="aw-button",
                    type="button",
                    n_clicks=0,
                ),
            ],
            className="aw-statement__buttons",
        ),
        html.P(id=Statement.VERDICT, className="aw-outcome", role="status"),
        html.P(
            id=Statement.CONFLICT_NOTE,
            className="aw-status aw-status--watch aw-statement__conflict",
            role="alert",
        ),
        rows(Statement.CONFLICT, _("Your text and the stored one")),
        title_id="statement-editor-title",
        note=_("Saving makes a new revision; signatures on the old one no longer count"),
    )


def _findings() -> html.Section:
    return section(
        _("What is wrong with it"),
        panel(
            Statement.FINDINGS_PANEL,
            rows(Statement.FINDINGS, _("What is wrong with it")),
            skeleton="text",
            empty=(
                _("Nothing was found"),
                _("Checked: length, numbers, variables, script, taboo words, links, glossary."),
            ),
        ),
        columns=6,
        title_id=Statement.FINDINGS_TITLE,
    )


def _others() -> html.Section:
    return section(
        _("The same in other languages and channels"),
        panel(
            Statement.OTHERS_PANEL,
            rows(Statement.OTHERS, _("The same in other languages and channels")),
            skeleton="text",
            empty=(_("There is no other"), _("It was drafted for one language and channel.")),
        ),
        columns=6,
        title_id="statement-others-title",
    )


def _sent() -> html.Section:
    return section(
        _("What went out"),
        panel(
            Statement.SENT_PANEL,
            _stack(
                rows(Statement.RECORD, _("Where and when")),
                rows(Statement.SENT, _("What went out")),
            ),
            skeleton="text",
            empty=(
                _("Nothing went out yet"),
                _("It can be sent, or noted as published, once all three have signed."),
            ),
        ),
        title_id="statement-sent-title",
    )


def _difference() -> html.Section:
    return section(
        _("What changed"),
        panel(
            Statement.DIFF_PANEL,
            rows(Statement.DIFF, _("What changed")),
            skeleton="text",
            empty=(_("Nothing changed"), _("This is the text as it was drafted.")),
        ),
        title_id=Statement.DIFF_TITLE,
    )


def _revisions() -> html.Section:
    return section(
        _("Revisions"),
        panel(
            Statement.REVISIONS_PANEL,
            rows(Statement.REVISIONS, _("Revisions")),
            skeleton="table",
        ),
        title_id="statement-revisions-title",
    )


def _stack(*content: Any) -> html.Div:
    return html.Div(list(content), className="aw-stack")
