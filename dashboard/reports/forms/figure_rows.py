"""Every figure of a document as a row that a person and a program can read. Pure.

Names are in the reader's language, keys are the same in every issue and language. Money is in whole
units of its currency, shares are between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel import numbers

from dashboard.reports import figures, showing
from dashboard.reports.document import (
    ChangeBlock,
    Document,
    HeatBlock,
    MapBlock,
    NothingBlock,
    Say,
    SayBlock,
    Section,
    TableBlock,
)
from dashboard.reports.values import Code, KpiName, Money, Number, Span, Term, Value
from dashboard.wording import report_tables as words
from data_access.metrics import CATALOGUE


@dataclass(frozen=True)
class FigureRow:
    """One figure."""

    key: str
    section: str
    what: str
    reading: str
    """Which reading of it: now, the week before, a week of the series, the share of rate …"""
    segment: str
    start: date | None
    value: float | None
    unit: str
    currency: str
    n: int | None
    low: float | None
    high: float | None


def rows(document: Document) -> list[FigureRow]:
    """All figures in the order of the document."""
    names = _Names(document)
    return [row for figure in figures.figures(document) if (row := _row(figure, names)) is not None]


def amount(money: Money) -> float | None:
    """In whole units of its currency."""
    if money.minor is None:
        return None
    places = numbers.get_currency_precision(money.currency)
    return round(money.minor / float(10**places), places)


class _Names:
    """What sections, segments and sentences are called in this document and language."""

    def __init__(self, document: Document) -> None:
        self.zone = document.zone
        self.sections = {figures.OPENING: words.opening()}
        self.sentences: dict[tuple[str, str], str] = {}
        self.segments: dict[tuple[str, str], str] = {}
        self._say(figures.OPENING, document.headline, *document.summary, *document.missing)
        for section in document.sections:
            self.sections[section.key] = showing.section_title(document, section)
            self._section(section)

    def what(self, figure: figures.Figure) -> str:
        """KPI, column, or the sentence that a number stands in."""
        sentence = self.sentences.get((figure.section, figure.what))
        if sentence is not None:
            return sentence
        if figure.what in CATALOGUE:
            return showing.text_of(KpiName(name=figure.what), self.zone)
        return showing.word(Code(group="column", value=figure.what))

    def _section(self, section: Section) -> None:
        for block in section.blocks:
            match block:
                case SayBlock():
                    self._say(section.key, *block.says)
                case NothingBlock():
                    self._say(section.key, block.say)
                case ChangeBlock():
                    self._say(section.key, *block.says)
                    for effect in block.effects:
                        name = self._shown(effect.segment) or words.rest()
                        self.segments[section.key, figures.segment_key(effect.segment)] = name
                case TableBlock():
                    self._table(section.key, block)
                case MapBlock():
                    self._say(section.key, block.lead)
                    for cell in block.cells:
                        market = Term(dimension="market", value=cell.market)
                        self.segments[section.key, cell.market] = self._shown(market)
                case HeatBlock():
                    self._heat(section.key, block)
                case _:
                    for panel in block.panels:
                        self._say(section.key, *panel.says)

    def _table(self, key: str, block: TableBlock) -> None:
        if block.lead is not None:
            self._say(key, block.lead)
        for row in block.rows:
            first = next((cell for cell in row.cells.values() if cell is not None), None)
            self.segments[key, row.key] = self._shown(first) or row.key

    def _heat(self, key: str, block: HeatBlock) -> None:
        self._say(key, block.lead)
        lines = dict(zip(block.row_keys, block.rows, strict=True))
        columns = dict(zip(block.column_keys, block.columns, strict=True))
        for cell in block.cells:
            pair = (self._shown(lines[cell.row]), self._shown(columns[cell.column]))
            self.segments[key, f"{cell.row}/{cell.column}"] = " × ".join(pair)

    def _say(self, key: str, *says: Say) -> None:
        for say in says:
            self.sentences[key, say.code] = showing.sentence(say, self.zone)

    def _shown(self, value: Value | None) -> str:
        return "" if value is None else showing.text_of(value, self.zone)


def _row(figure: figures.Figure, names: _Names) -> FigureRow | None:
    measured = _measured(figure.value)
    if measured is None:
        return None
    value, unit, currency, number = measured
    return FigureRow(
        key=figure.key,
        section=names.sections[figure.section],
        what=names.what(figure),
        reading=words.reading(_reading(figure)),
        segment=names.segments.get((figure.section, figure.segment or ""), figure.segment or ""),
        start=figure.start,
        value=value,
        unit=unit,
        currency=currency,
        n=number.n if number else None,
        low=number.low if number else None,
        high=number.high if number else None,
    )


def _measured(value: Value | None) -> tuple[float | None, str, str, Number | None] | None:
    match value:
        case Number():
            # KPIs of money name their currency: `money_per_order:EUR`.
            unit, _colon, currency = value.unit.partition(":")
            return value.value, unit, currency, value
        case Money():
            return amount(value), "money", value.currency, None
        case Span():
            return float(value.seconds), "seconds", "", None
    return None


def _reading(figure: figures.Figure) -> str:
    """The part of the key that says which reading of a KPI this is; empty elsewhere."""
    parts = figure.key.split("~")[0].split("/")
    if figures.SAYS in parts:
        return figures.SAYS
    if figure.start is not None:
        grain = "month" if "month" in parts else "week"
        return f"{grain}_prior" if parts[-1] == "prior" else grain
    if "limits" in parts:
        return f"limits_{parts[-1]}"
    return parts[-1] if parts[-1] in words.READINGS else ""
