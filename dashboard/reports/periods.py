"""Weeks, months and quarters as people name them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Grain = Literal["week", "month", "quarter"]

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_YEARS = (1900, 9000)
"""Periods around these, and of the year before, are dates as well."""
EXAMPLES = {"week": "2026-W47", "month": "2026-10", "quarter": "2026-Q3"}


class PeriodError(ValueError):
    """No such period; the message says what was given and what to write."""


@dataclass(frozen=True)
class Period:
    """Whole days in the reporting zone, both ends included."""

    grain: Grain
    name: str
    first: date
    last: date

    def ends_at(self, zone: str) -> datetime:
        """The instant at which it is over."""
        return datetime.combine(self.last + timedelta(days=1), time(), ZoneInfo(zone))

    def before(self) -> Period:
        """The period before."""
        return of_day(self.grain, self.first - timedelta(days=1))

    def after(self) -> Period:
        """The next period."""
        return of_day(self.grain, self.last + timedelta(days=1))

    def year_before(self) -> Period | None:
        """The period of the same name a year before; None for a week 53 in a year without one."""
        if self.grain != "week":
            return of_day(self.grain, _year_back(self.first))
        year, week, _ = self.first.isocalendar()
        try:
            return of_day("week", date.fromisocalendar(year - 1, week, 1))
        except ValueError:
            return None


def of_day(grain: Grain, day: date) -> Period:
    """The period that a day falls into."""
    if grain == "week":
        first = day - timedelta(days=day.weekday())
        year, week, _ = first.isocalendar()
        return Period("week", f"{year:04}-W{week:02}", first, first + timedelta(days=6))
    if grain == "month":
        last = calendar.monthrange(day.year, day.month)[1]
        name = f"{day.year:04}-{day.month:02}"
        return Period("month", name, day.replace(day=1), day.replace(day=last))
    quarter = (day.month - 1) // 3
    first = date(day.year, 3 * quarter + 1, 1)
    ended = date(day.year, 3 * quarter + 3, 1)
    last = calendar.monthrange(ended.year, ended.month)[1]
    return Period("quarter", f"{day.year:04}-Q{quarter + 1}", first, ended.replace(day=last))


def parse(text: str, grain: Grain) -> Period:
    """A period by its name.

    Raises:
        PeriodError: not a name of a period of this grain, or there is none such.
    """
    found = {"week": _WEEK, "month": _MONTH, "quarter": _QUARTER}[grain].fullmatch(text)
    if found is None:
        raise PeriodError(f"{text!r} is no {grain}; write it like {EXAMPLES[grain]}.")
    year, part = int(found[1]), int(found[2])
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise PeriodError(f"{text} is out of reach; give a year from {_YEARS[0]} to {_YEARS[1]}.")
    try:
        if grain == "week":
            return of_day("week", date.fromisocalendar(year, part, 1))
        return of_day(grain, date(year, part if grain == "month" else 3 * part, 1))
    except ValueError as error:
        raise PeriodError(f"There is no {grain} {text}: {error}.") from None


def last_ended(grain: Grain, now: datetime, zone: str) -> Period:
    """The newest period that is over."""
    return of_day(grain, now.astimezone(ZoneInfo(zone)).date()).before()


def _year_back(day: date) -> date:
    return day.replace(year=day.year - 1)
