"""Escalations in the state database: begun with an incident's first message, walked by the worker.

The policy is frozen when an escalation begins: a changed `alerting.yaml` holds for later ones.
Messages of a step, the step itself and its entry in the log are one transaction.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, insert, or_, select, update

from alerts import group_rows
from alerts.event_log import Entry, append, lock
from alerts.group_rows import StoredGroup
from alerts.handling import Handling
from alerts.lease import Lease, LeaseLost, fenced
from alerts.notify import compose, outbox, recipients, subject_rows
from alerts.notify.config import Config
from alerts.notify.notifier import Setting
from alerts.notify.recipients import Recipient
from alerts.notify.subject import Subject
from alerts.oncall.escalation import PAUSES, End, Pause, Place, advance, resume, stop
from alerts.oncall.escalation import begin as first_place
from alerts.oncall.format import MOST_REPEATS, Escalation, frozen, thawed
from data_access.state.schema import alert_group
from data_access.state.schema import escalation as table

log = logging.getLogger("afterwatch.worker")

SUBJECT = "incident"
_OVER: tuple[End, ...] = ("resolved", "closed")


@dataclass(frozen=True)
class Running:
    """One escalation of one incident as it stands. `episode` counts how often it began anew."""

    group_id: int
    policy_name: str
    policy: Escalation
    episode: int
    place: Place


def begin(
    connection: Connection, config: Config, subject: Subject, name: str, now: datetime
) -> None:
    """Begin an escalation, inside the transaction of the incident's first message.

    One that is under way, paused or exhausted goes on as it is; one that ended because the incident
    was over begins anew.
    """
    group_id, policy = subject.group_id, config.body.escalations[name]
    row = connection.execute(select(table).where(_is(group_id, name)).with_for_update()).first()
    if row is not None and row.stopped_because not in _OVER:
        return
    episode = 0 if row is None else row.episode + 1
    values = {
        "policy_json": frozen(policy),
        "episode": episode,
        "started_at": now,
        **_columns(first_place(policy, now)),
    }
    if row is None:
        connection.execute(insert(table).values(group_id=group_id, policy=name, **values))
    else:
        connection.execute(update(table).where(_is(group_id, name)).values(values))
    _tell(connection, group_id, "escalation_begun", {"policy": name, "episode": episode}, now)


def run_due(engine: Engine, lease: Lease, config: Config, now: datetime) -> int:
    """Take every step that is due, pause and end what people or the signal stopped.

    One escalation that fails does not stop the others.

    Returns:
        How many steps were taken.

    Raises:
        LeaseLost: another worker leads.
        ExceptionGroup: of those that failed, after the others were done.
    """
    taken, failed = 0, []
    for group_id, name in _to_look_at(engine, now):
        try:
            with fenced(engine, lease) as connection:
                taken += _one(connection, config, group_id, name, now)
        except LeaseLost:
            raise
        except Exception as error:
            log.exception("escalation %s of incident %d failed", name, group_id)
            failed.append(error)
    if failed:
        raise ExceptionGroup("escalations failed", failed)
    return taken


def running(engine: Engine) -> list[Running]:
    """Every escalation that has not ended, by incident."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(table)
            .where(or_(table.c.stopped_because.is_(None), table.c.stopped_because.in_(PAUSES)))
            .order_by(table.c.group_id, table.c.policy)
        ).all()
    return [_read(row) for row in rows]


def _to_look_at(engine: Engine, now: datetime) -> list[tuple[int, str]]:
    """Escalations with something to do: a step due, or an incident that stops or resumes them."""
    group = alert_group.c
    over = or_(group.handling.in_([Handling.CLOSED, Handling.AWAITING_VERDICT]), ~group.signal_open)
    snoozed = and_(group.snooze_until.is_not(None), group.snooze_until > now)
    held_up = or_(group.handling == Handling.ACKNOWLEDGED, snoozed)
    because = table.c.stopped_because
    wanted = or_(
        and_(over, or_(because.is_(None), because.notin_(_OVER))),
        and_(because.is_(None), or_(held_up, table.c.next_at <= now)),
        and_(because.in_(PAUSES), ~over, ~held_up),
    )
    with engine.connect() as connection:
        rows = connection.execute(
            select(table.c.group_id, table.c.policy)
            .join(alert_group, group.id == table.c.group_id)
            .where(wanted)
            .order_by(table.c.next_at, table.c.group_id, table.c.policy)
        ).all()
    return [(row.group_id, row.policy) for row in rows]


