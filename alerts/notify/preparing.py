"""Waiting messages before any is sent: the stages, one after the other, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from alerts.event_log import Entry, append, lock
from alerts.group_rows import SUBJECT
from alerts.notify import dying, outbox, sandbox
from alerts.notify.bundles import bundle
from alerts.notify.config import Config
from alerts.notify.duty import Duty
from alerts.notify.outbox import Stored
from alerts.notify.stages.bundled import bundled
from alerts.notify.stages.outdated import outdated
from alerts.notify.stages.superseded import superseded
from alerts.notify.stages.throttled import HOUR, Budget, Sent, throttled
from alerts.notify.stages.waiting import Dropped, Waiting
from data_access.state import schema

table = schema.outbox


@dataclass(frozen=True)
class Prepared:
    """What the stages did, in messages."""

    dropped: int = 0
    bundles: int = 0
    delayed: int = 0
    dead: int = 0


def prepare(connection: Connection, config: Config, now: datetime) -> Prepared:
    """Drop, bundle and delay what waits, inside the caller's transaction."""
    lock(connection)
    stored = {one.id: one for one in outbox.pending(connection, now, config.body.bundle.window)}
    if not stored:
        return Prepared()
    late = _give_up(connection, config, stored, now)
    _to_sandbox(connection, config, stored)
    asked = [one for one in stored.values() if _stands_alone(one)]
    waiting = [_waiting(one) for one in stored.values() if one not in asked]
    waiting, old = outdated(waiting, _closed(connection, waiting))
    waiting, replaced = superseded(waiting)
    _drop(connection, [*old, *replaced], now)
    waiting = [one for one in waiting if _costs_attention(config, one)]
    due_lines = {one.line for one in waiting if one.not_before <= now}
    singles, bundles = bundled(
        [one for one in waiting if one.line in due_lines], at_least=config.body.bundle.at_least
    )
    made = [_bundle(connection, config, [stored[w.id] for w in b], now) for b in bundles]
    due = [one for one in singles if one.not_before <= now] + made
    _, delayed = throttled(due, _budgets(config), _sent(connection, now), now)
    for one in delayed:
        outbox.delay(connection, [one.waiting.id], one.until, "throttled")
    return Prepared(len(old) + len(replaced), len(made), len(delayed), late)


def _give_up(
    connection: Connection, config: Config, stored: dict[int, Stored], now: datetime
) -> int:
    """End what was not delivered by its deadline, and tell so; it leaves `stored`."""
    late = [one for one in stored.values() if one.message.deadline <= now]
    for one in late:
        why = f"deadline; the last attempt: {one.state_reason or 'none'}"
        outbox.settle(connection, [one.id], "dead", why, now)
        dying.announce(connection, config, one, why, Duty(connection, config, now), now)
        del stored[one.id]
    return len(late)


def _costs_attention(config: Config, one: Waiting) -> bool:
    """Whether a message is bundled and counted; lines of the log are not.

    Nor is one whose channel is gone: it has to be sent to be refused, and told to be dead.
    """
    channel = config.body.channels.get(one.channel)
    return channel is not None and channel.kind != "log"


def _stands_alone(one: Stored) -> bool:
    """Whether a message is neither bundled nor made to wait: asked for, or part of a crisis.

    A report is asked for by its schedule, and a bundle could not carry its files.
    """
    message = one.message
    asked = one.resend_of is not None or message.kind in {"test", "compensation", "report"}
    return asked or message.crisis_id is not None or sandbox.is_drill(message)


def _to_sandbox(connection: Connection, config: Config, stored: dict[int, Stored]) -> None:
    """Take messages of a drill out of the real channels' queues."""
    for number, one in stored.items():
        routed = sandbox.routed(config, one.message)
        if routed is not one.message:
            outbox.readdress(connection, number, routed)
            stored[number] = replace(one, message=routed)


def _waiting(one: Stored) -> Waiting:
    message = one.message
    return Waiting(
        one.id,
        message.group_id,
        message.kind,
        message.reason,
        message.severity,
        message.channel,
        message.recipient,
        message.not_before,
        one.attempts,
    )


def _closed(connection: Connection, waiting: Iterable[Waiting]) -> set[int]:
    group = schema.alert_group
    numbers = sorted({one.group_id for one in waiting if one.group_id is not None})
    if not numbers:
        return set()
    return set(
        connection.execute(
            select(group.c.id).where(group.c.id.in_(numbers), group.c.closed_at.is_not(None))
        ).scalars()
    )


def _drop(connection: Connection, dropped: Iterable[Dropped], now: datetime) -> None:
    entries = []
    for one in dropped:
        waiting = one.waiting
        outbox.settle(connection, [waiting.id], "dropped", one.because, now)
        data = {
            "outbox": waiting.id,
            "notice": waiting.reason,
            "channel": waiting.channel,
            "recipient": waiting.recipient,
            "reason": one.because,
        }
        entries.append(Entry(now, "worker", "notice_dropped", SUBJECT, str(waiting.group_id), data))
    append(connection, entries)


def _bundle(
    connection: Connection, config: Config, included: list[Stored], now: datetime
) -> Waiting:
    """Write the bundle and end what is in it, in one transaction: nothing is lost between."""
    message = bundle(config, [one.message for one in included], now)
    written = outbox.enqueue(connection, [message], now)
    number = written[0] if written else _number_of(connection, message.idem_key)
    outbox.settle(connection, [one.id for one in included], "dropped", f"bundled:{number}", now)
    return Waiting(
        number,
        None,
        message.kind,
        message.reason,
        message.severity,
        message.channel,
        message.recipient,
        now,
    )


def _number_of(connection: Connection, key: str) -> int:
    found: int = connection.execute(select(table.c.id).where(table.c.idem_key == key)).scalar_one()
    return found


def _budgets(config: Config) -> list[Budget]:
    return [
        Budget(one.messages_per_hour, one.per, one.channel, one.spare)
        for one in config.body.throttles
    ]


def _sent(connection: Connection, now: datetime) -> list[Sent]:
    rows = connection.execute(
        select(table.c.channel, table.c.recipient, table.c.finished_at).where(
            table.c.state == "sent", table.c.finished_at > now - HOUR
        )
    )
    return [Sent(row.channel, row.recipient, row.finished_at) for row in rows]
