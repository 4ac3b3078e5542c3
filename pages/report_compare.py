"""Two reports side by side: what each says first, then KPI by KPI."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.words import status
from dashboard.languages import _
from dashboard.report_archive import Listed
from dashboard.report_page import Other
from dashboard.reports import showing
from dashboard.reports.document import DeckBlock, Document, Panel
from dashboard.reports.values import Code
from dashboard.wording import reports_page as words
from pages.report_blocks import TONES, plain_table
from pages.report_panel import STANDINGS, sentences


def compared(listed: Listed, document: Document, other: Other) -> html.Div:
    """Both openings beside each other, then every KPI of both."""
    return html.Div(
        [
            html.Div(
                [_opening(listed, document), _opening(other.listed, other.document)],
                className="aw-report__pair",
            ),
            _table(listed, document, other),
        ]
    )


def _opening(listed: Listed, document: Document) -> html.Article:
    tone = showing.word(Code(group="tone", value=document.headline_tone))
    return html.Article(
        [
            html.H3(dcc.Link(words.issue_name(listed), href=f"/reports/{listed.id}")),
            html.P(status(TONES[document.headline_tone], tone)),  # type: ignore[arg-type]
            html.P(
                showing.sentence(document.headline, document.zone), className="aw-report__headline"
            ),
            sentences(document.summary, document.zone),
        ],
        className="aw-report__one",
    )


def _table(listed: Listed, document: Document, other: Other) -> html.Div:
    mine, theirs = _panels(document), _panels(other.document)
    heads = ["KPI", listed.period, other.listed.period, _("Difference")]
    rows: list[list[Any]] = []
    for name in [*mine, *[name for name in theirs if name not in mine]]:
        here, there = mine.get(name), theirs.get(name)
        change = words.difference(here.now, there.now) if here and there else ""
        rows.append([showing.kpi_title(name), _cell(here), _cell(there), change or "–"])
    return plain_table(heads, rows, numeric=(1, 2, 3))


def _panels(document: Document) -> dict[str, Panel]:
    return {
        panel.kpi: panel
        for part in document.sections
        for block in part.blocks
        if isinstance(block, DeckBlock)
        for panel in block.panels
    }


def _cell(panel: Panel | None) -> list[Any]:
    if panel is None:
        return ["–"]
    shown: list[Any] = [showing.number_text(panel.now)]
    interval = showing.interval_text(panel.now)
    if interval:
        shown += [" ", html.Span(interval, className="aw-interval")]
    if panel.standing in ("met", "missed", "unsure"):
        shown += [" ", status(STANDINGS[panel.standing], words.standing_word(panel.standing))]  # type: ignore[arg-type]
    return shown
