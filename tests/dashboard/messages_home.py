"""A home with rotas, an override, an incident and messages in every state."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert

from alerts import overrides
from alerts.overrides import Wanted
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.incidents import config, incident

ALERTING = """
schema_version: 1
people:
  Anna Vogel: {addresses: {mail: anna@shop.example}}
  Ben Okafor: {addresses: {mail: ben@shop.example}}
  李娜: {addresses: {chat: "@lina"}, locale: zh}
channels:
  chat: {kind: log}
  mail: {kind: email, host: mail.shop.example, sender: tower@shop.example}
rotas:
  europe:
    zone: Europe/Berlin
    country: DE
    layers:
      - name: office
        people: [Anna Vogel, Ben Okafor]
        first_turn: 2026-01-05
  china:
    zone: Asia/Shanghai
    country: CN
    layers:
      - name: workdays
        people: [李娜]
        rotate: none
        shifts: [{from: "09:00", to: "18:00", when: workdays}]
escalations:
  standard:
    steps:
      - {after: 0m, tell: [{rota: europe}]}
route:
  name: everything
  receivers: [{channel: log}, {escalation: standard}]
"""

MESSAGES = (
    ("sent", None, 1, "Anna Vogel", "mail"),
    ("pending", "throttled", 0, "Anna Vogel", "mail"),
    ("pending", "retry: connection refused", 2, "Ben Okafor", "mail"),
    ("dead", "permanent: 550 no such mailbox", 1, "Ben Okafor", "mail"),
    ("dropped", "superseded_by:5", 0, "#chat", "chat"),
)


def fill(home: Path, engine: Engine, now: datetime) -> int:
    """Write it all; gives the number of the incident."""
    (home / "alerting.yaml").write_text(ALERTING, encoding="utf-8")
    number = incident(engine, now - timedelta(hours=2), notify_at=None)
    with writing(engine) as connection:
        for index, (state, reason, attempts, recipient, channel) in enumerate(MESSAGES):
            connection.execute(
                insert(schema.outbox).values(
                    idem_key=f"{index:064d}",
                    group_id=number,
                    kind="incident",
                    reason="first",
                    severity="critical",
                    channel=channel,
                    recipient=recipient,
                    locale="en",
                    subject="Complaints surge in DE",
                    body="70 contacts, 20 expected",
                    body_sha256="",
                    payload_json="{}",
                    state=state,
                    state_reason=reason,
                    created_at=now - timedelta(hours=1),
                    not_before=now + timedelta(minutes=5),
                    deadline=now + timedelta(hours=5),
                    attempts=attempts,
                    finished_at=now - timedelta(minutes=59) if state == "sent" else None,
                )
            )
    wanted = Wanted("europe", "Ben Okafor", now - timedelta(hours=1), now + timedelta(days=9))
    body = config(ALERTING).body
    overrides.add(engine, body.rotas, list(body.people), wanted, actor="Anna Vogel", now=now)
    return number
