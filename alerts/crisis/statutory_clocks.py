"""Terms that run in crises: begun with what starts them, settled by people, told when missed.

A rule that was looked at and does not apply is written down too: a lawyer will ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, insert, select, update

from alerts import library
from alerts.actions import Outcome, take_token
from alerts.crisis import links, rows
from alerts.crisis.clock import now_of
from alerts.crisis.model import WORKER, Why
from alerts.crisis.rows import StoredCrisis
from alerts.crisis.statutory import NAME, Rule, Statutory
from alerts.event_log import append, lock
from data_access.state.engine import writing
from data_access.state.schema import crisis as crisis_table
from data_access.state.schema import statutory_clock as table

Settled = Literal["met", "not_applicable", "running"]


@dataclass(frozen=True)
class Clock:
    """One term of a crisis with the rule that set it, as it was when it began.

    `status`: `running`, `met`, `missed` or `not_applicable`; a running one that is past `due_at`
    is missed as soon as the worker looks. `rule` is None where its document cannot be read.
    """

    crisis_id: int
    key: str
    rule: Rule | None
    status: str
    starts_at: datetime
    due_at: datetime | None
    settled_at: datetime | None
    settled_by: str | None
    note: str | None
    version: int


def start(
    connection: Connection,
    stored: StoredCrisis,
    keys: Iterable[str] | None,
    now: datetime,
    *,
    actor: str = WORKER,
) -> list[str]:
    """Begin the terms that a crisis starts; those that run already stay as they are.

    Args:
        connection: a writing transaction.
        stored: the crisis.
        keys: rules by name, as a playbook has them; None: all that apply to a crisis as such.
            Of named rules those that do not apply are noted as such.
        now: the clock of the crisis.
        actor: who began them.

    Returns:
        Keys of the terms that began to run now.
    """
    document = library.current(connection, "statutory", NAME)
    if document is None:
        return []
    statutory: Statutory = document.model
    known = {clock.key: clock for clock in _of(connection, stored.id)}
    markets = links.markets(connection, stored.id)
    values = values_of(stored)
    wanted = list(statutory.by_key) if keys is None else list(keys)
    begun = []
    for key in wanted:
        rule = statutory.by_key.get(key)
        if rule is None or rule.scope == "notice" or (keys is None and rule.scope != "crisis"):
            continue
        applies = rule.applies(values, markets, now.date())
        before = known.get(key)
        if before is None and (applies or keys is not None):
            _add(connection, stored, document.id, rule, now, applies=applies)
        elif before is not None and applies and _ruled_out_by_worker(before):
            _revive(connection, stored, document.id, rule, now)
        else:
            continue
        if applies:
            begun.append(key)
    _tell(connection, stored, "clock_started", actor, now, [{"rule": key} for key in begun])
    return begun


def values_of(stored: StoredCrisis) -> dict[str, Any]:
    """What the conditions of rules may ask of a crisis."""
    return {
        "topic": stored.labels.get("topic"),
        "market": stored.labels.get("market"),
        "category": stored.labels.get("category"),
        "product": stored.labels.get("product"),
        "level": stored.level or stored.proposed_level,
        "flags": tuple(stored.flags),
        # What nobody has measured is no sign of it; what was found stays found.
        "safety_injury": stored.measured.get("safety_injury", {}).get("value") or 0,
        "lot_cases": stored.measured.get("lot_cases", {}).get("value") or 0,
    }


def settle(
    engine: Engine,
    crisis_id: int,
    key: str,
    status: Settled,
    *,
    actor: str,
    note: str,
    version: int | None,
    token: str | None,
    wall: datetime,
    starts_at: datetime | None = None,
) -> Outcome:
    """Say that a term was met, does not apply, or runs (again), in a person's words.

    Args:
        engine: state database.
        crisis_id: the crisis.
        key: the rule.
        status: what it is from now on.
        actor: who says so.
        note: how it was met, or why it does not apply; needed.
        version: of the clock as seen; None: whatever it is by now.
        token: of the press; None: a command.
        wall: the wall clock.
        starts_at: of `running`: when it really began, if not when it was thought to.
    """
    name = actor.strip()
    if not name or name == WORKER:
        return Outcome("refused", why=Why.NAME_NEEDED)
    with writing(engine) as connection:
        stored = rows.load(connection, crisis_id)
        now = now_of(connection, crisis_id, wall)
        found = [clock for clock in _of(connection, crisis_id) if clock.key == key]
        if stored is None or not found:
            return Outcome("refused", why=Why.NOT_FOUND)
        clock = found[0]
        if token and not take_token(
            connection, token, actor=name, kind="clock", subject=f"{crisis_id}:{key}", now=now
        ):
            return Outcome("repeated", clock.version)
        against = _against(clock, status, version, note, starts_at)
        if against is not None:
            return against
        values: dict[str, Any] = {
            "status": status,
            "settled_at": None if status == "running" else now,
            "settled_by": name,
            "note": note.strip(),
            "version": clock.version + 1,
        }
        if status == "running" and starts_at is not None and clock.rule is not None:
            values |= {"starts_at": starts_at, "due_at": clock.rule.due_at(starts_at)}
        connection.execute(update(table).where(_is(crisis_id, key)).values(**values))
        late = clock.due_at is not None and status == "met" and now > clock.due_at
        payload = {"rule": key, "status": status, "note": note.strip(), "late": late}
        if starts_at is not None:
            payload["starts_at"] = starts_at.isoformat()
        _tell(connection, stored, "clock_settled", name, now, [payload])
        return Outcome("done", clock.version + 1)


def _against(
    clock: Clock, status: Settled, version: int | None, note: str, starts_at: datetime | None
) -> Outcome | None:
    """What stands against settling a term so."""
    by = clock.settled_by or ""
    if version is not None and version != clock.version:
        return Outcome("stale", clock.version, "clock_settled", by, clock.settled_at)
    if not note.strip():
        return Outcome("refused", clock.version, Why.REASON_NEEDED)
    if status == clock.status and starts_at is None:
        return Outcome("refused", clock.version, Why.SAME, by=by)
    return None


def run_out(connection: Connection, stored: StoredCrisis, now: datetime) -> list[Clock]:
    """Mark terms missed whose time is up, in the caller's transaction; gives them."""
    missed = [
        clock
        for clock in _of(connection, stored.id)
        if clock.status == "running" and clock.due_at is not None and clock.due_at < now
    ]
    for clock in missed:
        connection.execute(
            update(table)
            .where(_is(stored.id, clock.key))
            .values(status="missed", version=clock.version + 1)
        )
    _tell(
        connection,
        stored,
        "clock_missed",
        WORKER,
        now,
        [{"rule": clock.key, "due_at": _text(clock.due_at)} for clock in missed],
    )
    return missed


