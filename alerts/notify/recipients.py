"""From a receiver of the configuration to the people and rooms behind it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.notify.config import Config
from alerts.notify.message import room

OnCall = Callable[[str, datetime], str | None]
"""Who is on call of a rota at a moment; None: nobody."""


@dataclass(frozen=True)
class Recipient:
    """One person or room over one channel."""

    recipient: str
    channel: str
    locale: str
    zone: str = "UTC"

    @property
    def line(self) -> tuple[str, str]:
        """Recipient and channel."""
        return self.recipient, self.channel


def of(
    config: Config,
    kind: str,
    name: str,
    *,
    oncall: OnCall,
    now: datetime,
    locale: str | None = None,
) -> tuple[Recipient, ...]:
    """Everyone behind a receiver.

    Args:
        config: what is in force.
        kind: `rota`, `person` or `channel`.
        name: of that kind; one the configuration no longer knows has nobody behind it.
        oncall: who is on call.
        now: the moment.
        locale: language of a room that has none of its own.
    """
    if kind == "rota":
        person = oncall(name, now)
        return () if person is None else of_person(config, person)
    if kind == "person":
        return of_person(config, name)
    if kind == "channel" and name in config.body.channels:
        return (of_room(config, name, locale),)
    return ()


def of_person(config: Config, name: str) -> tuple[Recipient, ...]:
    """A person over each of the channels they want."""
    person = config.body.people.get(name)
    if person is None:
        return ()
    return tuple(
        Recipient(name, channel, person.locale, person.zone) for channel in person.channels
    )


def of_room(config: Config, channel: str, locale: str | None = None) -> Recipient:
    """Whoever reads a channel."""
    settings = config.body.channels[channel]
    return Recipient(room(channel), channel, settings.locale or locale or "en", settings.zone)
