"""Send the digest once a local day, in one fenced transaction with its entry in the log."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select

from alerts.digest import reading, words
from alerts.digest.facts import Digest
from alerts.event_log import Entry, append, lock
from alerts.lease import Lease, fenced
from alerts.notify import outbox, recipients
from alerts.notify.config import Config
from alerts.notify.duty import Duty
from alerts.notify.message import Message, idem_key
from alerts.notify.recipients import Recipient
from alerts.oncall.localtime import local_day, resolve
from data_access.state.schema import event_log as log

SUBJECT = "digest"
SENT = "digest_sent"
_LOOK_BACK = timedelta(days=1)


def due_at(config: Config, now: datetime) -> datetime | None:
    """When the digest of the present local day is due; None: there is none.

    A time that the clocks jump over is the first valid instant after it, one that comes twice is
    its first occurrence: `alerts.oncall.localtime`.
    """
    digest = config.body.digest
    return None if digest is None else resolve(local_day(now, digest.zone), digest.at, digest.zone)


def run_due(engine: Engine, lease: Lease, config: Config, now: datetime) -> int:
    """Send today's digest if it is due and was not sent; gives the number of messages.

    Raises:
        LeaseLost: another worker leads.
    """
    due, digest = due_at(config, now), config.body.digest
    if due is None or digest is None or now < due:
        return 0
    day = local_day(now, digest.zone).isoformat()
    with engine.connect() as connection:
        if _sent(connection, day):
            return 0
    with fenced(engine, lease) as connection:
        lock(connection)
        if _sent(connection, day):
            return 0
        found = reading.read(connection, local_day(now, digest.zone), now - _LOOK_BACK, now)
        messages = [_message(config, found, to, now) for to in _to(connection, config, now)]
        outbox.enqueue(connection, messages, now)
        payload = {
            "head": found.head,
            "to": [f"{message.recipient} {message.channel}" for message in messages],
            "crises": len(found.crises),
            "incidents": len(found.incidents),
            "late": len(found.late),
            "lost": len(found.lost),
        }
        append(connection, [Entry(now, "worker", SENT, SUBJECT, day, payload)])
    return len(messages)


def _sent(connection: Connection, day: str) -> bool:
    query = select(log.c.seq).where(log.c.subject_kind == SUBJECT, log.c.subject_id == day)
    return connection.execute(query.limit(1)).first() is not None


def _to(connection: Connection, config: Config, now: datetime) -> list[Recipient]:
    digest, duty = config.body.digest, Duty(connection, config, now)
    assert digest is not None
    found = [
        to
        for receiver in digest.to
        for to in recipients.of(
            config,
            receiver.kind,
            receiver.name,
            oncall=duty,
            now=now,
            locale=digest.locale,
        )
    ]
    return list(dict.fromkeys(found))


def _message(config: Config, digest: Digest, to: Recipient, now: datetime) -> Message:
    key = idem_key(
        f"digest {digest.day.isoformat()}",
        0,
        SUBJECT,
        step=0,
        round=0,
        recipient=to.recipient,
        channel=to.channel,
    )
    reader = words.Reader(config.body.channels[to.channel].kind, to.locale, to.zone)
    body = words.body(digest, reader, link=config.link("/crises"), short_id=key[:8])
    data = {
        "digest": digest.day.isoformat(),
        "head": digest.head,
        "crises": [line.number for line in digest.crises],
        "incidents": [line.number for line in digest.incidents],
        "late": len(digest.late),
        "lost": [line.number for line in digest.lost],
    }
    return Message(
        idem_key=key,
        group_id=None,
        kind="digest",
        reason="digest",
        severity="info",
        channel=to.channel,
        recipient=to.recipient,
        locale=to.locale,
        subject=words.subject(digest, to.locale),
        body=body,
        not_before=now,
        deadline=now + config.body.deadlines.info,
        payload={"data": data, "config": config.sha256},
    )
