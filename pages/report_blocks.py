"""How the parts of a report stand on a screen: one function per kind of block."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard import report_keys, vocabulary
from dashboard.components.attributes import attributes
from dashboard.components.inline_svg import inline_svg
from dashboard.languages import _
from dashboard.reports import charts, showing
from dashboard.reports.document import (
    ChangeBlock,
    DeckBlock,
    Document,
    Effect,
    HeatBlock,
    MapBlock,
    NothingBlock,
    Row,
    SayBlock,
    Section,
    TableBlock,
)
from dashboard.reports.values import Number, Say
from dashboard.wording import reports_page as words
from pages.report_numbers import numbers
from pages.report_panel import sentences, tools

TONES = {"good": "ok", "bad": "breach", "unknown": "watch", "plain": "info"}


def section(document: Document, part: Section) -> html.Section:
    """A section with its blocks."""
    title_id = report_keys.section_anchor(part.key)
    title = showing.section_title(document, part)
    return html.Section(
        [
            html.Header(
                html.H2(title, id=title_id, className="aw-section__title"),
                className="aw-section__head",
            ),
            html.Div(blocks(document, part), className="aw-report__blocks"),
        ],
        className=f"aw-section aw-report__part aw-report__part--{part.key}",
        **attributes(aria_labelledby=title_id),
    )


def blocks(document: Document, part: Section) -> list[Any]:
    """The blocks of a section, without its title."""
    return [block(document, part, one) for one in part.blocks]


def block(document: Document, part: Section, block: Any) -> Any:
    """One block of a section."""
    zone = document.zone
    match block:
        case DeckBlock():
            shown: Any = numbers(document, part.key, block)
        case ChangeBlock():
            shown = _change(part.key, block, zone)
        case TableBlock():
            shown = _table(part.key, block, zone)
        case MapBlock():
            drawn = charts.sla_map(block, charts.SCREEN)
            shown = _picture(block.lead, drawn, _cells(block), zone)
        case HeatBlock():
            drawn = charts.heat(block, charts.SCREEN, zone)
            shown = _picture(block.lead, drawn, _heat_rows(block, zone), zone)
        case SayBlock():
            told = sentences(block.says, zone)
            shown = html.Div(told, className=f"aw-report__told aw-report__told--{block.tone}")
        case NothingBlock():
            text = showing.sentence(block.say, zone)
            shown = html.P(text, className="aw-report__nothing")
        case _:
            shown = ""
    return shown


# ---- changes ----


def _change(section_key: str, block: ChangeBlock, zone: str) -> html.Article:
    key = report_keys.change_key(section_key, block.kpi, block.by)
    anchor = report_keys.anchor(key)
    title = words.change_title(block)
    return html.Article(
        [
            html.H3(title, id=anchor, className="aw-report__panel-title"),
            sentences(block.says, zone),
            inline_svg(charts.change(block, charts.SCREEN)),
            _behind(_effects(block, zone)),
            tools(key, title),
        ],
        className="aw-report__change",
        **attributes(aria_labelledby=anchor),
    )


def _effects(block: ChangeBlock, zone: str) -> html.Div:
    heads = [
        vocabulary.dimension_name(block.by),
        _("Before"),
        _("Now"),
        _("Rate"),
        _("Mix"),
        _("Effect"),
    ]
    rows = [_effect(one, block, zone) for one in block.effects]
    return plain_table(heads, rows, numeric=range(1, len(heads)))


def _effect(one: Effect, block: ChangeBlock, zone: str) -> list[Any]:
    name = showing.text_of(one.segment, zone) if one.segment else words.all_others()
    unit = "points" if block.unit == "share" else block.unit

    def signed(value: float | None) -> str:
        return showing.figure_text(value, unit, signed=True)

    def level(number: Number | None) -> str:
        return showing.number_text(number) if number else "–"

    return [
        name if one.kind in ("common", "rest") else [name, " ", words.kind_of(one.kind)],
        level(one.before),
        level(one.now),
        signed(one.rate),
        signed(one.mix),
        signed(one.total),
    ]


# ---- tables and pictures ----


def _table(section_key: str, block: TableBlock, zone: str) -> html.Div:
    key = report_keys.table_key(section_key, block.key)
    heads = [showing.word(column.title) for column in block.columns]
    numeric = [place for place, column in enumerate(block.columns) if column.numeric]
    cells = [
        [_cell(one, place, column.key, zone) for place, column in enumerate(block.columns)]
        for one in block.rows
    ]
    lead = showing.sentence(block.lead, zone) if block.lead is not None else ""
    return html.Div(
        [
            html.P(lead, className="aw-report__lead") if lead else "",
            plain_table(
                heads,
                cells,
                numeric=numeric,
                tones=[one.tone for one in block.rows],
                label=lead or heads[0],
            ),
            html.P(words.more(block.more), className="aw-report__more") if block.more else "",
            tools(key, lead or heads[0]),
        ],
        id=report_keys.anchor(key),
        className="aw-report__table",
    )


def _cell(row: Row, place: int, column: str, zone: str) -> Any:
    value = row.cells.get(column)
    shown = showing.text_of(value, zone) if value is not None else ""
    content: list[Any] = [shown]
    if isinstance(value, Number) and value.low is not None:
        content += [" ", html.Span(showing.interval_text(value), className="aw-interval")]
    if place == 0 and row.link:
        return dcc.Link(content, href=row.link, className="aw-link")
    return content


def plain_table(
    heads: list[str],
    rows: list[list[Any]],
    *,
    numeric: Any = (),
    tones: list[str] | None = None,
    label: str = "",
) -> html.Div:
    """A table; on a phone each row stands as a small card."""

    def cells(row: list[Any]) -> list[Any]:
        return [
            html.Th(cell, scope="row")
            if place == 0
            else html.Td(
                cell,
                className="aw-num" if place in numeric else "",
                **attributes(data_label=heads[place]),
            )
            for place, cell in enumerate(row)
        ]

    head = [
        html.Th(name, scope="col", className="aw-num" if place in numeric else "")
        for place, name in enumerate(heads)
    ]
    marks = tones or ["plain"] * len(rows)
    body = [
        html.Tr(cells(row), className=f"aw-report__row aw-report__row--{tone}")
        for row, tone in zip(rows, marks, strict=True)
    ]
    return html.Div(
        html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="aw-table"),
        className="aw-table-wrap aw-report__wrap",
        role="region",
        tabIndex=0,
        **attributes(aria_label=label or heads[0]),
    )


def _picture(lead: Say, svg: str, table: html.Div, zone: str) -> html.Div:
    return html.Div(
        [
            html.P(showing.sentence(lead, zone), className="aw-report__lead"),
            inline_svg(svg),
            _behind(table),
        ],
        className="aw-report__picture",
    )


def _cells(block: MapBlock) -> html.Div:
    heads = [vocabulary.dimension_name("market"), showing.kpi_short(block.kpi), "n", _("State")]
    rows = [
        [
            vocabulary.value_name("market", cell.market),
            showing.number_text(cell.number),
            showing.figure_text(cell.number.n, "count"),
            words.standing_word(cell.standing),
        ]
        for cell in block.cells
    ]
    return plain_table(heads, rows, numeric=(1, 2))


def _heat_rows(block: HeatBlock, zone: str) -> html.Div:
    found = {(cell.row, cell.column): cell for cell in block.cells}
    heads = ["", *[showing.text_of(one, zone) for one in block.columns]]
    rows: list[list[Any]] = []
    for key, name in zip(block.row_keys, block.rows, strict=True):
        row: list[Any] = [showing.text_of(name, zone)]
        for column in block.column_keys:
            cell = found.get((key, column))
            row.append(showing.number_text(cell.number) if cell else "–")
        rows.append(row)
    return plain_table(heads, rows, numeric=range(1, len(heads)))


def _behind(table: html.Div) -> html.Details:
    return html.Details([html.Summary(_("Table behind this chart")), table], className="aw-behind")
