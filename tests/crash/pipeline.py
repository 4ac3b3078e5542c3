"""Rounds in which two workers at a time are killed again and again, and the accounts afterwards.

A round is a new state database and home: months of slots, incidents and messages to a receiver
that sometimes refuses or hangs up. Workers die at random moments and at named points; at the end
one that lives finishes the work. Then every slot, event and message is accounted for.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import Engine, func, select

from alerts import event_log, store
from alerts.notify.channels.webhook import KEY_HEADER
from alerts.slots import slot_of
from data_access.state import schema
from tests.alerts import fakes
from tests.crash import pipeline_process, worker_process

RULE_ID = "test-surge"
LAST = slot_of(
    fakes.FIRST + timedelta(days=worker_process.HISTORY + worker_process.SLOTS - 1), "UTC"
)
PATIENCE_S = 300.0
POINT_S = 3.0
"""How long a worker is given to reach its crash point."""
FIGHT_S = 5.0
AT_RANDOM = "at a random moment"
ALERTING = """
schema_version: 1
channels:
  hook: {{kind: webhook, url: "http://127.0.0.1:{port}/", timeout_seconds: 5}}
route: {{name: everything, receivers: [{{channel: hook}}], group_wait: 0m}}
throttles: []
deadlines: {{critical: 9000d, warning: 9000d, info: 9000d}}
bundle: {{at_least: 1000}}
"""


@dataclass
class Receiver:
    """What arrived, by key. Now and then it answers 500 or hangs up after it has read."""

    rng: random.Random
    arrived: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, key: str) -> int:
        """Status of the answer to a message; 0: hang up."""
        with self._guard:
            fate = self.rng.random()
            if fate < 0.05:
                self.refused += 1
                return 500
            self.arrived[key] += 1
            return 0 if fate < 0.1 else 200


@contextmanager
def listening(receiver: Receiver) -> Iterator[int]:
    """A server on a free local port; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.answer(self.headers[KEY_HEADER])
            if status:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that was killed hangs up; that is what this is about."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Nursery:
    """A process that forks workers."""

    process: subprocess.Popen[str]
    order: dict[str, object]

    def bear(self, point: str = "", calls: int = 0) -> int:
        """A new worker; its process number."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        line = json.dumps({**self.order, "point": point, "calls": calls})
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def nursery(url: str, home: Path, began: float) -> Iterator[Nursery]:
    """A loaded nursery, ended with everything it bore."""
    order = {"url": url, "home": str(home), "began": began, "log": str(home / "worker.log")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.pipeline_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Nursery(process, order)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def gone(pid: int) -> bool:
    """Whether a process has ended; the nursery's children are reaped at once."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def kill(pid: int) -> bool:
    """SIGKILL; False if it had ended."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True)
class Round:
    """The accounts of one round; `faults` is empty when everything adds up."""

    kills: int
    points: Counter[str]
    slots: int
    episodes: int
    incidents: int
    messages: int
    sent: int
    deliveries: int
    repeated: int
    story: list[tuple[str, str, str]]
    faults: list[str]


def play(url: str, folder: Path, *, kills: int, seed: int) -> Round:
    """One round with at least so many kills (fewer if the work is done before)."""
    rng = random.Random(seed)
    home = home_in(folder)
    receiver = Receiver(random.Random(seed + 1))
    points: Counter[str] = Counter()
    with listening(receiver) as port, nursery(url, home, time.time()) as workers:
        (home / "alerting.yaml").write_text(ALERTING.format(port=port), encoding="utf-8")
        engine = fakes.opened(url)
        named = itertools.cycle(
            rng.sample([*pipeline_process.POINTS], len(pipeline_process.POINTS))
        )
        while points.total() < kills and store.last_slot(engine, RULE_ID) != LAST:
            _disturb(workers, rng, next(named) if rng.random() < 0.7 else "", points)
        finish(workers, engine)
    made = _account(engine, receiver, points)
    engine.dispose()
    return made


def home_in(folder: Path) -> Path:
    """A home with the one rule of the test."""
    rules = folder / "home" / "rules"
    rules.mkdir(parents=True)
    (rules / "test.yaml").write_text(fakes.RULE, encoding="utf-8")
    return folder / "home"


def _disturb(workers: Nursery, rng: random.Random, point: str, points: Counter[str]) -> None:
    """Two workers: one dies at a named point (or after a while), the other at a random moment."""
    one, other = workers.bear(point, rng.randint(1, 3)), workers.bear()
    time.sleep(rng.uniform(0.0, 0.4))
    points[AT_RANDOM] += kill(other)
    end = time.monotonic() + (POINT_S if point else rng.uniform(0.0, 0.4))
    while time.monotonic() < end and not gone(one):
        time.sleep(0.005)
    points[AT_RANDOM if kill(one) else point] += 1


def finish(workers: Nursery, engine: Engine) -> None:
    """Two workers fight for what is left, then one of them does the rest undisturbed."""
    rival, survivor = workers.bear(), workers.bear()
    fight, deadline = time.monotonic() + FIGHT_S, time.monotonic() + PATIENCE_S
    while store.last_slot(engine, RULE_ID) != LAST or _waiting(engine):
        if time.monotonic() > fight:
            kill(rival)
        assert not gone(survivor), "the survivor died"
        assert time.monotonic() < deadline, f"the survivor did not finish: {_waiting(engine)}"
        time.sleep(0.1)
    kill(rival)
    kill(survivor)


def _waiting(engine: Engine) -> list[str]:
    """Incidents and messages that somebody has yet to be told of."""
    soon = datetime(2040, 1, 1, tzinfo=UTC)
    groups, outbox = schema.alert_group, schema.outbox
    with engine.connect() as connection:
        due = connection.execute(
            select(groups.c.id, groups.c.notify_reason)
            .where(groups.c.notify_at < soon)
            .where(groups.c.notify_reason.not_in(["repeat", "verdict"]))
        ).all()
        unsent = connection.execute(
            select(outbox.c.id, outbox.c.state).where(outbox.c.state.in_(["pending", "sending"]))
        ).all()
    return [f"incident {row.id}: {row.notify_reason}" for row in due] + [
        f"message {row.id}: {row.state}" for row in unsent
    ]


def story(engine: Engine) -> list[tuple[str, str, str]]:
    """Kind, subject and content of every event of alerts and rules, in order."""
    log = schema.event_log
    with engine.connect() as connection:
        rows = connection.execute(
            select(log.c.kind, log.c.subject_id, log.c.payload_json)
            .where(log.c.subject_kind == "alert")
            .order_by(log.c.seq)
        ).all()
    return [(row.kind, row.subject_id, row.payload_json) for row in rows]


def _account(engine: Engine, receiver: Receiver, points: Counter[str]) -> Round:
    faults = []
    broken = event_log.verify(engine)
    if broken is not None:
        faults.append(broken)
    outbox, attempts = schema.outbox, schema.delivery_attempt
    with engine.connect() as connection:
        slots = connection.execute(select(func.count()).select_from(schema.eval_slot)).scalar_one()
        incidents = connection.execute(
            select(func.count()).select_from(schema.alert_group)
        ).scalar_one()
        rows = connection.execute(select(outbox)).all()
        tried = Counter(connection.execute(select(attempts.c.outbox_id)).scalars().all())
    keys = {row.idem_key for row in rows}
    for row in rows:
        arrived = receiver.arrived[row.idem_key]
        if row.state == "sent" and not arrived:
            faults.append(f"message {row.id} counts as sent and never arrived")
        if arrived > tried[row.id]:
            faults.append(f"message {row.id} arrived {arrived} times of {tried[row.id]} attempts")
        if row.state not in ("sent", "dropped"):
            faults.append(f"message {row.id} ended as {row.state}: {row.state_reason}")
    faults += [f"{key} arrived and nobody wrote it" for key in receiver.arrived.keys() - keys]
    told = {(row.group_id, row.reason) for row in rows}
    untold = [n for n in _groups(engine) if not any(group == n for group, _ in told)]
    faults += [f"nobody was told of incident {number}" for number in untold]
    if slots != worker_process.SLOTS + 14:
        faults.append(f"{slots} slots instead of {worker_process.SLOTS + 14}")
    events = story(engine)
    return Round(
        kills=points.total(),
        points=points,
        slots=slots,
        episodes=sum(kind == "episode_opened" for kind, _, _ in events),
        incidents=incidents,
        messages=len(rows),
        sent=sum(row.state == "sent" for row in rows),
        deliveries=receiver.arrived.total(),
        repeated=receiver.arrived.total() - len(receiver.arrived),
        story=events,
        faults=faults,
    )


def _groups(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(select(schema.alert_group.c.id)).scalars())
