"""The worker at the steps of runs: claim one, do its work, write everything in one transaction.

A step is claimed and committed before anything is done for it. Whoever dies leaves a claim that the
next leader sees at once, for its fence is another: what can be repeated is, what must not be is
unknown. Results, states, events and messages are written together or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, or_, select

from alerts.crisis import rows as crises
from alerts.crisis.clock import now_of
from alerts.event_log import Entry, append
from alerts.lease import Lease, LeaseLost, fenced
from alerts.notify import backoff, outbox
from alerts.notify.config import Config
from alerts.playbooks.names import filled
from alerts.runs import machine, rows, tasks, worries
from alerts.runs.changes import at_most_once
from alerts.runs.conditions import variables
from alerts.runs.effects import EffectError, EffectUnknownError, StepContext
from alerts.runs.model import Action, Do, Kind, Refused, RunStatus, StepState
from alerts.runs.rows import SUBJECT, Claim, StoredRun
from alerts.runs.tasks import Measure, Task
from alerts.runs.timing import shown
from data_access.metrics import Metrics
from data_access.state import schema
from data_access.warehouse import Warehouse

log = logging.getLogger("afterwatch.worker")

CLAIM_FOR = timedelta(minutes=15)
"""How long a step is left to the worker that claimed it, while that worker leads."""

_run, _step, _crisis, _drill = (
    schema.playbook_run,
    schema.run_step,
    schema.crisis,
    schema.drill,
)


class RunSettings(Protocol):
    """The settings that effects read."""

    @property
    def home(self) -> Path:
        """Where files lie."""


class RunServices(Protocol):
    """What effects work with; `dashboard.services.Services` is one."""

    @property
    def settings(self) -> RunSettings:
        """Settings of the home."""

    @property
    def warehouse(self) -> Warehouse:
        """Facts, marts and rollups."""

    @property
    def metrics(self) -> Metrics:
        """The numbers."""


@dataclass(frozen=True)
class RunReport:
    """What was done.

    Attributes:
        steps: how many steps the worker was at.
        lost: how many it found that a dead worker had claimed.
        told: how many overdue steps and updates were told.
        faults: what went wrong, for a person.
    """

    steps: int = 0
    lost: int = 0
    told: int = 0
    faults: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _Due:
    run_id: int
    key: str
    crisis_id: int
    at: datetime


def run_due(
    engine: Engine,
    lease: Lease,
    services: RunServices,
    config: Config,
    wall: datetime,
    *,
    most: int = 50,
    measure: Measure | None = None,
    rng: Random | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> RunReport:
    """Settle what dead workers left, do what is due, tell what is overdue.

    Args:
        engine: state database.
        lease: proof of leadership.
        services: what effects work with.
        config: what is in force.
        wall: the wall clock.
        most: how many steps at most; a caller whose steps take long takes them one by one, each
            with the time of its own.
        measure: measures of a crisis; those of `alerts.crisis` if left out.
        rng: for the waits between attempts.
        stopping: asked between steps.

    Raises:
        LeaseLost: another worker leads; nothing of the last transaction was written.
    """
    chance = rng or Random()  # noqa: S311 - spreads attempts, guards nothing
    executor = _Executor(_With(engine, lease, services, config, wall, measure or measured, chance))
    lost = executor.settle_lost()
    done = 0
    for due in executor.due()[:most]:
        if stopping():
            break
        done += executor.do(due)
    told = worries.run_due(engine, lease, config, wall)
    return RunReport(done, lost, told, tuple(executor.faults))


def measured(context: StepContext) -> Mapping[str, Any]:
    """Measures of the crisis as the worker took them last; see `alerts.crisis.measures`."""
    with context.engine.connect() as connection:
        crisis = crises.look(connection, context.crisis_id)
    found = {} if crisis is None else crisis.measured
    return {name: one.get("value") for name, one in found.items()}


@dataclass(frozen=True)
class _With:
    """What one pass works with; the wall clock stands still in it."""

    engine: Engine
    lease: Lease
    services: RunServices
    config: Config
    wall: datetime
    measure: Measure
    rng: Random


class _Executor:
    """One pass of the worker."""

    def __init__(self, given: _With) -> None:
        self._engine, self._lease, self._services = given.engine, given.lease, given.services
        self._config, self._wall = given.config, given.wall
        self._measure, self._rng = given.measure, given.rng
        self._me = f"{given.lease.holder}#{given.lease.fence}"
        self.faults: list[str] = []

    # ---- what is due ----

    def due(self) -> list[_Due]:
        """Steps whose time has come, the longest due first; each by the clock of its crisis."""
        query = (
            select(_step.c.run_id, _step.c.step_key, _step.c.next_at, _run.c.crisis_id, _drill)
            .join(_run, _run.c.id == _step.c.run_id)
            .join(_crisis, _crisis.c.id == _run.c.crisis_id)
            .outerjoin(_drill, _drill.c.id == _crisis.c.drill_id)
            .where(_run.c.status == str(RunStatus.RUNNING))
            .where(_step.c.state == str(StepState.READY), _step.c.next_at.is_not(None))
        )
        with self._engine.connect() as connection:
            found = [
                _Due(row.run_id, row.step_key, row.crisis_id, row.next_at)
                for row in connection.execute(query)
                if row.next_at <= shown(row, self._wall)
            ]
        return sorted(found, key=lambda one: (one.at, one.run_id, one.key))

    # ---- claims of the dead ----

    def settle_lost(self) -> int:
        """Give steps free that a worker had claimed which leads no more, or stood too long."""
        query = (
            select(_step.c.run_id, _step.c.step_key)
            .where(_step.c.state == str(StepState.RUNNING), _step.c.lease_by.is_not(None))
            .where(or_(_step.c.lease_until <= self._wall, _step.c.lease_by != self._me))
            .order_by(_step.c.run_id, _step.c.place)
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
        return sum(self._lose(row.run_id, row.step_key) for row in found)

    def _lose(self, run_id: int, key: str) -> int:
        with fenced(self._engine, self._lease) as connection:
            stored = rows.load(connection, run_id)
            claim = stored.claims.get(key) if stored else None
            if stored is None or claim is None:
                return 0
            if claim.by == self._me and claim.until > self._wall:
                return 0
            note = "The worker that was at it stopped before it could say what became of it."
            self._settle(connection, stored, key, Action(Do.LOSE, note=note))
        return 1

    # ---- one step ----

    def do(self, due: _Due) -> int:
        """Claim a step, do its work, write what became of it; 0 if it is not ours to do."""
        claimed = claim(self, due.run_id, due.key)
        if claimed is None:
            return 0
        stored, context = claimed
        plan = stored.playbook.by_key[due.key]
        try:
            work = tasks.task(plan, stored, self._measure)
            prepared = call(work, context)
        except EffectUnknownError as error:
            self._failed(stored, due.key, Action(Do.LOSE, note=str(error)))
            return 1
        except EffectError as error:
            self._failed(stored, due.key, self._retry(stored, due.key, str(error)))
            return 1
        except Exception as error:
            log.exception("step %s of run %d failed", due.key, due.run_id)
            self.faults.append(f"run {due.run_id}, {due.key}: {error}")
            said = f"{type(error).__name__}: {error}"
            unsure = at_most_once(plan)
            again = self._retry(stored, due.key, said)
            self._failed(stored, due.key, Action(Do.LOSE, note=said) if unsure else again)
            return 1
        self._finish(stored, due.key, work, context, prepared)
        return 1

    def claimed(self, run_id: int, key: str) -> tuple[StoredRun, StepContext] | None:
        """Claim a step, committed before anything is done for it."""
        with fenced(self._engine, self._lease) as connection:
            stored = rows.load(connection, run_id)
            if stored is None or key not in stored.run.steps:
                return None
            now = now_of(connection, stored.run.crisis_id, self._wall)
            try:
                run, events = machine.step(stored.playbook, stored.run, key, Action(Do.CLAIM), now)
            except Refused:
                return None  # somebody was faster
            mine = Claim(self._me, self._wall + CLAIM_FOR)
            stored = rows.save(connection, stored, run, events, now, claims={key: mine})
        return stored, self._context(stored, key, now)

    def _finish(
        self, stored: StoredRun, key: str, work: Task, context: StepContext, prepared: Any
    ) -> None:
        """Result, state, events and messages in one transaction that only the leader commits."""
        try:
            with fenced(self._engine, self._lease) as connection:
                present = self._still_mine(connection, stored, key)
                if present is None:
                    return
                action = work.commit(connection, context, present, prepared)
                # An effect may have changed the run itself, such as an anchor of it.
                present = rows.load(connection, stored.run.id) or present
                self._settle(connection, present, key, action)
        except LeaseLost:
            raise
        except EffectError as error:
            self._after_commit_failed(stored, key, str(error))
        except Exception as error:
            log.exception("step %s of run %d could not be written", key, stored.run.id)
            self.faults.append(f"run {stored.run.id}, {key}: {error}")
            self._after_commit_failed(stored, key, f"{type(error).__name__}: {error}")

    def _after_commit_failed(self, stored: StoredRun, key: str, said: str) -> None:
        """What must not be done twice was done, and only its record failed: a person looks."""
        unsure = at_most_once(stored.playbook.by_key[key])
        again = self._retry(stored, key, said)
        self._failed(stored, key, Action(Do.LOSE, note=said) if unsure else again)

    def _failed(self, stored: StoredRun, key: str, action: Action) -> None:
        with fenced(self._engine, self._lease) as connection:
            present = self._still_mine(connection, stored, key)
            if present is not None:
                self._settle(connection, present, key, action)

    def _retry(self, stored: StoredRun, key: str, said: str) -> Action:
        """Another attempt, the later the more there were."""
        wait = backoff.wait_s(max(1, stored.run.steps[key].attempts), self._rng)
        return Action(Do.FAIL, note=said, at=self._wall + timedelta(seconds=wait))

    def _still_mine(self, connection: Connection, stored: StoredRun, key: str) -> StoredRun | None:
        """The run, if the step is still claimed by us for this attempt; else a note in the log."""
        present = rows.load(connection, stored.run.id)
        if present is None:
            return None
        one, before = present.run.steps[key], stored.run.steps[key]
        if (
            one.state is StepState.RUNNING
            and one.attempts == before.attempts
            and present.claims.get(key) == stored.claims[key]
        ):
            return present
        now = now_of(connection, present.run.crisis_id, self._wall)
        facts = {"run": present.run.id, "step": key, "state": str(one.state)}
        if present.run.drill is not None:
            facts["drill"] = present.run.drill
        crisis = str(present.run.crisis_id)
        append(connection, [Entry(now, "worker", Kind.RESULT_DISCARDED, SUBJECT, crisis, facts)])
        return None

    def _settle(self, connection: Connection, stored: StoredRun, key: str, action: Action) -> None:
        now = now_of(connection, stored.run.crisis_id, self._wall)
        if action.at is not None and action.do is Do.FAIL:
            action = _by_crisis_clock(connection, stored, action, self._wall, now)
        run, events = machine.step(stored.playbook, stored.run, key, action, now)
        saved = rows.save(connection, stored, run, events, now)
        told = worries.messages(self._config, saved, events, self._wall)
        outbox.enqueue(connection, told, self._wall)

    def _context(self, stored: StoredRun, key: str, now: datetime) -> StepContext:
        run, plan = stored.run, stored.playbook.by_key[key]
        known = variables(stored.playbook, run)
        return StepContext(
            engine=self._engine,
            warehouse=self._services.warehouse,
            metrics=self._services.metrics,
            home=self._services.settings.home,
            config=self._config,
            run_id=run.id,
            step_key=key,
            crisis_id=run.crisis_id,
            params={
                name: filled(value, known) if isinstance(value, str) else value
                for name, value in plan.with_.items()
            },
            variables={name: value for name, value in known.items() if value is not None},
            labels=run.labels,
            level=stored.crisis_level,
            now=now,
            wall=self._wall,
            drill=run.drill,
        )


def claim(executor: _Executor, run_id: int, key: str) -> tuple[StoredRun, StepContext] | None:
    """Claim a step: committed when this returns."""
    return executor.claimed(run_id, key)


def call(work: Task, context: StepContext) -> Any:
    """Do the work of a step that lies outside of the database."""
    return work.prepare(context)


def _by_crisis_clock(
    connection: Connection, stored: StoredRun, action: Action, wall: datetime, now: datetime
) -> Action:
    """A wait by the wall clock as a time of the crisis's clock: other systems live by the wall."""
    assert action.at is not None
    at = now_of(connection, stored.run.crisis_id, action.at)
    return Action(Do.FAIL, note=action.note, at=max(at, now) if action.at > wall else now)
