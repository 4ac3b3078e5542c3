"""From the configuration to channels that can send; secrets are read here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from alerts.notify.channel_format import AnyChannel, Chat, Email, Webhook, address_fault
from alerts.notify.channels.base import (
    Channel,
    Delivery,
    MissingSecretError,
    Outgoing,
    Secrets,
    read_secret,
)
from alerts.notify.channels.log_lines import LogChannel
from alerts.notify.channels.webhook import WebhookChannel
from alerts.notify.config import Config

Clock = Callable[[], datetime]


class Unusable:
    """A channel whose secret is missing: its messages wait, for somebody may put it there."""

    def __init__(self, why: str) -> None:
        self.why = why

    def send(self, message: Outgoing) -> Delivery:  # noqa: ARG002 - the protocol's signature
        """Say why nothing can be sent."""
        return Delivery("retry", detail=self.why)


def build(
    config: Config,
    clock: Clock,
    *,
    environment: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> dict[str, Channel]:
    """Every channel of the configuration by name.

    Args:
        config: what is in force.
        clock: the wall clock, UTC.
        environment: variables that hold secrets; the process's own if left out.
        home: folder against which `…_file` is read where it is not absolute; the configuration's
            own if left out.
    """
    variables = os.environ if environment is None else environment
    folder = home or config.home or Path()

    def read(file: str) -> str:
        return (folder / file).read_text(encoding="utf-8")

    made: dict[str, Channel] = {}
    for name, settings in config.body.channels.items():
        try:
            made[name] = _one(settings, variables.get, read, clock)
        except MissingSecretError as error:
            made[name] = Unusable(f"channel {name}: {error}")
    return made


def faults(channels: Mapping[str, Channel]) -> list[str]:
    """What is wrong with channels that cannot send."""
    return [channel.why for channel in channels.values() if isinstance(channel, Unusable)]


def _one(
    settings: AnyChannel, environment: Secrets, read: Callable[[str], str], clock: Clock
) -> Channel:
    if isinstance(settings, Webhook):
        secret = read_secret(settings.secret_env, settings.secret_file, environment, read)
        url = settings.url or read_secret(settings.url_env, settings.url_file, environment, read)
        return WebhookChannel(
            _checked(url), secret=secret, timeout_s=settings.timeout_seconds, clock=clock
        )
    if isinstance(settings, Email):
        return _mail(settings, environment, read)
    if isinstance(settings, Chat):
        return _chat(settings, environment, read, clock)
    return LogChannel()


def _mail(settings: Email, environment: Secrets, read: Callable[[str], str]) -> Channel:
    from alerts.notify.channels.mail import MailChannel  # noqa: PLC0415 - only where it is used

    password = read_secret(settings.password_env, settings.password_file, environment, read)
    return MailChannel(settings, password)


def _chat(
    settings: Chat, environment: Secrets, read: Callable[[str], str], clock: Clock
) -> Channel:
    from alerts.notify.channels.chat import ChatChannel  # noqa: PLC0415 - apprise is slow to import

    secret = read_secret(settings.secret_env, settings.secret_file, environment, read)
    url = _checked(read_secret(settings.url_env, settings.url_file, environment, read))
    return ChatChannel(
        settings.kind, url, secret=secret, timeout_s=settings.timeout_seconds, clock=clock
    )


def _checked(url: str | None) -> str:
    fault = address_fault(url or "")
    if fault:
        raise MissingSecretError(f"its address cannot be used: {fault}")
    return url or ""