def _one(connection: Connection, config: Config, group_id: int, name: str, now: datetime) -> bool:
    """One escalation, as its incident stands now; whether a step was taken."""
    lock(connection)  # before any row, as everybody does
    group = group_rows.load(connection, group_id)
    row = connection.execute(select(table).where(_is(group_id, name)).with_for_update()).one()
    here = _read(row)
    assert group is not None
    why = _stops(connection, config, group, now)
    if why is not None:
        after = stop(here.place, why, now)
        kind = "escalation_ended" if after.has_ended else "escalation_paused"
        _move(connection, here, after, kind, {"reason": why}, now)
        return False
    if here.place.is_paused:
        here = _move(connection, here, resume(here.place, now), "escalation_resumed", {}, now)
    after, targets = advance(here.policy, here.place, now)
    if not targets:
        return False
    told = _send(connection, config, group, here, after, now)
    if not told and after.next_at is not None:
        # Nobody could be told: whoever comes next must not wait for them.
        after = Place(after.step, after.round, now)
    payload = {
        "step": here.place.step,
        "round": here.place.round,
        "to": told,
        "next_at": after.next_at.isoformat() if after.next_at else None,
    }
    _move(connection, here, after, "escalation_step", payload, now)
    if after.has_ended:
        reason = {"policy": name, "reason": after.stopped_because}
        _tell(connection, group_id, "escalation_ended", reason, now)
    return True


def _stops(
    connection: Connection, config: Config, group: StoredGroup, now: datetime
) -> Pause | End | None:
    """Why an escalation does not go on now."""
    incident = group.incident
    if incident.handling is Handling.CLOSED:
        return "closed"
    if incident.handling is Handling.AWAITING_VERDICT or not incident.firing:
        return "resolved"
    if incident.handling is Handling.ACKNOWLEDGED:
        return "acknowledged"
    if incident.snooze_until is not None and incident.snooze_until > now:
        return "snoozed"
    return "muted" if Setting(connection, config, now).mute(group) is not None else None


def _send(
    connection: Connection,
    config: Config,
    group: StoredGroup,
    here: Running,
    after: Place,
    now: datetime,
) -> list[str]:
    """Put the messages of a step into the outbox; who is told."""
    oncall = Setting(connection, config, now).oncall
    whom: list[Recipient] = []
    for target in here.policy.steps[here.place.step].tell:
        behind = recipients.of(config, target.kind, target.name, oncall=oncall, now=now)
        if not behind:
            gap = {"policy": here.policy_name, target.kind: target.name, "reason": "nobody_there"}
            _tell(connection, here.group_id, "escalation_gap", gap, now)
        whom += behind
    composed = compose.page(
        config,
        subject_rows.of_group(connection, group),
        whom,
        step=here.place.step,
        # Grows when an escalation begins anew, so that its messages are new ones.
        round=here.episode * (MOST_REPEATS + 1) + here.place.round,
        next_at=after.next_at,
        now=now,
        policy=here.policy_name,
    )
    for fault in composed.faults:
        _tell(connection, here.group_id, "template_failed", {"reason": fault}, now)
    outbox.enqueue(connection, composed.messages, now)
    return [f"{message.recipient} via {message.channel}" for message in composed.messages]


def _move(
    connection: Connection,
    here: Running,
    after: Place,
    kind: str,
    payload: dict[str, Any],
    now: datetime,
) -> Running:
    if after == here.place:
        return here
    connection.execute(
        update(table).where(_is(here.group_id, here.policy_name)).values(_columns(after))
    )
    _tell(connection, here.group_id, kind, {"policy": here.policy_name, **payload}, now)
    return Running(here.group_id, here.policy_name, here.policy, here.episode, after)


def _tell(
    connection: Connection, group_id: int, kind: str, payload: dict[str, Any], now: datetime
) -> None:
    append(connection, [Entry(now, "worker", kind, SUBJECT, str(group_id), payload)])


def _is(group_id: int, name: str) -> Any:
    return and_(table.c.group_id == group_id, table.c.policy == name)


def _read(row: Any) -> Running:
    place = Place(row.step, row.round, row.next_at, row.stopped_at, row.stopped_because)
    return Running(row.group_id, row.policy, thawed(row.policy_json), row.episode, place)


def _columns(place: Place) -> dict[str, Any]:
    return {
        "step": place.step,
        "round": place.round,
        "next_at": place.next_at,
        "stopped_at": place.stopped_at,
        "stopped_because": place.stopped_because,
    }
