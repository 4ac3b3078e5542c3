"""Incidents in the state database: what the signal of an alert does to them.

Runs inside the transaction of the slot. The database itself keeps it to one incident per key that
is not closed; who loses a race for it joins the winner's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from alerts import group_rows
from alerts.alert_rows import StoredAlert
from alerts.group_rows import StoredGroup, load
from alerts.handling import (
    Action,
    Do,
    Grouping,
    Incident,
    Policy,
    begin,
    group_key,
    rejoins,
    step,
)
from alerts.handling import Event as Told
from alerts.lifecycle import Event
from alerts.lifecycle.model import Kind
from data_access.state import schema

__all__ = ["StoredGroup", "absorb", "adopt", "load"]

_POLICY = Policy()
_ATTEMPTS = 5
"""How often a lost race for an incident is tried again; each one means that another one won."""


def absorb(
    connection: Connection,
    alert: StoredAlert,
    events: Sequence[Event],
    now: datetime,
    *,
    policy: Policy = _POLICY,
) -> None:
    """Let incidents follow the events of one alert: join, open, reopen, resolve.

    Args:
        connection: the transaction of the slot.
        alert: the alert as it was saved; one that is not live has no incidents.
        events: what the signal machine told.
        now: the wall clock.
        policy: durations.
    """
    if alert.stage != "live" or alert.id is None:
        return
    for event in events:
        if event.kind is Kind.OPENED:
            _open(connection, alert, event.episode, now, policy)
        elif event.kind is Kind.REFIRED:
            _relapse(connection, alert, event, now, policy)
        elif event.kind is Kind.RESOLVED:
            _resolve(connection, alert, event, now, policy)


def adopt(
    connection: Connection,
    alerts: Sequence[StoredAlert],
    now: datetime,
    *,
    policy: Policy = _POLICY,
) -> None:
    """Give open alerts an incident that have none, and raise the severity of those that grew.

    Alerts without one opened before there were incidents.
    """
    open_ones = [a for a in alerts if a.stage == "live" and a.state.is_open and a.id is not None]
    grouped = _groups_of(connection, open_ones)
    for alert in open_ones:
        found = grouped.get((alert.id or 0, alert.state.episode))
        if found is None:
            _open(connection, alert, alert.state.episode, now, policy)
        elif found.incident.closed_at is None:
            action = Action(Do.RAISE_SEVERITY, severity=alert.severity)
            incident, events = step(policy, found.incident, action, now)
            if incident != found.incident:
                fresh = load(connection, found.id)
                assert fresh is not None
                incident, events = step(policy, fresh.incident, action, now)
                group_rows.save(connection, fresh, incident, events, now)


def _groups_of(
    connection: Connection, alerts: Sequence[StoredAlert]
) -> dict[tuple[int, int], StoredGroup]:
    """The incident of each open episode."""
    member, group = schema.alert_group_member, schema.alert_group
    rule_ids = {alert.rule_id for alert in alerts}
    if not rule_ids:
        return {}
    rows = connection.execute(
        select(member.c.alert_id, member.c.episode, group)
        .join(group, group.c.id == member.c.group_id)
        .join(schema.alert, schema.alert.c.id == member.c.alert_id)
        .where(schema.alert.c.rule_id.in_(rule_ids), member.c.resolved_at.is_(None))
    ).all()
    return {(row.alert_id, row.episode): group_rows.read(row) for row in rows}


def _open(
    connection: Connection, alert: StoredAlert, episode: int, now: datetime, policy: Policy
) -> None:
    """Join the open incident, reopen one that was closed lately, or open a new one."""
    grouping = _grouping(connection, alert)
    key = group_key(grouping, alert.labels)
    for _ in range(_ATTEMPTS):
        group = _newest(connection, key)
        if group is not None and rejoins(policy, group.incident, now):
            joined = Action(
                Do.JOINED,
                severity=alert.severity,
                reason=alert.state.reason,
                other_rule=_is_other_rule(connection, group.id, alert.rule_id),
                data=_facts(alert),
            )
            incident, events = step(policy, group.incident, joined, now)
            if not _saved(connection, group, incident, events, now):
                continue
            return _add_member(connection, group.id, alert, episode, now)
        before = group.id if group else None
        made = _insert(connection, alert, grouping, continues=before, now=now, policy=policy)
        if made is not None:
            return _add_member(connection, made, alert, episode, now)
    raise RuntimeError(f"incident {key} was opened and closed {_ATTEMPTS} times meanwhile")


def _is_other_rule(connection: Connection, group_id: int, rule_id: str) -> bool:
    """Whether no alert of this rule is in an incident yet."""
    member, alert = schema.alert_group_member, schema.alert
    return (
        connection.execute(
            select(member.c.alert_id)
            .join(alert, alert.c.id == member.c.alert_id)
            .where(member.c.group_id == group_id, alert.c.rule_id == rule_id)
            .limit(1)
        ).first()
        is None
    )


def _newest(connection: Connection, key: str) -> StoredGroup | None:
    """The open incident of a key, else the one closed last."""
    table = schema.alert_group
    query = (
        select(table)
        .where(table.c.group_key == key)
        .order_by(table.c.closed_at.is_not(None), table.c.closed_at.desc(), table.c.id.desc())
        .limit(1)
    )
    return group_rows.first(connection, query)


def _saved(
    connection: Connection,
    group: StoredGroup,
    incident: Incident,
    events: Sequence[Told],
    now: datetime,
) -> bool:
    """Save; False when another incident of the key was opened meanwhile."""
    try:
        with connection.begin_nested():
            group_rows.save(connection, group, incident, events, now)
    except IntegrityError:
        return False
    return True


def _insert(
    connection: Connection,
    alert: StoredAlert,
    grouping: Grouping,
    *,
    continues: int | None,
    now: datetime,
    policy: Policy,
) -> int | None:
    """A new incident; None when another one opened it meanwhile."""
    incident, events = begin(policy, alert.severity, now, alert.state.reason)
    values = {
        **group_rows.columns(incident, grouping.topic),
        "group_key": group_key(grouping, alert.labels),
        "rule_id": alert.rule_id,
        "labels_json": grouping.labels(alert.labels),
        "continues_id": continues,
        "version": 1,
        "updated_at": now,
    }
    try:
        with connection.begin_nested():
            made: int = connection.execute(
                insert(schema.alert_group).values(**values).returning(schema.alert_group.c.id)
            ).scalar_one()
    except IntegrityError:
        return None
    facts = {**_facts(alert), **({"continues": continues} if continues else {})}
    told = [event._replace(data={**event.data, **facts}) for event in events]
    group_rows.tell(connection, made, 1, told)
    return made


def _facts(alert: StoredAlert) -> dict[str, Any]:
    """What the log says of an alert that joins."""
    return {"rule_id": alert.rule_id, "alert_id": alert.id, "labels": dict(alert.labels)}


def _add_member(
    connection: Connection, group_id: int, alert: StoredAlert, episode: int, now: datetime
) -> None:
    connection.execute(
        insert(schema.alert_group_member).values(
            group_id=group_id, alert_id=alert.id, episode=episode, joined_at=now
        )
    )


def _relapse(
    connection: Connection, alert: StoredAlert, event: Event, now: datetime, policy: Policy
) -> None:
    group = _group_of(connection, alert, event.episode)
    if group is None:
        return
    data = {**_facts(alert), "flaps": alert.state.flaps}
    action = Action(Do.REFIRED, severity=alert.severity, reason=event.reason, data=data)
    incident, events = step(policy, group.incident, action, now)
    group_rows.save(connection, group, incident, events, now)


def _resolve(
    connection: Connection, alert: StoredAlert, event: Event, now: datetime, policy: Policy
) -> None:
    """The incident is over with its last open member."""
    group = _group_of(connection, alert, event.episode)
    if group is None:
        return
    member = schema.alert_group_member
    connection.execute(
        update(member)
        .where(member.c.group_id == group.id, member.c.alert_id == alert.id)
        .where(member.c.episode == event.episode)
        .values(resolved_at=now)
    )
    still_open = connection.execute(
        select(func.count())
        .select_from(member)
        .where(member.c.group_id == group.id, member.c.resolved_at.is_(None))
    ).scalar_one()
    if still_open:
        return
    action = Action(Do.RESOLVED, reason=event.reason, data=_facts(alert))
    incident, events = step(policy, group.incident, action, now)
    group_rows.save(connection, group, incident, events, now)


def _group_of(connection: Connection, alert: StoredAlert, episode: int) -> StoredGroup | None:
    """The incident an episode belongs to; None for one from before there were incidents."""
    member = schema.alert_group_member
    found = connection.execute(
        select(member.c.group_id)
        .where(member.c.alert_id == alert.id, member.c.episode == episode)
        .order_by(member.c.group_id.desc())
        .limit(1)
    ).scalar()
    return None if found is None else load(connection, found)


def _grouping(connection: Connection, alert: StoredAlert) -> Grouping:
    """As the live version of the alert's rule says; a retired rule groups by all labels."""
    versions = schema.rule_version.c
    body: str | None = connection.execute(
        select(versions.body_json).where(
            versions.rule_id == alert.rule_id, versions.stage == "live"
        )
    ).scalar()
    parsed: Mapping[str, object] = json.loads(body) if body else {}
    return Grouping.of(alert.rule_id, parsed)
