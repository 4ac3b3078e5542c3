"""The review of one crisis: what the record says, what people say, why, and what next."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.page import page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.words import icon
from dashboard.ids import CrisisReview
from dashboard.languages import _

PATH = "/reviews/<crisis_id>"
TITLE = "Crisis review"
ICON = None
VIEW = False


def layout(crisis_id: str = "", **_query: str) -> html.Div:
    """The screen; every text and button in it arrives by callback."""
    return html.Div(
        [
            dcc.Store(id=CrisisReview.ASKED, data=crisis_id),
            dcc.Store(id=CrisisReview.PRESSED),
            dcc.Store(id=CrisisReview.CHANGED),
            dcc.Link(
                [icon("chevron-left"), _("All reviews")],
                id=CrisisReview.BACK,
                href="/reviews",
                className="aw-back",
            ),
            page(
                _("Review of crisis {number}", number=crisis_id),
                CrisisReview.ANSWER,
                _state(),
                _part(
                    CrisisReview.TIMES_PANEL,
                    CrisisReview.TIMES,
                    _("When what happened"),
                    CrisisReview.TIMES_TITLE,
                    note=_("From the record; nobody types it"),
                    empty=(_("Nothing is recorded"), _("The crisis has no times yet.")),
                ),
                _part(
                    CrisisReview.STEPS_PANEL,
                    CrisisReview.STEPS,
                    _("Steps that did not go as planned"),
                    CrisisReview.STEPS_TITLE,
                    note=_("Late, skipped, left or unknown, with the reason given then"),
                    empty=(
                        _("Every step was done in time"),
                        _("There is nothing to explain here."),
                    ),
                ),
                _part(
                    CrisisReview.SECTIONS_PANEL,
                    CrisisReview.SECTIONS,
                    _("What people say"),
                    "review-sections-title",
                    note=_("Written by people; the review is published with it"),
                    empty=(_("Nobody has written yet"), _("Press Write above.")),
                ),
                _causes(),
                _summary(),
            ),
        ]
    )


def _state() -> html.Section:
    return section(
        _("State and what you can do"),
        panel(
            CrisisReview.STATE_PANEL,
            [
                rows(CrisisReview.FACTS, _("Facts")),
                html.P(id=CrisisReview.OUTCOME, className="aw-outcome", role="status"),
                rows(CrisisReview.BAR, _("Actions")),
            ],
            skeleton="text",
            empty=(
                _("There is no review of this crisis"),
                [
                    _("It is asked for when the crisis is closed."),
                    html.Br(),
                    html.Br(),
                    dcc.Link(_("All reviews"), href="/reviews", className="aw-button"),
                ],
            ),
        ),
        title_id="review-state-title",
        actions=dcc.Link(
            _("To the crisis room"), id=CrisisReview.ROOM, href="/crises", className="aw-link"
        ),
    )


def _causes() -> html.Section:
    return section(
        _("Why it happened, and what is done about it"),
        panel(
            CrisisReview.CAUSES_PANEL,
            rows(CrisisReview.CAUSES, _("Root causes")),
            skeleton="table",
            empty=(
                _("Nobody has asked why yet"),
                _("Ask one question for each thing that had to go wrong."),
            ),
        ),
        panel(
            CrisisReview.ACTIONS_PANEL,
            rows(CrisisReview.ACTIONS, _("Corrective actions")),
            skeleton="table",
            empty=(
                _("No corrective action was decided yet"),
                _("Say why something happened first, then what is done about it."),
            ),
        ),
        html.Div(rows(CrisisReview.CAUSES_BAR, _("Actions")), className="aw-learn"),
        title_id=CrisisReview.CAUSES_TITLE,
        note=_("What in the company allowed it, not who"),
    )


def _summary() -> html.Section:
    return section(
        _("Summary for everybody"),
        panel(
            CrisisReview.SUMMARY_PANEL,
            rows(CrisisReview.SUMMARY, _("Summary for everybody")),
            skeleton="text",
            empty=(
                _("There is no summary yet"),
                _("Draft it in both languages; names and numbers of customers are taken out."),
            ),
        ),
        html.Div(rows(CrisisReview.SUMMARY_BAR, _("Actions")), className="aw-learn"),
        title_id=CrisisReview.SUMMARY_TITLE,
        note=_("A person confirms the redacted text; once published it never changes"),
    )


def _part(
    panel_id: CrisisReview, rows_id: CrisisReview, title: str, title_id: str, **more: Any
) -> html.Section:
    """A section of one table."""
    empty = more.pop("empty")
    content = panel(panel_id, rows(rows_id, title), skeleton="table", empty=empty)
    return section(title, content, title_id=title_id, **more)
