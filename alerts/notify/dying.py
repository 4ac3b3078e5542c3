"""Messages that could not be delivered: announced over another channel, and sent again on request.

An announcement goes over a channel that was not tried for this message yet, the log being the last
one; it ends there, so that a dead letter about a dead letter about a dead letter ends too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from alerts.event_log import Entry, append, lock
from alerts.group_rows import SUBJECT
from alerts.notify import outbox, recipients
from alerts.notify.config import Config
from alerts.notify.facts import plain_facts
from alerts.notify.message import Message, idem_key
from alerts.notify.outbox import Stored
from alerts.notify.recipients import OnCall, Recipient
from alerts.notify.sandbox import is_drill
from alerts.notify.texts import render
from alerts.notify.words import phrase
from data_access.state.engine import writing
from data_access.state.schema import outbox as table

MESSAGE = "message"
"""`subject_kind` of entries in the event log about a message that tells of no single incident."""


class ResendError(Exception):
    """A message that cannot be sent again; the message says why and what to do."""


def announce(
    connection: Connection, config: Config, dead: Stored, why: str, oncall: OnCall, now: datetime
) -> list[int]:
    """Tell over another channel that a message died, and log it; inside the caller's transaction.

    One of a drill is only logged: nobody is called away for an exercise.

    Returns:
        Numbers of the announcements.
    """
    original = dead.message
    _tell(
        connection,
        dead,
        "delivery_failed",
        "worker",
        now,
        reason=why,
        channel=original.channel,
        recipient=original.recipient,
    )
    if is_drill(original):
        return []
    tried = (*original.payload.get("tried", ()), original.channel)
    to = _others(config, original, tried, oncall, now)
    return outbox.enqueue(
        connection, [_announcement(config, dead, one, tried, why, now) for one in to], now
    )


def resend(engine: Engine, outbox_id: int, *, actor: str, now: datetime) -> int:
    """Send a dead or dropped message again, as a new row; asked twice it is one.

    Returns:
        Number of the new row.

    Raises:
        ResendError: there is no such message, or it needs no sending again.
    """
    if not actor.strip():
        raise ResendError("Say who asks for it: a message that is sent again carries a name.")
    with writing(engine) as connection:
        lock(connection)
        found = outbox.find(connection, outbox_id)
        if found is None:
            raise ResendError(f"There is no message {outbox_id}.")
        if found.state not in ("dead", "dropped"):
            raise ResendError(
                f"Message {outbox_id} is {found.state}; only dead and dropped messages are sent "
                "again."
            )
        again = select(table.c.id, table.c.state).where(table.c.resend_of == outbox_id)
        before = connection.execute(again.order_by(table.c.id.desc())).first()
        if before is not None and before.state in ("pending", "sending", "sent"):
            return int(before.id)
        count = connection.execute(
            select(func.count()).select_from(table).where(table.c.resend_of == outbox_id)
        ).scalar_one()
        old = found.message
        key = idem_key(
            f"resend {outbox_id}",
            0,
            old.reason,
            step=count + 1,
            round=0,
            recipient=old.recipient,
            channel=old.channel,
        )
        message = replace(
            old,
            idem_key=key,
            not_before=now,
            deadline=now + (old.deadline - found.created_at),
            payload={**old.payload, "asked_by": actor, "tried": []},
        )
        (made,) = outbox.enqueue(connection, [message], now, resend_of=outbox_id)
        _tell(connection, found, "resent", actor, now, resent_as=made)
        return made


def _others(
    config: Config,
    original: Message,
    tried: Sequence[str],
    oncall: OnCall,
    now: datetime,
) -> list[Recipient]:
    """Whom to tell, never over a channel that was tried."""
    body = config.body
    named = [
        recipient
        for receiver in body.dead_letters
        for recipient in recipients.of(config, receiver.kind, receiver.name, oncall=oncall, now=now)
    ]
    own = [] if named else list(recipients.of_person(config, original.recipient))
    first = [
        recipient
        for receiver in body.route.receivers or ()
        if receiver.kind != "escalation"
        for recipient in recipients.of(config, receiver.kind, receiver.name, oncall=oncall, now=now)
    ]
    for group in (named, own, first, [recipients.of_room(config, "log")]):
        left = [one for one in dict.fromkeys(group) if one.channel not in tried]
        if left:
            # One channel is enough; which people are told over it stays as configured.
            return [one for one in left if one.channel == left[0].channel]
    return []


def _announcement(
    config: Config, dead: Stored, to: Recipient, tried: Sequence[str], why: str, now: datetime
) -> Message:
    original = dead.message
    key = idem_key(
        f"dead {dead.id}",
        0,
        "dead_letter",
        step=len(tried),
        round=0,
        recipient=to.recipient,
        channel=to.channel,
    )
    message = Message(
        key,
        original.group_id,
        "dead_letter",
        "dead_letter",
        original.severity,
        to.channel,
        to.recipient,
        to.locale,
        "",
        "",
        now,
        now + config.body.deadlines.of(original.severity),
        crisis_id=original.crisis_id,
    )
    title = phrase(
        to.locale,
        "dead_title",
        channel=original.channel,
        recipient=original.recipient,
        subject=original.subject,
    )
    given = plain_facts(
        config,
        locale=to.locale,
        severity=original.severity,
        reason="dead_letter",
        short_id=message.short_id,
        title=title,
        path=_page(original),
        why=phrase(to.locale, "because_dead"),
        zone=to.zone,
        now=now,
        recipient=to.recipient,
        summary=why,
    )
    rendered = render(config.texts, config.body.channels[to.channel].kind, to.locale, given)
    payload = {
        "tried": list(tried),
        "config": config.sha256,
        "html": rendered.html,
        "data": {"dead": dead.id, "why": why, "title": title, "link": str(given["link"])},
    }
    return replace(message, subject=rendered.subject, body=rendered.body, payload=payload)


def _page(message: Message) -> str:
    if message.crisis_id is not None:
        return f"/crises/{message.crisis_id}"
    return f"/alerts/{message.group_id}" if message.group_id else "/delivery"


def _tell(
    connection: Connection,
    about: Stored,
    kind: str,
    actor: str,
    now: datetime,
    **data: object,
) -> None:
    group = about.message.group_id
    kind_of, number = (SUBJECT, group) if group is not None else (MESSAGE, about.id)
    append(
        connection,
        [Entry(now, actor, kind, kind_of, str(number), {"outbox": about.id, **data})],
    )
