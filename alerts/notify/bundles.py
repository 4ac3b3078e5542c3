"""One message that lists many, in the words of its reader. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alerts.handling.model import RANK
from alerts.notify.config import Config
from alerts.notify.facts import plain_facts
from alerts.notify.message import Message, idem_key
from alerts.notify.texts import render
from alerts.notify.words import phrase


def bundle(config: Config, messages: Sequence[Message], now: datetime) -> Message:
    """One message to the recipient of all of them.

    Its key follows from theirs: the same messages make the same bundle. Its deadline is the
    earliest of theirs, its severity the highest.
    """
    first = messages[0]
    key = idem_key(
        "bundle " + " ".join(sorted(message.idem_key for message in messages)),
        0,
        "bundle",
        step=0,
        round=0,
        recipient=first.recipient,
        channel=first.channel,
    )
    severity = max((message.severity for message in messages), key=lambda s: RANK.get(s, 0))
    person = config.body.people.get(first.recipient)
    made = Message(
        key,
        None,
        "bundle",
        "bundle",
        severity,
        first.channel,
        first.recipient,
        first.locale,
        "",
        "",
        now,
        min(message.deadline for message in messages),
    )
    dead = all(message.kind == "dead_letter" for message in messages)
    given = plain_facts(
        config,
        locale=first.locale,
        severity=severity,
        reason="bundle",
        short_id=made.short_id,
        title=phrase(first.locale, "bundle_dead" if dead else "bundle_title", n=len(messages)),
        path="/delivery" if dead else "/alerts",
        why=phrase(first.locale, "because_bundle"),
        zone=person.zone if person else config.body.channels[first.channel].zone,
        now=now,
        members=[_line(config, message) for message in messages],
        recipient=first.recipient,
    )
    kind = config.body.channels[first.channel].kind
    rendered = render(config.texts, kind, first.locale, given)
    tried = sorted({name for message in messages for name in message.payload.get("tried", ())})
    payload = {
        "tried": tried,
        "config": config.sha256,
        "html": rendered.html,
        "data": {"bundle": [dict(message.payload.get("data", {})) for message in messages]},
    }
    return replace(made, subject=rendered.subject, body=rendered.body, payload=payload)


def _line(config: Config, message: Message) -> str:
    if message.group_id is None:
        return message.subject
    return f"{message.subject} {config.link(f'/alerts/{message.group_id}')}"
