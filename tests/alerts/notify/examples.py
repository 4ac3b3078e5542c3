"""An incident, its recipients and a configuration to tell it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from alerts.notify.channels.base import Outgoing
from alerts.notify.config import Config, load
from alerts.notify.message import Message, idem_key
from alerts.notify.subject import Member, Subject
from data_access.state import schema

NOW = datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

CONFIG = """
schema_version: 1
people:
  Mei:
    locale: zh
    zone: Asia/Shanghai
    addresses: {mail: mei@shop.example, room: "13800000000"}
    via: [mail]
  Ana: {locale: en, zone: Europe/Berlin, addresses: {mail: ana@shop.example}}
channels:
  mail: {kind: email, host: 127.0.0.1, security: none, sender: "Afterwatch <alerts@shop.example>"}
  room: {kind: dingtalk, url_env: ROOM_URL, locale: zh}
  hook: {kind: webhook, url: "https://hooks.shop.example/alerts"}
route:
  name: everything
  receivers: [{channel: hook}]
  routes:
    - name: poland
      match: [market=PL]
      receivers: [{person: Mei}, {person: Ana}]
      group_wait: 5m
      group_interval: 10m
      repeat_interval: 4h
"""


def config(**changed: str) -> Config:
    """The configuration; `changed` replaces or adds top-level fields, as YAML."""
    blocks: dict[str, list[str]] = {}
    for line in CONFIG.strip().splitlines():
        if not line.startswith(" "):
            name = line.split(":")[0]
            blocks[name] = []
        blocks[name].append(line)
    text = {name: "\n".join(lines) for name, lines in blocks.items()}
    text |= {name: f"{name}: {value}" for name, value in changed.items()}
    return load("\n".join(text.values()))


def member(key: str = "f:1", *, market: str = "PL", open: bool = True, **given: Any) -> Member:  # noqa: A002
    """One alert of an incident."""
    values: dict[str, Any] = {
        "severity": "critical",
        "since": NOW,
        "labels": {"market": market, "carrier": "DHL"},
        "title": {"en": f"Parcels held at customs in {market}", "zh": f"{market} 包裹滞留海关"},
        "summary": {
            "en": "41 parcels wait for more than 5 days, 9.6 are usual.",
            "zh": "41 件包裹滞留超过 5 天，平时为 9.6 件。",
        },
        "action": {"en": "Call the broker.", "zh": "联系报关行。"},
        "day": "2026-03-13",
        "value": 41.0,
        "expected": 9.6,
    }
    return Member(key=key, open=open, **{**values, **given})


def subject(**given: Any) -> Subject:
    """An incident that has just been opened."""
    values: dict[str, Any] = {
        "group_id": 7,
        "key": "k",
        "rule_id": "customs-dwell",
        "topic": "customs",
        "labels": {"market": "PL", "carrier": "DHL"},
        "severity": "critical",
        "handling": "open",
        "firing": True,
        "opened_at": NOW,
        "notify_at": NOW,
        "notify_reason": "first",
        "members": (member(),),
    }
    return Subject(**{**values, **given})


def outgoing(**given: Any) -> Outgoing:
    """A message as a channel gets it."""
    values: dict[str, Any] = {
        "key": "a" * 64,
        "short_id": "aaaaaaaa",
        "recipient": "Mei",
        "address": "mei@shop.example",
        "locale": "en",
        "severity": "critical",
        "subject": "CRITICAL: Parcels held at customs",
        "body": "41 parcels wait.\n",
        "html": "<html><body><p>41 parcels wait.</p></body></html>",
        "data": {"incident": 7},
        "thread": "incident-7",
    }
    return Outgoing(**{**values, **given})


def message(number: int = 1, **given: Any) -> Message:
    """A message for the outbox; `number` makes its key."""
    values: dict[str, Any] = {
        "group_id": None,
        "kind": "incident",
        "reason": "first",
        "severity": "warning",
        "channel": "hook",
        "recipient": "#hook",
        "locale": "en",
        "subject": f"Subject {number}",
        "body": f"Body {number}\n",
        "not_before": NOW,
        "deadline": NOW + 6 * HOUR,
        "payload": {"data": {"n": number}},
    }
    made = {**values, **given}
    key = idem_key(
        str(number),
        0,
        made["reason"],
        step=0,
        round=0,
        recipient=made["recipient"],
        channel=made["channel"],
    )
    return Message(idem_key=key, **made)


def add_incident(connection: Connection, number: int = 1, **given: Any) -> int:
    """An incident with one open alert in the state database; its number."""
    rule = f"rule-{number}"
    labels: Mapping[str, str] = given.pop("labels", {"market": "PL", "carrier": "DHL"})
    told = member()
    connection.execute(insert(schema.rule).values(id=rule, name=rule))
    alert = connection.execute(
        insert(schema.alert)
        .values(
            rule_id=rule,
            stage="live",
            fingerprint=f"f{number}",
            labels_json=labels,
            severity="critical",
            signal="firing",
            since=NOW,
            episode=1,
            flaps=0,
            version=1,
            updated_at=NOW,
            evidence_json={
                "texts": {"title": told.title, "summary": told.summary, "action": told.action},
                "numbers": {"y": told.value, "mu": told.expected},
                "day": told.day,
            },
        )
        .returning(schema.alert.c.id)
    ).scalar_one()
    values: dict[str, Any] = {
        "group_key": f"k{number}",
        "rule_id": rule,
        "labels_json": labels,
        "severity": "critical",
        "handling": "open",
        "signal_open": True,
        "opened_at": NOW,
        "reopened": 0,
        "notify_at": NOW,
        "notify_reason": "first",
        "notices": 0,
        "version": 1,
        "updated_at": NOW,
    }
    group: int = connection.execute(
        insert(schema.alert_group).values(**{**values, **given}).returning(schema.alert_group.c.id)
    ).scalar_one()
    connection.execute(
        insert(schema.alert_group_member).values(
            group_id=group, alert_id=alert, episode=1, joined_at=NOW
        )
    )
    return group


def later(given: Subject, **changed: Any) -> Subject:
    """The incident with something changed."""
    return replace(given, **changed)
