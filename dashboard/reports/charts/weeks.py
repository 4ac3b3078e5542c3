"""Six weeks and twelve months of a KPI: this year, the year before, target and usual range. Pure.

Weeks and months stand beside each other on one scale, but for counts, whose months are larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel import dates

from dashboard.languages import _, locale
from dashboard.reports.charts import marks
from dashboard.reports.charts.palette import Palette
from dashboard.reports.charts.scales import Scale, apart, linear, steps
from dashboard.reports.document import Panel, Point
from dashboard.reports.showing import (
    figure_text,
    interval_text,
    kpi_title,
    listed,
    number_text,
    with_unit,
    word,
)
from dashboard.reports.values import Code

HEIGHT = 150.0
_BOTTOM = 122.0
_AXIS = 139.0
_WEEKS = (10.0, 116.0)
_MONTHS = (184.0, 304.0)
_APART = 11.0


def panel(panel: Panel, palette: Palette, zone: str) -> str:  # noqa: ARG001
    """The chart of one KPI, 380 × 150."""
    title = kpi_title(panel.kpi)
    weeks, months = _scales(panel)
    if weeks is None and months is None:
        return marks.nothing(title, _("No data in these weeks"), palette)
    parts = [
        *_exception(panel, palette),
        *_side(_Side(panel, panel.weeks, weeks, _WEEKS, palette, is_week=True)),
        *_side(_Side(panel, panel.months, months, _MONTHS, palette, is_week=False)),
    ]
    return marks.svg((marks.WIDTH, HEIGHT), title, summary(panel), parts, palette)


def summary(panel: Panel) -> str:
    """What the chart shows, in words."""
    unit = panel.now.unit
    found = [_("Now {value}", value=number_text(panel.now))]
    interval = interval_text(panel.now)
    if interval:
        found.append(_("95% interval {interval}", interval=interval))
    if panel.before is not None and panel.before.value is not None:
        found.append(_("before {value}", value=number_text(panel.before)))
    if panel.prior is not None and panel.prior.value is not None:
        found.append(_("a year before {value}", value=number_text(panel.prior)))
    if panel.target is not None:
        found.append(_("target {value}", value=target_text(panel.target, unit)))
        found.append(word(Code(group="standing", value=panel.standing)))
    if panel.limits is not None:
        low, high = (figure_text(v, unit) for v in (panel.limits.low, panel.limits.high))
        found.append(_("usual range {low} to {high}", low=low, high=high))
    found.extend(word(code) for code in panel.exception)
    return _("; ").join(found)


def target_text(target: float, unit: str) -> str:
    """A target in the KPI's unit."""
    return with_unit(figure_text(target, unit), unit)


def week_name(point: Point) -> str:
    """`W47`."""
    return _("W{week}", week=point.start.isocalendar().week)


def month_name(point: Point) -> str:
    """`Nov 2026`."""
    return str(dates.format_skeleton("yMMM", point.start, locale=locale()))


@dataclass(frozen=True)
class _Side:
    """The weeks or the months of a panel, and where they are drawn."""

    panel: Panel
    points: Sequence[Point]
    scale: Scale | None
    across: tuple[float, float]
    palette: Palette
    is_week: bool

    @property
    def xs(self) -> list[float]:
        return steps(len(self.points), *self.across)

    @property
    def target(self) -> float | None:
        # A target of a weekly count says nothing about a month.
        return self.panel.target if self.is_week or not _counts(self.panel) else None

    def last(self) -> int | None:
        """Index of the last point that is known."""
        known = [i for i, point in enumerate(self.points) if point.number.value is not None]
        return known[-1] if known else None


def _counts(panel: Panel) -> bool:
    # Amounts add up as counts do.
    return panel.now.unit.partition(":")[0] in ("count", "money")


def _top(panel: Panel) -> float:
    """Where the figures begin: below the words of an exception, where there is one."""
    return 28.0 if panel.exception else 12.0


def _scales(panel: Panel) -> tuple[Scale | None, Scale | None]:
    weeks, months = _figures(panel.weeks), _figures(panel.months)
    top = _top(panel)
    has_weeks = any(point.number.value is not None for point in panel.weeks)
    has_months = any(point.number.value is not None for point in panel.months)
    if has_weeks:
        weeks += [panel.target]
        if panel.weeks[-1].number.value is not None:
            weeks += [panel.weeks[-1].number.low, panel.weeks[-1].number.high]
        weeks += _limits_nearby(panel, weeks)
    if not _counts(panel):
        both = linear([*weeks, *months, panel.target], _BOTTOM, top)
        return both if has_weeks else None, both if has_months else None
    return (
        linear(weeks, _BOTTOM, top) if has_weeks else None,
        linear(months, _BOTTOM, top) if has_months else None,
    )


def _figures(points: Sequence[Point]) -> list[float | None]:
    prior = [point.prior.value for point in points if point.prior is not None]
    return [*(point.number.value for point in points), *prior]


def _limits_nearby(panel: Panel, weeks: Sequence[float | None]) -> list[float | None]:
    """The limits, where they do not flatten the line: at most one spread beyond the figures."""
    known = [value for value in weeks if value is not None]
    if panel.limits is None or not known:
        return []
    low, high = min(known), max(known)
    spread = high / 2 - low / 2
    reach = 2 * spread if spread > 0 else abs(high) / 2
    return [max(panel.limits.low, low - reach), min(panel.limits.high, high + reach)]


