"""A KPI over weeks and months, as a report needs it: one question by week, one by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from dashboard.numbers import MATURE
from dashboard.reports.context import Context
from dashboard.reports.periods import Period, of_day
from dashboard.reports.values import Number
from dashboard.wording.standing import SMALLEST_N
from data_access.metrics import Kpi
from data_access.metrics.plan import source_of

WEEKS = 6
MONTHS = 12
HISTORY = 60
"""Weeks asked for: those of the page, the half year before them, and their prior year."""

FOLLOWING: Mapping[str, int] = {"defect_return_rate": 13}
"""KPIs of a cohort whose events go on following: how many weeks long a cohort stays provisional."""


@dataclass(frozen=True)
class Spot:
    """A KPI in one period."""

    start: date
    value: float | None
    """None: nothing to count, which is a gap and no zero."""
    n: int
    low: float | None
    high: float | None
    numerator: float
    denominator: float | None
    maturity: float | None
    tainted: int
    provisional: bool

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Between which values it can still come out; None without a value, or if nobody can tell.

        Of a share, by what waits: all of it missed, all of it met.
        """
        if self.value is None:
            return None
        if not self.provisional:
            return self.value, self.value
        if self.maturity is None or self.denominator is None:
            return None  # events still follow, and how many is not known
        whole = self.denominator / self.maturity
        waiting = whole - self.denominator
        return self.numerator / whole, (self.numerator + waiting) / whole


@dataclass(frozen=True)
class Series:
    """Weeks of a KPI without a gap in time, the oldest first; the last one is the report's."""

    kpi: Kpi
    weeks: tuple[Spot, ...]

    @property
    def now(self) -> Spot:
        """The week that is judged."""
        return self.weeks[-1]

    def at(self, start: date | None) -> Spot | None:
        """The week that begins on a day, if there is one with a value."""
        found = next((spot for spot in self.weeks if spot.start == start), None)
        return found if found is not None and found.value is not None else None


def series(context: Context, name: str) -> Series:
    """The weeks up to the report's last one that is over; `HISTORY` of them."""
    kpi = context.kpi(name)
    last = last_week(context.period)
    starts = [last - timedelta(weeks=HISTORY - 1 - back) for back in range(HISTORY)]
    answer = context.ask(name, "week", first=starts[0], last=last + timedelta(days=6))
    rows = {row["week"]: row for row in answer.iter_rows(named=True)}
    if not _fed(kpi, rows.values()):
        rows = {}
    spots = [
        spot_of(
            kpi, start, rows.get(start), provisional=_young(context, kpi, of_day("week", start))
        )
        for start in starts
    ]
    return Series(kpi, tuple(_levels_begun(kpi, spots)))


def months(context: Context, name: str) -> list[tuple[Spot, Spot | None]]:
    """The last twelve months that are over by the end of the period, each with its prior year."""
    kpi = context.kpi(name)
    last = of_day("month", context.period.last + timedelta(days=1)).before()
    starts = [_months_back(last.first, back) for back in range(2 * MONTHS - 1, -1, -1)]
    answer = context.ask(name, "month", first=starts[0], last=last.last)
    rows = {row["month"]: row for row in answer.iter_rows(named=True)}
    if not _fed(kpi, rows.values()):
        rows = {}
    spots = [
        spot_of(
            kpi, start, rows.get(start), provisional=_young(context, kpi, of_day("month", start))
        )
        for start in starts
    ]
    spots = _levels_begun(kpi, spots)
    pairs = zip(spots[MONTHS:], spots[:MONTHS], strict=True)
    return [(now, before if before.value is not None else None) for now, before in pairs]


def whole(context: Context, name: str, period: Period) -> Spot:
    """A KPI over one period, whatever its grain."""
    kpi = context.kpi(name)
    answer = context.ask(name, first=period.first, last=period.last)
    young = _young(context, kpi, period)
    return spot_of(kpi, period.first, answer.row(0, named=True), provisional=young)


def spot_of(kpi: Kpi, start: date, row: Mapping[str, Any] | None, *, provisional: bool) -> Spot:
    """A row of `Metrics.kpi` as a spot; nothing counted is a gap."""
    maturity = None if row is None else row.get("maturity")
    young = maturity is not None and maturity < MATURE
    if row is None or (not kpi.stock and not row["n"]):
        return Spot(start, None, 0, None, None, 0, None, maturity, 0, provisional or young)
    return Spot(
        start=start,
        value=row["value"],
        n=int(row["n"] or 0),
        low=row["low"],
        high=row["high"],
        numerator=float(row.get("numerator") or 0),
        denominator=None if row.get("denominator") is None else float(row["denominator"]),
        maturity=maturity,
        tainted=int(row.get("tainted") or 0),
        provisional=provisional or young,
    )


def number(spot: Spot, kpi: Kpi) -> Number:
    """A spot as a document holds it."""
    return Number(value=spot.value, unit=kpi.unit, n=spot.n, low=spot.low, high=spot.high)


def comparable(spot: Spot | None, kpi: Kpi) -> Number | None:
    """A period of the year before as something to compare with; None where it has too few rows."""
    if spot is None or spot.value is None or small(kpi, spot):
        return None
    return number(spot, kpi)


def small(kpi: Kpi, spot: Spot) -> bool:
    """Too few rows of a ratio or a percentile to judge."""
    counted = kpi.denominator is None and kpi.quantile is None
    return not counted and spot.n < SMALLEST_N


def last_week(period: Period) -> date:
    """Monday of the last ISO week that is over by the end of the period."""
    return of_day("week", period.last + timedelta(days=1)).before().first


def _fed(kpi: Kpi, rows: Any) -> bool:
    """Whether what the numerator counts is recorded at all.

    A ratio of two tables is 0 where one of them was never imported; that is not a good number.
    """
    if kpi.denominator is None or source_of(kpi.numerator)[0] is source_of(kpi.denominator)[0]:
        return True
    return any(row["numerator"] for row in rows)


def _levels_begun(kpi: Kpi, spots: Sequence[Spot]) -> list[Spot]:
    """A level of 0 before anything was ever recorded is a gap."""
    if not kpi.stock:
        return list(spots)
    begun = next((place for place, spot in enumerate(spots) if spot.value), len(spots))
    gaps = [spot_of(kpi, spot.start, None, provisional=False) for spot in spots[:begun]]
    return [*gaps, *spots[begun:]]


def _young(context: Context, kpi: Kpi, period: Period) -> bool:
    """Not over, or of a cohort that events still follow."""
    ends = period.ends_at(context.zone).astimezone(UTC)
    return context.as_of < ends + timedelta(weeks=FOLLOWING.get(kpi.name, 0))


def _months_back(first: date, back: int) -> date:
    place = first.year * 12 + first.month - 1 - back
    return date(place // 12, place % 12 + 1, 1)


__all__ = [
    "HISTORY",
    "MONTHS",
    "WEEKS",
    "Series",
    "Spot",
    "comparable",
    "last_week",
    "months",
    "number",
    "series",
    "small",
    "spot_of",
    "whole",
]
