"""Crises in a state database with what ships: people, levels, incidents written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from alerts import library
from alerts.actions import Outcome
from alerts.crisis import criteria, rows
from alerts.crisis.acting import act, open_by_hand
from alerts.crisis.model import Action, Do, Link
from alerts.crisis.rows import StoredCrisis
from alerts.notify.config import Config, load
from data_access.state import schema
from data_access.state.engine import writing

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = """
schema_version: 1
channels:
  desk: {kind: log}
people:
  Ana: {zone: Europe/Berlin, addresses: {desk: ana}, roles: [crisis_lead]}
  Sam: {zone: America/New_York, addresses: {desk: sam}, roles: [service_manager, executive_sponsor]}
  Mei: {locale: zh, zone: Asia/Shanghai, addresses: {desk: mei}, roles: [team_lead]}
"""
CONFIG = load(PEOPLE)
LABELS = {"topic": "product", "lot": "L7", "market": "DE"}


def ready(engine: Engine) -> None:
    """What ships is in force."""
    assert library.register(engine, None, NOW) == []


def opened(engine: Engine, level: int = 3, **given: Any) -> int:
    """A crisis declared by hand, without playbooks unless `chosen` names some."""
    outcome = open_by_hand(
        engine,
        given.pop("title", "Chargers overheat"),
        given.pop("labels", LABELS),
        given.pop("joined", ()),
        level,
        "smoke",
        config=CONFIG,
        actor=given.pop("actor", "Ana"),
        token=given.pop("token", None),
        wall=given.pop("wall", NOW),
        chosen=given.pop("chosen", ()),
        **given,
    )
    assert outcome.result == "done", outcome
    assert outcome.data is not None
    number: int = outcome.data["crisis"]
    return number


def do(
    engine: Engine,
    number: int,
    what: Do,
    *,
    actor: str = "Ana",
    version: int | None = None,
    token: str | None = None,
    at: datetime = NOW,
    config: Config = CONFIG,
    **given: Any,
) -> Outcome:
    """Act on a crisis."""
    return act(
        engine,
        number,
        Action(what, **given),
        config=config,
        actor=actor,
        version=version,
        token=token,
        wall=at,
    )


def look(engine: Engine, number: int) -> StoredCrisis:
    """The crisis as it stands."""
    with engine.connect() as connection:
        stored = rows.look(connection, number)
    assert stored is not None
    return stored


def measured(
    engine: Engine, number: int, values: Mapping[str, float | None], at: datetime
) -> StoredCrisis:
    """The worker measured a crisis."""
    with writing(engine) as connection:
        stored = rows.load(connection, number)
        assert stored is not None
        levels = criteria.levels_of(connection, stored.levels_version_id)
        figures = {name: {"value": value, "evidence": {}} for name, value in values.items()}
        return criteria.settle(connection, stored, levels, figures, at)


def kinds(engine: Engine, number: int) -> list[str]:
    """Kinds of the log entries of a crisis, the oldest first."""
    log = schema.event_log
    query = (
        select(log.c.kind)
        .where(log.c.subject_kind == "crisis", log.c.subject_id == str(number))
        .order_by(log.c.seq)
    )
    with engine.connect() as connection:
        return list(connection.execute(query).scalars())


def alert(
    connection: Connection,
    labels: Mapping[str, str],
    *,
    topic: str = "service",
    kind: str = "surge",
    severity: str = "warning",
    reasons: tuple[str, ...] = (),
    children: tuple[Mapping[str, Any], ...] = (),
    playbook: str = "",
    at: datetime = NOW,
) -> int:
    """An alert that fires, of a rule of its kind."""
    rule_id = f"{kind}-{topic}"
    rule = schema.rule
    if connection.execute(select(rule.c.id).where(rule.c.id == rule_id)).first() is None:
        connection.execute(insert(rule).values(id=rule_id, name=rule_id, owner="us"))
    number = len(connection.execute(select(schema.alert.c.id)).all()) + 1
    evidence = {
        "rule": {"id": rule_id, "kind": kind},
        "topic": topic,
        "playbook": playbook or None,
        "children": [dict(child) for child in children],
        "drivers": [{"dimension": "reason", "value": reason, "excess": 9.0} for reason in reasons],
        "texts": {"title": {"en": f"Surge of {topic}", "zh": f"{topic} 激增"}},
    }
    found: int = connection.execute(
        insert(schema.alert)
        .values(
            rule_id=rule_id,
            stage="live",
            fingerprint=f"f{number}",
            labels_json=dict(labels),
            severity=severity,
            signal="firing",
            since=at - 2 * HOUR,
            episode=1,
            flaps=0,
            version=1,
            evidence_json=evidence,
            updated_at=at,
        )
        .returning(schema.alert.c.id)
    ).scalar_one()
    return found


def incident(
    connection: Connection,
    labels: Mapping[str, str],
    *,
    topic: str = "service",
    kind: str = "surge",
    severity: str = "warning",
    at: datetime = NOW,
    **given: Any,
) -> int:
    """An open incident of the inbox with one alert that fires."""
    alert_id = alert(connection, labels, topic=topic, kind=kind, severity=severity, at=at, **given)
    group: int = connection.execute(
        insert(schema.alert_group)
        .values(
            group_key=f"g{alert_id}",
            rule_id=f"{kind}-{topic}",
            labels_json=dict(labels),
            severity=severity,
            handling="open",
            signal_open=True,
            opened_at=at - HOUR,
            reopened=0,
            notices=0,
            state_json={"topic": topic},
            version=1,
            updated_at=at,
        )
        .returning(schema.alert_group.c.id)
    ).scalar_one()
    join(connection, group, alert_id, at)
    return group


def join(connection: Connection, group: int, alert_id: int, at: datetime = NOW) -> None:
    """An alert belongs to an incident."""
    connection.execute(
        insert(schema.alert_group_member).values(
            group_id=group, alert_id=alert_id, episode=1, joined_at=at - HOUR
        )
    )


def case(number: str) -> Link:
    """A case of a helpdesk."""
    return Link("case", "helpdesk", number)
