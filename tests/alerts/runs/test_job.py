"""The worker's job: everything due, step by step, each with the time of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts import audit
from alerts.lease import Lease, acquire
from alerts.runs import job, registry, tasks
from alerts.runs.effects import Effect, StepContext
from tests.alerts.runs.world import HOUR, MINUTE, T0, World, line

SERVICES: Any = SimpleNamespace(warehouse=None, metrics=None, settings=SimpleNamespace(home=None))


@pytest.fixture
def lease(sqlite_engine: Engine) -> Lease:
    """Leadership."""
    held = acquire(sqlite_engine, "worker", "me", timedelta(minutes=5), datetime.now(UTC))
    assert held is not None
    return held


def test_a_slow_step_does_not_make_the_next_look_at_an_old_clock(
    sqlite_engine: Engine, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = T0
    seen: list[datetime] = []

    def slow(context: StepContext) -> None:
        nonlocal now
        seen.append(context.wall)
        now += HOUR

    effect = Effect("slow", {}, slow, lambda *_: {})
    monkeypatch.setattr(tasks, "EFFECTS", {**registry.EFFECTS, "slow": effect})
    world = World(sqlite_engine)
    world.start(*(line(f"step-{n}", "auto", do="slow") for n in range(3)))
    report = job.work(sqlite_engine, lease, SERVICES, world.config, lambda: now)
    assert (report.steps, report.faults) == (3, ())
    assert seen == [T0, T0 + HOUR, T0 + 2 * HOUR]


def test_a_job_stops_when_it_is_told_to(
    sqlite_engine: Engine, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    effect = Effect("quick", {}, lambda _: None, lambda *_: {})
    monkeypatch.setattr(tasks, "EFFECTS", {**registry.EFFECTS, "quick": effect})
    world = World(sqlite_engine)
    world.start(*(line(f"step-{n}", "auto", do="quick") for n in range(3)))
    asked = iter([False, False, True, True, True])
    report = job.work(
        sqlite_engine, lease, SERVICES, world.config, lambda: T0, stopping=lambda: next(asked)
    )
    assert report.steps == 1


def test_the_auditor_finds_steps_that_nobody_took(sqlite_engine: Engine) -> None:
    world = World(sqlite_engine)
    world.start(line("robot", "auto", do="collect_rows"), line("mine"))
    assert audit.overdue(sqlite_engine, T0 + 4 * MINUTE, T0 - HOUR) == []
    (found,) = audit.overdue(sqlite_engine, T0 + 6 * MINUTE, T0 - HOUR)
    assert (found.what, found.subject, found.due_at) == ("step", "1:robot", T0)
