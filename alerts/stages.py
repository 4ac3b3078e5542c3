"""The life of a rule version: draft → tested → shadow → live → retired, and who may move it.

A person moves a version on screen or by command; the worker moves those that ask to live. Going
live needs a backtest that passes the gate (`alerts.gate`), or a reason given by a person.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine

from alerts import backtest, evaluation
from alerts import gate as gates
from alerts.backtest import stored as backtests
from alerts.backtest.result import Backtest
from alerts.gate import Finding
from alerts.lease import Lease, LeaseLost, fenced
from alerts.reading import Tables
from alerts.rule_store import STAGES, WORKER, Asks, Stage, StoredRule, staged
from alerts.stage_moves import StageError, Why, ask, failures, live_or_less, move
from alerts.staging import (
    CHECKED,
    NEXT,
    PROVISIONAL,
    TESTS_FAILED,
    gate_of,
    locked,
    note,
    place,
    rest,
)

log = logging.getLogger("afterwatch.worker")

BACKTEST_DAYS = 120
"""Days the worker's backtests go back: what the gate asks for, and a month more."""
GROWN_DAYS = 7
"""A history that was too short is judged again when it grew by this."""
LONGEST_TICK_S = 15.0
"""No further backtest is begun in a tick that spent so long on them."""
TRY_AGAIN = timedelta(minutes=15)
"""How long a version rests whose backtest failed."""

__all__ = ["NEXT", "StageError", "Why", "ask", "failures", "live_or_less", "move", "run_due"]


class Settings(Protocol):
    """The settings backtests read."""

    @property
    def home(self) -> Path:
        """Folder that may hold `rules/tests/`."""

    @property
    def time_zone(self) -> str:
        """Reporting zone."""


class Services(Protocol):
    """What backtests work with; the worker's services are one."""

    @property
    def settings(self) -> Settings:
        """Settings of the home."""

    @property
    def engine(self) -> Engine:
        """State database."""

    @property
    def metrics(self) -> backtest.History:
        """The numbers."""

    @property
    def warehouse(self) -> Tables:
        """Marts and facts."""


def run_due(
    services: Services,
    lease: Lease,
    now: datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Do what versions ask for: let them live, or backtest them first.

    A rule that ships lives at once where it was not judged yet, marked provisional, so that a new
    home is watched from its first day; its backtest follows in a later tick. Versions of the home
    wait for theirs. One version that fails rests for a while and does not stop the others.

    Args:
        services: where rules and numbers are.
        lease: proof of leadership; every write is fenced.
        now: the wall clock.
        stopping: asked between versions.

    Returns:
        How many versions were moved or backtested.

    Raises:
        LeaseLost: another worker leads.
    """
    waiting = [
        stored
        for stored in staged(services.engine, *STAGES)
        if stored.asks and (stored.asked_at is None or stored.asked_at <= now)
    ]
    done = sum(_let_live_at_once(services.engine, lease, stored, now) for stored in waiting)
    if done:
        return done
    began = time.monotonic()
    for stored in waiting:
        if stopping() or time.monotonic() - began > LONGEST_TICK_S:
            break
        try:
            done += _serve(services, lease, stored, now)
        except LeaseLost:
            raise
        except Exception:
            log.exception("rule %s version %d: backtest failed", stored.version.rule.id, stored.n)
            with fenced(services.engine, lease) as connection:
                rest(connection, stored, now + TRY_AGAIN)
    return done


def _let_live_at_once(engine: Engine, lease: Lease, stored: StoredRule, now: datetime) -> bool:
    if stored.origin != "shipped" or stored.asks != "live" or stored.stage != "draft":
        return False
    with fenced(engine, lease) as connection:
        if _unmoved(connection, stored) is None:
            return False
        place(connection, stored, "live", reason=PROVISIONAL, actor=WORKER, now=now, asks="live")
    return True


def _serve(services: Services, lease: Lease, stored: StoredRule, now: datetime) -> bool:
    """Backtest a version if that is due, then let the gate decide; False: nothing was due."""
    evaluation.check(stored.version)
    if stored.stage == "draft" and stored.asks == "live":
        failed = failures(stored.version, services.settings.home)
        if failed:
            log.error("rule %s version %d: %s", stored.version.rule.id, stored.n, failed[0])
            with fenced(services.engine, lease) as connection:
                note(connection, stored, TESTS_FAILED, asks=None, now=now)
            return True
    last = backtest.last_day(services.metrics, now, services.settings.time_zone)
    if last is None:  # nothing was imported yet
        return False
    with services.engine.connect() as connection:
        rule = stored.version.rule
        newest = backtests.newest(connection, rule.id, stored.version.sha256)
    made = None
    if stored.asks == "backtest" or _outdated(newest, last):
        first = last - timedelta(days=BACKTEST_DAYS - 1)
        made = backtest.run(
            stored.version,
            services.metrics,
            services.engine,
            first=first,
            last=last,
            zone=services.settings.time_zone,
            tables=services.warehouse,
        )
    elif stored.stage in {"shadow", "live"}:  # waits for its history to grow
        return False
    with fenced(services.engine, lease) as connection:
        fresh = _unmoved(connection, stored)
        if made is not None:
            backtests.save(connection, stored.version_id, made, now)
        if fresh is not None:
            _decide(connection, fresh, now)
    return True


def _unmoved(connection: Connection, stored: StoredRule) -> StoredRule | None:
    """The version as it stands now; None if somebody moved it while it was backtested."""
    fresh = locked(connection, stored.version_id)
    same = fresh is not None and (fresh.stage, fresh.asks) == (stored.stage, stored.asks)
    return fresh if same else None


def _outdated(newest: Backtest | None, last: date) -> bool:
    if newest is None:
        return True
    grown = (last - newest.last).days >= GROWN_DAYS
    return newest.days < gates.GATE_DAYS and grown


def _decide(connection: Connection, stored: StoredRule, now: datetime) -> None:
    """Move a version that asks to live to where the gate lets it."""
    if stored.asks == "backtest":
        rest(connection, stored, None)
        return
    gate = gate_of(connection, stored)
    short = gate.finding is Finding.HISTORY_SHORT
    if stored.stage == "live":
        # Provisional: what ships is not silenced by the machine, only told to cost too much.
        kept = PROVISIONAL if short and gate.within_budget else gate.finding
        note(connection, stored, kept, asks="live" if short else None, now=now)
        return
    if stored.stage == "draft":
        place(connection, stored, "tested", reason=CHECKED, actor=WORKER, now=now, asks="live")
        stored = replace(stored, stage="tested")
    stage: Stage = "live" if gate.passes else "shadow"
    asks: Asks | None = "live" if short else None
    if stage == stored.stage:
        note(connection, stored, gate.finding, asks=asks, now=now)
    else:
        place(connection, stored, stage, reason=gate.finding, actor=WORKER, now=now, asks=asks)
