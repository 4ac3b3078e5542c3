"""A document as what stands on paper: texts, drawn charts, and numbers to draw small lines from.

The layout (`layout/*.typ`) gets this as JSON and only places it; it never sees a code or a unit.
Called inside `use_language`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dashboard import formats
from dashboard.languages import current
from dashboard.reports import charts, showing
from dashboard.reports.charts.weeks import target_text
from dashboard.reports.document import (
    ChangeBlock,
    DeckBlock,
    Document,
    Effect,
    HeatBlock,
    MapBlock,
    NothingBlock,
    Panel,
    Point,
    Say,
    SayBlock,
    Section,
    TableBlock,
)
from dashboard.reports.forms import Issue, outline
from dashboard.reports.forms.column_widths import CARD, PAGE, below, fits, page, widths
from dashboard.reports.forms.paper_front import front
from dashboard.reports.periods import Grain
from dashboard.reports.rounding import as_told
from dashboard.reports.values import Code, Number
from dashboard.wording import report_paper as words

Json = dict[str, Any]
WEEKS, MONTHS = 6, 12
_WIDE = 780.0
"""Width of the page in units of charts, of which 380 are a column."""
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ')
_LANGUAGES = {"en": ("en", "GB"), "zh_Hans": ("zh", "CN")}


def paper(document: Document, issue: Issue) -> Json:
    """Everything that the layout places."""
    language, region = _LANGUAGES[current()]
    zone = document.zone
    sections = [_section(document, section) for section in document.sections]
    title, period = outline.title(document), outline.period(document)
    headline = showing.sentence(document.headline, zone)
    return {
        "language": language,
        "region": region,
        "words": words.heads(grain(document)),
        "title": title,
        "name": f"{title} {document.period}: {headline}",
        "company": outline.company(document),
        "period": period,
        "as_of": words.as_of(document),
        "running": [title, period, words.issue_line(issue), words.document_line(issue)],
        "headline": headline,
        "tone": document.headline_tone,
        "summary": says(document.summary, zone),
        "missing": says(document.missing, zone),
        "front": front(sections),
        "sections": sections,
        "colophon": [list(pair) for pair in outline.colophon(document, issue)],
        "notes": [],
    }


def grain(document: Document) -> Grain:
    """What kind of period the document covers."""
    return "week" if "-W" in document.period else "quarter" if "-Q" in document.period else "month"


def says(sentences: tuple[Say, ...], zone: str) -> list[str]:
    """Sentences as the reader reads them."""
    return [showing.sentence(one, zone) for one in sentences]


def _section(document: Document, section: Section) -> Json:
    return {
        "key": section.key,
        "title": showing.section_title(document, section),
        "blocks": [_BLOCKS[type(block)](block, document.zone) for block in section.blocks],
    }


def _say(block: SayBlock, zone: str) -> Json:
    return {"block": "say", "says": says(block.says, zone), "tone": block.tone}


def _nothing(block: NothingBlock, zone: str) -> Json:
    return {"block": "nothing", "say": showing.sentence(block.say, zone)}


def _deck(block: DeckBlock, zone: str) -> Json:
    return {
        "block": "deck",
        "panels": [_panel(one, zone) for one in block.panels],
        "key": charts.legend(charts.PRINT, _WIDE),
        "alt": words.key(),
    }


def _panel(panel: Panel, zone: str) -> Json:
    now, title = panel.now, showing.kpi_title(panel.kpi)
    return {
        "title": title,
        "short": showing.kpi_short(panel.kpi),
        "now": showing.number_text(now),
        "interval": showing.interval_text(now),
        "facts": [_unbroken(one) for one in outline.caveats(panel)],
        "before": outline.change_text(now, panel.before) or formats.NONE,
        "prior": outline.change_text(now, panel.prior) or formats.NONE,
        "comparisons": [_unbroken(one) for one in outline.comparisons(panel)],
        "target": "" if panel.target is None else target_text(panel.target, now.unit),
        "standing": panel.standing,
        "word": outline.standing(panel),
        "signals": [showing.word(code) for code in panel.exception],
        "says": says(panel.says, zone),
        "weeks": _line(panel.weeks[-WEEKS:], panel.target),
        "months": _line(panel.months[-MONTHS:], panel.target),
        "chart": charts.panel(panel, charts.PRINT, zone),
        "alt": words.chart_of(title),
    }


def _unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


def _line(points: tuple[Point, ...], target: float | None) -> Json:
    """A small line: values and prior year between 0 and 1, from the lowest to the highest."""
    values = [point.number.value for point in points]
    prior = [point.prior.value if point.prior else None for point in points]
    known = [value for value in (*values, *prior) if value is not None]
    if not known:
        return {"values": [], "prior": [], "target": None, "young": False}
    low, high = min(known), max(known)
    if target is not None and low - (high - low) <= target <= high + (high - low):
        low, high = min(low, target), max(high, target)
    else:
        target = None
    spread = high - low

    def place(value: float | None) -> float | None:
        if value is None:
            return None
        return round((value - low) / spread, 4) if spread else 0.5

    return {
        "values": [place(value) for value in values],
        "prior": [place(value) for value in prior],
        "target": place(target),
        "young": points[-1].provisional,
    }


def _change(block: ChangeBlock, zone: str) -> Json:
    title = showing.kpi_title(block.kpi)
    return {
        "block": "change",
        "title": title,
        "says": says(block.says, zone),
        "chart": charts.change(block, charts.PRINT),
        "alt": " ".join(says(block.says, zone)) or title,
        "table": effects(block, zone),
    }


def effects(block: ChangeBlock, zone: str) -> Json:
    """The effects of segments as a table that adds up to the change."""

    def shown(value: float | None) -> str:
        return formats.NONE if value is None else showing.figure_text(value, unit, signed=True)

    def level(number: Number | None) -> str:
        return formats.NONE if number is None else showing.figure_text(number.value, number.unit)

    # A difference of shares is in points: without the sign of a percentage.
    unit = "points" if block.unit == "share" else block.unit

    def row(effect: Effect) -> list[str]:
        kind = showing.word(Code(group="effect", value=effect.kind))
        name = kind if effect.segment is None else showing.text_of(effect.segment, zone)
        if effect.segment is not None and effect.kind in ("new", "lost"):
            name = f"{name} ({kind})"
        cells = [name, level(effect.before), level(effect.now)]
        return [*cells, shown(effect.rate), shown(effect.mix), shown(effect.total)]

    names = [
        showing.word(Code(group="column", value=block.by)),
        words.before_short(),
        words.now_short(),
        words.rate(),
        words.mix(),
        words.change(),
    ]
    rows = [row(effect) for effect in block.effects]
    total = [words.total(), level(block.before), level(block.now)]
    change, rate, mix = as_told(block)
    rows.append([*total, shown(rate), shown(mix), shown(change)])
    laid = _laid(names, [False, *[True] * 5], rows, ["plain"] * len(block.effects) + ["total"], "")
    lines, numeric = [names, *rows], laid["numeric"]
    beside = fits(lines, numeric, CARD)
    return {**laid, "beside": beside, "widths": widths(lines, numeric, CARD if beside else PAGE)}


def _table(block: TableBlock, zone: str) -> Json:
    rows = [
        [
            "" if row.cells.get(column.key) is None else _cell(row.cells[column.key], zone)
            for column in block.columns
        ]
        for row in block.rows
    ]
    laid = _laid(
        [showing.word(column.title) for column in block.columns],
        [column.numeric for column in block.columns],
        rows,
        [row.tone for row in block.rows],
        words.more_rows(block.more) if block.more else "",
    )
    lead = showing.sentence(block.lead, zone) if block.lead else ""
    return {"block": "table", "lead": lead, "table": laid}


def _cell(value: Any, zone: str) -> str:
    text = showing.text_of(value, zone)
    if isinstance(value, Number) and value.low is not None:
        return f"{text} ({showing.interval_text(value)})"
    return text


def _laid(
    heads: list[str], numeric: list[bool], rows: list[list[str]], tones: list[str], more: str
) -> Json:
    """A table with the share of the width that each column gets."""
    if not fits([heads, *rows], numeric, page(len(heads))):
        # Intervals below their numbers instead of beside them.
        rows = [below(row, numeric) for row in rows]
    return {
        "heads": heads,
        "numeric": numeric,
        "widths": widths([heads, *rows], numeric, page(len(heads))),
        "rows": rows,
        "tones": tones,
        "more": more,
    }


def _map(block: MapBlock, zone: str) -> Json:
    lead = showing.sentence(block.lead, zone)
    chart = charts.sla_map(block, charts.PRINT)
    return {"block": "chart", "width": _share(chart), "lead": lead, "chart": chart, "alt": lead}


def _heat(block: HeatBlock, zone: str) -> Json:
    lead = showing.sentence(block.lead, zone)
    chart = charts.heat(block, charts.PRINT)
    return {
        "block": "chart",
        "width": _share(chart),
        "lead": lead,
        "chart": chart,
        "alt": lead,
    }


def _share(chart: str) -> float:
    """How much of the width a chart gets, in percent: lettering a little larger than in panels."""
    size = _SIZE.search(chart)
    return 60.0 if size is None else round(min(100.0, 115 * float(size[1]) / _WIDE), 1)


_BLOCKS: Mapping[type, Callable[[Any, str], Json]] = {
    SayBlock: _say,
    NothingBlock: _nothing,
    DeckBlock: _deck,
    ChangeBlock: _change,
    TableBlock: _table,
    MapBlock: _map,
    HeatBlock: _heat,
}
"""Every kind of block of `document.Block`; a test holds them equal."""


def kinds() -> set[type]:
    """Which blocks can be put on paper."""
    return set(_BLOCKS)
