"""A change split by segments, as bars that add up from before to now. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.languages import _
from dashboard.reports.charts import marks
from dashboard.reports.charts.palette import Palette
from dashboard.reports.charts.scales import Scale, linear
from dashboard.reports.document import ChangeBlock, Effect
from dashboard.reports.rounding import as_told
from dashboard.reports.showing import figure_text, kpi_title, listed, number_text, text_of, word
from dashboard.reports.values import Code
from data_access.metrics import CATALOGUE

_ROW = 20.0
_NAMES = 104.0
_BARS = (112.0, 222.0)
_COLUMNS = (276.0, 328.0, 380.0)
_HEAD = 16.0


def change(block: ChangeBlock, palette: Palette) -> str:
    """The waterfall of a change: before, a bar per segment, now; with rate and mix in figures."""
    title = _("Change of {kpi}", kpi=kpi_title(block.kpi))
    if block.before.value is None or block.now.value is None:
        return marks.nothing(title, _("Nothing to compare with"), palette)
    running = [block.before.value]
    for effect in block.effects:
        running.append(running[-1] + effect.total)
    scale = linear([*running, block.now.value], *_BARS)
    rows = len(block.effects) + 2
    height = _HEAD + rows * _ROW + 4
    parts = [*_head(palette)]
    if scale is not None:
        parts += _level(0, _("Before"), block.before.value, block, scale, palette)
        for index, effect in enumerate(block.effects):
            span = (running[index], running[index + 1])
            parts += _effect(index + 1, effect, span, block, scale, palette)
        parts += _level(rows - 1, _("Now"), block.now.value, block, scale, palette)
    return marks.svg((marks.WIDTH, height), title, summary(block), parts, palette)


def summary(block: ChangeBlock) -> str:
    """What the waterfall shows, in words."""
    whole = _(
        "From {before} to {now}: {total}",
        before=number_text(block.before),
        now=number_text(block.now),
        total=effect_text(as_told(block)[0], block.unit),
    )
    named = [
        f"{segment_text(one)} {effect_text(one.total, block.unit)}" for one in block.effects[:5]
    ]
    return f"{whole}. {listed(named)}" if named else whole


def effect_text(value: float | None, unit: str) -> str:
    """`+2.4`; shares in points, which the heading says."""
    return figure_text(value, "points" if unit == "share" else unit, signed=True)


def segment_text(effect: Effect) -> str:
    """Name of a segment; of all the others together."""
    if effect.segment is None:
        return word(Code(group="effect", value="rest"))
    return text_of(effect.segment, "UTC")


def _head(palette: Palette) -> list[str]:
    names = (_("Total"), _("Rate"), _("Mix"))
    return [
        marks.text((x, 10), name, palette.muted, anchor="end", size=9.0, room=50)
        for x, name in zip(_COLUMNS, names, strict=True)
    ]


def _level(
    row: int, name: str, value: float, block: ChangeBlock, scale: Scale, palette: Palette
) -> list[str]:
    y = _HEAD + row * _ROW
    shown = figure_text(value, block.unit)
    x = scale(value)
    return [
        marks.text((0, y + 13.5), name, palette.text, bold=True, room=_NAMES),
        marks.line((x, y + 3), (x, y + _ROW - 3), palette.text, 2.5),
        marks.text((_COLUMNS[0], y + 13.5), shown, palette.text, anchor="end", bold=True, room=50),
    ]


def _effect(
    row: int,
    effect: Effect,
    span: tuple[float, float],
    block: ChangeBlock,
    scale: Scale,
    palette: Palette,
) -> list[str]:
    y = _HEAD + row * _ROW
    left, right = sorted((scale(span[0]), scale(span[1])))
    name = segment_text(effect)
    if effect.kind in ("new", "lost"):
        name = f"{name} · {word(Code(group='effect', value=effect.kind))}"
    figures: Sequence[float | None] = (effect.total, effect.rate, effect.mix)
    cells = [
        marks.text(
            (x, y + 13.5),
            effect_text(value, block.unit),
            palette.text if i == 0 else palette.muted,
            anchor="end",
            room=50,
        )
        for i, (x, value) in enumerate(zip(_COLUMNS, figures, strict=True))
        if value is not None
    ]
    is_worse = _worse(block.kpi, effect.total)
    # What got worse is filled, what got better outlined: told apart in grey too.
    paint = palette.worse if is_worse else palette.better
    width = max(1.5, right - left)
    bar = marks.rect(
        (left, y + 4), (width, _ROW - 8), paint if is_worse else palette.canvas, stroke=paint
    )
    return [marks.text((0, y + 13.5), name, palette.text, room=_NAMES), bar, *cells]


def _worse(kpi: str, total: float) -> bool:
    better = CATALOGUE[kpi].better if kpi in CATALOGUE else "up"
    return (total < 0) if better == "up" else (total > 0)
