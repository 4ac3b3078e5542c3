"""A document in brief: what a mail says of it, as texts in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashboard import formats
from dashboard.languages import _
from dashboard.reports.charts.weeks import target_text
from dashboard.reports.document import (
    Block,
    ChangeBlock,
    Document,
    HeatBlock,
    MapBlock,
    NothingBlock,
    Panel,
    Point,
    SayBlock,
    Section,
    TableBlock,
)
from dashboard.reports.forms import Issue, outline
from dashboard.reports.showing import (
    kpi_short,
    kpi_title,
    number_text,
    section_title,
    sentence,
    text_of,
    word,
)
from dashboard.reports.values import Code

MOST = 8
"""Lines of a part; the page has the others."""
MOST_NUMBERS = 16
UNKNOWN = "not_yet_known"
_LONGEST = 400
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Line:
    """A KPI in one line."""

    name: str
    figure: str
    change: str
    """Against the period before; empty: not comparable."""
    target: str
    standing: str
    code: str
    """The standing's code, for its colour."""
    weeks: str
    """The last weeks as bars, for the eye only."""


@dataclass(frozen=True)
class Part:
    """A heading and lines below it."""

    title: str
    lines: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True)
class Brief:
    """What a mail says, in this order."""

    subject: str
    over: str
    tone: str
    tone_code: str
    headline: str
    summary: tuple[str, ...]
    late: tuple[str, ...]
    is_complete: bool
    exceptions: tuple[Part, ...]
    decisions: tuple[Part, ...]
    numbers: tuple[Line, ...]
    more_numbers: int
    others: Part
    unknown: tuple[Part, ...]
    colophon: tuple[tuple[str, str], ...]


def brief(document: Document, issue: Issue) -> Brief:
    """The brief of a document."""
    zone = document.zone
    over = (outline.company(document), outline.title(document), outline.period(document))
    headline = sentence(document.headline, zone)
    panels = outline.panels(document)
    is_plain = document.headline_tone == "plain"
    tone = "" if is_plain else word(Code(group="tone", value=document.headline_tone))
    return Brief(
        subject=_cut(said_of(f"{outline.title(document)} {document.period}", headline), 160),
        over=" · ".join(part for part in over if part),
        tone=tone,
        tone_code=document.headline_tone,
        headline=headline,
        summary=tuple(sentence(say, zone) for say in document.summary),
        late=tuple(sentence(say, zone) for say in document.missing),
        is_complete=document.complete and not document.missing,
        exceptions=tuple(_exception(panel, zone) for panel in outline.exceptions(document)[:MOST]),
        decisions=_parts(document, outline.DECISIONS),
        numbers=tuple(_line(panel) for panel in panels[:MOST_NUMBERS]),
        more_numbers=max(0, len(panels) - MOST_NUMBERS),
        others=_others(document),
        unknown=_parts(document, UNKNOWN),
        colophon=tuple(outline.colophon(document, issue)),
    )


def said_of(name: str, text: str) -> str:
    """`name: text`, with the language's colon."""
    return _("{name}: {text}", name=name, text=text)


def incomplete() -> str:
    """That something was late."""
    return _("Incomplete: something was late when this was made.")


def left_out(count: int) -> str:
    """That there is more."""
    return _("{count} more are not shown.", count=formats.number(count))


def _exception(panel: Panel, zone: str) -> Part:
    signals = " · ".join(word(code) for code in panel.exception)
    title = f"{said_of(kpi_title(panel.kpi), number_text(panel.now))} ({signals})"
    return Part(title, tuple(_cut(sentence(say, zone)) for say in panel.says))


def _line(panel: Panel) -> Line:
    target = target_text(panel.target, panel.now.unit) if panel.target is not None else ""
    return Line(
        name=kpi_short(panel.kpi),
        figure=number_text(panel.now),
        change=outline.change_text(panel.now, panel.before),
        target=target,
        standing=outline.standing(panel),
        code=panel.standing,
        weeks=bars(panel.weeks),
    )


def bars(points: Sequence[Point]) -> str:
    """Weeks as eight heights; a dot where nothing is known, the middle where all are alike."""
    values = [point.number.value for point in points]
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    size = max(abs(low), abs(high)) or 1.0
    spread = high / size - low / size

    def height(value: float) -> int:
        return round((value / size - low / size) / spread * 7) if spread > 1e-9 else 3

    return "".join("·" if value is None else _BARS[height(value)] for value in values)


def _parts(document: Document, key: str) -> tuple[Part, ...]:
    """The sections of one kind, line by line."""
    found = []
    for section in document.sections:
        if section.key == key:
            lines = [line for block in section.blocks for line in _told(block, document.zone)]
            more = max(0, len(lines) - MOST) + _left_out(section)
            title = section_title(document, section)
            found.append(Part(title, tuple(lines[:MOST]), more))
    return tuple(found)


def _others(document: Document) -> Part:
    """Of each other section its first sentence."""
    lines = []
    for section in document.sections:
        if section.key in (outline.DECISIONS, UNKNOWN):
            continue
        first = next((line for b in section.blocks for line in _sentences(b, document.zone)), "")
        if first:
            lines.append(said_of(section_title(document, section), first))
    return Part(_("On the page"), tuple(lines))


def _told(block: Block, zone: str) -> Iterator[str]:
    yield from _sentences(block, zone)
    if isinstance(block, TableBlock):
        for row in block.rows:
            cells = (row.cells.get(column.key) for column in block.columns)
            shown = [text_of(cell, zone) for cell in cells if cell is not None]
            yield _cut(" · ".join(text for text in shown if text != formats.NONE))


def _sentences(block: Block, zone: str) -> Iterator[str]:
    match block:
        case SayBlock() | ChangeBlock():
            yield from (_cut(sentence(say, zone)) for say in block.says)
        case TableBlock():
            if block.lead is not None:
                yield _cut(sentence(block.lead, zone))
        case MapBlock() | HeatBlock():
            yield _cut(sentence(block.lead, zone))
        case NothingBlock():
            yield _cut(sentence(block.say, zone))


def _left_out(section: Section) -> int:
    return sum(block.more for block in section.blocks if isinstance(block, TableBlock))


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
