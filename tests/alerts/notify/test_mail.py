"""Mail: what is handed over, and what every reply and break is worth."""

from __future__ import annotations

import email
import ssl
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest

from alerts.notify.channel_format import Email
from alerts.notify.channels.base import Attachment
from alerts.notify.channels.mail import MailChannel, envelope
from tests.alerts.notify.examples import outgoing
from tests.alerts.notify.fault_server import PEM
from tests.alerts.notify.mail_server import CUT, HANG, MailServer, Step, mail_server


def channel(server: MailServer, *, tls: ssl.SSLContext | None = None, **given: Any) -> MailChannel:
    settings = {
        "kind": "email",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "sender": "Afterwatch <alerts@shop.example>",
        "timeout_seconds": 1,
        **given,
    }
    return MailChannel(Email.model_validate(settings), "pass word", tls=tls)


def parsed(raw: bytes) -> EmailMessage:
    made = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def test_a_mail_carries_text_html_and_its_key() -> None:
    with mail_server() as server:
        assert channel(server).send(outgoing()).outcome == "ok"
    mail = parsed(server.mails[0])
    assert mail["Message-ID"] == f"<{'a' * 64}@afterwatch.invalid>"
    assert mail["References"] == "<incident-7@afterwatch.invalid>"
    assert mail["Subject"] == "CRITICAL: Parcels held at customs"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content() == "41 parcels wait.\n"
    assert "<p>41 parcels wait.</p>" in html.get_content()


def test_chinese_survives_in_subject_name_and_body() -> None:
    with mail_server() as server:
        message = outgoing(
            subject="严重：包裹滞留海关", body="41 件包裹\n", address="陈梅 <mei@shop.example>"
        )
        channel(server).send(message)
    mail = parsed(server.mails[0])
    assert mail["Subject"] == "严重：包裹滞留海关"
    assert mail["To"] == "陈梅 <mei@shop.example>"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content() == "41 件包裹\n"
    assert all(len(line) <= 998 for line in server.mails[0].split(b"\r\n"))


def test_only_the_address_goes_into_the_envelope() -> None:
    with mail_server() as server:
        channel(server).send(outgoing(address="Mei <mei@shop.example>"))
    assert "mail FROM:<alerts@shop.example>" in " ".join(server.commands)
    assert "rcpt TO:<mei@shop.example>" in " ".join(server.commands)


@pytest.mark.parametrize(
    ("step", "said", "outcome"),
    [
        ("CONNECT", "421 busy", "retry"),
        ("CONNECT", "554 go away", "permanent"),
        ("AUTH", "535 wrong password", "permanent"),
        ("AUTH", "454 later", "retry"),
        ("MAIL", "450 later", "retry"),
        ("MAIL", "550 not you", "permanent"),
        ("RCPT", "450 mailbox busy", "retry"),
        ("RCPT", "550 no such mailbox", "permanent"),
        ("RCPT", "251 forwarded", "ok"),
        ("DATA", "451 later", "retry"),
        ("DATA", "554 no", "permanent"),
        ("END", "452 disk full", "retry"),
        ("END", "552 too large", "permanent"),
        ("CONNECT", CUT, "retry"),
        ("EHLO", CUT, "retry"),
        ("MAIL", CUT, "retry"),
        ("RCPT", CUT, "retry"),
        ("DATA", CUT, "unknown"),
        ("END", CUT, "unknown"),
        ("QUIT", CUT, "ok"),
        ("CONNECT", HANG, "retry"),
        ("RCPT", HANG, "retry"),
        ("END", HANG, "unknown"),
        ("QUIT", HANG, "ok"),
    ],
)
def test_every_reply_and_break_has_its_class(step: Step, said: str, outcome: str) -> None:
    with mail_server({step: said}, tls="tls") as server:
        trusted = ssl.create_default_context(cafile=PEM)
        sender = channel(server, tls=trusted, security="tls", user="u", password_env="P")
        assert sender.send(outgoing()).outcome == outcome


def test_nobody_listens() -> None:
    with mail_server() as server:
        gone = channel(server)
    assert gone.send(outgoing()).outcome == "retry"


def test_starttls_is_used_and_then_the_password_is_sent() -> None:
    with mail_server(tls="starttls") as server:
        trusted = ssl.create_default_context(cafile=PEM)
        delivery = channel(server, tls=trusted, security="starttls").send(outgoing())
    assert delivery.outcome == "ok"
    assert [command.upper().split()[0] for command in server.commands][:3] == [
        "EHLO",
        "STARTTLS",
        "EHLO",
    ]


def test_a_server_without_starttls_gets_nothing() -> None:
    with mail_server() as server:
        delivery = channel(server, security="starttls").send(outgoing())
    assert delivery.outcome == "permanent"
    assert server.mails == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_nobody_trusts_is_permanent(security: Any) -> None:
    with mail_server(tls=security) as server:
        delivery = channel(server, security=security).send(outgoing())
    assert delivery.outcome == "permanent"
    assert "certificate" in delivery.detail
    assert server.mails == []


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: x@y.example", "@"])
def test_an_address_that_is_none_is_permanent(address: str) -> None:
    with mail_server() as server:
        assert channel(server).send(outgoing(address=address)).outcome == "permanent"
    assert server.mails == []


def test_a_line_break_in_the_subject_adds_no_header() -> None:
    made = envelope(outgoing(subject="All well\r\nBcc: x@y.example"), "alerts@shop.example")
    assert made["Bcc"] is None
    assert made["Subject"] == "All well Bcc: x@y.example"


def test_files_go_with_a_mail_under_their_names_byte_for_byte() -> None:
    files = (
        Attachment("周报-2026-W47.pdf", "application/pdf", bytes(range(256)) * 40),
        Attachment("figures.csv", "text/csv", "\ufeff市场,值\r\nPL,3\r\n".encode()),
    )
    with mail_server() as server:
        assert channel(server).send(outgoing(attachments=files)).outcome == "ok"
    raw = server.mails[0]
    assert b"\n" not in raw.replace(b"\r\n", b"")
    mail = parsed(raw)
    found = {part.get_filename(): part for part in mail.iter_attachments()}
    assert [*found] == [one.name for one in files]
    for one in files:
        part = found[one.name]
        assert part.get_payload(decode=True) == one.content
        assert part.get_content_type() == one.media_type
    assert found["figures.csv"].get_content_charset() == "utf-8"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
