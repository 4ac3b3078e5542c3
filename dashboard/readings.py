"""One KPI as a tile shows it: value now and before, interval, n, trend over the period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dashboard.targets import judged
from dashboard.url_filter import Period, View
from data_access.metrics import CATALOGUE, Filter, Kpi, Query
from data_access.metrics.plan import dimensions

if TYPE_CHECKING:
    from data_access.metrics import Metrics

LONGEST_BY_DAY = 45
"""Beyond this many days a trend has a point per week."""


@dataclass(frozen=True)
class Reading:
    """Values in the KPI's unit; None is unknown (no rows in the denominator)."""

    kpi: Kpi
    value: float | None
    n: int
    low: float | None
    high: float | None
    before: float | None
    trend: tuple[float | None, ...]
    maturity: float | None = None
    """Share of what will be judged in the end that can be judged already; None: all of it."""
    tainted: int = 0
    """Rows that a data-quality check has something to say about."""
    checked: int = 0
    """Rows that the checks looked at: n, or what is counted above another denominator."""
    unsplit: tuple[str, ...] = ()
    """Dimensions of the filter that the KPI does not have; the numbers hold for all of them."""


def read(metrics: Metrics, name: str, view: View, period: Period, today: date) -> Reading:
    """Ask for one KPI three times: now, before, and by day or week.

    Args:
        metrics: whom to ask.
        name: the KPI.
        view: zone and currency of the answers.
        period: now and before, with their filters.
        today: a day that is not over; the trend of a flow ends the day (or week) before.
    """
    period, unsplit = understood(period, name)
    now = _one(metrics, name, period.now, view)
    before = _one(metrics, name, period.before, view) if period.before else None
    return Reading(
        kpi=judged(name),
        value=now["value"],
        n=int(now["n"] or 0),
        low=now["low"],
        high=now["high"],
        before=before["value"] if before else None,
        trend=trend(metrics, name, view, period, today),
        maturity=now.get("maturity"),
        tainted=int(now.get("tainted") or 0),
        checked=int(now["numerator" if _counts_others(CATALOGUE[name]) else "n"] or 0),
        unsplit=unsplit,
    )


def _counts_others(kpi: Kpi) -> bool:
    """Whether the denominator is about other rows than the numerator: orders below contacts."""
    below, above = (side.partition(".")[0] for side in (kpi.denominator or "", kpi.numerator))
    return below not in {"", above}


def understood(period: Period, name: str) -> tuple[Period, tuple[str, ...]]:
    """The period without the dimensions a KPI does not have, and their names.

    Parcels have no channel: a filter on it says nothing about them, and a screen that shows several
    KPIs at once must not fail for it.
    """
    strange = tuple(key for key in period.now.values() if key not in dimensions(name))
    if not strange:
        return period, ()
    cleared: dict[str, Any] = dict.fromkeys(strange, ())
    before = replace(period.before, **cleared) if period.before else None
    return replace(period, now=replace(period.now, **cleared), before=before), strange


def trend(
    metrics: Metrics, name: str, view: View, period: Period, today: date
) -> tuple[float | None, ...]:
    """A value per day, or per ISO week in long periods; None where there is nothing.

    A flow of a day that is not over would look like a fall, so it is left out; a level is not.
    """
    grain = "day" if (period.last - period.first).days < LONGEST_BY_DAY else "week"
    frame = metrics.kpi(_query(name, period.now, view, by=(grain,)))
    found: dict[date, float | None] = dict(
        zip(frame[grain].to_list(), frame["value"].to_list(), strict=True)
    )
    last = period.last if CATALOGUE[name].stock else min(period.last, today - timedelta(days=1))
    return tuple(found.get(step) for step in steps(period.first, last, grain))


def steps(first: date, last: date, grain: str) -> Sequence[date]:
    """The days from first to last, or the Mondays of the weeks that are over by `last`."""
    if grain == "day":
        return [first + timedelta(days=index) for index in range((last - first).days + 1)]
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(days=7 * index) for index in range(((last - monday).days + 1) // 7)]


def _one(metrics: Metrics, name: str, where: Filter, view: View) -> dict[str, float | None]:
    frame = metrics.kpi(_query(name, where, view))
    nothing: dict[str, float | None] = dict.fromkeys(("value", "low", "high"))
    empty = nothing | {"n": 0, "numerator": 0}
    return frame.row(0, named=True) if frame.height else empty


def _query(name: str, where: Filter, view: View, by: tuple[str, ...] = ()) -> Query:
    return Query(kpi=name, by=by, where=where, zone=view.zone, currency=view.currency)
