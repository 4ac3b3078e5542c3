"""What the marks of the panels mean, drawn as they are drawn there. Pure."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.languages import _
from dashboard.reports.charts import marks
from dashboard.reports.charts.palette import Palette
from dashboard.reports.charts.text_width import width

_ROW = 16.0
_MARK = 20.0
_GAP = 12.0


def legend(palette: Palette, room: float = marks.WIDTH) -> str:
    """The key of a deck of panels, as wide as `room`, in as many rows as that takes."""
    x, y = 0.0, 0.0
    parts: list[str] = []
    words = []
    for name, draw in _entries(palette):
        wide = _MARK + width(name, marks.SMALL)
        if x > 0 and x + wide > room:
            x, y = 0.0, y + _ROW
        parts.append(draw(x, y + 8))
        parts.append(
            marks.text((x + _MARK, y + 11.5), name, palette.muted, size=9.0, room=room - _MARK)
        )
        words.append(name)
        x += wide + _GAP
    return marks.svg((room, y + _ROW), _("Key"), _("; ").join(words), parts, palette)


def _entries(palette: Palette) -> list[tuple[str, Callable[[float, float], str]]]:
    accent = palette.accent

    def this_year(x: float, y: float) -> str:
        return marks.line((x, y), (x + 16, y), accent, 1.6) + marks.circle(
            (x + 8, y), 2.4, accent, accent
        )

    def interval(x: float, y: float) -> str:
        ends = (marks.line((x + 5, y + d), (x + 11, y + d), accent) for d in (-6, 6))
        return marks.line((x + 8, y - 6), (x + 8, y + 6), accent) + "".join(ends)

    return [
        (_("this year"), this_year),
        (
            _("a year before"),
            lambda x, y: marks.line((x, y), (x + 16, y), palette.compare, 1.0),
        ),
        (_("target"), lambda x, y: marks.line((x, y), (x + 16, y), palette.target, 0.8, "3 2")),
        (_("usual range of weeks"), lambda x, y: marks.rect((x, y - 5), (16, 10), palette.band)),
        (_("95% interval"), interval),
        (_("not final yet"), lambda x, y: marks.circle((x + 8, y), 2.4, palette.canvas, accent)),
        (_("exception"), lambda x, y: marks.diamond((x + 8, y), 4.5, palette.breach)),
    ]
