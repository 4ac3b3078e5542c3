"""Two workers fight for every slot and are killed again and again: nothing twice, nothing lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from alerts import event_log, store, worker
from alerts.slots import slot_of
from data_access.state import schema
from tests.alerts import fakes
from tests.crash import worker_process

pytestmark = pytest.mark.crash

KILLS = 20
LAST = slot_of(
    fakes.FIRST + timedelta(days=worker_process.HISTORY + worker_process.SLOTS - 1), "UTC"
)
PATIENCE = 240.0


@contextmanager
def started(url: str, home: Path, began: float) -> Iterator[subprocess.Popen[str]]:
    log = home / "worker.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.worker_process", url, str(home), str(began)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            cwd=Path(__file__).parents[2],
        )
    try:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n", log.read_text()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def go(*processes: subprocess.Popen[str]) -> None:
    """Let loaded processes begin, all at once."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def story(engine: Engine) -> list[tuple[str, str, str]]:
    """Kind, subject and what is in it of every event, without the time it was written."""
    log = schema.event_log
    with engine.connect() as connection:
        rows = connection.execute(
            select(log.c.kind, log.c.subject_id, log.c.payload_json).order_by(log.c.seq)
        ).all()
    return [(row.kind, row.subject_id, row.payload_json) for row in rows]


def undisturbed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """The events of one worker that nobody kills."""
    folder.mkdir()
    home = home_in(folder)
    monkeypatch.setattr("alerts.tick.builtin", dict)
    monkeypatch.setattr("alerts.worker.refresh_numbers", lambda _services: None)
    made = worker_process.services(f"sqlite:///{folder / 'state.db'}", home, time.time())
    while store.last_slot(made.engine, "test-surge") != LAST:
        assert worker.run_once(made) is not None
    found = story(made.engine)
    made.engine.dispose()
    return found


def home_in(folder: Path) -> Path:
    rules = folder / "home" / "rules"
    rules.mkdir(parents=True)
    (rules / "test.yaml").write_text(fakes.RULE, encoding="utf-8")
    return folder / "home"


def test_killed_workers_neither_lose_nor_repeat_anything(
    state_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_in(tmp_path)
    rng, began = random.Random(20260301), time.time()
    for _ in range(KILLS // 2):
        with started(state_url, home, began) as one, started(state_url, home, began) as other:
            go(one, other)
            time.sleep(rng.uniform(0.0, 0.2))
            for process in rng.sample([one, other], 2):
                os.kill(process.pid, signal.SIGKILL)
                time.sleep(rng.uniform(0.0, 0.05))
    engine = fakes.opened(state_url)
    killed_at = store.last_slot(engine, "test-surge")
    with started(state_url, home, began) as one, started(state_url, home, began) as other:
        go(one, other)
        deadline = time.monotonic() + PATIENCE
        while store.last_slot(engine, "test-surge") != LAST:
            assert time.monotonic() < deadline, "the survivors did not finish"
            assert one.poll() is None or other.poll() is None
            time.sleep(0.1)
        for process in (one, other):
            process.send_signal(signal.SIGTERM)
        assert [one.wait(30), other.wait(30)] == [0, 0]
    assert killed_at is None or killed_at < LAST, "the kills came too late to disturb anything"
    assert event_log.verify(engine) is None
    with engine.connect() as connection:
        slots = connection.execute(select(func.count()).select_from(schema.eval_slot)).scalar_one()
    events = story(engine)
    engine.dispose()
    expected = undisturbed(tmp_path / "alone", monkeypatch)
    assert events == expected
    assert sum(kind == "episode_opened" for kind, _, _ in events) >= 20
    assert slots == worker_process.SLOTS + 14
