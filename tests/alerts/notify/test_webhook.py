"""The generic webhook: what is posted, and what every answer and fault is worth."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from datetime import timedelta
from email.utils import format_datetime

import pytest

from alerts.notify.channels.base import Delivery, parse_retry_after
from alerts.notify.channels.webhook import MOST_BYTES, WebhookChannel
from tests.alerts.notify.examples import NOW, outgoing
from tests.alerts.notify.fault_server import PEM, Answer, FaultServer, fault_server


def channel(url: str, **given: object) -> WebhookChannel:
    return WebhookChannel(url, timeout_s=0.5, clock=lambda: NOW, **given)  # type: ignore[arg-type]


def test_it_posts_the_document_with_its_key(server: FaultServer) -> None:
    assert channel(f"{server.url}/alerts?team=eu").send(outgoing()).outcome == "ok"
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/alerts?team=eu")
    assert request.headers["idempotency-key"] == "a" * 64
    assert json.loads(request.body) == {
        "version": 1,
        "key": "a" * 64,
        "short_id": "aaaaaaaa",
        "recipient": "Mei",
        "locale": "en",
        "severity": "critical",
        "drill": False,
        "subject": "CRITICAL: Parcels held at customs",
        "text": "41 parcels wait.\n",
        "data": {"incident": 7},
    }


def test_the_signature_covers_time_and_body(server: FaultServer) -> None:
    channel(server.url, secret="s3cret").send(outgoing())
    (request,) = server.requests
    stamp = request.headers["x-afterwatch-timestamp"]
    assert stamp == str(int(NOW.timestamp()))
    by_hand = hmac.new(b"s3cret", stamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-afterwatch-signature"] == f"v1={by_hand}"


def test_without_a_secret_nothing_is_signed(server: FaultServer) -> None:
    channel(server.url).send(outgoing())
    assert "x-afterwatch-signature" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "ok"),
        (202, "ok"),
        (204, "ok"),
        (301, "permanent"),
        (302, "permanent"),
        (307, "permanent"),
        (400, "permanent"),
        (401, "permanent"),
        (403, "permanent"),
        (404, "permanent"),
        (410, "permanent"),
        (422, "permanent"),
        (408, "retry"),
        (425, "retry"),
        (429, "retry"),
        (500, "retry"),
        (502, "retry"),
        (503, "retry"),
        (504, "retry"),
    ],
)
def test_every_status_has_its_class(server: FaultServer, status: int, outcome: str) -> None:
    server.answers.append(Answer(status, headers={"Location": f"{server.url}/elsewhere"}))
    delivery = channel(server.url).send(outgoing())
    assert (delivery.outcome, delivery.http_status) == (outcome, status)
    assert len(server.requests) == 1, "neither repeated nor redirected"


def test_it_waits_as_long_as_it_is_told_in_seconds(server: FaultServer) -> None:
    server.answers.append(Answer(429, headers={"Retry-After": "120"}))
    assert channel(server.url).send(outgoing()).retry_after_s == 120


def test_it_waits_until_the_date_it_is_told(server: FaultServer) -> None:
    until = format_datetime(NOW + timedelta(seconds=90), usegmt=True)
    server.answers.append(Answer(503, headers={"Retry-After": until}))
    assert channel(server.url).send(outgoing()).retry_after_s == 90


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("0", 0),
        (" 7 ", 7),
        ("999999999", 86_400),
        ("99999999999999999999", None),
        ("Sat, 14 Mar 2026 07:00:00 GMT", 0),
        ("Sat, 14 Mar 2026 08:00:30 -0000", 30),
        ("Sat, 14 Mar 2036 08:00:30 GMT", 86_400),
        ("Sat, 99 Mar 2026 08:00:30 GMT", None),
    ],
)
def test_retry_after_in_every_form(text: str | None, seconds: float | None) -> None:
    assert parse_retry_after(text, NOW) == seconds


def test_a_server_that_never_answers_leaves_it_unknown(server: FaultServer) -> None:
    server.answers.append(Answer(fault="hang"))
    assert channel(server.url).send(outgoing()).outcome == "unknown"


def test_a_connection_cut_after_the_body_leaves_it_unknown(server: FaultServer) -> None:
    server.answers.append(Answer(fault="cut_after"))
    assert channel(server.url).send(outgoing()).outcome == "unknown"
    assert len(server.requests) == 1


def test_an_answer_that_is_no_http_leaves_it_unknown(server: FaultServer) -> None:
    server.answers.append(Answer(fault="garbage"))
    assert channel(server.url).send(outgoing()).outcome == "unknown"


def test_a_status_that_was_read_counts_though_the_answer_is_cut(server: FaultServer) -> None:
    server.answers.append(Answer(fault="cut_in_answer"))
    assert channel(server.url).send(outgoing()).outcome == "ok"


def test_nobody_listens() -> None:
    with fault_server() as gone:
        url = gone.url
    delivery = channel(url).send(outgoing())
    assert delivery.outcome == "retry"
    assert "no connection" in delivery.detail


def test_a_certificate_nobody_trusts_is_permanent() -> None:
    with fault_server(tls=True) as server:
        delivery = channel(server.url).send(outgoing())
        assert delivery.outcome == "permanent"
        assert "certificate" in delivery.detail
        assert server.requests == []


def test_a_trusted_certificate_is_used() -> None:
    with fault_server(tls=True) as server:
        trusted = ssl.create_default_context(cafile=PEM)
        assert channel(server.url, tls=trusted).send(outgoing()).outcome == "ok"


def test_tls_to_a_server_that_speaks_none_is_tried_again(server: FaultServer) -> None:
    delivery = channel(server.url.replace("http:", "https:")).send(outgoing())
    assert delivery.outcome == "retry"


def test_a_document_too_large_is_never_posted(server: FaultServer) -> None:
    delivery = channel(server.url).send(outgoing(body="x" * MOST_BYTES))
    assert delivery.outcome == "permanent"
    assert server.requests == []


def test_what_the_server_said_is_kept_for_people(server: FaultServer) -> None:
    server.answers.append(Answer(400, "no such\n team"))
    assert channel(server.url).send(outgoing()) == Delivery(
        "permanent", 400, None, "400 Said: no such team"
    )


def test_a_connection_cut_before_anything_was_read_is_never_taken_for_delivered(
    server: FaultServer,
) -> None:
    """Whether the kernel had taken the body by then cannot be known: both answers are honest."""
    server.answers.append(Answer(fault="cut_before"))
    assert channel(server.url).send(outgoing()).outcome in {"retry", "unknown"}
    assert server.requests == []
