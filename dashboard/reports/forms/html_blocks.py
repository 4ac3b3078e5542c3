"""Blocks of a document as HTML: a drawing, the sentences about it, the table behind it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dashboard import formats
from dashboard.languages import _
from dashboard.reports import charts
from dashboard.reports.charts.palette import SCREEN
from dashboard.reports.charts.waterfall import effect_text, segment_text
from dashboard.reports.charts.weeks import month_name, week_name
from dashboard.reports.document import (
    Block,
    ChangeBlock,
    DeckBlock,
    HeatBlock,
    MapBlock,
    NothingBlock,
    Panel,
    Point,
    Row,
    SayBlock,
    TableBlock,
)
from dashboard.reports.forms import outline
from dashboard.reports.forms.markup import Html, Piece, el, join
from dashboard.reports.rounding import as_told
from dashboard.reports.showing import (
    figure_text,
    interval_text,
    kpi_title,
    number_text,
    sentence,
    text_of,
    word,
)
from dashboard.reports.values import Code, Number, Say, Value

_SIGNS = {"good": "●", "bad": "▲", "unknown": "◌"}
_STANDING_SIGNS = {"met": "●", "missed": "▲", "unsure": "◌", "no_data": "–"}


def block_html(block: Block, zone: str) -> Html:
    """One block."""
    return _WRITERS[block.block](block, zone)


def deck(panels: Sequence[Panel], zone: str, *, is_all: bool) -> Html:
    """Panels side by side, and the key to their marks."""
    if not panels:
        return el("p", _("Every number of this section is told above."), class_="note")
    told = None if is_all else _("Those told above are left out here.")
    return join(
        el("p", told, class_="note") if told else None,
        behind(
            el("div", *(panel_html(panel, zone) for panel in panels), class_="deck"),
            _("All measures in full") if is_all else _("All others in full"),
        ),
        el("div", Html(charts.legend(SCREEN, 760)), class_="chart key key--wide"),
        el("div", Html(charts.legend(SCREEN, 340)), class_="chart key key--narrow"),
    )


def panel_html(panel: Panel, zone: str) -> Html:
    """One KPI: its figure, how it compares, its weeks and months, what is said about it."""
    compared, caveats = outline.comparisons(panel), outline.caveats(panel)
    standing = outline.standing(panel)
    sign = el("span", f"{_STANDING_SIGNS.get(panel.standing, '')} ", aria_hidden="true")
    chip = el("span", sign, standing, class_=f"chip chip--{panel.standing}") if standing else None
    unit = formats.unit_name(panel.now.unit)
    # What its title says already does not stand beside the figure as well.
    shown = figure_text(panel.now.value, panel.now.unit)
    beside = unit if panel.now.unit in ("days", "hours") and panel.now.value is not None else ""
    return el(
        "article",
        el("h3", kpi_title(panel.kpi)),
        el(
            "div",
            el("b", shown),
            el("span", beside, class_="note") if beside else None,
            chip,
            class_="now",
        ),
        el("p", " · ".join(compared), class_="note") if compared else None,
        _sentences(panel.says, zone),
        el("div", Html(charts.panel(panel, SCREEN, zone)), class_="chart"),
        el("p", " · ".join(caveats), class_="note") if caveats else None,
        _points(panel),
        class_="panel",
    )


def _points(panel: Panel) -> Html | None:
    if not panel.weeks and not panel.months:
        return None
    head = (_("Week or month"), _("Figure"), _("95% interval"), "n", _("A year before"))
    rows = [
        *(_point(point, week_name(point)) for point in panel.weeks),
        *(_point(point, month_name(point)) for point in panel.months),
    ]
    return behind(table(head, rows, numeric={1, 2, 3, 4}, name=kpi_title(panel.kpi)))


def _point(point: Point, name: str) -> tuple[str, ...]:
    shown = figure_text(point.number.value, point.number.unit)
    return (
        name,
        _("{value}, not final", value=shown) if point.provisional else shown,
        interval_text(point.number) or formats.NONE,
        formats.number(point.number.n),
        figure_text(point.prior.value, point.prior.unit) if point.prior else formats.NONE,
    )


def behind(inside: Html, title: str | None = None) -> Html:
    """A table behind a drawing, or whatever `title` names, folded away."""
    return el("details", el("summary", title or _("Figures")), inside)


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[Piece]],
    *,
    numeric: set[int],
    name: str,
    classes: Sequence[str] = (),
) -> Html:
    """A table that scrolls within itself; the first cell of a row names it."""

    def cell(index: int, inside: Piece) -> Html:
        kind = "n" if index in numeric else None
        if index == 0:
            return el("th", inside, class_=kind, scope="row")
        return el("td", inside, class_=kind)

    def row(index: int, cells: Sequence[Piece]) -> Html:
        written = (cell(i, inside) for i, inside in enumerate(cells))
        return el("tr", *written, class_=classes[index] if classes else None)

    heads = (
        el("th", title, class_="n" if i in numeric else None, scope="col")
        for i, title in enumerate(head)
    )
    whole = el(
        "table",
        el("caption", name, class_="visually-hidden"),
        el("thead", el("tr", *heads)),
        el("tbody", *(row(i, cells) for i, cells in enumerate(rows))),
    )
    return el("div", whole, class_="scroll", tabindex="0", role="region", aria_label=name)


def _sentences(says: Sequence[Say], zone: str) -> Html | None:
    if not says:
        return None
    return el("div", *(el("p", sentence(say, zone)) for say in says), class_="says")


def _say(block: SayBlock, zone: str) -> Html:
    if block.tone == "plain":
        return join(*(el("p", sentence(say, zone)) for say in block.says))
    sign = el("span", _SIGNS[block.tone], aria_hidden="true", class_="sign")
    lines = (el("p", sign, sentence(say, zone)) for say in block.says)
    return el("div", *lines, class_=f"says--toned row--{block.tone}")


def _deck(block: DeckBlock, zone: str) -> Html:
    return deck(block.panels, zone, is_all=True)


def _change(block: ChangeBlock, zone: str) -> Html:
    head = (_("Segment"), _("Before"), _("Now"), _("Total"), _("Rate"), _("Mix"))
    rows = [
        (
            segment_text(effect),
            _figure(effect.before),
            _figure(effect.now),
            effect_text(effect.total, block.unit),
            effect_text(effect.rate, block.unit),
            effect_text(effect.mix, block.unit),
        )
        for effect in block.effects
    ]
    total, rate, mix = (effect_text(amount, block.unit) for amount in as_told(block))
    rows.append((_("All"), _figure(block.before), _figure(block.now), total, rate, mix))
    name = _("Change of {kpi}", kpi=kpi_title(block.kpi))
    told = el("div", el("h3", name), _sentences(block.says, zone))
    drawn = el(
        "div",
        el("div", Html(charts.change(block, SCREEN)), class_="chart"),
        behind(table(head, rows, numeric={1, 2, 3, 4, 5}, name=name)),
    )
    return el("div", told, drawn, class_="beside")


def _figure(number: Number | None) -> str:
    return formats.NONE if number is None else figure_text(number.value, number.unit)


def _table(block: TableBlock, zone: str) -> Html:
    head = [word(column.title) for column in block.columns]
    numeric = {i for i, column in enumerate(block.columns) if column.numeric}
    rows = [
        [_cell(row, i, row.cells.get(column.key), zone) for i, column in enumerate(block.columns)]
        for row in block.rows
    ]
    lead = sentence(block.lead, zone) if block.lead else ""
    more = _("{count} more are not shown.", count=formats.number(block.more))
    return join(
        el("p", lead) if lead else None,
        table(
            head,
            rows,
            numeric=numeric,
            name=lead or ", ".join(head),
            classes=[f"row--{row.tone}" for row in block.rows],
        ),
        el("p", more, class_="note") if block.more else None,
    )


def _cell(row: Row, index: int, value: Value | None, zone: str) -> Html:
    sign = None
    if index == 0 and row.tone != "plain":
        # Told by shape and words too, not by colour alone.
        told = word(Code(group="tone", value=row.tone))
        sign = join(
            el("span", _SIGNS[row.tone], class_="sign", aria_hidden="true"),
            el("span", f"{told}: ", class_="visually-hidden"),
        )
    return join(sign, "" if value is None else text_of(value, zone))


def _map(block: MapBlock, zone: str) -> Html:
    head = (_("Market"), _("Figure"), _("95% interval"), "n", _("Standing"))
    rows = [
        (
            formats.country(cell.market),
            figure_text(cell.number.value, cell.number.unit),
            interval_text(cell.number) or formats.NONE,
            formats.number(cell.number.n),
            word(Code(group="standing", value=cell.standing)),
        )
        for cell in block.cells
    ]
    name = kpi_title(block.kpi)
    told = el(
        "div",
        el("h3", name),
        el("p", sentence(block.lead, zone)),
        el("p", _map_key(), class_="note"),
    )
    drawn = el(
        "div",
        el("div", Html(charts.sla_map(block, SCREEN)), class_="chart"),
        behind(table(head, rows, numeric={1, 2, 3}, name=name)),
    )
    return el("div", told, drawn, class_="beside")


def _map_key() -> str:
    return _(
        "Filled red: target missed. Pale: met. Outlined: too close to call. Hatched: too few "
        "to judge. Empty: no data."
    )


def _heat(block: HeatBlock, zone: str) -> Html:
    cells = {(cell.row, cell.column): cell for cell in block.cells}
    head = ["", *(text_of(column, zone) for column in block.columns)]
    rows = []
    for key, row in zip(block.row_keys, block.rows, strict=True):
        found = (cells.get((key, column)) for column in block.column_keys)
        figures = [number_text(cell.number) if cell else formats.NONE for cell in found]
        rows.append([text_of(row, zone), *figures])
    is_wide = len(block.columns) > 8
    name = sentence(block.lead, zone)
    return join(
        el("p", name),
        el(
            "div",
            Html(charts.heat(block, SCREEN, zone)),
            class_="chart chart--wide" if is_wide else "chart",
            tabindex="0" if is_wide else None,
        ),
        el("p", _("Red ▲: more than usual. Outlined ▼: less. Hatched: too few."), class_="note"),
        behind(table(head, rows, numeric=set(range(1, len(head))), name=name)),
    )


def _nothing(block: NothingBlock, zone: str) -> Html:
    return el("p", sentence(block.say, zone), class_="quiet")


_WRITERS: Mapping[str, Callable[[Any, str], Html]] = {
    "say": _say,
    "deck": _deck,
    "change": _change,
    "table": _table,
    "map": _map,
    "heat": _heat,
    "nothing": _nothing,
}
