"""What every channel does: send one message, and say honestly what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Protocol

from alerts.notify.escaping import html_text
from alerts.notify.words import DRILL_MARKS

Outcome = Literal["ok", "retry", "permanent", "unknown"]
LONGEST_WAIT_S = 24 * 3600.0
"""A server that asks for a longer pause is asked again after this."""

_RETRIED = frozenset({408, 423, 425, 429})


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message, where the channel can carry one."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Outgoing:
    """A message as a channel gets it.

    Attributes:
        key: the receiver may know it by this key again when it comes twice.
        short_id: what a person sees of the key.
        recipient: name of the person, `#channel` for whoever reads the channel.
        address: of the recipient in this channel; empty where the channel itself is one.
        data: what a program gets.
        drill: an exercise; every text says so.
        thread: messages about one incident share it.
        attachments: files; only mail carries them.
    """

    key: str
    short_id: str
    recipient: str
    address: str
    locale: str
    severity: str
    subject: str
    body: str
    html: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    drill: bool = False
    thread: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """What became of one call.

    `ok`: taken. `retry`: certainly not delivered, may work later. `permanent`: will not work until
    somebody changes something. `unknown`: cut after the message was handed over.
    """

    outcome: Outcome
    http_status: int | None = None
    retry_after_s: float | None = None
    detail: str = ""


class Channel(Protocol):
    """One way out."""

    def send(self, message: Outgoing) -> Delivery:
        """Send one message. Never raises for what a server or network does."""


def of_status(status: int, retry_after: str | None, now: datetime, detail: str = "") -> Delivery:
    """Class of an HTTP status; a redirect is permanent: the address has to be corrected."""
    if 200 <= status < 300:
        return Delivery("ok", status, detail=detail)
    outcome: Outcome = "retry" if status in _RETRIED or status >= 500 else "permanent"
    wait = parse_retry_after(retry_after, now) if outcome == "retry" else None
    return Delivery(outcome, status, wait, detail)


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds to wait, from seconds or from a date; None if it says neither."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(float(text), LONGEST_WAIT_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST_WAIT_S)


def as_drill(message: Outgoing) -> Outgoing:
    """The message as its reader must see it: an exercise says so first."""
    if not message.drill:
        return message
    mark = DRILL_MARKS["zh" if message.locale.startswith("zh") else "en"]
    html = message.html
    if html is not None:
        html = html.replace("<body", f"<!-- {html_text(mark)} --><body", 1)
        at = html.find(">", html.find("<body")) + 1
        html = f"{html[:at]}<p><strong>{html_text(mark)}</strong></p>{html[at:]}"
    return replace(
        message,
        subject=f"{mark}{'' if mark.endswith('】') else ' '}{message.subject}",
        body=f"{mark}\n{message.body}",
        html=html,
        data={**message.data, "drill": True},
    )


Secrets = Callable[[str], str | None]
"""Value of an environment variable."""


class MissingSecretError(Exception):
    """A secret that the configuration names is not there."""


def read_secret(
    env: str | None, file: str | None, environment: Secrets, read: Callable[[str], str]
) -> str | None:
    """The secret behind `…_env` or `…_file`; None if neither is given.

    Raises:
        MissingSecretError: the variable is not set, or the file cannot be read.
    """
    if env is not None:
        value = environment(env)
        if not value:
            raise MissingSecretError(f"the environment variable {env} is not set")
        return value.strip()
    if file is not None:
        try:
            value = read(file).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MissingSecretError(f"{file} cannot be read ({error})") from error
        if not value:
            raise MissingSecretError(f"{file} is empty")
        return value
    return None
