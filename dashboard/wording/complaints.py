"""What the complaints screen says: cells and their hover, reasons and their shift, the findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from dashboard import formats, rows
from dashboard.complaints import FEWEST_ORDERS, week_days
from dashboard.languages import _, current
from dashboard.url_filter import Period, link, narrow, spanning
from dashboard.vocabulary import dimension_name, value_name

RATE = "per_1000"


def answer(now: Mapping[str, Any], before: Mapping[str, Any] | None, standing_out: str) -> str:
    """How many contacts, how often, whether that changed, and what stands out."""
    contacts, rate = now["numerator"], now["value"]
    if not contacts:
        return _("Nobody asked for help in this selection.")
    parts = [_("{contacts} contacts", contacts=formats.number(contacts))]
    if rate is not None:
        parts[0] += _(", {rate} per 1,000 orders", rate=formats.value(rate, RATE))
        parts[0] += _direction(now, before)
    parts[0] += _full_stop()
    if standing_out:
        parts.append(standing_out + _full_stop())
    return ("" if current() == "zh_Hans" else " ").join(parts)


def _full_stop() -> str:
    return "。" if current() == "zh_Hans" else "."


def _direction(now: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    earlier = before["value"] if before else None
    if earlier is None:
        return ""
    size = formats.relative(now["value"], earlier)
    if not size or now["low"] <= earlier <= now["high"]:
        return _(", about as before")
    if now["value"] > earlier:
        return _(", {size} more than before", size=size)
    return _(", {size} less than before", size=size)


def place_cells(cells: pl.DataFrame, measure: str, query: str) -> pl.DataFrame:
    """Category × market as the figure wants it."""
    return _cells(
        cells,
        measure,
        row=lambda cell: value_name("category", cell["category"]),
        column=lambda cell: cell["market"] or "?",
        where=_place,
        href=lambda cell: link(
            "/cases", narrow(query, category=cell["category"], market=cell["market"])
        ),
    )


def week_cells(cells: pl.DataFrame, measure: str, query: str, last: date) -> pl.DataFrame:
    """Category × week as the figure wants it; a week is named by its Monday."""
    return _cells(
        cells,
        measure,
        row=lambda cell: value_name("category", cell["category"]),
        column=lambda cell: week_name(cell["week"]),
        where=lambda cell: f"{value_name('category', cell['category'])} · {_week(cell, last)}",
        href=lambda cell: link(
            "/cases",
            narrow(spanning(query, *week_days(cell["week"], last)), category=cell["category"]),
        ),
    )


def week_name(monday: date) -> str:
    """`16 Nov`."""
    return formats.day(monday)


def _week(cell: Mapping[str, Any], last: date) -> str:
    first, end = week_days(cell["week"], last)
    return formats.days(first, end)


def _place(cell: Mapping[str, Any]) -> str:
    category = value_name("category", cell["category"])
    return f"{category} · {value_name('market', cell['market'])}"


def _cells(
    cells: pl.DataFrame, measure: str, *, row: Any, column: Any, where: Any, href: Any
) -> pl.DataFrame:
    shown = [
        {
            "row": row(cell),
            "column": column(cell),
            "value": cell["value"] if measure == "rate" else cell["numerator"],
            "small": measure == "rate" and cell["small"],
            "label": _label(cell, measure),
            "hover": f"<b>{where(cell)}</b><br>{_hover(cell)}",
            "href": href(cell),
        }
        for cell in cells.iter_rows(named=True)
        if cell["numerator"] or cell["n"]
    ]
    schema = {
        "row": pl.String,
        "column": pl.String,
        "value": pl.Float64,
        "small": pl.Boolean,
        "label": pl.String,
        "hover": pl.String,
        "href": pl.String,
    }
    return pl.DataFrame(shown, schema=schema)


def _label(cell: Mapping[str, Any], measure: str) -> str:
    if measure == "count":
        return formats.compact(cell["numerator"])
    return formats.number(cell["value"], 0)


def _hover(cell: Mapping[str, Any]) -> str:
    lines = []
    if cell["value"] is not None:
        interval = formats.interval(cell["low"], cell["high"], RATE)
        lines.append(
            _(
                "{rate} per 1,000 orders ({interval})",
                rate=formats.value(cell["value"], RATE),
                interval=interval,
            )
        )
    lines.append(
        _(
            "{contacts} contacts, n = {orders} orders",
            contacts=formats.number(cell["numerator"]),
            orders=formats.number(cell["n"]),
        )
    )
    if cell["small"]:
        lines.append(_("Too small to judge"))
    return "<br>".join(lines)


def note(measure: str, span: Period | None, *, weeks: int = 0, hidden: int = 0) -> str:
    """What is counted over which time, and when a cell is too small."""
    parts = []
    if span is not None:
        parts.append(formats.days(span.first, span.last))
    if weeks:
        parts.append(_("{weeks} weeks, the last one unfinished", weeks=weeks))
    if measure == "rate":
        parts.append(
            _(
                "hatched: fewer than {orders} orders, or an interval wider than the value that "
                "holds the average",
                orders=FEWEST_ORDERS,
            )
        )
    if hidden:
        parts.append(_("{count} more markets in the table", count=hidden))
    return " · ".join(parts)


def places_finding(cells: pl.DataFrame, measure: str, overall: float | None) -> str:
    """The cell that stands out: whose rate is above the average with most certainty."""
    if measure == "count":
        top = cells.sort("numerator", descending=True).head(1)
        if not top.height or not top["numerator"][0]:
            return _("No contacts in this selection")
        cell = top.row(0, named=True)
        return _(
            "Most contacts: {place}, {count}",
            place=_place(cell),
            count=formats.number(cell["numerator"]),
        )
    judged = cells.filter(~pl.col("small")).sort("low", descending=True)
    if not judged.height:
        return _("No cell has enough orders to judge")
    cell = judged.row(0, named=True)
    if overall is None or cell["low"] <= overall:
        return _("No category stands out in any market")
    return _(
        "{place} stands out: {rate} contacts per 1,000 orders",
        place=_place(cell),
        rate=formats.number(cell["value"]),
    )


def weeks_finding(cells: pl.DataFrame, last: date) -> str:
    """The category whose last full week lies furthest, with certainty, above its weeks before."""
    full = [
        monday for monday in sorted(cells["week"].unique().to_list()) if (last - monday).days >= 6
    ]
    if len(full) < 3:
        return _("Not enough full weeks to see a change")
    latest, best, gain = full[-1], None, 0.0
    for (category,), part in cells.group_by("category", maintain_order=True):
        earlier = part.filter(pl.col("week").is_in(full[:-1]))
        week = part.filter(pl.col("week") == latest)
        orders = earlier["n"].sum()
        if not week.height or not orders or week["low"][0] is None:
            continue
        usual = 1000 * float(earlier["numerator"].sum()) / float(orders)
        if week["low"][0] - usual > gain:
            best = (str(category), float(week["value"][0]), usual)
            gain = float(week["low"][0]) - usual
    if best is None:
        return _("No category rose above its usual range in the last full week")
    return _(
        "{category} rose to {rate} per 1,000 orders in the last full week, from {usual} before",
        category=value_name("category", best[0]),
        rate=formats.number(best[1]),
        usual=formats.number(best[2]),
    )


def cell_table(cells: pl.DataFrame, query: str, last: date | None = None) -> str:
    """The table behind a heat map: what can be judged first, the highest first."""
    second = "market" if last is None else "week"
    columns = [
        rows.Column(dimension_name("category")),
        rows.Column(dimension_name("market") if last is None else _("Week of")),
        rows.Column(_("Per 1,000 orders"), num=True),
        rows.Column(_("Contacts"), num=True),
        rows.Column(_("Orders"), num=True),
    ]
    order = cells.sort(["small", "value"], descending=[False, True], nulls_last=True).head(200)
    lines = []
    for cell in order.iter_rows(named=True):
        chosen = narrow(query, category=cell["category"])
        if last is None:
            chosen = narrow(chosen, market=cell["market"])
            name = value_name("market", cell["market"])
        else:
            chosen = narrow(
                spanning(query, *week_days(cell["week"], last)), category=cell["category"]
            )
            name = week_name(cell[second])
        lines.append(
            rows.Row(
                (
                    rows.Cell(value_name("category", cell["category"])),
                    rows.Cell(name),
                    rows.Cell(
                        formats.value(cell["value"], RATE),
                        sub=formats.interval(cell["low"], cell["high"], RATE),
                    ),
                    rows.Cell(formats.number(cell["numerator"])),
                    rows.Cell(formats.number(cell["n"])),
                ),
                href=link("/cases", chosen),
                small=cell["small"],
            )
        )
    return rows.table(columns, lines)


def summary(finding: str, cells: pl.DataFrame) -> str:
    """A heat map for someone who cannot see it."""
    judged = cells.filter(~pl.col("small"))
    return _(
        "{finding}. {judged} of {all} cells can be judged; the table behind has every value.",
        finding=finding,
        judged=judged.height,
        all=cells.height,
    )
