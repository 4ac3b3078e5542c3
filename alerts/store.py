"""Slots and alerts in the state database: each slot of a rule takes effect exactly once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection, Engine, func, select

from alerts.alert_rows import SUBJECT, StoredAlert, load_alerts, read_alert, save_alert
from alerts.event_log import Entry, append, lock
from alerts.groups import absorb, adopt
from alerts.handling import Policy
from alerts.lease import Lease, fenced
from alerts.lifecycle import AlertState, Observation, Seen, Signal, Timing, step
from alerts.lifecycle.model import Kind
from alerts.rules.texts import segment_text
from data_access.metrics import Filter
from data_access.state import schema
from data_access.state.engine import insert_once

SlotStatus = Literal["done", "failed", "skipped"]
SEVERITY_RANK = {"info": 0, "warning": 1, "critical": 2}
NUMBERS = ("y", "mu", "phi", "p", "q", "increase", "excess", "exposure")
ALERT_SCHEMA: Mapping[str, pl.DataType] = {
    "alert_id": pl.Int64(),
    "rule_id": pl.String(),
    "severity": pl.String(),
    "signal": pl.String(),
    "since": pl.Datetime("us", "UTC"),
    "episode": pl.Int64(),
    "flaps": pl.Int64(),
    "day": pl.Date(),
    "segment": pl.String(),
    "title_en": pl.String(),
    "title_zh": pl.String(),
    "summary_en": pl.String(),
    "summary_zh": pl.String(),
    "action_en": pl.String(),
    "action_zh": pl.String(),
    **{name: pl.Float64() for name in NUMBERS},
    "evidence": pl.String(),
}


@dataclass(frozen=True)
class Segment:
    """What an evaluation saw of one segment. Evidence is kept only of segments that matter."""

    labels: Mapping[str, str]
    observation: Observation
    evidence: Mapping[str, Any] | None = None


_ABSENT = Observation(Seen.MISSING)
_POLICY = Policy()
_NEVER_OPEN = (Signal.NORMAL, Signal.PENDING)


@dataclass(frozen=True)
class SlotResult:
    """One evaluated slot.

    `segments` by fingerprint; `others` is what alerts outside it are told: usually that their
    series is missing, or that there were no data at all.
    """

    rule_id: str
    version_id: int
    slot: datetime
    status: SlotStatus
    segments: Mapping[str, Segment]
    others: Observation = _ABSENT
    message: str = ""
    milliseconds: float = 0.0
    counts: Mapping[str, int] | None = None
    """Rows by day (ISO) as they were counted, see `alerts.late_rows`."""


def commit_slot(
    engine: Engine,
    lease: Lease,
    timing: Timing,
    result: SlotResult,
    now: datetime,
    *,
    policy: Policy = _POLICY,
) -> bool:
    """Write slot, alerts, events and incidents in one transaction.

    Alerts of a shadow version are kept apart from those of the live one, and make no incidents.

    Returns:
        False, and nothing is written, if the slot was settled before or the version is no longer
        evaluated.

    Raises:
        LeaseLost: another worker leads; nothing was written.
    """
    with fenced(engine, lease) as connection:
        lock(connection)  # before any row, see there
        stage = _stage(connection, result.version_id)
        if stage not in schema.STAGED:
            return False
        inserted = connection.execute(
            insert_once(connection, schema.eval_slot)
            .values(
                rule_version_id=result.version_id,
                slot_utc=result.slot,
                status=result.status,
                n_series=len(result.segments),
                ms=result.milliseconds,
                message=result.message or None,
                counts_json=dict(result.counts) if result.counts else None,
            )
            .returning(schema.eval_slot.c.slot_utc)
        ).first()
        if inserted is None:
            return False
        if result.status == "failed":
            payload = {"slot": result.slot.isoformat(), "message": result.message}
            append(
                connection,
                [Entry(now, "worker", "evaluation_failed", "rule", result.rule_id, payload)],
            )
        saved = _step_all(connection, timing, result, stage, now, policy)
        adopt(connection, saved, now, policy=policy)
    return True


def _stage(connection: Connection, version_id: int) -> str | None:
    """Where a rule version stands; it cannot be moved on before this transaction ends."""
    versions = schema.rule_version.c
    stage: str | None = connection.execute(
        select(versions.stage).where(versions.id == version_id).with_for_update(read=True)
    ).scalar()
    return stage


def _step_all(
    connection: Connection,
    timing: Timing,
    result: SlotResult,
    stage: str,
    now: datetime,
    policy: Policy,
) -> list[StoredAlert]:
    """One step of the signal machine for every alert of the rule; the alerts as saved."""
    alerts = load_alerts(connection, result.rule_id, stage)
    after = []
    for fingerprint in sorted(alerts.keys() | _news(result.segments)):
        segment = result.segments.get(fingerprint)
        alert = alerts.get(fingerprint)
        if alert is None:
            assert segment is not None
            alert = _unwritten(result.rule_id, fingerprint, segment.labels, stage)
        observation = segment.observation if segment else result.others
        state, events = step(timing, alert.state, observation, result.slot)
        evidence = segment.evidence if segment and state.is_open else None
        saved = save_alert(connection, alert, state, evidence=evidence, events=events, now=now)
        absorb(connection, saved, events, now, policy=policy)
        after.append(saved)
    return after


def _unwritten(
    rule_id: str, fingerprint: str, labels: Mapping[str, str], stage: str
) -> StoredAlert:
    return StoredAlert(None, rule_id, fingerprint, labels, AlertState(), None, 0, stage)


def skip_slots(
    engine: Engine,
    lease: Lease,
    *,
    rule_id: str,
    version_id: int,
    slots: Sequence[datetime],
    now: datetime,
) -> None:
    """Settle slots that nobody will evaluate any more, and say so in the log."""
    if not slots:
        return
    with fenced(engine, lease) as connection:
        connection.execute(
            insert_once(connection, schema.eval_slot),
            [
                {"rule_version_id": version_id, "slot_utc": slot, "status": "skipped"}
                for slot in slots
            ],
        )
        payload = {
            "from": slots[0].isoformat(),
            "to": slots[-1].isoformat(),
            "slots": len(slots),
        }
        append(connection, [Entry(now, "worker", "slots_skipped", "rule", rule_id, payload)])


def last_slot(engine: Engine, rule_id: str) -> datetime | None:
    """Newest slot settled under a rule's live version; None if that judged nothing yet."""
    versions = schema.rule_version.c
    live = select(versions.id).where(versions.rule_id == rule_id, versions.stage == "live")
    return _newest_slot(engine, live.scalar_subquery())


