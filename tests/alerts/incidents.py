"""Incidents written straight into the state database, for what comes after detection."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select, update

from alerts.notify.config import Config, load
from data_access.state import schema
from data_access.state.engine import writing

CONFIG = """
schema_version: 1
people:
  ana: {addresses: {chat: "@ana"}}
  ben: {addresses: {chat: "@ben"}, locale: zh}
channels:
  chat: {kind: log}
rotas:
  emea:
    zone: Europe/Berlin
    layers: [{name: all, people: [ana, ben], first_turn: 2026-01-05}]
  empty:
    zone: UTC
    layers:
      - {name: never, people: [ana], shifts: [{from: "03:00", to: "03:01"}]}
escalations:
  standard:
    repeat: 1
    repeat_after: 30m
    steps:
      - {after: 0m, tell: [{rota: emea}]}
      - {after: 15m, tell: [{person: ben}, {channel: chat}]}
  hollow:
    steps:
      - {after: 0m, tell: [{rota: empty}]}
      - {after: 60m, tell: [{person: ben}]}
route:
  name: everything
  receivers: [{channel: log}, {escalation: standard}]
"""


def config(text: str = CONFIG) -> Config:
    """A configuration with a rota and an escalation."""
    return load(text)


def incident(engine: Engine, now: datetime, **changed: Any) -> int:
    """An open incident of a critical rule whose first message is due; its number."""
    values = {
        "group_key": f"{now.timestamp()}:{changed.get('group_key', '')}",
        "rule_id": "test",
        "labels_json": {"market": "DE"},
        "severity": "critical",
        "handling": "open",
        "signal_open": True,
        "opened_at": now,
        "reopened": 0,
        "notify_at": now,
        "notify_reason": "first",
        "notices": 0,
        "version": 1,
        "updated_at": now,
        **changed,
    }
    with writing(engine) as connection:
        known = connection.execute(select(schema.rule.c.id).where(schema.rule.c.id == "test"))
        if known.first() is None:
            connection.execute(insert(schema.rule).values(id="test", name="Test", owner=None))
        made: int = connection.execute(
            insert(schema.alert_group).values(values).returning(schema.alert_group.c.id)
        ).scalar_one()
    return made


def change(engine: Engine, group_id: int, **values: Any) -> None:
    """What people or the signal do to an incident."""
    with writing(engine) as connection:
        connection.execute(
            update(schema.alert_group).where(schema.alert_group.c.id == group_id).values(**values)
        )


def minutes(n: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=n)
