"""Incidents with full evidence, made by the signal machine, for the screens that show them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select

from alerts.alert_rows import StoredAlert, load_alerts, save_alert
from alerts.event_log import lock
from alerts.groups import absorb
from alerts.lifecycle import AlertState, Observation, Seen, Timing, step
from data_access.state import schema
from data_access.state.engine import writing

BODY = {"id": "complaint-surge", "topic": "complaints", "group": {"by": ["market"]}}
SHA = "ab" * 32
DAYS = 63


def evidence(day: date, labels: Mapping[str, str], **changed: Any) -> dict[str, Any]:
    """A surge of contacts to 126 a day where 62 were expected."""
    series = [
        {
            "day": (day - timedelta(days=DAYS - 1 - n)).isoformat(),
            "y": 126 if n == DAYS - 1 else 60 + n % 5,
            "mu": 62.0,
            "low": 45.0,
            "high": 80.0,
        }
        for n in range(DAYS)
    ]
    market = labels.get("market", "all")
    return {
        "rule": {
            "id": BODY["id"],
            "sha256": SHA,
            "kind": "surge",
            "kpi": "contacts",
            "by": ["market", "category"],
            "window_days": 1,
        },
        "severity": "critical",
        "unit": "count",
        "day": day.isoformat(),
        "where": {"start": day.isoformat(), "end": day.isoformat()},
        "numbers": {"y": 126.0, "mu": 62.0, "increase": 1.032, "excess": 64.0, "p": 1e-9},
        "compared": {"en": "The day against the weeks before.", "zh": "当日与前几周相比。"},
        "series": series,
        "drivers": [
            {"dimension": "reason", "value": "customs_hold", "y": 70, "mu": 9.0, "excess": 61.0},
            {"dimension": "carrier", "value": "DHL", "y": 80, "mu": 60.0, "excess": 20.0},
        ],
        "children": [
            {"labels": {**labels, "category": "Audio"}, "y": 80, "mu": 30.0, "excess": 50.0,
             "share": 0.78},
            {"labels": {**labels, "category": "Toys"}, "y": 30, "mu": 20.0, "excess": 10.0,
             "share": 0.16},
        ],
        "samples": ["C-1003"],
        "examples": [
            {"kind": "case", "id": "C-1003", "at": f"{day}T09:00:00+00:00", "lang": "pl",
             "text": "Urząd celny zatrzymał paczkę."},
        ],
        "texts": {
            "title": {"en": f"Complaints surge: {market}", "zh": f"投诉激增:{market}"},
            "summary": {"en": f"126 cases from {market}.", "zh": f"{market} 有 126 个工单。"},
            "action": {"en": "Ask the broker today.", "zh": "今天询问报关行。"},
        },
        **changed,
    }  # fmt: skip


def fire(
    engine: Engine,
    now: datetime,
    labels: Mapping[str, str],
    *,
    seen: Seen = Seen.BREACH,
    slot: datetime | None = None,
    **changed: Any,
) -> None:
    """One observation of one slice of the rule; `changed` replaces parts of its evidence."""
    at = slot or datetime.combine(now.date(), datetime.min.time(), now.tzinfo)
    told = evidence(at.date() - timedelta(days=1), labels, **changed)
    rule_id = str(told["rule"]["id"])
    name = json.dumps(sorted(labels.items())) + rule_id
    fingerprint = hashlib.sha256(name.encode()).hexdigest()
    with writing(engine) as connection:
        lock(connection)
        _rule(connection, rule_id, now)
        known = load_alerts(connection, rule_id, "live").get(fingerprint)
        alert = known or StoredAlert(None, rule_id, fingerprint, labels, AlertState(), None, 0)
        timing = Timing(keep=timedelta(0))
        state, events = step(timing, alert.state, Observation(seen), at)
        saved = save_alert(
            connection,
            alert,
            state,
            evidence=told if state.is_open else None,
            events=events,
            now=now,
        )
        absorb(connection, saved, events, now)


def _rule(connection: Any, rule_id: str, now: datetime) -> None:
    """The rule and its first version, once."""
    rule = schema.rule
    if connection.execute(select(rule.c.id).where(rule.c.id == rule_id)).first():
        return
    connection.execute(insert(rule).values(id=rule_id, name=rule_id))
    connection.execute(
        insert(schema.rule_version).values(
            rule_id=rule_id,
            n=1,
            body_json=json.dumps({**BODY, "id": rule_id}),
            sha256=SHA,
            stage="live",
            staged_at=now,
            origin="shipped",
            created_at=now,
        )
    )
