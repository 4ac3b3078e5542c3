"""Moving a rule version from stage to stage, inside the caller's transaction.

Who may move what is decided in `alerts.stages`; what follows from a move stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from alerts.backtest import stored as backtests
from alerts.event_log import lock
from alerts.gate import Cost, Gate, judge_gate
from alerts.lifecycle.model import Why
from alerts.rule_store import (
    WORKER,
    Asks,
    Stage,
    StoredRule,
    set_aside,
    stop_alerts,
    stored_rule,
    tell,
)
from data_access.state import schema

NEXT: Mapping[Stage, tuple[Stage, ...]] = {
    "draft": ("tested", "retired"),
    "tested": ("shadow", "live", "retired"),
    "shadow": ("live", "retired"),
    "live": ("shadow", "retired"),
    "retired": ("shadow", "live"),
}
"""Where a version may go from each stage."""

REPLACED, FORCED, PERSON, PROVISIONAL = "replaced", "forced", "person", "provisional"
CHECKED, TESTS_FAILED = "checked", "tests_failed"
"""Why a version stands in its stage, besides the gate's findings and those of `rule_store`."""

_versions, _slots = schema.rule_version, schema.eval_slot


def locked(connection: Connection, version_id: int) -> StoredRule | None:
    """The version, its rule held until the transaction ends; None: there is no such version."""
    lock(connection)  # before any row, see there
    row = connection.execute(select(_versions).where(_versions.c.id == version_id)).first()
    if row is None:
        return None
    held = select(schema.rule.c.id).where(schema.rule.c.id == row.rule_id)
    connection.execute(held.with_for_update())
    row = connection.execute(select(_versions).where(_versions.c.id == version_id)).one()
    return stored_rule(row)


def gate_of(connection: Connection, stored: StoredRule) -> Gate:
    """What the gate says of a version now."""
    rule_id, sha256 = stored.version.rule.id, stored.version.sha256
    return judge_gate(_cost(connection, rule_id, sha256), _others(connection, rule_id))


def _cost(connection: Connection, rule_id: str, sha256: str) -> Cost | None:
    newest = backtests.newest(connection, rule_id, sha256)
    return None if newest is None else Cost(newest.days, newest.per_manager_day)


def _others(connection: Connection, rule_id: str) -> float:
    """Messages per manager and day of the other live rules, by their newest backtests."""
    rows = connection.execute(
        select(_versions.c.rule_id, _versions.c.sha256).where(
            _versions.c.stage == "live", _versions.c.rule_id != rule_id
        )
    ).all()
    costs = [_cost(connection, row.rule_id, row.sha256) for row in rows]
    return sum(cost.per_manager_day for cost in costs if cost is not None)


def place(
    connection: Connection,
    stored: StoredRule,
    stage: Stage,
    *,
    reason: str,
    actor: str,
    now: datetime,
    note: str = "",
    asks: Asks | None = None,
) -> None:
    """Write a move down, with what follows from it; who may do it is decided before.

    Going live retires the version that was live, ends its open episodes with reason *updated* and
    lets the new one judge the last days anew, so that what still goes on is open again at once.
    """
    rule_id = stored.version.rule.id
    for left in sorted({stored.stage, stage} & set(schema.STAGED)):
        stop_alerts(connection, rule_id, left, _why_stopped(stage), now)
    if stage in {"live", "shadow"}:
        set_aside(connection, rule_id, (stage,), REPLACED, now)
        _judge_anew(connection, stored.version_id)
    connection.execute(
        update(_versions)
        .where(_versions.c.id == stored.version_id)
        .values(
            stage=stage,
            stage_reason=reason,
            staged_at=now,
            asks=asks,
            asked_at=now if asks else None,
        )
    )
    payload = {"n": stored.n, "from": stored.stage, "to": stage, "reason": reason}
    if note:
        payload["note"] = note
    tell(connection, actor, rule_id, "rule_staged", payload, now)


def _why_stopped(stage: Stage) -> Why:
    match stage:
        case "live":
            return Why.UPDATED
        case "shadow":
            return Why.PAUSED
        case _:
            return Why.DELETED


def _judge_anew(connection: Connection, version_id: int) -> None:
    """Forget which days a version judged in another stage: they are judged again in this one."""
    connection.execute(delete(_slots).where(_slots.c.rule_version_id == version_id))


def note(
    connection: Connection, stored: StoredRule, reason: str, *, asks: Asks | None, now: datetime
) -> None:
    """Say anew why a version stands where it does, without moving it."""
    connection.execute(
        update(_versions)
        .where(_versions.c.id == stored.version_id)
        .values(stage_reason=reason, asks=asks, asked_at=now if asks else None)
    )
    if reason != stored.reason:
        payload = {"n": stored.n, "from": stored.stage, "to": stored.stage, "reason": reason}
        tell(connection, WORKER, stored.version.rule.id, "rule_staged", payload, now)


def rest(connection: Connection, stored: StoredRule, until: datetime | None) -> None:
    """Leave a version alone until then; None: what it asked for is done."""
    values = {"asks": None, "asked_at": None} if until is None else {"asked_at": until}
    connection.execute(
        update(_versions).where(_versions.c.id == stored.version_id).values(**values)
    )
