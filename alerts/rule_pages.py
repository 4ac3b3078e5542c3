"""What the Rules screens and commands read: every rule and its cost, one rule and its past."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, func, select

from alerts.backtest import Backtest
from alerts.backtest import stored as backtests
from alerts.gate import Gate
from alerts.rule_store import STAGES, Stage, StoredRule, staged, versions_of
from alerts.staging import gate_of
from data_access.state import schema

OVERVIEW: Mapping[str, pl.DataType] = {
    "rule_id": pl.String(),
    "kind": pl.String(),
    "severity": pl.String(),
    "owner": pl.String(),
    "subject": pl.String(),
    "by": pl.List(pl.String()),
    "stage": pl.String(),
    "n": pl.Int64(),
    "reason": pl.String(),
    "origin": pl.String(),
    "asks": pl.String(),
    "waiting_n": pl.Int64(),
    "waiting_stage": pl.String(),
    "episodes_per_week": pl.Float64(),
    "per_manager_day": pl.Float64(),
    "backtest_days": pl.Int64(),
    "backtest_last": pl.Date(),
    "open_alerts": pl.Int64(),
    "fired_at": pl.Datetime("us", "UTC"),
}
_RANK: Mapping[Stage, int] = {"live": 4, "shadow": 3, "tested": 2, "draft": 1, "retired": 0}


@dataclass(frozen=True)
class Happened:
    """One event of a rule; `payload` as in the event log."""

    at: datetime
    actor: str
    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class RulePage:
    """One rule: its versions, the newest first; the one in focus with its backtest and gate."""

    rule_id: str
    versions: tuple[StoredRule, ...]
    shown: StoredRule
    backtest: Backtest | None
    gate: Gate
    live: StoredRule | None
    live_backtest: Backtest | None
    history: tuple[Happened, ...]


def overview(engine: Engine) -> pl.DataFrame:
    """One row per rule, by id: its leading version and, where one waits behind it, that one.

    Columns as in `OVERVIEW`: what it watches (`kind`, `subject`, `by`), where it stands (`stage`,
    version `n`, `reason`, `origin`, `asks`), what its newest backtest says (null: none), how many
    alerts are open, and when one last opened.
    """
    by_rule: dict[str, list[StoredRule]] = {}
    for stored in staged(engine, *STAGES):
        by_rule.setdefault(stored.version.rule.id, []).append(stored)
    with engine.connect() as connection:
        fired = _fired(connection)
        rows = [_row(connection, versions, fired) for versions in by_rule.values()]
    return pl.DataFrame(rows, schema=OVERVIEW).sort("rule_id")


def rule_page(engine: Engine, rule_id: str, n: int | None = None) -> RulePage | None:
    """One rule with version `n` in focus (by default the newest that is not retired)."""
    versions = versions_of(engine, rule_id)
    if not versions:
        return None
    shown = next((one for one in versions if one.n == n), None) or leading(versions, newest=True)
    live = next((one for one in versions if one.stage == "live"), None)
    with engine.connect() as connection:
        return RulePage(
            rule_id,
            tuple(versions),
            shown,
            backtests.newest(connection, rule_id, shown.version.sha256),
            gate_of(connection, shown),
            live,
            None if live is None else backtests.newest(connection, rule_id, live.version.sha256),
            tuple(history(connection, rule_id)),
        )


def leading(versions: Sequence[StoredRule], *, newest: bool = False) -> StoredRule:
    """The version that speaks for its rule: the one furthest on, or the newest still in use."""
    if newest:
        used = [one for one in versions if one.stage != "retired"]
        return max(used or versions, key=lambda one: one.n)
    return max(versions, key=lambda one: (_RANK[one.stage], one.n))


def history(connection: Connection, rule_id: str) -> list[Happened]:
    """What happened to a rule, the newest first."""
    log = schema.event_log.c
    rows = connection.execute(
        select(log.at, log.actor, log.kind, log.payload_json)
        .where(log.subject_kind == "rule", log.subject_id == rule_id)
        .order_by(log.seq.desc())
    ).all()
    return [Happened(row.at, row.actor, row.kind, json.loads(row.payload_json)) for row in rows]


def _row(
    connection: Connection,
    versions: Sequence[StoredRule],
    fired: Mapping[str, tuple[int, datetime | None]],
) -> dict[str, Any]:
    first = leading(versions)
    rule = first.version.rule
    waiting = [one for one in versions if one.n > first.n and one.stage != "retired"]
    behind = waiting[-1] if waiting else None
    made = backtests.newest(connection, rule.id, first.version.sha256)
    open_alerts, fired_at = fired.get(rule.id, (0, None))
    return {
        "rule_id": rule.id,
        "kind": rule.kind,
        "severity": rule.severity,
        "owner": rule.owner,
        "subject": rule.subject,
        "by": list(rule.by),
        "stage": first.stage,
        "n": first.n,
        "reason": first.reason,
        "origin": first.origin,
        "asks": first.asks,
        "waiting_n": behind.n if behind else None,
        "waiting_stage": behind.stage if behind else None,
        "episodes_per_week": made.episodes_per_week if made else None,
        "per_manager_day": made.per_manager_day if made and made.days else None,
        "backtest_days": made.days if made else None,
        "backtest_last": made.last if made else None,
        "open_alerts": open_alerts,
        "fired_at": fired_at,
    }


def _fired(connection: Connection) -> dict[str, tuple[int, datetime | None]]:
    """Open alerts of every rule's live version, and when one last opened."""
    alert, log = schema.alert, schema.event_log
    is_open = alert.c.signal.in_(("firing", "recovering"))
    open_rows = connection.execute(
        select(alert.c.rule_id, func.count())
        .where(alert.c.stage == "live", is_open)
        .group_by(alert.c.rule_id)
    ).all()
    last_rows = connection.execute(
        select(alert.c.rule_id, func.max(log.c.at, type_=schema.UtcDateTime))
        .join(log, (log.c.subject_id == alert.c.fingerprint) & (log.c.subject_kind == "alert"))
        .where(alert.c.stage == "live", log.c.kind == "episode_opened")
        .group_by(alert.c.rule_id)
    ).all()
    opened: dict[str, int] = {row[0]: row[1] for row in open_rows}
    last: dict[str, datetime] = {row[0]: row[1] for row in last_rows}
    return {rule_id: (opened.get(rule_id, 0), last.get(rule_id)) for rule_id in opened | last}
