"""Sends what waits in the outbox.

Every call is three steps: claim and note the attempt, call without any transaction open, note the
outcome. A crash between the last two leaves an attempt without outcome; the message goes out again
under the same key. So a message arrives at least once, and its reader can tell a repetition.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection, Engine, insert, select, update

from alerts.lease import Lease, LeaseLost, fenced
from alerts.notify import dying, outbox, sandbox
from alerts.notify.addresses import outgoing
from alerts.notify.backoff import wait_s
from alerts.notify.channels import building
from alerts.notify.channels.base import Channel, Delivery, as_drill
from alerts.notify.config import Config
from alerts.notify.duty import Duty
from alerts.notify.outbox import Stored
from alerts.notify.preparing import prepare
from data_access.state.schema import delivery_attempt
from data_access.state.schema import outbox as table

log = logging.getLogger("afterwatch.worker")

Clock = Callable[[], datetime]
MOST_THREADS = 8
MOST_PER_RUN = 200
"""Messages of one channel in one run; the rest follows at the next one."""
GIVE_UP_AFTER = 3
"""A channel that fails so often in a row is left alone until the next run."""
_CALLS_IN_A_MESSAGE = 8
_LEASE_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True)
class SendReport:
    """What one run did, in messages; `faults` are for a person."""

    sent: int = 0
    retried: int = 0
    unknown: int = 0
    dead: int = 0
    dropped: int = 0
    delayed: int = 0
    faults: tuple[str, ...] = ()


@dataclass
class _Run:
    engine: Engine
    lease: Lease
    config: Config
    channels: Mapping[str, Channel]
    clock: Clock
    rng: Random
    stopping: Callable[[], bool]
    last_id: int = 0
    """Newest message that went through the stages; what is written meanwhile waits for its turn."""
    counts: Counter[str] = field(default_factory=Counter)
    faults: dict[str, None] = field(default_factory=dict)


def send_due(
    engine: Engine,
    lease: Lease,
    config: Config,
    channels: Mapping[str, Channel],
    clock: Clock,
    *,
    rng: Random | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> SendReport:
    """Send what is due: each channel in a thread of its own, so that a slow one delays no other.

    Args:
        engine: state database.
        lease: proof of leadership; asked for before and after every call.
        config: what is in force.
        channels: by name, see `alerts.notify.channels.build`.
        clock: the wall clock, UTC.
        rng: randomness of the waits between attempts.
        stopping: asked between messages.

    Raises:
        LeaseLost: another worker leads; what was under way is sent again by it.
    """
    run = _Run(engine, lease, config, channels, clock, rng or Random(), stopping)  # noqa: S311
    run.faults |= dict.fromkeys(building.faults(channels))
    names = _due(run)
    if names:
        with fenced(engine, lease) as connection:
            prepared = prepare(connection, config, clock())
            run.last_id = outbox.newest(connection)
        run.counts.update(dropped=prepared.dropped, delayed=prepared.delayed, dead=prepared.dead)
        names = _due(run, run.last_id)
    if names:
        with ThreadPoolExecutor(min(MOST_THREADS, len(names)), "sender") as pool:
            ends = [pool.submit(_drain, run, name) for name in names]
        for end in ends:
            end.result()
    counts = run.counts
    return SendReport(
        counts["ok"],
        counts["retry"],
        counts["unknown"],
        counts["dead"],
        counts["dropped"],
        counts["delayed"],
        tuple(run.faults),
    )


def _due(run: _Run, last_id: int | None = None) -> list[str]:
    """Channels that have something to send."""
    due = select(table.c.channel).where(outbox.is_due(run.clock())).distinct()
    if last_id is not None:
        due = due.where(table.c.id <= last_id)
    with run.engine.connect() as connection:
        return sorted(connection.execute(due).scalars())


def _drain(run: _Run, channel: str) -> None:
    """Send what is due over one channel, until it is empty or out of order."""
    failures = 0
    for _ in range(MOST_PER_RUN):
        if run.stopping() or failures >= GIVE_UP_AFTER:
            return
        claimed = _claim(run, channel)
        if claimed is None:
            return
        delivery = _call(run, claimed)
        outcome = _note(run, claimed, delivery)
        failures = 0 if outcome in ("ok", "dead") else failures + 1
        if delivery.http_status == 429:
            return


def _claim(run: _Run, channel: str) -> Stored | None:
    """Take the next message and note that it is tried."""
    settings = run.config.body.channels.get(channel)
    seconds = settings.timeout_seconds if settings else 0.0
    lease = _LEASE_MARGIN + timedelta(seconds=_CALLS_IN_A_MESSAGE * seconds)
    with fenced(run.engine, run.lease) as connection:
        now = run.clock()
        found = outbox.claim(
            connection,
            run.lease.holder,
            now,
            lease=lease,
            channels=[channel],
            last_id=run.last_id,
        )
        if not found:
            return None
        claimed = found[0]
        # Whoever tried before and did not say what became of it died in between.
        connection.execute(
            update(delivery_attempt)
            .where(delivery_attempt.c.outbox_id == claimed.id)
            .where(delivery_attempt.c.outcome.is_(None))
            .values(outcome="unknown", ended_at=now, detail="the sender died")
        )
        connection.execute(
            insert(delivery_attempt).values(
                outbox_id=claimed.id, n=claimed.attempts, started_at=now
            )
        )
    return claimed


def _call(run: _Run, claimed: Stored) -> Delivery:
    """One call, with no transaction open."""
    message = sandbox.routed(run.config, claimed.message)
    name = message.channel
    channel = run.channels.get(name)
    if channel is None:
        return Delivery("permanent", detail=f"there is no channel {name!r} any more")
    made = outgoing(run.config, message)
    if isinstance(made, Delivery):
        return made
    try:
        return channel.send(as_drill(made))
    except Exception as error:
        log.exception("channel %s failed on message %d", name, claimed.id)
        run.faults[f"channel {name}: {type(error).__name__}: {error}"] = None
        return Delivery("unknown", detail=f"{type(error).__name__}: {error}")


def _note(run: _Run, claimed: Stored, result: Delivery) -> str:
    """Write what became of an attempt; the name of the outcome, `dead` if that was the last."""
    with fenced(run.engine, run.lease) as connection:
        now = run.clock()
        connection.execute(
            update(delivery_attempt)
            .where(
                delivery_attempt.c.outbox_id == claimed.id,
                delivery_attempt.c.n == claimed.attempts,
            )
            .values(
                ended_at=now,
                outcome=result.outcome,
                http_status=result.http_status,
                retry_after_s=result.retry_after_s,
                detail=result.detail[:500] or None,
            )
        )
        outcome = _settle(run, connection, claimed, result, now)
    run.counts[outcome] += 1
    return outcome


def _settle(
    run: _Run, connection: Connection, claimed: Stored, result: Delivery, now: datetime
) -> str:
    holder, message = run.lease.holder, claimed.message
    if result.outcome == "ok":
        outbox.finish(connection, claimed.id, holder, state="sent", reason=None, now=now)
        return "ok"
    seconds = wait_s(claimed.attempts, run.rng, retry_after_s=result.retry_after_s)
    again = now + timedelta(seconds=seconds)
    if result.http_status == 429 and result.retry_after_s:
        # It is the channel that is full, not this message.
        until = now + timedelta(seconds=result.retry_after_s)
        outbox.hold_channel(connection, message.channel, until, "channel_asked_to_wait")
    if result.outcome == "permanent" or message.deadline <= now:
        why = "permanent" if result.outcome == "permanent" else "deadline"
        reason = f"{why}: {result.detail}".rstrip(": ")
        outbox.finish(connection, claimed.id, holder, state="dead", reason=reason, now=now)
        dying.announce(
            connection, run.config, claimed, reason, Duty(connection, run.config, now), now
        )
        return "dead"
    outbox.finish(
        connection,
        claimed.id,
        holder,
        state="pending",
        reason=f"{result.outcome}: {result.detail}".rstrip(": "),
        now=now,
        # Its deadline is when it is given up, and told over another channel: that must not wait.
        not_before=min(again, message.deadline),
    )
    return result.outcome


__all__ = ["LeaseLost", "SendReport", "send_due"]
