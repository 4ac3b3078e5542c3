"""A small line beside a figure: this year, the year before, the target. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import formats
from dashboard.languages import _
from dashboard.reports.charts import marks
from dashboard.reports.charts.palette import Palette
from dashboard.reports.charts.scales import linear, steps
from dashboard.reports.document import Panel, Point
from dashboard.reports.showing import figure_text, kpi_title, with_unit

WEEKS, MONTHS = (96.0, 28.0), (136.0, 28.0)
_AIR = 4.0


def weeks(panel: Panel, palette: Palette) -> str:
    """The last weeks, 96 × 28."""
    title = _("Last weeks of {kpi}", kpi=kpi_title(panel.kpi))
    return _drawn(panel.weeks, panel, title, WEEKS, palette)


def months(panel: Panel, palette: Palette) -> str:
    """The last months, 136 × 28."""
    title = _("Last months of {kpi}", kpi=kpi_title(panel.kpi))
    return _drawn(panel.months, panel, title, MONTHS, palette)


def _drawn(
    points: Sequence[Point],
    panel: Panel,
    title: str,
    size: tuple[float, float],
    palette: Palette,
) -> str:
    values = [point.number.value for point in points]
    prior = [point.prior.value if point.prior else None for point in points]
    scale = linear((*values, *prior), size[1] - _AIR, _AIR)
    if scale is None:
        return ""
    xs = steps(len(points), _AIR, size[0] - _AIR)
    unit = panel.now.unit
    parts = [_line(xs, [None if v is None else scale(v) for v in prior], palette.compare, 1)]
    target = panel.target
    # A target far off would flatten the line; that of a weekly count says nothing of a month.
    counted = unit.partition(":")[0] in ("count", "money") and size == MONTHS
    if target is not None and scale.low <= target <= scale.high and not counted:
        y = scale(target)
        parts.append(marks.line((_AIR, y), (size[0] - _AIR, y), palette.target, 1, "2 3"))
    places = [None if v is None else scale(v) for v in values]
    parts.append(_line(xs, places, palette.text, 1.5))
    known = [(x, y) for x, y in zip(xs, places, strict=True) if y is not None]
    if known and places[-1] is not None:
        young = points[-1].provisional
        fill = palette.canvas if young else palette.accent
        parts.append(marks.circle(known[-1], 2.5, fill, palette.accent))
    said = ", ".join(formats.NONE if v is None else figure_text(v, unit) for v in values)
    return marks.svg(size, title, with_unit(said, unit), parts, palette)


def _line(xs: Sequence[float], ys: Sequence[float | None], stroke: str, width: float) -> str:
    """A line with gaps where nothing is known."""
    runs: list[list[marks.Place]] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    return "".join(marks.polyline(run, stroke, width) for run in runs)
