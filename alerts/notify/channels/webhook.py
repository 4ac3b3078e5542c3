"""JSON posted to an address of one's own.

The standard library's HTTP client is used because it tells apart what matters: whether a
connection broke before the message was handed over (certainly not delivered) or after (nobody
knows). Redirects are not followed: a message goes where the configuration says, or nowhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from alerts.notify.channels.base import Delivery, Outgoing, of_status

SIGNATURE_HEADER = "X-Afterwatch-Signature"
TIMESTAMP_HEADER = "X-Afterwatch-Timestamp"
KEY_HEADER = "Idempotency-Key"
MOST_BYTES = 256 * 1024
_MOST_ANSWER = 2_000


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over `timestamp.body`, as `v1=<hex>`.

    The time is part of it, so that a receiver can refuse an old message played again.
    """
    signed = timestamp.encode() + b"." + body
    return f"v1={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"


def document(message: Outgoing) -> bytes:
    """The JSON that is posted; `docs/notification.md` describes it."""
    return json.dumps(
        {
            "version": 1,
            "key": message.key,
            "short_id": message.short_id,
            "recipient": message.recipient,
            "locale": message.locale,
            "severity": message.severity,
            "drill": message.drill,
            "subject": message.subject,
            "text": message.body,
            "data": dict(message.data),
        },
        ensure_ascii=False,
        sort_keys=True,
    ).encode()


class WebhookChannel:
    """Posts to one address."""

    def __init__(
        self,
        url: str,
        *,
        secret: str | None = None,
        timeout_s: float = 15,
        clock: Callable[[], datetime],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._url = urlsplit(url)
        self._secret = secret.encode() if secret else None
        self._timeout_s = timeout_s
        self._clock = clock
        self._tls = tls

    def send(self, message: Outgoing) -> Delivery:
        """Post one message."""
        body = document(message)
        if len(body) > MOST_BYTES:
            return Delivery("permanent", detail=f"the message has {len(body)} bytes")
        connection = self._connection()
        try:
            return self._post(connection, body, self._headers(message, body))
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host = self._url.hostname or ""
        if self._url.scheme == "http":
            return http.client.HTTPConnection(host, self._url.port, timeout=self._timeout_s)
        context = self._tls or ssl.create_default_context()
        return http.client.HTTPSConnection(
            host, self._url.port, timeout=self._timeout_s, context=context
        )

    def _headers(self, message: Outgoing, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "afterwatch",
            KEY_HEADER: message.key,
        }
        if self._secret is not None:
            timestamp = str(int(self._clock().timestamp()))
            headers[TIMESTAMP_HEADER] = timestamp
            headers[SIGNATURE_HEADER] = signature(self._secret, timestamp, body)
        return headers

    def _post(
        self, connection: http.client.HTTPConnection, body: bytes, headers: dict[str, str]
    ) -> Delivery:
        path = self._url.path or "/"
        if self._url.query:
            path += f"?{self._url.query}"
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as error:
            return Delivery("permanent", detail=f"certificate not trusted: {error.verify_message}")
        except (OSError, http.client.HTTPException) as error:
            return Delivery("retry", detail=f"no connection: {_said(error)}")
        try:
            connection.request("POST", path, body=body, headers=headers)
        except (OSError, http.client.HTTPException) as error:
            # Part of the body at most was handed over, and no server acts on half a document.
            return Delivery("retry", detail=f"cut while sending: {_said(error)}")
        deadline = time.monotonic() + self._timeout_s
        try:
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            return Delivery("unknown", detail=f"cut after sending: {_said(error)}")
        return of_status(
            answer.status,
            answer.getheader("Retry-After"),
            self._clock(),
            _detail(answer, _read(answer, deadline)),
        )


def _read(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    """The beginning of the answer, which is only for people: the status is known already."""
    said = b""
    with contextlib.suppress(OSError, http.client.HTTPException):
        while len(said) < _MOST_ANSWER and time.monotonic() < deadline:
            part = answer.read1(_MOST_ANSWER - len(said))
            if not part:
                break
            said += part
    return said


def _detail(answer: http.client.HTTPResponse, said: bytes) -> str:
    text = " ".join(said.decode("utf-8", "replace").split())[:200]
    return f"{answer.status} {answer.reason}" + (f": {text}" if text else "")


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
