"""A leader frozen for three leases that then goes on: followed in time, its writes refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from alerts import event_log, heartbeat
from alerts.lease import Held, held
from data_access.state.engine import writing
from tests.alerts import fakes

pytestmark = pytest.mark.crash

ROOT = Path(__file__).parents[2]
TTL, TICK = timedelta(seconds=2), timedelta(seconds=0.2)
SLACK = timedelta(seconds=1)
"""For a machine that has other things to do; a lease that nobody takes over never ends."""
PATIENCE = 60.0
ROUNDS = 2


@contextmanager
def started(url: str, home: Path, log: Path) -> Iterator[subprocess.Popen[str]]:
    arguments = [url, str(home), str(TTL.total_seconds()), str(TICK.total_seconds())]
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.frozen_process", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            cwd=ROOT,
        )
    assert process.stdout is not None
    assert process.stdin is not None
    with closing(process.stdout), closing(process.stdin):
        assert process.stdout.readline() == "ready\n", log.read_text()
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def leader(engine: Engine) -> Held:
    found = held(engine, "worker")
    assert found is not None
    return found


def ticks(engine: Engine) -> int:
    """How often the present leader has worked: its first days are evaluated by then."""
    beat = heartbeat.read(engine)
    return 0 if beat is None else int(beat.detail["ticks"])


def pid_of(lease: Held) -> int:
    return int(lease.holder.split(":")[1])


def can_write(engine: Engine) -> bool:
    """Whether the frozen process left the database free (SQLite lets one writer in)."""
    if engine.dialect.name != "sqlite":
        return True
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=100")
        with writing(engine):
            return True
    except OperationalError:
        return False


def freeze_outside_a_transaction(engine: Engine) -> Held:
    """Stop the leader where it holds no lock; see docs/alerts.md for what else may happen."""
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline
        frozen = leader(engine)
        os.kill(pid_of(frozen), signal.SIGSTOP)
        if can_write(engine) and leader(engine).holder == frozen.holder:
            return leader(engine)
        os.kill(pid_of(frozen), signal.SIGCONT)
        time.sleep(0.05)


def test_a_frozen_leader_is_followed_and_its_late_writes_are_refused(
    state_url: str, tmp_path: Path
) -> None:
    engine = fakes.opened(state_url)
    home = tmp_path / "home"
    (home / "rules").mkdir(parents=True)
    (home / "rules" / "test.yaml").write_text(fakes.RULE, encoding="utf-8")
    logs = [tmp_path / f"{n}.log" for n in range(2)]
    with ExitStack() as stack:
        processes = [stack.enter_context(started(state_url, home, log)) for log in logs]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        wait_for(lambda: ticks(engine) > 5, "nobody works")
        for _ in range(ROUNDS):
            frozen = freeze_outside_a_transaction(engine)
            began = time.monotonic()
            wait_for(lambda: leader(engine).holder != frozen.holder, "nobody follows")  # noqa: B023
            after = leader(engine)
            gap = after.expires_at - frozen.expires_at  # both were renewed one TTL before
            assert gap <= TTL + TICK + SLACK
            time.sleep(max(0.0, began + 3 * TTL.total_seconds() - time.monotonic()))
            os.kill(pid_of(frozen), signal.SIGCONT)
            time.sleep(TTL.total_seconds())
            assert leader(engine).fence == after.fence
            beat = heartbeat.read(engine)
            assert beat is not None
            assert beat.detail["holder"] == after.holder
        for process in processes:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in processes] == [0, 0]
    assert event_log.verify(engine) is None
    engine.dispose()
