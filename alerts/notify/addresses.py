"""From a stored message to what a channel gets: the address is looked up when it is sent.

So a corrected address counts for messages that wait, and for a dead letter that is sent again.
"""

from __future__ import annotations

from alerts.notify import attachments
from alerts.notify.channel_format import Email
from alerts.notify.channels.base import Delivery, Outgoing
from alerts.notify.config import Config
from alerts.notify.message import Message, is_room, room
from alerts.notify.sandbox import is_drill


def outgoing(config: Config, message: Message) -> Outgoing | Delivery:
    """The message as its channel gets it; a delivery that failed where there is no address."""
    payload = message.payload
    # Nobody's own address is used in a drill: the sandbox is the place itself.
    recipient = room(message.channel) if is_drill(message) else message.recipient
    address = _address(config, message.channel, recipient)
    if address is None:
        return Delivery(
            "permanent",
            detail=f"{message.recipient} has no address for {message.channel}; add it and send the "
            "message again",
        )
    thread = f"incident-{message.group_id}" if message.group_id is not None else None
    if message.crisis_id is not None:
        thread = f"crisis-{message.crisis_id}"
    by_mail = isinstance(config.body.channels.get(message.channel), Email)
    declared = payload.get("attachments", ()) if by_mail else ()
    files, gone = attachments.read(config.home, declared)
    body, html = attachments.without(message.locale, gone, message.body, payload.get("html"))
    return Outgoing(
        key=message.idem_key,
        short_id=message.short_id,
        recipient=message.recipient,
        address=address,
        locale=message.locale,
        severity=message.severity,
        subject=message.subject,
        body=body,
        html=html,
        data=payload.get("data", {}),
        drill=bool(payload.get("drill")),
        thread=thread,
        attachments=files,
    )


def _address(config: Config, channel: str, recipient: str) -> str | None:
    """Where a recipient is reached; empty where the channel itself is the place."""
    settings = config.body.channels.get(channel)
    if is_room(recipient):
        return settings.to if isinstance(settings, Email) else ""
    person = config.body.people.get(recipient)
    address = person.addresses.get(channel) if person else None
    if address is None and not isinstance(settings, Email):
        return ""
    return address