def _exception(panel: Panel, palette: Palette) -> list[str]:
    if not panel.exception:
        return []
    words = listed([word(code) for code in panel.exception])
    return [
        marks.diamond((7, 8), 5, palette.breach if _is_bad(panel) else palette.watch),
        marks.text((17, 11.5), words, palette.text, bold=True, room=marks.WIDTH - 20),
    ]


def _is_bad(panel: Panel) -> bool:
    return panel.standing == "missed"


def _side(side: _Side) -> list[str]:
    middle = (side.across[0] + side.across[1]) / 2
    if side.scale is None:
        return [
            marks.text((middle, 78), _("No data"), side.palette.muted, anchor="middle"),
            *_axis(side),
        ]
    return [
        *_band(side, side.scale),
        *_target(side, side.scale),
        *_prior(side, side.scale),
        *_current(side, side.scale),
        *_labels(side, side.scale),
        *_axis(side),
    ]


def _band(side: _Side, scale: Scale) -> list[str]:
    limits = side.panel.limits
    if limits is None or not side.is_week:
        return []
    top, bottom = scale(limits.high), scale(limits.low)
    left, right = side.across
    return [marks.rect((left - 6, top), (right - left + 12, bottom - top), side.palette.band)]


def _target(side: _Side, scale: Scale) -> list[str]:
    if side.target is None:
        return []
    y, (left, right) = scale(side.target), side.across
    return [marks.line((left - 6, y), (right + 6, y), side.palette.target, 0.8, "3 2")]


def _prior(side: _Side, scale: Scale) -> list[str]:
    values = [point.prior.value if point.prior else None for point in side.points]
    return [
        marks.polyline(run, side.palette.compare, 1.0) if len(run) > 1 else _lone(run[0], side)
        for run in _runs(values, side.xs, scale)
    ]


def _lone(place: marks.Place, side: _Side) -> str:
    x, y = place
    return marks.line((x - 3, y), (x + 3, y), side.palette.compare, 1.0)


def _current(side: _Side, scale: Scale) -> list[str]:
    values = [point.number.value for point in side.points]
    parts = [marks.polyline(run, side.palette.accent, 1.6) for run in _runs(values, side.xs, scale)]
    last = side.last()
    if side.is_week and last == len(side.points) - 1 and last is not None:
        parts += _whisker(side, scale, last)
    for i, (point, x) in enumerate(zip(side.points, side.xs, strict=True)):
        if point.number.value is None:
            continue
        place = (x, scale(point.number.value))
        if side.is_week and i == last and side.panel.exception:
            paint = side.palette.breach if _is_bad(side.panel) else side.palette.watch
            parts.append(marks.diamond(place, 4.5, paint))
            if point.provisional:
                parts.append(marks.diamond(place, 2.2, side.palette.canvas))
            continue
        fill = side.palette.canvas if point.provisional else side.palette.accent
        parts.append(marks.circle(place, 2.4 if side.is_week else 1.8, fill, side.palette.accent))
    return parts


def _whisker(side: _Side, scale: Scale, index: int) -> list[str]:
    number = side.points[index].number
    if number.low is None or number.high is None:
        return []
    x, top, bottom = side.xs[index], scale(number.high), scale(number.low)
    stroke = side.palette.accent
    return [
        marks.line((x, top), (x, bottom), stroke),
        marks.line((x - 3, top), (x + 3, top), stroke),
        marks.line((x - 3, bottom), (x + 3, bottom), stroke),
    ]


def _labels(side: _Side, scale: Scale) -> list[str]:
    """Beside the last points: this year's figure, on the right also a year before and target."""
    unit = side.panel.now.unit
    last = side.last()
    found: list[tuple[float, str, str, bool]] = []
    if last is not None:
        value = side.points[last].number.value or 0.0
        found.append((scale(value), figure_text(value, unit), side.palette.text, True))
    priors = [p.prior.value for p in side.points if p.prior and p.prior.value is not None]
    if not side.is_week and priors:
        found.append((scale(priors[-1]), figure_text(priors[-1], unit), side.palette.muted, False))
    is_place = not side.is_week or _counts(side.panel)
    if side.target is not None and is_place:
        name = _("Target {target}", target=figure_text(side.target, unit))
        found.append((scale(side.target), name, side.palette.target, False))
    places = apart([one[0] for one in found], _APART, _top(side.panel), _BOTTOM)
    x = side.across[1] + 9
    room = (_MONTHS[0] - 8 if side.is_week else marks.WIDTH) - x
    return [
        marks.text(
            (x, y + 3.5), words, paint, bold=bold, room=room, size=marks.SIZE if bold else 9.0
        )
        for y, (_y, words, paint, bold) in zip(places, found, strict=True)
    ]


def _axis(side: _Side) -> list[str]:
    if not side.points:
        return []
    name = week_name if side.is_week else month_name
    left, right = side.across
    room, paint = (right - left) / 2 + 4, side.palette.muted
    size = marks.SMALL
    ends = [
        marks.text(
            (right + 6, _AXIS), name(side.points[-1]), paint, anchor="end", size=size, room=room
        )
    ]
    if len(side.points) > 1:
        first = name(side.points[0])
        ends.insert(0, marks.text((left - 6, _AXIS), first, paint, size=size, room=room))
    return ends


def _runs(
    values: Sequence[float | None], xs: Sequence[float], scale: Scale
) -> list[list[marks.Place]]:
    """Places of values that follow one another without a gap."""
    runs: list[list[marks.Place]] = []
    is_open = False
    for value, x in zip(values, xs, strict=True):
        if value is None:
            is_open = False
            continue
        if not is_open:
            runs.append([])
            is_open = True
        runs[-1].append((x, scale(value)))
    return runs
