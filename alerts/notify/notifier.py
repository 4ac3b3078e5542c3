"""Incidents whose message is due: planned, written to the outbox and logged, one by one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import Connection, Engine, select, update

from alerts import group_rows, silences
from alerts.event_log import Entry, append
from alerts.group_rows import SUBJECT, StoredGroup
from alerts.lease import Lease, LeaseLost, fenced
from alerts.muting import Mute, muted
from alerts.muting import Subject as Muted
from alerts.notify import compose, outbox, subject_rows
from alerts.notify.config import Config
from alerts.notify.duty import Duty
from alerts.notify.plan import Plan, plan
from alerts.notify.subject import Subject
from data_access.state.schema import alert_group as table

log = logging.getLogger("afterwatch.worker")

RETRY = timedelta(minutes=5)
"""When an incident whose plan fails is tried again."""

Begin = Callable[[Connection, Config, Subject, str, datetime], None]
"""Begins an escalation of an incident, unless it has begun: `alerts.escalations.begin`."""


@dataclass(frozen=True)
class NotifyReport:
    """What one run did; `faults` are messages for a person."""

    incidents: int = 0
    messages: int = 0
    faults: tuple[str, ...] = ()


def run_due(
    engine: Engine, lease: Lease, config: Config, now: datetime, *, begin: Begin | None = None
) -> NotifyReport:
    """Plan every incident whose `notify_at` has come: one fenced transaction for each.

    Args:
        engine: state database.
        lease: proof of leadership.
        config: what is in force.
        now: the wall clock.
        begin: begins escalations that routes name.

    Raises:
        LeaseLost: another worker leads; the incident at hand was left as it was.
    """
    with engine.connect() as connection:
        due = connection.execute(
            select(table.c.id)
            .where(table.c.notify_at <= now)
            .order_by(table.c.notify_at, table.c.id)
        ).scalars()
        numbers = list(due)
    messages, faults = 0, list[str]()
    for number in numbers:
        try:
            with fenced(engine, lease) as connection:
                made = notify(connection, config, number, now, begin=begin)
        except LeaseLost:
            raise
        except Exception as error:
            log.exception("the messages of incident %d could not be planned", number)
            faults.append(f"incident {number}: {error}")
            with fenced(engine, lease) as connection:
                _later(connection, number, now + RETRY)
            continue
        messages += made.messages
        faults += made.faults
    return NotifyReport(len(numbers), messages, tuple(dict.fromkeys(faults)))


def notify(
    connection: Connection,
    config: Config,
    group_id: int,
    now: datetime,
    *,
    begin: Begin | None = None,
) -> NotifyReport:
    """Plan one incident inside the caller's transaction; nothing if its time has not come."""
    group = group_rows.load(connection, group_id)
    if group is None or group.incident.notify_at is None or group.incident.notify_at > now:
        return NotifyReport()
    subject = subject_rows.of_group(connection, group)
    setting = Setting(connection, config, now)
    mute = setting.mute(group)
    planned = plan(config, subject, mute, setting.oncall, now)
    composed = compose.notices(config, subject, planned, now)
    written = outbox.enqueue(connection, composed.messages, now)
    before = connection.execute(select(table.c.mute_json).where(table.c.id == group_id)).scalar()
    _apply(connection, group, planned, mute, before, now)
    if begin is not None and not planned.muted:
        for policy in planned.escalations:
            begin(connection, config, subject, policy, now)
    return NotifyReport(1, len(written), composed.faults)


@dataclass
class Setting:
    """What a plan is made in: silences, other incidents, who is on call. Read when asked for."""

    connection: Connection
    config: Config
    now: datetime

    @cached_property
    def oncall(self) -> Duty:
        """Who is on call."""
        return Duty(self.connection, self.config, self.now)

    def mute(self, group: StoredGroup) -> Mute | None:
        """What stops the messages of an incident now."""
        body = self.config.body
        return muted(
            _muted_subject(group),
            silences.load_active(self.connection, self.now),
            body.inhibitions,
            body.calendars,
            self._others if body.inhibitions else (),
            self.now,
        )

    @cached_property
    def _others(self) -> Sequence[Muted]:
        rows = self.connection.execute(select(table).where(table.c.closed_at.is_(None)))
        return [_muted_subject(group_rows.read(row)) for row in rows]


def _muted_subject(group: StoredGroup) -> Muted:
    return Muted.of(
        group.id,
        group.labels,
        rule=group.rule_id or "",
        topic=group.topic,
        incident=group.incident,
    )


def _apply(
    connection: Connection,
    group: StoredGroup,
    planned: Plan,
    mute: Mute | None,
    before: object,
    now: datetime,
) -> None:
    """Write when the next message goes out, and the events.

    The row's version stays: a message that goes out must not make a person's action look late.
    """
    stopped = mute.as_json() if mute is not None and planned.muted else None
    values: dict[str, object] = {
        "notify_at": planned.notify_at,
        "notify_reason": planned.notify_reason if planned.notify_at else None,
        "mute_json": stopped,
    }
    if planned.notices:
        values |= {"notices": group.incident.notices + 1, "notified_at": now}
    connection.execute(update(table).where(table.c.id == group.id).values(**values))
    # What stays muted by the same thing is told once, not each time its time comes.
    told = planned.events if not planned.muted or stopped != before else ()
    append(
        connection,
        [
            Entry(
                now,
                "worker",
                event.kind,
                SUBJECT,
                str(group.id),
                {**event.data, "reason": event.reason, "version": group.version}
                | ({"mute": stopped} if planned.muted else {}),
            )
            for event in told
        ],
    )


def _later(connection: Connection, group_id: int, at: datetime) -> None:
    connection.execute(
        update(table)
        .where(table.c.id == group_id, table.c.notify_at.is_not(None))
        .values(notify_at=at)
    )
