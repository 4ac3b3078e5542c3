"""What the worker does each time it wakes: refresh the numbers, then settle every due slot."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from alerts import store
from alerts.evaluation import check, evaluate
from alerts.lease import Lease, LeaseLost
from alerts.lifecycle import Observation, Seen
from alerts.rule_store import StoredRule, live_rules, register
from alerts.rules import RuleError, RuleVersion, builtin, load_folder
from alerts.slots import due, slot_of
from alerts.stages import run_due
from data_access.marts import refresh
from data_access.metrics import Metrics
from data_access.warehouse import Warehouse

log = logging.getLogger("afterwatch.worker")

RETRY_FOR = timedelta(hours=1)
"""How long a slot whose evaluation fails is tried again before it is settled as failed."""
RULES_FOLDER = "rules"
"""Folder of the home that adds rules to those that ship, or replaces them by id."""


class WorkerSettings(Protocol):
    """The settings the worker reads."""

    @property
    def home(self) -> Path:
        """Folder that may hold `rules/`."""

    @property
    def time_zone(self) -> str:
        """Reporting zone, in which days end."""

    @property
    def tick_seconds(self) -> int:
        """How often to wake."""

    @property
    def keep_snapshots_hours(self) -> int:
        """How long old table snapshots stay readable."""


class WorkerServices(Protocol):
    """What the worker works with; `dashboard.services.Services` is one."""

    @property
    def settings(self) -> WorkerSettings:
        """Settings of the home."""

    @property
    def engine(self) -> Engine:
        """State database."""

    @property
    def warehouse(self) -> Warehouse:
        """Facts, marts and rollups."""

    @property
    def metrics(self) -> Metrics:
        """The numbers."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """The wall clock, UTC."""


@dataclass(frozen=True)
class TickReport:
    """What one tick did; `faults` are messages for a person."""

    slots: int
    faults: tuple[str, ...]


def refresh_numbers(services: WorkerServices) -> None:
    """Bring marts and rollups up to date."""
    refresh(
        services.warehouse,
        services.engine,
        services.clock(),
        zone=services.settings.time_zone,
    )


def settle_rules(
    services: WorkerServices, lease: Lease, stopping: Callable[[], bool] = lambda: False
) -> TickReport:
    """Evaluate what is due, rule by rule; a rule that fails does not stop the others.

    Raises:
        LeaseLost: another worker took over.
    """
    versions, faults = load_rules(services.settings.home)
    register(services.engine, lease, versions, services.clock(), complete=not faults)
    run_due(services, lease, services.clock(), stopping)
    settled = 0
    for stored in live_rules(services.engine):
        if stopping():
            break
        try:
            check(stored.version)
            settled += _settle(services, lease, stored, stopping)
        except LeaseLost:
            raise
        except RuleError as error:
            faults.append(str(error))
        except Exception as error:
            log.exception("rule %s failed", stored.version.rule.id)
            faults.append(f"{stored.version.rule.id}: {error}")
    return TickReport(settled, tuple(faults))


def load_rules(home: Path) -> tuple[dict[str, RuleVersion], list[str]]:
    """Rules that ship, with those of the home added or in their place; and what is wrong."""
    own, faults = load_folder(home / RULES_FOLDER)
    known = {}
    for rule_id, version in {**builtin(), **own}.items():
        try:
            check(version)
            known[rule_id] = version
        except RuleError as error:
            faults.append(str(error))
    return known, faults


def _settle(
    services: WorkerServices, lease: Lease, stored: StoredRule, stopping: Callable[[], bool]
) -> int:
    fresh_at = services.metrics.fresh_at()
    if fresh_at is None:  # nothing was imported yet
        return 0
    rule, zone, engine = stored.version.rule, services.settings.time_zone, services.engine
    waiting = due(
        # A changed rule judges the last days again: what still goes on must not wait for tomorrow.
        store.last_slot(engine, rule.id),
        services.clock(),
        zone=zone,
        sha256=stored.version.sha256,
        lateness=rule.lateness,
        fresh_at=fresh_at,
    )
    skipped = [slot_of(day, zone) for day in waiting.skipped]
    store.skip_slots(
        engine,
        lease,
        rule_id=rule.id,
        version_id=stored.version_id,
        slots=skipped,
        now=services.clock(),
    )
    settled = 0
    for day in waiting.days:
        if stopping():
            break
        settled += _settle_slot(services, lease, stored, slot_of(day, zone))
    return settled


def _settle_slot(
    services: WorkerServices, lease: Lease, stored: StoredRule, slot: datetime
) -> bool:
    rule = stored.version.rule
    try:
        result = evaluate(
            stored.version,
            stored.version_id,
            slot,
            services.metrics,
            services.engine,
            zone=services.settings.time_zone,
            tables=services.warehouse,
        )
    except Exception as error:
        if services.clock() < slot + rule.lateness + RETRY_FOR:
            raise
        log.exception("slot %s of rule %s is given up", slot, rule.id)
        failed = Observation(Seen.ERROR, type(error).__name__)
        result = store.SlotResult(
            rule.id, stored.version_id, slot, "failed", {}, failed, str(error)
        )
    return store.commit_slot(services.engine, lease, rule.timing, result, services.clock())
