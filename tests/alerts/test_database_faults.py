"""A locked, full or restarted database: told, tried again, nothing lost or done twice."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError

from alerts import evaluation, event_log, gate, heartbeat, stages, tick, worker
from alerts.worker import Worker
from data_access.state import engine as state_engine
from data_access.state import schema
from data_access.state.engine import open_state
from tests.alerts import fakes
from tests.alerts.facts import Facts
from tests.alerts.incidents import CONFIG, incident
from tests.alerts.oncall.zones import utc
from tests.postgres_server import PostgresServer

NOW = utc(2026, 4, 1, 8)
ROOT = Path(__file__).parents[2]

LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


def services_over(engine: Engine, home: Path) -> SimpleNamespace:
    rules = home / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "own.yaml").write_text(fakes.RULE, encoding="utf-8")
    (home / "alerting.yaml").write_text(CONFIG, encoding="utf-8")
    wave = [18.0, 22, 20, 19, 21, 20, 23]
    counts = [wave[n % 7] for n in range(86)]
    counts[-2:] = [70, 68]
    return SimpleNamespace(
        settings=fakes.settings(home),
        engine=engine,
        warehouse=Facts(),
        metrics=fakes.FakeMetrics({"DE": counts}, NOW),
        clock=lambda: NOW,
    )


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tick, "builtin", dict)
    monkeypatch.setattr(worker, "refresh_numbers", lambda _services: None)
    monkeypatch.setattr(gate, "GATE_DAYS", 20)
    monkeypatch.setattr(stages, "BACKTEST_DAYS", 25)


def story(engine: Engine) -> list[tuple[str, str]]:
    log = schema.event_log.c
    with engine.connect() as connection:
        rows = connection.execute(select(log.kind, log.subject_id).order_by(log.seq)).all()
    return [(row.kind, row.subject_id) for row in rows]


def undisturbed(folder: Path) -> list[tuple[str, str]]:
    """The events of a worker that nothing disturbs."""
    folder.mkdir()
    engine = fakes.opened(f"sqlite:///{folder / 'state.db'}")
    one = Worker(services_over(engine, folder))
    one.tick(with_stages=True)
    found = story(engine)
    engine.dispose()
    return found


def trouble(one: Worker) -> str:
    """What a tick says is wrong."""
    try:
        report = one.tick(with_stages=True)
    except OperationalError as error:
        return str(error)
    assert report is not None
    return "; ".join(report.faults)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "locked\n"
    yield
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.wait(30) == 0
    process.stdout.close()
    process.stdin.close()


def test_a_database_locked_by_another_process_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.db"
    fakes.opened(f"sqlite:///{path}").dispose()
    monkeypatch.setattr(state_engine, "BUSY_SECONDS", 0)
    impatient = open_state(f"sqlite:///{path}")
    one = Worker(services_over(impatient, tmp_path))
    with locked(path):
        for _ in range(3):
            with pytest.raises(OperationalError, match="locked"):
                one.tick(with_stages=True)
        assert story(impatient) == []
    report = one.tick(with_stages=True)
    assert report is not None
    assert report.faults == ()
    assert story(impatient) == undisturbed(tmp_path / "alone")
    assert event_log.verify(impatient) is None
    impatient.dispose()


def test_a_lock_in_the_middle_of_a_tick_stops_only_what_it_meets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.db"
    fakes.opened(f"sqlite:///{path}").dispose()
    monkeypatch.setattr(state_engine, "BUSY_SECONDS", 0)
    impatient = open_state(f"sqlite:///{path}")
    made = services_over(impatient, tmp_path)
    one = Worker(made)
    evaluate = evaluation.evaluate

    def evaluate_while_locked(*arguments: object, **named: object) -> object:
        monkeypatch.setattr(tick, "evaluate", evaluate)
        holder = locked(path)
        holder.__enter__()
        holders.append(holder)
        return evaluate(*arguments, **named)  # type: ignore[arg-type]

    holders: list[object] = []
    monkeypatch.setattr(tick, "evaluate", evaluate_while_locked)
    with pytest.raises(OperationalError):  # the last sign of life cannot be written either
        one.tick(with_stages=True)
    for holder in holders:
        holder.__exit__(None, None, None)  # type: ignore[attr-defined]
    report = one.tick(with_stages=True)
    assert report is not None
    assert (report.slots, report.faults) == (14, ())
    assert story(impatient) == undisturbed(tmp_path / "alone")
    impatient.dispose()


def test_a_full_disk_is_told_and_made_up_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.db"
    fakes.opened(f"sqlite:///{path}").dispose()
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("VACUUM")  # no free pages that would hide that the disk is full
    engine = open_state(f"sqlite:///{path}")
    limit = {"pages": 0}

    @event.listens_for(engine, "begin")
    def no_room(connection: object) -> None:
        pages = limit["pages"]
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages or 1_073_741_823}")  # type: ignore[attr-defined]

    with engine.connect() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    one = Worker(services_over(engine, tmp_path))
    limit["pages"] = used
    told = [trouble(one) for _ in range(3)]
    assert all("full" in text for text in told), told
    limit["pages"] = 0
    report = one.tick(with_stages=True)
    assert report is not None
    assert report.faults == ()
    assert sorted(story(engine)) == sorted(undisturbed(tmp_path / "alone"))
    assert event_log.verify(engine) is None
    engine.dispose()


@pytest.mark.postgres
def test_a_restarted_server_costs_a_tick_and_nothing_else(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    engine = fakes.opened(postgres_url)
    one = Worker(services_over(engine, tmp_path))
    before = one.tick(with_stages=True)
    assert before is not None
    told = story(engine)
    number = incident(engine, NOW, group_key="during the restart")
    postgres.restart()
    faults = 0
    for _ in range(3):
        try:
            one.tick()
        except OperationalError:
            faults += 1
    assert faults <= 1
    kinds = [kind for kind, subject in story(engine)[len(told) :] if subject == str(number)]
    assert kinds.count("notified") == 1
    assert kinds.count("escalation_step") == 1
    with engine.connect() as connection:
        messages = connection.execute(
            select(func.count())
            .select_from(schema.outbox)
            .where(schema.outbox.c.group_id == number)
        ).scalar_one()
    assert messages == 2
    assert event_log.verify(engine) is None
    beat = heartbeat.read(engine)
    assert beat is not None
    assert beat.at - NOW < timedelta(seconds=1)
    engine.dispose()
