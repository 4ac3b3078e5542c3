"""Local times as instants, by the one rule of `data_access.time_zones`.

A time in a gap runs at the first valid instant after it; a time in a fold runs on its first
occurrence only. So a local time has one instant on every local day, and these only grow. Schedulers
and calendar libraries each answer differently here, which is why the rule is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from data_access.time_zones import first_valid_after

_DAY = timedelta(days=1)


def resolve(day: date, at: time, zone: str) -> datetime:
    """The instant (UTC) at which the clocks of `zone` first show `at`, or would have, on `day`."""
    local = datetime.combine(day, at)
    where = ZoneInfo(zone)
    instant = local.replace(tzinfo=where, fold=0).astimezone(UTC)
    if instant.astimezone(where).replace(tzinfo=None) == local:
        return instant
    return first_valid_after(local, zone)


def is_gap(day: date, at: time, zone: str) -> bool:
    """Whether the clocks jump over `at` on `day`."""
    shown = resolve(day, at, zone).astimezone(ZoneInfo(zone))
    return shown.replace(tzinfo=None) != datetime.combine(day, at)


def exists(day: date, zone: str) -> bool:
    """Whether there is such a day: a country that crosses the date line leaves one out."""
    return resolve(day, time(), zone) < resolve(day + _DAY, time(), zone)


def occurrences(at: time, zone: str, first: date, last: date) -> Iterator[datetime]:
    """One instant per local day from `first` to `last`, both included; strictly increasing."""
    for n in range((last - first).days + 1):
        day = first + n * _DAY
        if exists(day, zone):
            yield resolve(day, at, zone)


def local_day(instant: datetime, zone: str) -> date:
    """The day that the calendar of `zone` shows at `instant`."""
    return instant.astimezone(ZoneInfo(zone)).date()


def local_time(instant: datetime, zone: str) -> time:
    """The time that the clocks of `zone` show at `instant`, without zone."""
    return instant.astimezone(ZoneInfo(zone)).time()
