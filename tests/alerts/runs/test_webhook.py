"""Another system is asked once: what it certainly did not get is a failure, the rest is unknown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from alerts.notify.channels.webhook import KEY_HEADER
from alerts.notify.config import load
from alerts.runs.effects import EffectError, EffectUnknownError, StepContext
from alerts.runs.registry import EFFECTS, collected
from alerts.runs.webhook import CALL_WEBHOOK
from tests.alerts.runs.world import T0


@dataclass
class Other:
    """Another system: what it got, and what it answers (0: it hangs up)."""

    status: int = 200
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@contextmanager
def listening(other: Other) -> Iterator[int]:
    """A server on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            other.got.append((self.headers[KEY_HEADER], json.loads(body)))
            if other.status:
                self.send_response(other.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def context(port: int, *, drill: int | None = None, channel: str = "shop") -> StepContext:
    """A step that asks the shop to stop selling."""
    conf = load(
        f"""
schema_version: 1
channels:
  shop: {{kind: webhook, url: "http://127.0.0.1:{port}/stop", timeout_seconds: 2}}
  chat: {{kind: log}}
"""
    )
    nothing: Any = None
    now: datetime = T0
    return StepContext(
        engine=nothing,
        warehouse=nothing,
        metrics=nothing,
        home=Path(),
        config=conf,
        run_id=7,
        step_key="stop-selling",
        crisis_id=3,
        params={"channel": channel, "text": "Stop selling L-42", "data": {"lot": "L-42"}},
        variables={},
        labels={"lot": "L-42"},
        level=3,
        now=now,
        wall=now,
        drill=drill,
    )


def test_the_other_system_gets_it_with_its_key() -> None:
    other = Other()
    with listening(other) as port:
        made = CALL_WEBHOOK.prepare(context(port))
    ((key, body),) = other.got
    assert key == "7:stop-selling"
    assert (body["text"], body["data"]["params"]["data"]) == ("Stop selling L-42", {"lot": "L-42"})
    assert body["drill"] is False
    assert made == {"channel": "shop", "sent": True, "status": 200}


@pytest.mark.parametrize(
    ("status", "unknown"), [(400, False), (404, False), (429, False), (500, True), (0, True)]
)
def test_what_it_did_not_take_is_a_failure_and_the_rest_is_unknown(
    status: int, unknown: bool
) -> None:
    with listening(Other(status)) as port, pytest.raises(EffectError) as failed:
        CALL_WEBHOOK.prepare(context(port))
    assert isinstance(failed.value, EffectUnknownError) is unknown


def test_nobody_there_is_a_failure() -> None:
    with listening(Other()) as port:
        pass
    with pytest.raises(EffectError) as failed:
        CALL_WEBHOOK.prepare(context(port))
    assert not isinstance(failed.value, EffectUnknownError)


def test_in_a_drill_nothing_leaves() -> None:
    other = Other()
    with listening(other) as port:
        made = CALL_WEBHOOK.prepare(context(port, drill=1))
    assert other.got == []
    assert made == {"channel": "shop", "drill": True, "sent": False}


@pytest.mark.parametrize("channel", ["chat", "odd", ""])
def test_a_channel_that_cannot_be_asked_is_named_with_those_that_can(channel: str) -> None:
    with pytest.raises(EffectError, match="known: shop"):
        CALL_WEBHOOK.prepare(context(1, channel=channel))


def test_every_effect_has_one_name() -> None:
    assert EFFECTS["call_webhook"] is CALL_WEBHOOK
    with pytest.raises(ValueError, match="call_webhook"):
        collected(("alerts.runs.webhook", "alerts.runs.webhook"))
