"""Business hours: weekly intervals, versions, time zones and days off, as instants."""

from data_access.calendars.compiling import calendar_key, compile_hours
from data_access.calendars.hours import Hours

__all__ = ["Hours", "calendar_key", "compile_hours"]
