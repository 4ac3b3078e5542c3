"""Working days, in which reviews and root causes are due. Pure."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta

_SATURDAY = 5


def after(start: datetime, days: int, off: Container[date] = frozenset()) -> datetime:
    """The same time of day, so many working days later, in UTC.

    Args:
        start: the moment counted from; its own day is not counted.
        days: working days, Monday to Friday.
        off: further days that nobody works, such as public holidays.
    """
    moment = start.astimezone(UTC)
    left = days
    while left > 0:
        moment += timedelta(days=1)
        if moment.weekday() < _SATURDAY and moment.date() not in off:
            left -= 1
    return moment
