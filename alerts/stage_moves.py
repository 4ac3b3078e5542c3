"""What a person may do with a rule version: move it on, ask the worker for something.

Going live needs a backtest that passes the gate (`alerts.gate`), or a reason in the person's words.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine, update

from alerts import evaluation
from alerts import gate as gates
from alerts.gate import BUDGET, BUDGET_ALONE, Finding, Gate
from alerts.rule_store import Asks, Stage, StoredRule, find, tell
from alerts.rule_tests import run_test_file, tests_of
from alerts.rules import RuleError, RuleVersion
from alerts.staging import FORCED, NEXT, PERSON, gate_of, locked, place
from data_access.state import schema
from data_access.state.engine import writing

_versions = schema.rule_version


class Why(StrEnum):
    """Why a move cannot be done."""

    NAME_NEEDED = "name_needed"
    UNKNOWN = "unknown"
    ALREADY = "already"
    NO_WAY = "no_way"
    INVALID = "invalid"
    TESTS_FAILED = "tests_failed"
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
    engine: Engine,
    version_id: int,
    stage: Stage,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    home: Path | None = None,
) -> StoredRule:
    """Move a version as a person asks; gives it as it stands afterwards.

    Args:
        engine: state database.
        version_id: which version.
        stage: where to.
        actor: the person's name.
        now: the wall clock.
        reason: in the person's own words; lets a version live although the gate says no.
        home: folder whose `rules/tests/` hold tests of its own.

    Raises:
        StageError: no name, no such version, not from there, its tests fail, or the gate forbids
            it.
    """
    if not actor.strip():
        raise StageError(Why.NAME_NEEDED, "Who does this? Give a name; the log keeps it.")
    if stage == "tested":  # before the transaction: tests take seconds
        failed = failures(_known(find(engine, version_id), version_id).version, home)
        if failed:
            raise StageError(Why.TESTS_FAILED, "\n".join(failed))
    with writing(engine) as connection:
        stored = _known(locked(connection, version_id), version_id)
        why = _person_may(connection, stored, stage, reason.strip())
        place(connection, stored, stage, reason=why, actor=actor.strip(), note=reason, now=now)
    moved = find(engine, version_id)
    assert moved is not None
    return moved


def failures(version: RuleVersion, home: Path | None) -> list[str]:
    """What the tests of a version say against it; empty: nothing, or there are none."""
    return [
        message
        for path in tests_of(version.rule.id, home)
        for message in run_test_file(path, version)
    ]


def live_or_less(
    engine: Engine,
    version_id: int,
    stage: Stage,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    home: Path | None = None,
) -> StoredRule:
    """As `move`, but a draft that is to run is tested on the way.

    Raises:
        StageError: as `move` does.
    """
    stored = find(engine, version_id)
    if stored is not None and stored.stage == "draft" and stage in {"shadow", "live"}:
        move(engine, version_id, "tested", actor=actor, now=now, home=home)
    return move(engine, version_id, stage, actor=actor, now=now, reason=reason, home=home)


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
