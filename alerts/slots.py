"""When a rule is due, decided from stored slots alone. Pure.

A slot is the end of a day in the reporting zone: the first instant of the next day. It is evaluated
when the feed has been read since then, or when the rule's lateness has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CATCH_UP = 14
"""Slots evaluated after a pause; older ones are marked skipped."""
JITTER = timedelta(seconds=60)
"""Rules start spread over this long, each always at the same moment of it."""


@dataclass(frozen=True)
class Due:
    """Days whose slots are to be evaluated, and days given up; both oldest first."""

    days: tuple[date, ...]
    skipped: tuple[date, ...]


def slot_of(day: date, zone: str) -> datetime:
    """The slot that judges `day`: its end, in UTC.

    Where clocks jump over midnight, the old offset gives the same instant as the first valid time.
    """
    local = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return local.astimezone(UTC)


def day_of(slot: datetime, zone: str) -> date:
    """The day that a slot judges."""
    return (slot - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


def due(
    last: datetime | None,
    now: datetime,
    *,
    zone: str,
    sha256: str,
    lateness: timedelta,
    fresh_at: datetime,
    catch_up: int = CATCH_UP,
) -> Due:
    """Which days to judge now.

    Args:
        last: last slot that is settled under this version of the rule; None for a new version.
        now: the wall clock.
        zone: reporting zone.
        sha256: the rule version's hash, which spreads the rules.
        lateness: how long to wait for a feed that has not been read since the slot.
        fresh_at: when the newest data came in.
        catch_up: most slots to evaluate; a new version starts so many days back.
    """
    spread = JITTER * (int(sha256[:8], 16) / 16**8)
    newest = day_of(now - spread, zone)
    while slot_of(newest, zone) + spread > now or not _ready(
        slot_of(newest, zone), now - spread, lateness, fresh_at
    ):
        newest -= timedelta(days=1)
    first = newest - timedelta(days=catch_up - 1)
    if last is None:
        return Due(_days(first, newest), ())
    pending = day_of(last, zone) + timedelta(days=1)
    return Due(
        _days(max(first, pending), newest),
        _days(pending, min(first, newest + timedelta(days=1)) - timedelta(days=1)),
    )


def _ready(slot: datetime, now: datetime, lateness: timedelta, fresh_at: datetime) -> bool:
    return fresh_at >= slot or now >= slot + lateness


def _days(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
