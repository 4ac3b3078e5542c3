"""The worker: one leads, a bad rule does not stop the others, signals end it."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select, update

from alerts import event_log, gate, heartbeat, rule_store, stages, store, tick, worker
from alerts.lease import acquire
from alerts.rules import load
from alerts.worker import ExtraJob, Worker, run, run_once
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import fakes
from tests.alerts.facts import Facts

WAVE = [18.0, 22, 20, 19, 21, 20, 23]
NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
DAYS = 86  # 5 January to 31 March


@pytest.fixture
def services(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> SimpleNamespace:
    monkeypatch.setattr(tick, "builtin", dict)
    monkeypatch.setattr(worker, "refresh_numbers", lambda _services: None)
    monkeypatch.setattr(gate, "GATE_DAYS", 20)
    monkeypatch.setattr(stages, "BACKTEST_DAYS", 25)
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.yaml").write_text(fakes.RULE, encoding="utf-8")
    counts = [WAVE[n % 7] for n in range(DAYS)]
    counts[-2:] = [70, 68]
    return SimpleNamespace(
        settings=fakes.settings(tmp_path),
        engine=sqlite_engine,
        warehouse=Facts(),
        metrics=fakes.FakeMetrics({"DE": counts}, NOW),
        clock=lambda: NOW,
    )


def rows(engine: Engine, *columns: Any) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]


def test_a_tick_evaluates_what_is_due_and_beats(services: SimpleNamespace) -> None:
    report = run_once(services)
    assert report is not None
    assert (report.slots, report.faults) == (14, ())
    opened = store.open_alerts(services.engine)
    assert opened.select("market", "day", "since").rows() == [
        ("DE", date(2026, 3, 31), datetime(2026, 3, 31, tzinfo=UTC))
    ]
    beat = heartbeat.read(services.engine)
    assert beat is not None
    assert (beat.at, beat.detail["faults"]) == (NOW, [])


def test_a_second_tick_finds_nothing_to_do(services: SimpleNamespace) -> None:
    run_once(services)
    before = rows(services.engine, schema.event_log.c.hash)
    again = run_once(services)
    assert again is not None
    assert again.slots == 0
    assert rows(services.engine, schema.event_log.c.hash) == before


def test_a_changed_rule_opens_again_at_once_what_still_goes_on(services: SimpleNamespace) -> None:
    run_once(services)
    (services.settings.home / "rules" / "own.yaml").write_text(
        fakes.RULE.replace("severity: warning", "severity: critical"), encoding="utf-8"
    )
    run_once(services)
    opened = store.open_alerts(services.engine)
    # Since the surge began, not since somebody edited the rule.
    assert opened.select("severity", "since", "episode").rows() == [
        ("critical", datetime(2026, 3, 31, tzinfo=UTC), 2)
    ]


def test_before_the_first_import_nothing_is_settled(services: SimpleNamespace) -> None:
    services.metrics.fresh = None
    report = run_once(services)
    assert report is not None
    assert report.slots == 0
    services.metrics.fresh = NOW
    assert run_once(services).slots == 14  # type: ignore[union-attr]


def test_a_worker_that_does_not_lead_stands_by(services: SimpleNamespace) -> None:
    acquire(services.engine, worker.LEASE_NAME, "another", fakes.TTL, NOW)
    assert run_once(services) is None
    assert rows(services.engine, schema.eval_slot.c.slot_utc) == []


def test_two_workers_do_nothing_twice(services: SimpleNamespace) -> None:
    one, other = Worker(services), Worker(services)
    assert one.tick() is not None
    assert other.tick() is None
    one.leave()
    report = other.tick()
    assert report is not None
    assert report.slots == 0
    assert event_log.verify(services.engine) is None


def test_one_bad_rule_does_not_stop_the_others(
    services: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    folder = services.settings.home / "rules"
    lines = fakes.RULE.replace("test-surge", "a-broken-one")
    (folder / "a.yaml").write_text(lines.replace("contacts", "contcts"), encoding="utf-8")
    (folder / "z.yaml").write_text("not: a rule", encoding="utf-8")
    report = run_once(services)
    assert report is not None
    assert report.slots == 14
    assert any("there is no such KPI" in fault for fault in report.faults)
    assert any("z.yaml" in fault for fault in report.faults)
    beat = heartbeat.read(services.engine)
    assert beat is not None
    assert list(beat.detail["faults"]) == list(report.faults)


def test_a_rule_file_that_breaks_keeps_its_last_good_version(services: SimpleNamespace) -> None:
    run_once(services)
    (services.settings.home / "rules" / "own.yaml").write_text("id: 3", encoding="utf-8")
    services.clock = lambda: NOW + timedelta(days=1)
    services.metrics.fresh = NOW + timedelta(days=1)
    report = run_once(services)
    assert report is not None
    assert report.slots == 1
    assert store.open_alerts(services.engine).height == 1


def test_a_failing_evaluation_is_tried_again_then_settled_as_failed(
    services: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    run_once(services)
    services.metrics.fails = True
    services.metrics.fresh = services_time = NOW.replace(day=2, hour=0, minute=30)
    services.clock = lambda: services_time
    early = run_once(services)
    assert early is not None
    assert (early.slots, early.faults) == (0, ("test-surge: the numbers are broken",))
    services.clock = lambda: NOW.replace(day=2, hour=9)
    late = run_once(services)
    assert late is not None
    assert (late.slots, late.faults) == (1, ())
    status = rows(services.engine, schema.eval_slot.c.status, schema.eval_slot.c.message)
    assert status[-1] == ("failed", "the numbers are broken")


def test_a_refresh_that_fails_is_told_and_rules_go_on(
    services: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_services: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(worker, "refresh_numbers", broken)
    report = run_once(services)
    assert report is not None
    assert (report.slots, report.faults) == (14, ("refresh: disk full",))


def test_it_runs_until_it_is_told_to_stop(services: SimpleNamespace) -> None:
    stop, worked = threading.Event(), threading.Event()
    status: list[int] = []
    job = ExtraJob("feed", 0.05, lambda now, _lease: worked.set() if now == NOW else None)
    thread = threading.Thread(target=lambda: status.append(run(services, [job], stop=stop)))
    thread.start()
    assert worked.wait(30)
    stop.set()
    thread.join(30)
    assert status == [0]
    assert acquire(services.engine, worker.LEASE_NAME, "next", fakes.TTL, NOW) is not None


def test_a_dead_scheduler_ends_the_process_with_1(
    services: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class DeadScheduler:
        def start(self) -> None:
            """Return at once, as a thread that died."""

    monkeypatch.setattr(worker, "_schedule", lambda *_: DeadScheduler())
    caplog.set_level(logging.ERROR)
    assert run(services, stop=threading.Event()) == 1
    assert "the scheduler died" in caplog.text


def test_the_worker_command_on_an_empty_home(tmp_path: Path) -> None:
    from dashboard.cli.worker import command

    invoke = CliRunner().invoke
    done = invoke(command, ["--once", "--home", str(tmp_path / "home")])
    assert (done.exit_code, "0 rule days evaluated" in done.output) == (0, True)


def test_rows_that_come_late_are_listed_with_the_next_slot(services: SimpleNamespace) -> None:
    run_once(services)
    services.metrics.counts["DE"][-1] += 5  # of 31 March, judged already
    services.metrics.counts["DE"].append(20)
    services.clock = lambda: NOW + timedelta(days=1)
    services.metrics.fresh = NOW + timedelta(days=1)
    run_once(services)
    messages = rows(services.engine, schema.eval_slot.c.message)
    assert messages[-1] == ("rows that came after their day was judged: 5 of 2026-03-31",)
    assert all(message is None for (message,) in messages[:-1])


def test_rules_wait_while_the_clock_is_being_set(
    services: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    time = fakes.FakeTime(NOW)
    services.clock = time.wall
    one = Worker(services, monotonic=time.monotonic)
    first = one.tick(with_stages=True)
    assert first is not None
    assert first.slots == 14
    time.set_by(timedelta(days=400))  # forwards, by mistake
    jumped = one.tick()
    assert jumped is not None
    assert (jumped.slots, len(jumped.faults)) == (0, 1)
    time.set_by(timedelta(days=-400))
    time.passes(10)
    one.tick()
    kinds = [kind for (kind,) in rows(services.engine, schema.event_log.c.kind)]
    assert kinds.count("clock_jumped") == 2
    assert "slots_skipped" not in kinds
    time.passes(200)
    steady = one.tick()
    assert steady is not None
    assert (steady.slots, steady.faults) == (0, ())


def test_after_a_jump_that_stays_only_so_much_is_caught_up(services: SimpleNamespace) -> None:
    run_once(services)
    services.clock = lambda: NOW + timedelta(days=400)
    services.metrics.fresh = NOW + timedelta(days=400)
    report = run_once(services)
    assert report is not None
    assert report.slots == 14
    status = [status for (status,) in rows(services.engine, schema.eval_slot.c.status)]
    assert status.count("skipped") == 400 - 14


def test_a_clock_put_back_judges_no_slot_twice(services: SimpleNamespace) -> None:
    run_once(services)
    before = rows(services.engine, schema.event_log.c.hash)
    services.clock = lambda: NOW - timedelta(days=3)
    report = run_once(services)
    assert report is not None
    assert report.slots == 0
    assert rows(services.engine, schema.event_log.c.hash) == before


def test_the_dead_man_is_called_after_healthy_ticks_only(
    services: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = Worker(services)
    calls: list[str] = []
    monkeypatch.setattr(one._dead_man, "ping", lambda: calls.append("ping"))
    one.tick()
    assert calls == ["ping"]

    def broken(_services: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(worker, "refresh_numbers", broken)
    one.tick()
    assert calls == ["ping"]


def test_a_tick_that_hangs_ends_the_process(
    services: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hanging, ended = threading.Event(), threading.Event()
    status: list[int] = []

    def hang(_services: object) -> None:
        hanging.wait(60)

    def abort(code: int) -> None:
        status.append(code)
        ended.set()

    monkeypatch.setattr(worker, "refresh_numbers", hang)
    services.settings.stuck_after_minutes = 0.01
    thread = threading.Thread(target=lambda: run(services, abort=abort, stop=threading.Event()))
    thread.start()
    assert ended.wait(30)
    hanging.set()
    thread.join(30)
    assert status == [1]
    assert "tick hangs at 'refresh'" in caplog.text


def test_a_shadow_version_is_judged_beside_the_live_one_and_tells_nobody(
    services: SimpleNamespace,
) -> None:
    run_once(services)
    [live] = rule_store.live_rules(services.engine)
    text = fakes.RULE.replace("severity: warning", "severity: critical")
    draft = rule_store.save_draft(services.engine, load(text), text, actor="mei", now=NOW)
    with writing(services.engine) as connection:
        connection.execute(
            update(schema.rule_version)
            .where(schema.rule_version.c.id == draft.version_id)
            .values(stage="shadow", asks=None)
        )
    incidents = rows(services.engine, schema.alert_group.c.id)
    report = run_once(services)
    assert report is not None
    assert report.slots == 14
    judged = rows(services.engine, schema.eval_slot.c.rule_version_id)
    assert {number for (number,) in judged} == {live.version_id, draft.version_id}
    assert rows(services.engine, schema.alert.c.stage) == [("live",), ("shadow",)]
    assert rows(services.engine, schema.alert_group.c.id) == incidents
