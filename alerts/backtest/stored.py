"""Backtests in the state database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from alerts.backtest.result import Backtest
from data_access.state import schema

_table, _versions = schema.backtest, schema.rule_version


def save(connection: Connection, version_id: int, made: Backtest, now: datetime) -> int:
    """Keep a backtest of one version; gives its number."""
    kept: int = connection.execute(
        insert(_table)
        .values(
            rule_version_id=version_id,
            first_day=made.first,
            last_day=made.last,
            days=made.days,
            data_version=made.data_version,
            run_at=now,
            seconds=made.seconds,
            result_json=made.to_json(),
        )
        .returning(_table.c.id)
    ).scalar_one()
    return kept


def newest(connection: Connection, rule_id: str, sha256: str) -> Backtest | None:
    """The newest backtest of a body: two numbers of one body are one version to it."""
    text = connection.execute(
        select(_table.c.result_json)
        .join(_versions, _versions.c.id == _table.c.rule_version_id)
        .where(_versions.c.rule_id == rule_id, _versions.c.sha256 == sha256)
        .order_by(_table.c.run_at.desc(), _table.c.id.desc())
        .limit(1)
    ).scalar()
    try:
        return None if text is None else Backtest.from_json(text)
    except (KeyError, TypeError, ValueError):
        return None  # of an older Afterwatch, which counted something else: test it again


def run_at(engine: Engine) -> Mapping[int, datetime]:
    """When each version was backtested last, by its number."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(_table.c.rule_version_id, _table.c.run_at).order_by(_table.c.run_at)
        ).all()
    return {row.rule_version_id: row.run_at for row in rows}
