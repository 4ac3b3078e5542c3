"""Rules in the state database: every version, the stage it is in, and what it asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, insert, select, update

from alerts.alert_rows import load_alerts, save_alert
from alerts.event_log import Entry, append
from alerts.lease import Lease, fenced
from alerts.lifecycle import Observation, Seen, step
from alerts.lifecycle.model import Why
from alerts.rules import RuleVersion, parse
from data_access.state import schema

Stage = Literal["draft", "tested", "shadow", "live", "retired"]
Origin = Literal["shipped", "file", "screen"]
Asks = Literal["backtest", "live"]


@dataclass(frozen=True)
class StoredRule:
    """A version of a rule under its number in the database.

    `n` counts the versions of one rule. `reason` says why it stands in its stage; `asks` what the
    worker is still to do with it.
    """

    version_id: int
    version: RuleVersion
    n: int = 1
    stage: Stage = "live"
    reason: str | None = None
    origin: Origin = "file"
    asks: Asks | None = None


def live_rules(engine: Engine) -> list[StoredRule]:
    """The live version of every rule that has one, by rule id."""
    return staged(engine, "live")


def shadow_rules(engine: Engine) -> list[StoredRule]:
    """The shadow version of every rule that has one, by rule id: evaluated, told to nobody."""
    return staged(engine, "shadow")


def staged(engine: Engine, *stages: Stage) -> list[StoredRule]:
    """Every version in one of `stages`, by rule id, the oldest first."""
    table = schema.rule_version
    with engine.connect() as connection:
        rows = connection.execute(
            select(table).where(table.c.stage.in_(stages)).order_by(table.c.rule_id, table.c.n)
        ).all()
    return [stored_rule(row) for row in rows]


def stored_rule(row: Any) -> StoredRule:
    """A row of `rule_version` as a rule."""
    rule = parse(row.body_json)
    return StoredRule(
        row.id,
        RuleVersion(rule, row.created_by or row.rule_id),
        row.n,
        row.stage,
        row.stage_reason,
        row.origin,
        row.asks,
    )


def register(
    engine: Engine,
    lease: Lease,
    versions: Mapping[str, RuleVersion],
    now: datetime,
    *,
    complete: bool = True,
) -> None:
    """Bring the stored rules in line with the files.

    A changed rule resolves its open alerts with reason *updated*, a removed one with *deleted*.

    Args:
        engine: state database.
        lease: proof of leadership.
        versions: rules by id, as loaded.
        now: the wall clock.
        complete: False if a file could not be read: then nothing is taken for removed.
    """
    if _settled(engine, versions):
        return
    with fenced(engine, lease) as connection:
        for rule_id, version in versions.items():
            _add(connection, rule_id, version, now)
        if complete:
            stored = connection.execute(
                select(schema.rule_version.c.rule_id).where(schema.rule_version.c.stage == "live")
            ).scalars()
            for rule_id in set(stored) - set(versions):
                _retire(connection, rule_id, now)


def _settled(engine: Engine, versions: Mapping[str, RuleVersion]) -> bool:
    with engine.connect() as connection:
        stored = connection.execute(
            select(schema.rule_version.c.rule_id, schema.rule_version.c.sha256).where(
                schema.rule_version.c.stage == "live"
            )
        ).all()
    wanted = {(rule_id, version.sha256) for rule_id, version in versions.items()}
    return {(row.rule_id, row.sha256) for row in stored} == wanted


def _add(connection: Connection, rule_id: str, version: RuleVersion, now: datetime) -> None:
    rule, versions = schema.rule, schema.rule_version
    newest = connection.execute(
        select(versions.c.id, versions.c.n, versions.c.sha256, versions.c.stage)
        .where(versions.c.rule_id == rule_id)
        .order_by(versions.c.n.desc())
        .limit(1)
    ).first()
    if newest and newest.stage == "live" and newest.sha256 == version.sha256:
        return
    described = {"name": version.rule.title.en, "owner": version.rule.owner}
    if newest is None:
        connection.execute(insert(rule).values(id=rule_id, **described))
    else:
        connection.execute(update(rule).where(rule.c.id == rule_id).values(**described))
        _stage(connection, rule_id, "retired", now)
    if newest is None or newest.sha256 != version.sha256:
        connection.execute(
            insert(versions).values(
                rule_id=rule_id,
                n=newest.n + 1 if newest else 1,
                body_json=version.body_json,
                sha256=version.sha256,
                stage="live",
                staged_at=now,
                origin="file",
                created_by=version.where,
                created_at=now,
            )
        )
    else:
        connection.execute(
            update(versions).where(versions.c.id == newest.id).values(stage="live", staged_at=now)
        )
    stop_alerts(connection, rule_id, Why.UPDATED, now)
    _tell(connection, rule_id, "rule_version_added", {"sha256": version.sha256}, now)


def _retire(connection: Connection, rule_id: str, now: datetime) -> None:
    _stage(connection, rule_id, "retired", now)
    stop_alerts(connection, rule_id, Why.DELETED, now)
    _tell(connection, rule_id, "rule_retired", {}, now)


def _stage(connection: Connection, rule_id: str, stage: str, now: datetime) -> None:
    """Move the live version of a rule on."""
    versions = schema.rule_version
    connection.execute(
        update(versions)
        .where(versions.c.rule_id == rule_id, versions.c.stage == "live")
        .values(stage=stage, staged_at=now)
    )


def stop_alerts(connection: Connection, rule_id: str, why: Why, now: datetime) -> None:
    """End every open episode of a rule for a reason that is not the numbers'."""
    stored = connection.execute(
        select(schema.rule_version.c.body_json)
        .where(schema.rule_version.c.rule_id == rule_id)
        .order_by(schema.rule_version.c.n.desc())
        .limit(1)
    ).scalar_one()
    timing = parse(stored).timing
    for alert in load_alerts(connection, rule_id).values():
        state, events = step(timing, alert.state, Observation(Seen.STOPPED, why), now)
        save_alert(connection, alert, state, evidence=None, events=events, now=now)


def _tell(
    connection: Connection, rule_id: str, kind: str, payload: Mapping[str, str], now: datetime
) -> None:
    append(connection, [Entry(now, "worker", kind, "rule", rule_id, payload)])
