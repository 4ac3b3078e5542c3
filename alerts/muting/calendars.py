"""When a mute calendar holds: local hours, past midnight, by weekday, workday and holiday. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from alerts.muting.format import MuteCalendar, Window
from alerts.oncall.format import WEEKDAYS
from alerts.oncall.localtime import exists, local_day, resolve
from alerts.oncall.workdays import is_public_holiday, is_workday

LONGEST = 400
"""Days to look ahead for the end of windows that follow one another without a break."""
_DAY = timedelta(days=1)


def muted_until(calendar: MuteCalendar, now: datetime) -> datetime | None:
    """When the calendar lets messages through again; None if it does so now.

    Windows that touch or overlap are one; the end of those without end is `LONGEST` days away.
    """
    end: datetime | None = None
    first = local_day(now, calendar.zone) - _DAY
    for n in range(LONGEST):
        day = first + n * _DAY
        at = end or now
        if resolve(day, time(), calendar.zone) > at:
            break
        for start, stop in sorted(_spans(calendar, day)):
            at = end or now
            if start <= at < stop:
                end = stop
    return end


def _spans(calendar: MuteCalendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Windows that begin on a local day, as instants."""
    if not exists(day, calendar.zone):
        return
    for window in calendar.windows:
        if not _begins(calendar, window, day):
            continue
        if window.from_ is None or window.to is None:
            starts, ends, over_night = time(), time(), True
        else:
            starts, ends, over_night = window.from_, window.to, window.to <= window.from_
        yield (
            resolve(day, starts, calendar.zone),
            resolve(day + _DAY if over_night else day, ends, calendar.zone),
        )


def _begins(calendar: MuteCalendar, window: Window, day: date) -> bool:
    if WEEKDAYS[day.weekday()] not in window.days:
        return False
    if window.when == "every_day" or calendar.country is None:
        return True
    if window.when == "holidays":
        return is_public_holiday(day, calendar.country, calendar.region)
    works = is_workday(day, calendar.country, calendar.region)
    return works if window.when == "workdays" else not works
