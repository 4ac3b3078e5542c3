"""Which day is today, for a reader of numbers, and how far the data reach."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dashboard.formats import as_zone

if TYPE_CHECKING:
    from dashboard.services import Services
    from dashboard.url_filter import View

ENDED = timedelta(days=14)
"""Data that end longer ago are history: periods then end with them, not with an empty today."""


def today(services: Services, view: View) -> date:
    """The day the numbers end with, in the zone that days are cut in."""
    zone = view.zone or services.settings.time_zone
    return ended_on(services) or as_zone(services.metrics.as_of(), zone).date()


def ended_on(services: Services) -> date | None:
    """The last day of data that are history; None while they go on (or before there are any)."""
    newest = services.metrics.newest_day()
    now = as_zone(services.metrics.as_of(), services.settings.time_zone).date()
    return newest if newest is not None and now - newest > ENDED else None


def data_to(services: Services) -> datetime | None:
    """How far the data reach: to the newest import, but never past the newest day with rows."""
    fresh, newest = services.metrics.fresh_at(), services.metrics.newest_day()
    if fresh is None or newest is None:
        return fresh
    zone = ZoneInfo(services.settings.time_zone)
    return min(fresh, datetime.combine(newest + timedelta(days=1), time(), zone))
