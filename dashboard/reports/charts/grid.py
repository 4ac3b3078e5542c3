"""Rows × columns with a figure in each cell: what is more or less than usual stands out. Pure."""

from __future__ import annotations

from dashboard.languages import _
from dashboard.reports.charts import marks
from dashboard.reports.charts.palette import Palette
from dashboard.reports.charts.text_width import fit
from dashboard.reports.document import HeatBlock, HeatCell
from dashboard.reports.showing import figure_text, listed, sentence, text_of, word
from dashboard.reports.values import Code, Term, Value

_NAMES = 110.0
_ROW = 22.0
_HEAD = 16.0
_LEAST = 34.0


def heat(block: HeatBlock, palette: Palette, zone: str = "UTC") -> str:
    """The table in colours: more is filled, less outlined, small hatched, without data empty."""
    title = sentence(block.lead, zone)
    if not block.rows or not block.columns:
        return marks.nothing(title, _("Nothing to show here"), palette)
    room = max(_LEAST, (marks.WIDTH - _NAMES) / len(block.columns))
    size = (_NAMES + room * len(block.columns), _HEAD + _ROW * len(block.rows) + 2)
    definition, paint = marks.hatch(block.model_dump_json(), palette)
    cells = {(cell.row, cell.column): cell for cell in block.cells}
    parts = [definition]
    for i, name in enumerate(_names(block, zone, room - 2)):
        middle = _NAMES + (i + 0.5) * room
        parts.append(
            marks.text(
                (middle, 10),
                name,
                palette.muted,
                anchor="middle",
                size=9.0,
                room=room - 2,
            )
        )
    for j, row in enumerate(block.rows):
        y = _HEAD + j * _ROW
        name = text_of(row, zone)
        parts.append(marks.text((0, y + 14.5), name, palette.text, room=_NAMES - 6))
        for i, key in enumerate(block.column_keys[: len(block.columns)]):
            cell = cells.get((block.row_keys[j], key)) if j < len(block.row_keys) else None
            box = (_NAMES + i * room + 1, y + 1)
            parts += _cell(cell, box, (room - 2, _ROW - 2), paint, palette)
    return marks.svg(size, title, summary(block, zone), parts, palette)


def summary(block: HeatBlock, zone: str = "UTC") -> str:
    """The cells that stand out, in words."""
    rows = dict(zip(block.row_keys, block.rows, strict=False))
    columns = dict(zip(block.column_keys, block.columns, strict=False))
    found = []
    for standing in ("more", "less"):
        named = [
            f"{text_of(rows[c.row], zone)} · {text_of(columns[c.column], zone)}"
            for c in block.cells
            if c.standing == standing and c.row in rows and c.column in columns
        ]
        if named:
            found.append(f"{word(Code(group='standing', value=standing))}: {listed(named[:6])}")
    return _("; ").join(found) if found else word(Code(group="standing", value="usual"))


def _names(block: HeatBlock, zone: str, room: float) -> list[str]:
    """Names of the columns; of markets the codes where one of the names is too long."""
    shown = [text_of(column, zone) for column in block.columns]
    if all(fit(name, room, marks.SMALL) == name for name in shown):
        return shown
    return [_code(one) or name for one, name in zip(block.columns, shown, strict=True)]


def _code(value: Value) -> str | None:
    return value.value if isinstance(value, Term) and value.dimension == "market" else None


def _cell(
    cell: HeatCell | None,
    place: marks.Place,
    size: tuple[float, float],
    hatch: str,
    palette: Palette,
) -> list[str]:
    standing = cell.standing if cell is not None else "no_data"
    fill, edge, ink = {
        "more": (palette.breach, palette.breach, palette.canvas),
        "usual": (palette.raised, palette.raised, palette.text),
        "less": (palette.canvas, palette.ok, palette.text),
        "small": (hatch, palette.small_line, palette.text),
        "no_data": ("none", palette.line, palette.muted),
    }[standing]
    parts = [marks.rect(place, size, fill, stroke=edge, rx=2)]
    if cell is not None and standing in ("more", "usual", "less"):
        sign = {"more": "▲ ", "less": "▼ "}.get(standing, "")
        shown = figure_text(cell.number.value, cell.number.unit)
        middle = (place[0] + size[0] / 2, place[1] + size[1] / 2 + 3.5)
        whole = f"{sign}{shown}"
        kept = whole if fit(whole, size[0], 9.0) == whole else shown
        parts.append(marks.text(middle, kept, ink, anchor="middle", size=9.0, room=size[0]))
    return parts
