"""A document taken apart into figures, each with a key that is the same in every issue.

A key reads `section/…/what`: `kpis/csat/now`, `kpis/csat/week/2026-11-16`, `changes/csat/market/PL/
rate`, `incidents/open/17/customers`. Comments hang on keys, comparisons match by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from dashboard.reports.document import (
    Block,
    ChangeBlock,
    DeckBlock,
    Document,
    Effect,
    HeatBlock,
    MapBlock,
    NothingBlock,
    Panel,
    Point,
    SayBlock,
    TableBlock,
)
from dashboard.reports.values import Code, KpiName, Money, Number, Plain, Say, Span, Term, Value

COLUMNS = {
    "key": pl.String(),
    "section": pl.String(),
    "what": pl.String(),
    "segment": pl.String(),
    "start": pl.Date(),
    "value": pl.Float64(),
    "unit": pl.String(),
    "currency": pl.String(),
    "n": pl.Int64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}
"""Columns of `flatten`. `what` is the KPI, or the column of a table; money is in minor units."""

OPENING = "opening"
"""Section of the headline and the sentences below it."""

SAYS = "says"


@dataclass(frozen=True)
class Figure:
    """One value of a document; what is no number has no row in `flatten`, but is compared."""

    key: str
    section: str
    what: str
    value: Value | None
    segment: str | None = None
    start: date | None = None


def flatten(document: Document) -> pl.DataFrame:
    """Every number of a document, one row each, in the order of the document; columns `COLUMNS`."""
    rows = [row for figure in figures(document) if (row := _row(figure)) is not None]
    return pl.DataFrame(rows, schema=COLUMNS)


def figures(document: Document) -> tuple[Figure, ...]:
    """Every value of a document, in its order; keys are unique."""
    found: list[Figure] = []
    opening = (document.headline, *document.summary, *document.missing)
    found += _said(OPENING, OPENING, opening)
    for section in document.sections:
        for block in section.blocks:
            found += _of_block(section.key, block)
    return tuple(_unique(found))


def segment_key(value: Value | None) -> str:
    """How a segment is called in keys; `rest` for all others together."""
    match value:
        case None:
            return "rest"
        case Term():
            return value.value if value.value is not None else "unknown"
        case Code():
            return value.value
        case KpiName():
            return value.name
        case Plain():
            return value.text
    return str(value.model_dump_json())


def _of_block(section: str, block: Block) -> Iterator[Figure]:
    match block:
        case DeckBlock():
            for panel in block.panels:
                yield from _of_panel(section, panel)
        case ChangeBlock():
            yield from _of_change(section, block)
        case TableBlock():
            yield from _of_table(section, block)
        case MapBlock():
            yield from _of_map(section, block)
        case HeatBlock():
            yield from _of_heat(section, block)
        case SayBlock():
            yield from _said(section, section, block.says)
        case NothingBlock():
            yield from _said(section, section, (block.say,))


def _of_panel(section: str, panel: Panel) -> Iterator[Figure]:
    base, kpi = f"{section}/{panel.kpi}", panel.kpi
    unit = panel.now.unit
    yield Figure(f"{base}/now", section, kpi, panel.now)
    yield Figure(f"{base}/before", section, kpi, panel.before)
    yield Figure(f"{base}/prior", section, kpi, panel.prior)
    yield Figure(f"{base}/target", section, kpi, _bare(panel.target, unit))
    yield Figure(f"{base}/standing", section, kpi, Code(group="standing", value=panel.standing))
    yield Figure(f"{base}/maturity", section, kpi, _bare(panel.maturity, "share"))
    yield Figure(f"{base}/tainted", section, kpi, _bare(panel.tainted, "count"))
    for code in panel.exception:
        yield Figure(f"{base}/exception/{code.value}", section, kpi, code)
    if panel.limits is not None:
        for end in ("center", "low", "high"):
            value = _bare(getattr(panel.limits, end), unit)
            yield Figure(f"{base}/limits/{end}", section, kpi, value)
    for grain, points in (("week", panel.weeks), ("month", panel.months)):
        for point in points:
            yield from _of_point(section, f"{base}/{grain}", kpi, point)
    yield from _said(section, base, panel.says)


def _of_point(section: str, base: str, kpi: str, point: Point) -> Iterator[Figure]:
    key = f"{base}/{point.start.isoformat()}"
    yield Figure(key, section, kpi, point.number, start=point.start)
    if point.prior is not None:
        yield Figure(f"{key}/prior", section, kpi, point.prior, start=point.start)


def _of_change(section: str, block: ChangeBlock) -> Iterator[Figure]:
    base, kpi = f"{section}/{block.kpi}/{block.by}", block.kpi
    yield Figure(f"{base}/now", section, kpi, block.now)
    yield Figure(f"{base}/before", section, kpi, block.before)
    for name in ("total", "rate", "mix", "new", "lost"):
        yield Figure(f"{base}/{name}", section, kpi, _bare(getattr(block, name), block.unit))
    for effect in block.effects:
        yield from _of_effect(section, base, block, effect)
    yield from _said(section, base, block.says)


def _of_effect(section: str, base: str, block: ChangeBlock, effect: Effect) -> Iterator[Figure]:
    named = segment_key(effect.segment)
    key = f"{base}/segment/{named}"
    told = {
        "now": effect.now,
        "before": effect.before,
        "rate": _bare(effect.rate, block.unit),
        "mix": _bare(effect.mix, block.unit),
        "total": _bare(effect.total, block.unit),
    }
    for name, value in told.items():
        if value is not None:
            yield Figure(f"{key}/{name}", section, block.kpi, value, named)


def _of_table(section: str, block: TableBlock) -> Iterator[Figure]:
    base = f"{section}/{block.key}"
    if block.lead is not None:
        yield from _said(section, base, (block.lead,))
    for row in block.rows:
        for column in block.columns:
            value = row.cells.get(column.key)
            if value is not None:
                key = f"{base}/{row.key}/{column.key}"
                yield Figure(key, section, column.key, value, row.key)
    if block.more:
        yield Figure(f"{base}/more", section, "more", _bare(block.more, "count"))


def _of_map(section: str, block: MapBlock) -> Iterator[Figure]:
    base = f"{section}/{block.kpi}/market"
    yield from _said(section, base, (block.lead,))
    for cell in block.cells:
        yield Figure(f"{base}/{cell.market}", section, block.kpi, cell.number, cell.market)


def _of_heat(section: str, block: HeatBlock) -> Iterator[Figure]:
    base = f"{section}/{block.key}"
    yield from _said(section, base, (block.lead,))
    for cell in block.cells:
        segment = f"{cell.row}/{cell.column}"
        yield Figure(f"{base}/{segment}", section, block.key, cell.number, segment)


def _said(section: str, base: str, says: Iterable[Say]) -> Iterator[Figure]:
    """That something is said, and the values it is said with."""
    for say in says:
        key = f"{base}/{SAYS}/{say.code}"
        yield Figure(key, section, say.code, Code(group=SAYS, value=say.code))
        for name, value in sorted(say.values.items()):
            yield Figure(f"{key}/{name}", section, say.code, value)


def _bare(value: float | None, unit: str) -> Number | None:
    return None if value is None else Number(value=value, unit=unit)


def _unique(found: Iterable[Figure]) -> Iterator[Figure]:
    seen: Counter[str] = Counter()
    for figure in found:
        seen[figure.key] += 1
        count = seen[figure.key]
        yield figure if count == 1 else replace(figure, key=f"{figure.key}~{count}")


def _row(figure: Figure) -> dict[str, object] | None:
    value = figure.value
    row: dict[str, object] = {
        "key": figure.key,
        "section": figure.section,
        "what": figure.what,
        "segment": figure.segment,
        "start": figure.start,
    }
    match value:
        case Number():
            return row | {
                "value": value.value,
                "unit": value.unit,
                "n": value.n,
                "low": value.low,
                "high": value.high,
            }
        case Money():
            return row | {"value": value.minor, "unit": "minor", "currency": value.currency}
        case Span():
            return row | {"value": value.seconds, "unit": "seconds"}
    return None