def last_slot_of(engine: Engine, version_id: int) -> datetime | None:
    """Newest slot settled under a version; None if it judged nothing yet."""
    return _newest_slot(engine, version_id)


def _newest_slot(engine: Engine, version: Any) -> datetime | None:
    slots = schema.eval_slot.c
    newest = func.max(slots.slot_utc, type_=schema.UtcDateTime)
    with engine.connect() as connection:
        found: datetime | None = connection.execute(
            select(newest).where(slots.rule_version_id == version)
        ).scalar()
    return found


def open_alerts(engine: Engine, where: Filter | None = None) -> pl.DataFrame:
    """Alerts whose episode is open, the most severe and newest first.

    Args:
        engine: state database.
        where: dimension values that pass; an alert without that dimension passes.

    Returns:
        One row per alert: `alert_id`, `rule_id`, `severity`, `signal`, `since` (start of the
        episode, UTC), `episode`, `flaps`, `day` (last judged), `segment` (its values in words),
        `title_en`, `title_zh`, `summary_…`, `action_…`, `y`, `mu`, `phi`, `p`, `q`, `increase`
        (share of mu), `excess` (cases), `exposure`, one text column per dimension any open alert
        has, and `evidence` (JSON text, see `alerts.evidence`).
    """
    table = schema.alert
    # A silent feed interrupts an episode without ending it, so `signal` alone does not tell.
    query = select(table).where(table.c.stage == "live", table.c.signal.notin_(_NEVER_OPEN))
    with engine.connect() as connection:
        loaded = [read_alert(row) for row in connection.execute(query)]
    passing = [
        alert_record(alert)
        for alert in loaded
        if alert.state.is_open and alert.evidence and _passes(alert.labels, where)
    ]
    frame = (
        pl.DataFrame(passing, schema=ALERT_SCHEMA, orient="row")
        if not passing
        else (pl.DataFrame(passing, schema_overrides=ALERT_SCHEMA, infer_schema_length=None))
    )
    rank = pl.col("severity").replace_strict(SEVERITY_RANK, return_dtype=pl.Int8)
    return frame.sort(rank, pl.col("since"), pl.col("alert_id"), descending=[True, True, False])


def alert_record(alert: StoredAlert) -> dict[str, Any]:
    """One alert as a flat row; see `open_alerts`."""
    evidence = alert.evidence or {}
    texts = evidence.get("texts", {})
    numbers = evidence.get("numbers", {})
    return {
        "alert_id": alert.id,
        "rule_id": alert.rule_id,
        "severity": evidence.get("severity", "info"),
        "signal": str(alert.state.signal),
        "since": alert.state.opened_at,
        "episode": alert.state.episode,
        "flaps": alert.state.flaps,
        "day": date.fromisoformat(evidence["day"]) if "day" in evidence else None,
        "segment": segment_text(list(alert.labels.values())),
        **{
            f"{name}_{language}": texts.get(name, {}).get(language, "")
            for name in ("title", "summary", "action")
            for language in ("en", "zh")
        },
        **{name: numbers.get(name) for name in NUMBERS},
        "evidence": json.dumps(evidence, ensure_ascii=False),
        **alert.labels,
    }


def _passes(labels: Mapping[str, str], where: Filter | None) -> bool:
    wanted = where.values() if where else {}
    return all(labels.get(name, values[0]) in values for name, values in wanted.items())


@dataclass(frozen=True)
class Episode:
    """One episode of one alert; times are slots, `closed` None while it is open."""

    labels: Mapping[str, str]
    opened: datetime
    closed: datetime | None


def episodes(engine: Engine, rule_id: str, stage: str = "live") -> list[Episode]:
    """Every episode of a rule in a stage, oldest first, from the event log."""
    log = schema.event_log
    with engine.connect() as connection:
        rows = connection.execute(
            select(log.c.kind, log.c.subject_id, log.c.payload_json)
            .join(schema.alert, schema.alert.c.fingerprint == log.c.subject_id)
            .where(schema.alert.c.rule_id == rule_id, schema.alert.c.stage == stage)
            .where(log.c.subject_kind == SUBJECT[stage])
            .where(log.c.kind.in_([Kind.OPENED, Kind.RESOLVED]))
            .order_by(log.c.seq)
        ).all()
    found: dict[tuple[str, int], Episode] = {}
    for row in rows:
        payload = json.loads(row.payload_json)
        moment = datetime.fromisoformat(payload["slot"])
        key = (row.subject_id, payload["episode"])
        if row.kind == Kind.OPENED:
            found[key] = Episode(payload["labels"], moment, None)
        elif key in found:
            found[key] = replace(found[key], closed=moment)
    return list(found.values())


def _news(segments: Mapping[str, Segment]) -> set[str]:
    """Fingerprints that get a row although they have none: only a breach makes one."""
    return {name for name, found in segments.items() if found.observation.seen is Seen.BREACH}
