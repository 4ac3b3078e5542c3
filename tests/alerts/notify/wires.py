"""What a message looks like on the wire, for every kind of channel; nothing leaves 127.0.0.1."""

from __future__ import annotations

import email
import json
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from typing import Any

from alerts.notify.addresses import outgoing
from alerts.notify.channel_format import Email
from alerts.notify.channels.base import Channel, as_drill
from alerts.notify.channels.chat import ChatChannel
from alerts.notify.channels.mail import MailChannel
from alerts.notify.channels.webhook import WebhookChannel
from alerts.notify.config import Config
from alerts.notify.message import Message
from tests.alerts.notify.examples import NOW
from tests.alerts.notify.fault_server import fault_server
from tests.alerts.notify.mail_server import mail_server
from tests.alerts.notify.test_chat import PATHS

KINDS = ("email", "webhook", *PATHS)


def on_the_wire(config: Config, kind: str, message: Message) -> str:
    """Send a message to a server of that kind, and show what came there."""
    made = outgoing(config, message)
    assert not hasattr(made, "outcome"), made
    if kind == "email":
        return _mail(lambda channel: channel.send(as_drill(made)))  # type: ignore[arg-type]
    with fault_server() as server:
        channel: Channel
        if kind == "webhook":
            channel = WebhookChannel(server.url, timeout_s=5, clock=lambda: NOW)
        else:
            channel = ChatChannel(
                kind,  # type: ignore[arg-type]
                server.url + PATHS[kind],  # type: ignore[index]
                timeout_s=5,
                clock=lambda: NOW,
            )
        delivery = channel.send(as_drill(made))  # type: ignore[arg-type]
        assert delivery.outcome == "ok", delivery
        (request,) = server.requests
    return json.dumps(json.loads(request.body), ensure_ascii=False, indent=1) + "\n"


def _mail(send: Callable[[Channel], Any]) -> str:
    with mail_server() as server:
        settings = Email(
            kind="email",
            host="127.0.0.1",
            port=server.port,
            security="none",
            sender="Afterwatch <alerts@shop.example>",
        )
        assert send(MailChannel(settings, None)).outcome == "ok"
    mail = email.message_from_bytes(server.mails[0], policy=policy.default)
    assert isinstance(mail, EmailMessage)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    heads = [f"{name}: {mail[name]}" for name in ("From", "To", "Subject", "References")]
    return "\n".join([*heads, "", text.get_content(), html.get_content()])
