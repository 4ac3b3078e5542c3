"""The KPIs of a report, 6 weeks and 12 months each; only exceptions get words."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, field_validator

from alerts.library.reading import Strict
from dashboard.reports.behind import rows_behind
from dashboard.reports.context import Context
from dashboard.reports.document import (
    Block,
    Code,
    DeckBlock,
    Limits,
    NothingBlock,
    Number,
    Panel,
    Point,
    Say,
)
from dashboard.reports.exceptions import says
from dashboard.reports.periods import of_day
from dashboard.reports.series import WEEKS, Series, Spot, comparable, months, number, series, whole
from dashboard.reports.signals import judge, stand
from data_access.metrics import CATALOGUE
from data_access.metrics.process_limits import ProcessLimits


class Options(Strict):
    """Which KPIs, in this order."""

    kpis: tuple[str, ...] = Field(min_length=1)

    @field_validator("kpis")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in CATALOGUE:
                raise ValueError(f"there is no KPI {name!r}; known: {', '.join(CATALOGUE)}")
        return names


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """One deck of panels; a KPI without data in all these weeks and months has none.

    What was never recorded is named once, among what is not known.
    """
    panels = tuple(one for one in (panel(context, name) for name in options.kpis) if _told(one))
    if not panels:
        return (NothingBlock(say=Say(code="no_kpi_has_data")),)
    return (DeckBlock(panels=panels),)


def panel(context: Context, name: str) -> Panel:
    """One KPI."""
    weeks = series(context, name)
    judged = judge(weeks)
    by_week = context.period.grain == "week"
    now, before, prior = _three(context, name, weeks)
    kpi = weeks.kpi
    return Panel(
        kpi=name,
        now=number(now, kpi),
        before=before,
        prior=prior,
        target=kpi.target,
        standing=stand(kpi, now),
        exception=tuple(Code(group="signal", value=one.code) for one in judged.signals)
        if by_week
        else (),
        limits=_limits(judged.limits),
        weeks=tuple(_point(weeks, spot) for spot in weeks.weeks[-WEEKS:]),
        months=tuple(
            Point(
                start=spot.start,
                number=number(spot, kpi),
                prior=comparable(earlier, kpi),
                provisional=spot.provisional,
            )
            for spot, earlier in months(context, name)
        ),
        maturity=now.maturity,
        tainted=now.tainted,
        says=says(judged) if by_week else (),
        link=rows_behind(name, context.period.first, context.period.last),
    )


def _three(context: Context, name: str, weeks: Series) -> tuple[Spot, Number | None, Number | None]:
    """The period, the one before and the one a year before; None where there is no data."""
    kpi, period = weeks.kpi, context.period
    year_before = period.year_before()
    if period.grain == "week":
        before = weeks.at(period.first - timedelta(weeks=1))
        prior = weeks.at(year_before.first) if year_before else None
        now = weeks.now
    else:
        now = _if_fed(weeks, whole(context, name, period))
        before = _if_fed(weeks, whole(context, name, period.before()))
        prior = _if_fed(weeks, whole(context, name, year_before)) if year_before else None
    return (
        now,
        None if before is None or before.value is None else number(before, kpi),
        comparable(prior, kpi),
    )


def _if_fed(weeks: Series, spot: Spot) -> Spot:
    """A gap where the whole series is one: what the KPI counts is not recorded."""
    if any(week.value is not None for week in weeks.weeks):
        return spot
    return Spot(spot.start, None, 0, None, None, 0, None, None, 0, spot.provisional)


def _point(weeks: Series, spot: Spot) -> Point:
    year_before = of_day("week", spot.start).year_before()
    prior = weeks.at(year_before.first) if year_before else None
    return Point(
        start=spot.start,
        number=number(spot, weeks.kpi),
        prior=comparable(prior, weeks.kpi),
        provisional=spot.provisional,
    )


def _limits(limits: ProcessLimits | None) -> Limits | None:
    if limits is None:
        return None
    return Limits(center=limits.center, low=limits.low, high=limits.high, points=limits.points)


def _told(one: Panel) -> bool:
    """Whether there is anything to draw."""
    return one.now.value is not None or any(
        point.number.value is not None for point in (*one.weeks, *one.months)
    )
