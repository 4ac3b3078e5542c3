"""Alert rows: the state of the signal machine as columns, and its events as log entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from alerts.event_log import Entry, append
from alerts.lifecycle import AlertState, Event, Signal
from data_access.state.schema import alert as table

_COLUMNS = ("signal", "since", "reason", "episode", "flaps")
_TIMES = ("opened_at", "told_at", "silent_since")


@dataclass(frozen=True)
class StoredAlert:
    """One alert; `id` and `evidence` are None before it was first written."""

    id: int | None
    rule_id: str
    fingerprint: str
    labels: Mapping[str, str]
    state: AlertState
    evidence: Mapping[str, Any] | None
    version: int


def load_alerts(connection: Connection, rule_id: str) -> dict[str, StoredAlert]:
    """Every alert a rule ever had, by fingerprint."""
    rows = connection.execute(select(table).where(table.c.rule_id == rule_id)).all()
    return {
        row.fingerprint: StoredAlert(
            row.id,
            rule_id,
            row.fingerprint,
            row.labels_json,
            _state(row),
            row.evidence_json,
            row.version,
        )
        for row in rows
    }


def save_alert(
    connection: Connection,
    alert: StoredAlert,
    state: AlertState,
    *,
    evidence: Mapping[str, Any] | None,
    events: Sequence[Event],
    now: datetime,
) -> None:
    """Write what changed, and the events; `evidence` None keeps the old one."""
    if state == alert.state and evidence is None and not events:
        return
    values: dict[str, Any] = {
        "signal": str(state.signal),
        "reason": state.reason,
        "since": state.since or now,
        "episode": state.episode,
        "flaps": state.flaps,
        "state_json": _rest(state),
        "updated_at": now,
        "version": alert.version + 1,
    }
    if evidence is not None:
        values["evidence_json"] = dict(evidence)
    if alert.id is None:
        connection.execute(
            insert(table).values(
                rule_id=alert.rule_id,
                stage="live",
                severity=(evidence or {}).get("severity", "warning"),
                fingerprint=alert.fingerprint,
                labels_json=dict(alert.labels),
                **values,
            )
        )
    else:
        connection.execute(update(table).where(table.c.id == alert.id).values(**values))
    append(connection, [_entry(alert, event, evidence, now) for event in events])


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
    return Entry(now, "worker", str(event.kind), "alert", alert.fingerprint, payload)


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
