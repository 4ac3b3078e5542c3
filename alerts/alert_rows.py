"""Alert rows: the state of the signal machine as columns, and its events as log entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from alerts.event_log import Entry, append
from alerts.lifecycle import AlertState, Event, Signal
from data_access.state.schema import alert as table

SUBJECT = {"live": "alert", "shadow": "shadow_alert"}
"""`subject_kind` of an alert's entries in the event log, by stage."""
_COLUMNS = ("signal", "since", "reason", "episode", "flaps")
_TIMES = ("opened_at", "told_at", "silent_since")


@dataclass(frozen=True)
class StoredAlert:
    """One alert; `id` and `evidence` are None before it was first written.

    `stage` is that of the rule version whose verdicts it follows: of a live and a shadow version
    the same series has two alerts.
    """

    id: int | None
    rule_id: str
    fingerprint: str
    labels: Mapping[str, str]
    state: AlertState
    evidence: Mapping[str, Any] | None
    version: int
    stage: str = "live"
    severity: str = "warning"


def load_alerts(
    connection: Connection, rule_id: str, stage: str = "live"
) -> dict[str, StoredAlert]:
    """Every alert a rule ever had in a stage, by fingerprint."""
    query = select(table).where(table.c.rule_id == rule_id, table.c.stage == stage)
    return {row.fingerprint: read_alert(row) for row in connection.execute(query)}


def read_alert(row: Any) -> StoredAlert:
    """A row of `alert`."""
    return StoredAlert(
        row.id,
        row.rule_id,
        row.fingerprint,
        row.labels_json,
        _state(row),
        row.evidence_json,
        row.version,
        row.stage,
        row.severity,
    )


def save_alert(
    connection: Connection,
    alert: StoredAlert,
    state: AlertState,
    *,
    evidence: Mapping[str, Any] | None,
    events: Sequence[Event],
    now: datetime,
) -> StoredAlert:
    """Write what changed, and the events; `evidence` None keeps the old one."""
    if state == alert.state and evidence is None and not events:
        return alert
    severity = (evidence or {}).get("severity", alert.severity)
    values: dict[str, Any] = {
        "signal": str(state.signal),
        "reason": state.reason,
        "since": state.since or now,
        "episode": state.episode,
        "flaps": state.flaps,
        "severity": severity,
        "state_json": _rest(state),
        "updated_at": now,
        "version": alert.version + 1,
    }
    if evidence is not None:
        values["evidence_json"] = dict(evidence)
    alert_id = alert.id
    if alert_id is None:
        alert_id = connection.execute(
            insert(table)
            .values(
                rule_id=alert.rule_id,
                stage=alert.stage,
                fingerprint=alert.fingerprint,
                labels_json=dict(alert.labels),
                **values,
            )
            .returning(table.c.id)
        ).scalar_one()
    else:
        connection.execute(update(table).where(table.c.id == alert_id).values(**values))
    append(connection, [_entry(alert, event, evidence, now) for event in events])
    return replace(
        alert,
        id=alert_id,
        state=state,
        severity=severity,
        evidence=alert.evidence if evidence is None else evidence,
        version=alert.version + 1,
    )


def _entry(
    alert: StoredAlert, event: Event, evidence: Mapping[str, Any] | None, now: datetime
) -> Entry:
    payload: dict[str, Any] = {
        "rule_id": alert.rule_id,
        "labels": dict(alert.labels),
        "slot": event.at.isoformat(),
        "episode": event.episode,
        "reason": event.reason,
    }
    numbers = (evidence or {}).get("numbers")
    if numbers:
        payload["numbers"] = numbers
    return Entry(now, "worker", str(event.kind), SUBJECT[alert.stage], alert.fingerprint, payload)


def _state(row: Any) -> AlertState:
    rest = dict(row.state_json or {})
    for name in _TIMES:
        rest[name] = datetime.fromisoformat(rest[name]) if rest.get(name) else None
    rest["before"] = Signal(rest["before"]) if rest.get("before") else None
    return AlertState(
        signal=Signal(row.signal),
        since=row.since,
        reason=row.reason or "",
        episode=row.episode,
        flaps=row.flaps,
        **rest,
    )


def _rest(state: AlertState) -> dict[str, Any]:
    found = {f.name: getattr(state, f.name) for f in fields(state) if f.name not in _COLUMNS}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in found.items()
    }
