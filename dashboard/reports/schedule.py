"""When which report is due: one slot for every period of a schedule. Pure.

A period is due on its schedule's day at its local time, by the rule of `alerts.oncall.localtime`,
and never before the period is over in the reporting zone. After a time in which nobody worked
every missed period is made; only the newest goes out, for a reader wants today's page and finds
the older ones in the archive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from alerts.oncall.localtime import local_day, resolve
from dashboard.reports.periods import Period, of_day, parse
from dashboard.reports.schedule_file import Schedule

State = Literal["waiting", "late", "issued", "sent", "failed", "skipped"]
"""`issued`: made and not sent yet, or for the archive only (`reason` says so)."""
ARCHIVED = "archived"
"""`reason["code"]` of what was made for the archive only."""


@dataclass(frozen=True)
class Slot:
    """One planned report, as its row says."""

    period: Period
    due_at: datetime
    state: State
    next_at: datetime | None = None
    """When it is looked at again; None: at once."""
    reason: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    report_id: int | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do but for a correction."""
        archived = self.state == "issued" and self.reason.get("code") == ARCHIVED
        return archived or self.state in ("sent", "skipped")


@dataclass(frozen=True)
class Decision:
    """One period that is due and not settled."""

    period: Period
    due_at: datetime
    send: bool
    """False: a newer one is due too; this one is for the archive."""
    newer: str | None = None
    """The period that goes out instead."""
    slot: Slot | None = None
    """Its row, if there is one already."""


def due_at(schedule: Schedule, period: Period, zone: str) -> datetime:
    """When a period's report is due.

    Args:
        schedule: whose day and time.
        period: of the schedule's grain.
        zone: reporting zone, in which the period ends.
    """
    day = period.last + timedelta(days=1 + schedule.offset)
    return max(resolve(day, schedule.at, schedule.zone), period.ends_at(zone))


def newest_due(schedule: Schedule, now: datetime, zone: str) -> Period:
    """The newest period that is due by now."""
    period = of_day(schedule.grain, local_day(now, schedule.zone) + timedelta(days=1))
    while due_at(schedule, period, zone) > now:
        period = period.before()
    return period


def next_due(schedule: Schedule, now: datetime, zone: str) -> tuple[Period, datetime]:
    """The next period to become due, and when."""
    period = newest_due(schedule, now, zone).after()
    return period, due_at(schedule, period, zone)


def due(
    schedule: Schedule, now: datetime, slots: Mapping[str, Slot], *, zone: str = "UTC"
) -> tuple[Decision, ...]:
    """What is to be worked on now, the newest period first.

    Args:
        schedule: what `reports.yaml` says.
        now: the moment.
        slots: rows of this schedule by name of their period.
        zone: reporting zone, in which days and periods are cut.
    """
    newest = newest_due(schedule, now, zone)
    first = _first(schedule, newest, slots)
    found: list[Decision] = []
    period = newest
    while period.first >= first.first:
        slot = slots.get(period.name)
        if slot is None or not (slot.settled or (slot.next_at is not None and slot.next_at > now)):
            send = period == newest
            at = due_at(schedule, period, zone) if slot is None else slot.due_at
            found.append(Decision(period, at, send, None if send else newest.name, slot))
        period = period.before()
    return tuple(found)


def _first(schedule: Schedule, newest: Period, slots: Mapping[str, Slot]) -> Period:
    """Where a schedule begins: where its file says, else at its oldest slot, else with the newest.

    A slot of another grain is of a schedule that was another one once; it is passed over.
    """
    if schedule.first_period is not None:
        return schedule.first_period
    known = [slot.period for slot in slots.values() if slot.period.grain == schedule.grain]
    return min(known, key=lambda period: period.first, default=newest)


def zone_of(schedule: Schedule) -> ZoneInfo:
    """The zone of a schedule's local time."""
    return ZoneInfo(schedule.zone)


def slot_period(name: str) -> Period:
    """The period of a row, by its name alone."""
    grain: Literal["week", "month", "quarter"] = "month"
    if "-W" in name:
        grain = "week"
    elif "-Q" in name:
        grain = "quarter"
    return parse(name, grain)


def on_late(
    schedule: Schedule, slot_due_at: datetime, now: datetime
) -> Literal["wait", "send", "skip"]:
    """What to do while a feed is not in."""
    policy = schedule.late_feed
    if policy.policy == "send_incomplete":
        return "send"
    if now < slot_due_at + policy.up_to:
        return "wait"
    return "skip" if policy.then == "skip" else "send"


def retry_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: a minute, then twice as long, at most six hours."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), timedelta(hours=6))
