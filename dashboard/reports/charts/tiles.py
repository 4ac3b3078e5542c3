"""The map in small: a tile for each market, near where it lies, readable on a phone and on paper.

An outline of the world leaves ten pixels for the Netherlands; tiles of one size give every market
the same room, and its code and figure stand in it. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dashboard import formats
from dashboard.languages import _
from dashboard.reports.charts import marks
from dashboard.reports.charts.palette import Palette
from dashboard.reports.charts.places import places
from dashboard.reports.document import Cell, MapBlock
from dashboard.reports.showing import figure_text, kpi_title, listed, word
from dashboard.reports.values import Code

_COLUMNS = 11
_TILE = (32.0, 25.0)
_GAP = 2.6
# Degrees to columns and rows: Europe has a third of the width, for most markets lie there.
_EAST = ((-125.0, 0.0), (-30.0, 2.6), (-10.0, 3.4), (45.0, 7.6), (150.0, 10.0), (180.0, 10.0))
_SOUTH = ((-72.0, 0.0), (-66.0, 0.0), (-35.0, 4.0), (0.0, 5.6), (40.0, 7.0), (90.0, 7.0))

_Slot = tuple[int, int]


def sla_map(block: MapBlock, palette: Palette) -> str:
    """Markets around the target: missed ones filled, small ones hatched, no data empty."""
    title = kpi_title(block.kpi)
    if not block.cells:
        return marks.nothing(title, _("No markets in this period"), palette)
    slots = arrange([cell.market for cell in block.cells])
    first = min(row for _column, row in slots)
    rows = max(row for _column, row in slots) - first + 1
    size = (marks.WIDTH, rows * (_TILE[1] + _GAP))
    definition, paint = marks.hatch(block.model_dump_json(), palette)
    parts = [definition]
    for cell, (column, row) in zip(block.cells, slots, strict=True):
        place = (column * (_TILE[0] + _GAP) + 1, (row - first) * (_TILE[1] + _GAP) + 1)
        parts += _tile(cell, place, paint, palette)
    return marks.svg(size, title, summary(block), parts, palette)


def summary(block: MapBlock) -> str:
    """Which markets stand where, in words."""
    found = []
    for standing in ("missed", "unsure", "met", "small", "no_data"):
        names = [formats.country(c.market) for c in block.cells if c.standing == standing]
        if names:
            found.append(f"{word(Code(group='standing', value=standing))}: {listed(names)}")
    return _("; ").join(found)


def arrange(markets: Sequence[str]) -> list[_Slot]:
    """Column and row of each market: the free one nearest to where it lies, north first.

    What is no country comes after all of them, in a row of its own.
    """
    lying = places()
    order = sorted(
        range(len(markets)), key=lambda i: (-lying.get(markets[i], (0, 0))[1], markets[i], i)
    )
    taken: dict[_Slot, int] = {}
    for i in order:
        if markets[i] in lying:
            east, north = lying[markets[i]]
            wanted = (_along(_EAST, east), _along(_SOUTH, -north))
            taken[_nearest(wanted, taken)] = i
    last = max((row for _column, row in taken), default=-1) + 1
    others = [i for i in order if markets[i] not in lying]
    for position, i in enumerate(others):
        taken[position % _COLUMNS, last + position // _COLUMNS] = i
    slots: list[_Slot] = [(0, 0)] * len(markets)
    for slot, i in taken.items():
        slots[i] = slot
    return slots


def _nearest(wanted: tuple[float, float], taken: dict[_Slot, int]) -> _Slot:
    rows = 8 + len(taken) // _COLUMNS
    free = [
        (column, row)
        for row in range(rows)
        for column in range(_COLUMNS)
        if (column, row) not in taken
    ]
    return min(free, key=lambda s: ((s[0] - wanted[0]) ** 2 + (s[1] - wanted[1]) ** 2, s))


def _along(knots: Sequence[tuple[float, float]], value: float) -> float:
    """Piecewise linear; flat beyond the ends."""
    if value <= knots[0][0]:
        return knots[0][1]
    for (x0, y0), (x1, y1) in pairwise(knots):
        if value <= x1:
            return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
    return knots[-1][1]


def _tile(cell: Cell, place: marks.Place, hatch: str, palette: Palette) -> list[str]:
    fill, edge, ink = {
        "met": (palette.ok_soft, palette.ok_soft, palette.text),
        "missed": (palette.breach, palette.breach, palette.canvas),
        "unsure": (palette.canvas, palette.target, palette.text),
        "small": (hatch, palette.small_line, palette.text),
        "no_data": ("none", palette.line, palette.muted),
    }[cell.standing]
    middle = place[0] + _TILE[0] / 2
    code = cell.market.upper() if len(cell.market) == 2 else "…"
    # Of what is too small to judge, a figure would be read as one.
    has_figure = cell.standing not in ("small", "no_data")
    line = place[1] + (11 if has_figure else 16)
    parts = [
        marks.rect(place, _TILE, fill, stroke=edge, rx=3),
        marks.text((middle, line), code, ink, anchor="middle", size=9.5, bold=True),
    ]
    if has_figure:
        shown = figure_text(cell.number.value, cell.number.unit)
        shown = shown.replace(".0%", "%")
        parts.append(
            marks.text(
                (middle, place[1] + 21), shown, ink, anchor="middle", size=8.5, room=_TILE[0]
            )
        )
    return parts