def of(engine: Engine, crisis_id: int) -> list[Clock]:
    """Every term of a crisis: what runs first, the most urgent first."""
    with engine.connect() as connection:
        return _of(connection, crisis_id)


def all_of(connection: Connection, crisis_id: int) -> list[Clock]:
    """Every term of a crisis, in the caller's transaction; see `of`."""
    return _of(connection, crisis_id)


def running(connection: Connection, crisis_id: int) -> list[Clock]:
    """Terms of a crisis that run, the most urgent first."""
    return [clock for clock in _of(connection, crisis_id) if clock.status == "running"]


def due(engine: Engine, until: datetime) -> list[Clock]:
    """Running terms of crises in earnest that end before a moment, the most urgent first."""
    query = (
        select(table)
        .join(crisis_table, crisis_table.c.id == table.c.crisis_id)
        .where(table.c.status == "running", table.c.due_at <= until)
        .where(crisis_table.c.drill_id.is_(None))
        .order_by(table.c.due_at, table.c.crisis_id, table.c.rule)
    )
    with engine.connect() as connection:
        return [_clock(connection, row) for row in connection.execute(query).all()]


def _of(connection: Connection, crisis_id: int) -> list[Clock]:
    query = select(table).where(table.c.crisis_id == crisis_id).order_by(table.c.rule)
    found = [_clock(connection, row) for row in connection.execute(query).all()]
    order = {"running": 0, "missed": 1, "met": 2, "not_applicable": 3}
    return sorted(
        found,
        key=lambda clock: (
            order[clock.status],
            clock.due_at is None,
            clock.due_at or clock.starts_at,
            clock.key,
        ),
    )


def _clock(connection: Connection, row: Any) -> Clock:
    try:
        document = library.version(connection, row.document_version_id)
    except library.DocumentError:
        document = None
    rule = None if document is None else document.model.by_key.get(row.rule)
    return Clock(
        row.crisis_id,
        row.rule,
        rule,
        row.status,
        row.starts_at,
        row.due_at,
        row.settled_at,
        row.settled_by,
        row.note,
        row.version,
    )


def _starts_at(rule: Rule, stored: StoredCrisis, now: datetime) -> datetime:
    moments = {"detected": stored.detected_at, "declared": stored.declared_at, "now": now}
    return moments[rule.from_] or now


def _add(
    connection: Connection,
    stored: StoredCrisis,
    document_id: int,
    rule: Rule,
    now: datetime,
    *,
    applies: bool,
) -> None:
    starts_at = _starts_at(rule, stored, now)
    per_customer = rule.scope == "customer"
    connection.execute(
        insert(table).values(
            crisis_id=stored.id,
            rule=rule.key,
            document_version_id=document_id,
            starts_at=starts_at,
            due_at=None if per_customer or not applies else rule.due_at(starts_at),
            status="running" if applies else "not_applicable",
            settled_at=None if applies else now,
            settled_by=None if applies else WORKER,
            version=1,
        )
    )


def _ruled_out_by_worker(clock: Clock) -> bool:
    return clock.status == "not_applicable" and clock.settled_by == WORKER


def _revive(
    connection: Connection, stored: StoredCrisis, document_id: int, rule: Rule, now: datetime
) -> None:
    """It applies after all: somebody knows more now, and it begins with that."""
    connection.execute(
        update(table)
        .where(_is(stored.id, rule.key))
        .values(
            document_version_id=document_id,
            starts_at=now,
            due_at=None if rule.scope == "customer" else rule.due_at(now),
            status="running",
            settled_at=None,
            settled_by=None,
            version=table.c.version + 1,
        )
    )


def _tell(
    connection: Connection,
    stored: StoredCrisis,
    kind: str,
    actor: str,
    now: datetime,
    payloads: Iterable[Mapping[str, Any]],
) -> None:
    lock(connection)
    append(connection, [rows.entry(stored, kind, actor, now, payload) for payload in payloads])


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _is(crisis_id: int, key: str) -> Any:
    return (table.c.crisis_id == crisis_id) & (table.c.rule == key)
