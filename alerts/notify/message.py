"""What is sent to whom, and the key under which it is sent once. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal[
    "incident",
    "page",
    "bundle",
    "dead_letter",
    "test",
    "crisis",
    "compensation",
    "digest",
    "report",
]
SHORT_ID = 8
"""Characters of the key that a person sees, to recognise a message that came twice."""


@dataclass(frozen=True)
class Message:
    """One message to one recipient over one channel, as it stands in the outbox.

    Attributes:
        idem_key: see `idem_key`; the receiver gets it too, for a message may come twice.
        group_id: the incident it tells of; None for a bundle or a test.
        kind: what sort of message.
        reason: why it goes out: `first`, `more`, `escalated`, `repeat`, `resolved`, `reopened`, …
        severity: decides order and deadline.
        channel: name of a channel of the configuration.
        recipient: name of a person, or `#channel` for whoever reads that channel.
        locale: `en` or `zh`.
        subject: one line.
        body: text as the channel's product writes it.
        payload: JSON: `html`, `data` (what a webhook gets), `attachments` (see
            `alerts.notify.attachments`), `drill`, `told`, `config`.
        not_before: it is not sent earlier.
        deadline: what was not delivered by then is a dead letter.
        crisis_id: the crisis it tells of.
    """

    idem_key: str
    group_id: int | None
    kind: Kind
    reason: str
    severity: str
    channel: str
    recipient: str
    locale: str
    subject: str
    body: str
    not_before: datetime
    deadline: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    crisis_id: int | None = None

    @property
    def short_id(self) -> str:
        """What a person sees of the key."""
        return self.idem_key[:SHORT_ID]


def idem_key(
    group: str,
    episode: int,
    reason: str,
    *,
    step: int,
    round: int,  # noqa: A002 - what it is called in an escalation
    recipient: str,
    channel: str,
) -> str:
    """SHA-256 over the parts, each length-prefixed: other parts, other key.

    Args:
        group: identity of the incident, or of what else is told.
        episode: how often the incident was opened.
        reason: why the message goes out.
        step: number of the notice, or the step of an escalation.
        round: round of an escalation; 0 for a notice.
        recipient: whom.
        channel: how.
    """
    parts = [group, str(episode), reason, str(step), str(round), recipient, channel]
    packed = b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in parts)
    return hashlib.sha256(packed).hexdigest()


def room(channel: str) -> str:
    """Recipient that stands for whoever reads a channel."""
    return f"#{channel}"


def is_room(recipient: str) -> bool:
    """Whether a recipient is a channel itself and not a person."""
    return recipient.startswith("#")
