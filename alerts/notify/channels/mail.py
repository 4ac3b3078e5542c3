"""Mail over SMTP, with the standard library's client."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any

from alerts.notify.channel_format import Email, is_mailbox
from alerts.notify.channels.base import Delivery, Outcome, Outgoing

DOMAIN = "afterwatch.invalid"
"""Right side of message ids: a domain that never exists, so that ids are nobody else's."""


def envelope(message: Outgoing, sender: str) -> EmailMessage:
    """The mail: text, HTML and files, with the key as Message-ID so that a repetition is known."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.subject.split())
    mail["From"] = _mailbox(sender)
    mail["To"] = _mailbox(message.address)
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = f"<{message.key}@{DOMAIN}>"
    if message.thread:
        # Mail programs show what shares a reference as one conversation.
        mail["References"] = f"<{message.thread}@{DOMAIN}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Priority"] = "1" if message.severity == "critical" else "3"
    mail.set_content(message.body, cte="base64")
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html", cte="base64")
    for one in message.attachments:
        kind, _, subtype = one.media_type.partition("/")
        mail.add_attachment(
            one.content,
            maintype=kind,
            subtype=subtype,
            filename=one.name,
            params={"charset": "utf-8"} if kind == "text" else None,
        )
    return mail


class MailChannel:
    """Sends over one server; a connection for each message, so that none is stale."""

    def __init__(
        self, settings: Email, password: str | None, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._settings = settings
        self._password = password
        self._tls = tls

    def send(self, message: Outgoing) -> Delivery:
        """Send one mail."""
        try:
            mail = envelope(message, self._settings.sender)
        except (ValueError, IndexError) as error:
            return Delivery("permanent", detail=f"address not usable: {error}")
        try:
            client = self._connect()
        except ssl.SSLCertVerificationError as error:
            return Delivery("permanent", detail=f"certificate not trusted: {error.verify_message}")
        except smtplib.SMTPResponseException as error:
            return _of_code(error.smtp_code, error.smtp_error)
        except smtplib.SMTPNotSupportedError as error:
            return Delivery("permanent", detail=str(error))
        except (OSError, smtplib.SMTPException) as error:
            return Delivery("retry", detail=f"no connection: {_said(error)}")
        try:
            return _hand_over(client, mail)
        finally:
            client.close()

    def _connect(self) -> smtplib.SMTP:
        given = self._settings
        context = self._tls or ssl.create_default_context()
        client: smtplib.SMTP
        if given.security == "tls":
            client = smtplib.SMTP_SSL(
                given.host, given.smtp_port, timeout=given.timeout_seconds, context=context
            )
        else:
            client = smtplib.SMTP(given.host, given.smtp_port, timeout=given.timeout_seconds)
        try:
            if given.security == "starttls":
                client.starttls(context=context)
            if given.user is not None:
                client.login(given.user, self._password or "")
        except BaseException:
            client.close()
            raise
        return client


def _hand_over(client: smtplib.SMTP, mail: EmailMessage) -> Delivery:
    """Give the mail to a server: what breaks before DATA was certainly not delivered."""
    try:
        code, said = _announce(client, mail)
    except (OSError, smtplib.SMTPException) as error:
        return Delivery("retry", detail=f"cut before sending: {_said(error)}")
    if code not in (250, 251):
        return _of_code(code, said)
    try:
        # Servers refuse lines that end otherwise, and `data` leaves bytes as they are.
        code, said = client.data(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
    except smtplib.SMTPDataError as error:  # the server refused before a byte of it was sent
        return _of_code(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return Delivery("unknown", detail=f"cut after sending: {_said(error)}")
    if code != 250:
        return _of_code(code, said)
    _quit(client)
    return Delivery("ok", code, detail=_text(said))


def _announce(client: smtplib.SMTP, mail: EmailMessage) -> tuple[int, bytes]:
    """MAIL and RCPT; the reply to the last of them that was asked."""
    client.ehlo_or_helo_if_needed()
    code, said = client.mail(parseaddr(str(mail["From"]))[1])
    if code != 250:
        return code, said
    return client.rcpt(parseaddr(str(mail["To"]))[1])


def _quit(client: smtplib.SMTP) -> None:
    """Say goodbye; the mail is taken already, whatever happens now."""
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        return


def _of_code(code: int, said: Any) -> Delivery:
    """Class of an SMTP reply (RFC 5321): 4yz is for now, 5yz for good.

    -1 is no reply at all: the connection broke before anything was handed over.
    """
    outcome: Outcome = "permanent" if 500 <= code < 600 else "retry"
    return Delivery(outcome, code if code > 0 else None, detail=f"{code} {_text(said)}")


def _mailbox(text: str) -> Address:
    """`Name <a@b>` as a header can carry it, also with a name in Chinese.

    Raises:
        ValueError: it is no address.
    """
    if not is_mailbox(text):
        raise ValueError(f"{text!r} is not an address such as mei@shop.example")
    name, address = parseaddr(text)
    user, _, domain = address.rpartition("@")
    return Address(display_name=name, username=user, domain=domain)


def _text(said: Any) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
