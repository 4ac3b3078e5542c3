"""What the worker does each time it wakes: refresh the numbers, then settle every due slot."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from alerts import late_rows, store, watermark
from alerts.evaluation import check, evaluate
from alerts.lease import Lease, LeaseLost
from alerts.lifecycle import Observation, Seen
from alerts.rule_store import StoredRule, register, staged
from alerts.rules import Rule, RuleError, RuleVersion, builtin, load_folder
from alerts.rules.format.feed import FeedRule
from alerts.slots import day_of, due, slot_of
from data_access.marts import refresh
from data_access.marts.state import read_state
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

    @property
    def stuck_after_minutes(self) -> int:
        """How long a tick may stand at one step before the process ends itself."""

    @property
    def dead_man_url(self) -> str:
        """Address called after each healthy tick; empty: none."""

    @property
    def public_url(self) -> str:
        """Address under which people reach Afterwatch; empty: links are paths only."""


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


@dataclass(frozen=True)
class Turn:
    """What goes with one tick: proof of leadership, and who is told of progress and of the end."""

    lease: Lease
    stopping: Callable[[], bool] = lambda: False
    step: Callable[[str], None] = lambda _step: None


def register_rules(services: WorkerServices, lease: Lease) -> list[str]:
    """Write new and changed rule files down; what is wrong with them.

    Raises:
        LeaseLost: another worker took over.
    """
    versions, faults = load_rules(services.settings.home)
    register(services.engine, lease, versions, services.clock(), complete=not faults)
    return faults


def settle_rules(services: WorkerServices, turn: Turn) -> TickReport:
    """Evaluate what is due, version by version; one that fails does not stop the others.

    Shadow versions are evaluated beside live ones; what they see makes no incident.

    Raises:
        LeaseLost: another worker took over.
    """
    faults: list[str] = []
    settled = 0
    for stored in staged(services.engine, "live", "shadow"):
        if turn.stopping():
            break
        name = stored.version.rule.id
        turn.step(f"rule {name} version {stored.n}")
        try:
            check(stored.version)
            settled += _settle(services, turn, stored)
        except LeaseLost:
            raise
        except RuleError as error:
            faults.append(str(error))
        except Exception as error:
            log.exception("rule %s failed", name)
            faults.append(f"{name}: {error}")
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


def _settle(services: WorkerServices, turn: Turn, stored: StoredRule) -> int:
    complete = _complete_until(services, stored.version.rule)
    if complete is None:  # nothing was imported yet
        return 0
    rule, zone, engine = stored.version.rule, services.settings.time_zone, services.engine
    waiting = due(
        # A changed rule judges the last days again: what still goes on must not wait for tomorrow.
        store.last_slot_of(engine, stored.version_id),
        services.clock(),
        zone=zone,
        sha256=stored.version.sha256,
        lateness=rule.lateness,
        fresh_at=complete,
    )
    skipped = [slot_of(day, zone) for day in waiting.skipped]
    store.skip_slots(
        engine,
        turn.lease,
        rule_id=rule.id,
        version_id=stored.version_id,
        slots=skipped,
        now=services.clock(),
    )
    settled = 0
    for day in waiting.days:
        if turn.stopping():
            break
        turn.step(f"rule {rule.id} version {stored.n}, {day}")
        newest = day == waiting.days[-1]
        settled += _settle_slot(services, turn.lease, stored, slot_of(day, zone), detail=newest)
    return settled


def _complete_until(services: WorkerServices, rule: Rule) -> datetime | None:
    """Until when the feeds of a rule are complete, as far as the numbers hold them."""
    fresh_at = services.metrics.fresh_at()
    if fresh_at is None:
        return None
    if isinstance(rule, FeedRule):  # what it watches for is that nothing comes
        return services.clock()
    refreshed = read_state(services.engine)
    read = watermark.read_until(
        services.engine,
        watermark.tables_of(rule),
        services.clock(),
        upto=None if refreshed is None else refreshed.batch_id,
    )
    return fresh_at if read is None else min(fresh_at, read)


def _settle_slot(
    services: WorkerServices, lease: Lease, stored: StoredRule, slot: datetime, *, detail: bool
) -> bool:
    rule, zone = stored.version.rule, services.settings.time_zone
    try:
        result = evaluate(
            stored.version,
            stored.version_id,
            slot,
            services.metrics,
            services.engine,
            zone=zone,
            tables=services.warehouse,
            stage=stored.stage,
            detail=detail,
        )
        result = _with_late_rows(services, stored, result)
    except Exception as error:
        if services.clock() < slot + rule.lateness + RETRY_FOR:
            raise
        log.exception("slot %s of rule %s is given up", slot, rule.id)
        failed = Observation(Seen.ERROR, type(error).__name__)
        result = store.SlotResult(
            rule.id, stored.version_id, slot, "failed", {}, failed, str(error)
        )
    return store.commit_slot(services.engine, lease, rule.timing, result, services.clock())


def _with_late_rows(
    services: WorkerServices, stored: StoredRule, result: store.SlotResult
) -> store.SlotResult:
    """The result with what came too late for the slots before it, said in its message."""
    zone = services.settings.time_zone
    counts = late_rows.count(stored.version.rule, result.slot, services.metrics, zone)
    if counts is None:
        return result
    before = late_rows.before(services.engine, stored.version_id, result.slot)
    judged = day_of(result.slot, zone) - timedelta(days=1)
    told = late_rows.in_words(late_rows.late(before, counts, judged))
    message = "; ".join(part for part in (result.message, told) if part)
    return replace(result, message=message, counts=counts)
