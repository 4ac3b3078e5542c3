"""What follows an evaluation: each part alone, the audit, the configuration, the dead-man call."""

from __future__ import annotations

import http.server
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select

from alerts import audit, escalations, follow_up, group_timers
from alerts.dead_man import DeadMan
from alerts.lease import Lease
from alerts.notify import notifier
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import fakes
from tests.alerts.incidents import config, incident, minutes
from tests.alerts.oncall.zones import utc

NOW = utc(2026, 1, 7, 12)
LONG_AGO = NOW - timedelta(days=1)


@pytest.fixture
def lease(engine: Engine) -> Lease:
    return fakes.leading(engine)


def message(engine: Engine, key: str, **values: object) -> None:
    """A row of the outbox."""
    row = {
        "idem_key": key,
        "kind": "test",
        "reason": "test",
        "severity": "info",
        "channel": "log",
        "recipient": "#log",
        "locale": "en",
        "subject": "s",
        "body": "b",
        "body_sha256": "",
        "payload_json": "{}",
        "state": "pending",
        "created_at": NOW,
        "not_before": NOW,
        "deadline": NOW + timedelta(days=1),
        "attempts": 0,
        **values,
    }
    with writing(engine) as connection:
        connection.execute(insert(schema.outbox).values(row))


def test_a_part_that_fails_does_not_stop_the_next(
    engine: Engine, lease: Lease, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no timers today")

    monkeypatch.setattr(group_timers, "run_due", broken)
    incident(engine, NOW)
    done = follow_up.follow_up(engine, lease, config(), NOW, LONG_AGO)
    assert done.faults == ("timers of incidents: no timers today",)
    assert done.depth.waiting == 2  # the notice to the log and the first page
    assert len(escalations.running(engine)) == 1


def test_what_nobody_plans_is_found_and_not_lost(
    engine: Engine, lease: Lease, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **_named: object) -> None:
        raise RuntimeError("no plans today")

    number = incident(engine, NOW)
    with monkeypatch.context() as patch:
        patch.setattr(notifier, "run_due", broken)
        done = follow_up.follow_up(engine, lease, config(), NOW + minutes(6), LONG_AGO)
    assert done.faults == ("messages: no plans today",)
    assert [(one.what, one.subject) for one in done.overdue] == [("incident", str(number))]
    later = follow_up.follow_up(engine, lease, config(), NOW + minutes(7), LONG_AGO)
    assert (later.faults, later.overdue) == ((), ())
    assert later.depth.waiting == 2


def test_the_audit_finds_what_nobody_did_and_logs_it_once(engine: Engine, lease: Lease) -> None:
    number = incident(engine, NOW, notify_at=None)
    with writing(engine) as connection:
        connection.execute(
            insert(schema.escalation).values(
                group_id=number,
                policy="p",
                policy_json={},
                episode=0,
                step=0,
                round=0,
                started_at=NOW,
                next_at=NOW,
            )
        )
    message(engine, "late", not_before=NOW)
    message(engine, "held", state="sending", lease_until=NOW)
    message(engine, "backed off", not_before=NOW + minutes(30))
    message(engine, "sent", state="sent")
    message(engine, "dead", state="dead")
    at = NOW + minutes(6)
    found = audit.overdue(engine, at, LONG_AGO)
    assert [one.what for one in found] == ["escalation", "message", "message"]
    assert audit.report(engine, lease, found, at) == 3
    assert audit.report(engine, lease, found, at + minutes(1)) == 0
    assert audit.overdue(engine, NOW + minutes(4), LONG_AGO) == []
    # Who has just begun to lead could not have done it before.
    assert audit.overdue(engine, at, at - minutes(1)) == []
    assert audit.depth(engine) == audit.Depth(waiting=3, dead=1)
    with engine.connect() as connection:
        kinds = connection.execute(select(schema.event_log.c.kind)).scalars().all()
    assert kinds == ["overdue"] * 3


@pytest.fixture
def monitor() -> Iterator[tuple[str, list[str], threading.Event]]:
    """A monitoring service that answers when it is allowed to; gives address, calls and permit."""
    calls: list[str] = []
    permit = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            permit.wait(30)
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", calls, permit
    permit.set()
    server.shutdown()
    server.server_close()


def test_the_dead_man_call_does_not_block_and_is_one_at_a_time(
    monitor: tuple[str, list[str], threading.Event],
) -> None:
    url, calls, permit = monitor
    dead_man = DeadMan(f"{url}/alive")
    for _ in range(5):
        dead_man.ping()  # returns though nobody has answered yet
    permit.set()
    dead_man.wait(30)
    assert calls == ["/alive"]
    dead_man.ping()
    dead_man.wait(30)
    assert calls == ["/alive", "/alive"]
    assert not dead_man.failing


def test_a_dead_man_address_that_fails_is_only_noted(
    monitor: tuple[str, list[str], threading.Event], caplog: pytest.LogCaptureFixture
) -> None:
    url, _, permit = monitor
    permit.set()
    caplog.set_level(logging.WARNING)
    broken = DeadMan(f"{url}/broken")
    broken.ping()
    broken.wait(30)
    assert broken.failing
    assert "does not answer" in caplog.text


def test_without_an_address_nobody_is_called() -> None:
    def never(_url: str) -> None:
        raise AssertionError

    dead_man = DeadMan("", call=never)
    dead_man.ping()
    dead_man.wait(1)
    assert not dead_man.failing
    with pytest.raises(ValueError, match="http://"):
        DeadMan("ftp://monitor.example")
