"""A message that somebody asks for, to see that a channel works. Pure."""

from __future__ import annotations

from datetime import datetime

from alerts.notify.config import Config
from alerts.notify.facts import plain_facts
from alerts.notify.message import Message, idem_key, room
from alerts.notify.recipients import Recipient, of_room
from alerts.notify.texts import render
from alerts.notify.words import phrase


class TrialError(Exception):
    """A test that cannot be sent; the message says why and what to do."""


def trial(config: Config, channel: str, person: str | None, now: datetime) -> Message:
    """A test message over a channel, to a person or to whoever reads the channel.

    Raises:
        TrialError: there is no such channel or person.
    """
    body = config.body
    if channel not in body.channels:
        raise TrialError(f"There is no channel {channel!r}. Known: {', '.join(body.channels)}.")
    if person is not None and person not in body.people:
        known = ", ".join(body.people) or "none; declare people in alerting.yaml"
        raise TrialError(f"There is no person {person!r}. Known: {known}.")
    if person is None:
        to = of_room(config, channel)
    else:
        told = body.people[person]
        to = Recipient(person, channel, told.locale, told.zone)
    key = idem_key(
        f"test {now.isoformat()}",
        0,
        "test",
        step=0,
        round=0,
        recipient=person or room(channel),
        channel=channel,
    )
    given = plain_facts(
        config,
        locale=to.locale,
        severity="info",
        reason="test",
        short_id=key[:8],
        title=phrase(to.locale, "test_title", channel=channel),
        path="/delivery",
        why=phrase(to.locale, "because_test"),
        zone=to.zone,
        now=now,
        recipient=to.recipient,
    )
    made = render(config.texts, body.channels[channel].kind, to.locale, given)
    return Message(
        key,
        None,
        "test",
        "test",
        "info",
        channel,
        to.recipient,
        to.locale,
        made.subject,
        made.body,
        now,
        now + body.deadlines.info,
        {"html": made.html, "data": {"test": True}},
    )
