"""What the clock does to incidents: acknowledgements that run out, snoozes that are over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from alerts import group_rows
from alerts.handling import Action, Do, Handling, Incident, Policy, step
from alerts.lease import Lease, fenced
from data_access.state import schema


def run_due(engine: Engine, lease: Lease, policy: Policy, now: datetime) -> int:
    """Do what is due; how many incidents changed.

    Raises:
        LeaseLost: another worker leads; nothing was written.
    """
    waiting = _waiting(engine, policy, now)
    if not waiting:
        return 0
    changed = 0
    with fenced(engine, lease) as connection:
        for group_id in waiting:
            group = group_rows.load(connection, group_id)
            if group is None:
                continue
            incident = group.incident
            for do in due(policy, incident, now):
                incident, events = step(policy, incident, Action(do), now)
                group = group_rows.save(connection, group, incident, events, now)
                changed += 1
    return changed


def due(policy: Policy, incident: Incident, now: datetime) -> list[Do]:
    """What the clock does to an incident now. A person who does anything renews the time."""
    found = []
    if incident.snooze_until is not None and incident.snooze_until <= now:
        found.append(Do.WAKE)
    if incident.handling is Handling.ACKNOWLEDGED and incident.acknowledged_at is not None:
        seen = max(incident.acknowledged_at, incident.touched_at or incident.acknowledged_at)
        # Somebody who snoozed it said when to look again.
        seen = max(seen, incident.snooze_until or seen)
        if now - seen >= policy.acknowledged_for[incident.severity]:
            found.append(Do.UNACKNOWLEDGE)
    return found


def _waiting(engine: Engine, policy: Policy, now: datetime) -> list[int]:
    table = schema.alert_group
    query = (
        select(table)
        .where(table.c.closed_at.is_(None))
        .where((table.c.snooze_until.is_not(None)) | (table.c.handling == Handling.ACKNOWLEDGED))
        .order_by(table.c.id)
    )
    with engine.connect() as connection:
        groups = [group_rows.read(row) for row in connection.execute(query)]
    return [group.id for group in groups if due(policy, group.incident, now)]
