"""The real worker under a clock that a script moves: which messages arrive in which interval.

Two workers run at once over one database; a receiver notes what arrives and when. Every interval
names the exact set that must arrive in it, and the total is exact: nothing twice, nothing more.
"""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, func, select

from alerts import actions, event_log, gate, heartbeat, stages, tick, worker
from alerts.handling import Action, Do, Verdict
from data_access.state import schema
from tests.alerts import fakes

CONFIG = """
schema_version: 1
people:
  ana: {{addresses: {{hook: ana}}}}
  ben: {{addresses: {{hook: ben}}}}
channels:
  hook: {{kind: webhook, url: "{url}"}}
rotas:
  emea:
    zone: Europe/Berlin
    layers: [{{name: all, people: [ana], rotate: none}}]
escalations:
  standard:
    repeat: 1
    repeat_after: 30m
    steps:
      - {{after: 10m, tell: [{{rota: emea}}]}}
      - {{after: 15m, tell: [{{person: ben}}]}}
route:
  name: everything
  receivers: [{{channel: hook}}, {{escalation: standard}}]
  repeat_interval: 7d
"""

WAVE = [18.0, 22, 20, 19, 21, 20, 23]
CALM_DAYS = 84
PATIENCE = 60.0
START = datetime(2026, 3, 30, 23, 50, tzinfo=UTC)
"""Ten minutes before the first day of the surge ends."""


def at(text: str) -> datetime:
    """`31 00:05`: a time of March 2026; days beyond 31 run on into April."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 3, 1, int(hour), int(minute), tzinfo=UTC) + timedelta(days=int(day) - 1)


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Receiver:
    """What arrived: when by the moved clock, whom it was for, why."""

    clock: Clock
    arrived: list[tuple[datetime, str, str]] = field(default_factory=list)

    def between(self, first: datetime, last: datetime) -> list[tuple[str, str]]:
        """Whom and why, of what arrived from `first` up to and including `last`."""
        return sorted((whom, why) for when, whom, why in self.arrived if first < when <= last)


@pytest.fixture
def receiver() -> Iterator[tuple[str, Receiver]]:
    """A receiver that answers 200, and its address."""
    made = Receiver(Clock(START))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.arrived.append((made.clock.now, body["recipient"], body["data"]["reason"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", made
    server.shutdown()
    server.server_close()


@dataclass
class Stage:
    """Running workers, the clock they see, and the receiver."""

    engine: Engine
    clock: Clock
    receiver: Receiver

    def move_to(self, moment: datetime) -> None:
        """Move the clock, and wait until the workers have done what is due by then."""
        self.clock.now = moment
        before: dict[str, int] = {}

        def settled() -> bool:
            holder, ticks = self._beat()
            # Of one worker two more: the first may have begun before the clock moved.
            return ticks >= before.setdefault(holder, ticks) + 2 and self._due() == 0

        self._wait(settled)

    def expect(self, until: str, *messages: tuple[str, str]) -> None:
        """Between now and then exactly these messages arrive."""
        begun = self.clock.now
        self.move_to(at(until))
        assert self.receiver.between(begun, at(until)) == sorted(messages), until

    def act(self, action: Action, actor: str) -> None:
        """A person acts on the only incident."""
        done = actions.act(
            self.engine, 1, action, actor=actor, version=None, token=None, now=self.clock.now
        )
        assert done.result == "done", done

    def _beat(self) -> tuple[str, int]:
        beat = heartbeat.read(self.engine)
        assert beat is not None
        return str(beat.detail["holder"]), int(beat.detail["ticks"])

    def _due(self) -> int:
        table = schema.outbox.c
        with self.engine.connect() as connection:
            return connection.execute(
                select(func.count())
                .where(table.state.in_(["pending", "sending"]))
                .where(table.not_before <= self.clock.now)
            ).scalar_one()

    def _wait(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < deadline, (self.clock.now, self.receiver.arrived)
            time.sleep(0.02)


@pytest.fixture
def stage(
    sqlite_url: str,
    tmp_path: Path,
    receiver: tuple[str, Receiver],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Two workers over one home, begun ten minutes before the first slot that matters."""
    monkeypatch.setattr(tick, "builtin", dict)
    monkeypatch.setattr(worker, "refresh_numbers", lambda _services: None)
    # Without documents no crisis is proposed: messages of crises are not those of this test.
    monkeypatch.setattr(worker.library, "register", lambda *_given: [])
    monkeypatch.setattr(worker, "CLOCK_TOLERANCE", timedelta(days=10_000))
    monkeypatch.setattr(gate, "GATE_DAYS", 20)
    monkeypatch.setattr(stages, "BACKTEST_DAYS", 25)
    url, received = receiver
    (tmp_path / "rules").mkdir()
    rule = fakes.RULE.replace("severity: warning", "severity: critical")
    (tmp_path / "rules" / "own.yaml").write_text(rule, encoding="utf-8")
    (tmp_path / "alerting.yaml").write_text(CONFIG.format(url=url), encoding="utf-8")
    counts = [*(WAVE[n % 7] for n in range(CALM_DAYS)), 70.0, 68.0]
    counts += [WAVE[n % 7] for n in range(CALM_DAYS + 2, CALM_DAYS + 12)]
    metrics = fakes.FakeMetrics({"DE": counts}, datetime(2040, 1, 1, tzinfo=UTC))
    engines = [fakes.opened(sqlite_url) for _ in range(3)]
    stop = threading.Event()
    threads = []
    for engine in engines[1:]:
        services = SimpleNamespace(
            settings=fakes.settings(tmp_path),
            engine=engine,
            warehouse=None,
            metrics=metrics,
            clock=received.clock,
        )
        threads.append(threading.Thread(target=worker.run, args=(services,), kwargs={"stop": stop}))
    for thread in threads:
        thread.start()
    made = Stage(engines[0], received.clock, received)
    made._wait(lambda: bool(_live(engines[0])))
    made.move_to(START)
    yield made
    stop.set()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    for engine in engines:
        engine.dispose()


def _live(engine: Engine) -> int:
    stage = schema.rule_version.c.stage
    with engine.connect() as connection:
        return connection.execute(select(func.count()).where(stage == "live")).scalar_one()


@pytest.mark.slow
def test_a_surge_from_its_first_message_to_its_verdict(stage: Stage) -> None:
    stage.expect("30 23:59")
    stage.expect("31 00:02", ("#hook", "first"))
    stage.expect("31 00:11")
    stage.expect("31 00:13", ("ana", "escalation"))
    stage.expect("31 00:27")
    stage.expect("31 00:29", ("ben", "escalation"))
    stage.act(Action(Do.ACKNOWLEDGE), "ana")
    stage.expect("31 23:00")  # the second round would have begun at 01:09
    stage.expect("32 00:05")  # the surge goes on: no news to who has it
    # A day after the acknowledgement nobody has done anything: it runs out.
    stage.expect("32 00:35", ("ana", "escalation"), ("#hook", "repeat"))
    stage.act(Action(Do.ACKNOWLEDGE), "ben")
    stage.expect("33 00:05")  # clear, but not yet for two days
    stage.expect("33 00:40", ("#hook", "repeat"), ("ben", "escalation"))  # the last step
    stage.expect("34 00:05")
    stage.expect("35 00:10", ("#hook", "resolved"), ("ana", "resolved"), ("ben", "resolved"))
    stage.act(Action(Do.CLOSE, verdict=Verdict.TRUE, note="the carrier's strike"), "ben")
    stage.expect("37 00:05")
    assert len(stage.receiver.arrived) == 10
    assert event_log.verify(stage.engine) is None
