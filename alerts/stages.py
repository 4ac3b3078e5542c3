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
from enum import StrEnum
from typing import Protocol

from sqlalchemy import Connection, Engine, update

from alerts import backtest, evaluation
from alerts import gate as gates
from alerts.backtest import stored as backtests
from alerts.backtest.result import Backtest
from alerts.gate import BUDGET, BUDGET_ALONE, Finding, Gate
from alerts.lease import Lease, LeaseLost, fenced
from alerts.reading import Tables
from alerts.rule_store import STAGES, WORKER, Asks, Stage, StoredRule, find, staged, tell
from alerts.rules import RuleError
from alerts.staging import (
    CHECKED,
    FORCED,
    NEXT,
    PERSON,
    PROVISIONAL,
    gate_of,
    locked,
    note,
    place,
    rest,
)
from data_access.state import schema
from data_access.state.engine import writing

log = logging.getLogger("afterwatch.worker")

BACKTEST_DAYS = 120
"""Days the worker's backtests go back: what the gate asks for, and a month more."""
GROWN_DAYS = 7
"""A history that was too short is judged again when it grew by this."""
LONGEST_TICK_S = 15.0
"""No further backtest is begun in a tick that spent so long on them."""
TRY_AGAIN = timedelta(minutes=15)
"""How long a version rests whose backtest failed."""

_versions = schema.rule_version


class Settings(Protocol):
    """The settings backtests read."""

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


class Why(StrEnum):
    """Why a move cannot be done."""

    NAME_NEEDED = "name_needed"
    UNKNOWN = "unknown"
    ALREADY = "already"
    NO_WAY = "no_way"
    INVALID = "invalid"
    GATE = "gate"
    RETIRED = "retired"


class StageError(Exception):
    """A move that cannot be done; the message says why and what to do.

    `why` names the reason for the screens, which have their own words; `gate` is what the gate
    found, where it stands in the way.
    """

    def __init__(self, why: Why, message: str, gate: Gate | None = None) -> None:
        super().__init__(message)
        self.why = why
        self.gate = gate


def move(
    engine: Engine, version_id: int, stage: Stage, *, actor: str, now: datetime, reason: str = ""
) -> StoredRule:
    """Move a version as a person asks; gives it as it stands afterwards.

    Args:
        engine: state database.
        version_id: which version.
        stage: where to.
        actor: the person's name.
        now: the wall clock.
        reason: in the person's own words; lets a version live although the gate says no.

    Raises:
        StageError: no name, no such version, not from there, or the gate forbids it.
    """
    if not actor.strip():
        raise StageError(Why.NAME_NEEDED, "Who does this? Give a name; the log keeps it.")
    with writing(engine) as connection:
        stored = _known(locked(connection, version_id), version_id)
        why = _person_may(connection, stored, stage, reason.strip())
        place(connection, stored, stage, reason=why, actor=actor.strip(), note=reason, now=now)
    moved = find(engine, version_id)
    assert moved is not None
    return moved


def live_or_less(
    engine: Engine, version_id: int, stage: Stage, *, actor: str, now: datetime, reason: str = ""
) -> StoredRule:
    """As `move`, but a draft that is to run is tested on the way.

    Raises:
        StageError: as `move` does.
    """
    stored = find(engine, version_id)
    if stored is not None and stored.stage == "draft" and stage in {"shadow", "live"}:
        move(engine, version_id, "tested", actor=actor, now=now)
    return move(engine, version_id, stage, actor=actor, now=now, reason=reason)


def ask(
    engine: Engine, version_id: int, what: Asks | None, *, actor: str, now: datetime
) -> StoredRule:
    """Ask the worker to backtest a version, or to let it live if its backtest allows.

    None takes the wish back.

    Raises:
        StageError: no name, no such version, or it is retired.
    """
    if not actor.strip():
        raise StageError(Why.NAME_NEEDED, "Who asks for this? Give a name; the log keeps it.")
    with writing(engine) as connection:
        stored = _known(locked(connection, version_id), version_id)
        if what == "live" and stored.stage == "retired":
            raise StageError(
                Why.RETIRED, "This version is retired. Save it as a new version to use it again."
            )
        if what != stored.asks:
            connection.execute(
                update(_versions)
                .where(_versions.c.id == version_id)
                .values(asks=what, asked_at=now if what else None)
            )
            payload = {"n": stored.n, "asks": what}
            tell(connection, actor.strip(), stored.version.rule.id, "rule_asked", payload, now)
    asked = find(engine, version_id)
    assert asked is not None
    return asked


def _known(stored: StoredRule | None, version_id: int) -> StoredRule:
    if stored is None:
        raise StageError(Why.UNKNOWN, f"There is no rule version {version_id}.")
    return stored


def _person_may(connection: Connection, stored: StoredRule, stage: Stage, reason: str) -> str:
    """The named reason of a person's move.

    Raises:
        StageError: it may not be done.
    """
    name = f"{stored.version.rule.id} version {stored.n}"
    if stage == stored.stage:
        raise StageError(Why.ALREADY, f"{name} is {stage} already.")
    if stage not in NEXT[stored.stage]:
        ways = ", ".join(NEXT[stored.stage])
        raise StageError(Why.NO_WAY, f"{name} is {stored.stage}; from there it can become: {ways}.")
    if stage in {"tested", "shadow", "live"}:
        try:
            evaluation.check(stored.version)
        except RuleError as error:
            raise StageError(Why.INVALID, str(error)) from error
    if stage != "live":
        return PERSON
    gate = gate_of(connection, stored)
    if gate.passes:
        return Finding.PASSED
    if reason:
        return FORCED
    raise StageError(Why.GATE, f"{name} may not go live. {in_words(gate)} {REMEDY}", gate)


REMEDY = "A person may let it live all the same by giving a reason."


def in_words(gate: Gate) -> str:
    """What the gate found, in a sentence (English; the screens have their own words)."""
    match gate.finding:
        case Finding.NO_BACKTEST:
            return "It was never backtested."
        case Finding.HISTORY_SHORT:
            return f"Its backtest judged {gate.days} days; {gates.GATE_DAYS} are needed."
        case Finding.NOISY:
            return (
                f"It would send a manager {gate.own:.1f} messages a day; one rule may send "
                f"{BUDGET_ALONE:.0f}."
            )
        case Finding.CROWDED:
            return (
                f"With it a manager would get {gate.own + gate.others:.1f} messages a day from "
                f"all rules; the budget is {BUDGET:.0f}."
            )
        case Finding.PASSED:
            return f"Its backtest of {gate.days} days is within the budget."


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
        place(connection, stored, "live", reason=PROVISIONAL, actor=WORKER, now=now, asks="live")
    return True


def _serve(services: Services, lease: Lease, stored: StoredRule, now: datetime) -> bool:
    """Backtest a version if that is due, then let the gate decide; False: nothing was due."""
    evaluation.check(stored.version)
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
        if made is not None:
            backtests.save(connection, stored.version_id, made, now)
        _decide(connection, stored, now)
    return True


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
