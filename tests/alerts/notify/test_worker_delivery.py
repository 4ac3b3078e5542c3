"""The worker's parts over an accelerated clock and a real server: what arrives, how often."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random

from sqlalchemy import Engine, update

from alerts import escalations
from alerts.notify import notifier, sender
from alerts.notify.channels import build
from alerts.notify.current import Current
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.fakes import leading
from tests.alerts.notify.examples import HOUR, NOW, add_incident
from tests.alerts.notify.fake_channel import Clock
from tests.alerts.notify.fault_server import Answer, FaultServer

TICK_SECONDS = 60


def test_a_day_of_an_incident_as_its_receiver_sees_it(
    sqlite_engine: Engine, server: FaultServer, tmp_path: Path
) -> None:
    """Every minute the worker looks: one first, reminders every four hours, one end; no more."""
    (tmp_path / "alerting.yaml").write_text(
        "schema_version: 1\n"
        f"channels: {{hook: {{kind: webhook, url: '{server.url}'}}}}\n"
        "route:\n  name: all\n  receivers: [{channel: hook}]\n  group_wait: 5m\n"
        "  repeat_interval: 4h\n",
        encoding="utf-8",
    )
    with writing(sqlite_engine) as connection:
        add_incident(connection)
    lease, clock, rng = leading(sqlite_engine), Clock(), Random(4)
    server.answers.extend([Answer(500), Answer(429, headers={"Retry-After": "240"})])
    arrived: list[tuple[float, str]] = []
    current = Current(tmp_path)
    for minute in range(15 * 60):
        if minute == 14 * 60:
            with writing(sqlite_engine) as connection:
                connection.execute(
                    update(schema.alert_group).values(
                        signal_open=False,
                        handling="awaiting_verdict",
                        resolved_at=clock(),
                        notify_at=clock(),
                        notify_reason="resolved",
                    )
                )
        setting = current.config()
        notifier.run_due(sqlite_engine, lease, setting, clock(), begin=escalations.begin)
        before = len(server.requests)
        report = sender.send_due(
            sqlite_engine, lease, setting, build(setting, clock), clock, rng=rng
        )
        for request in server.requests[before:][: report.sent]:
            hours = (clock() - NOW) / HOUR
            arrived.append((hours, json.loads(request.body)["data"]["reason"]))
        clock.pass_(seconds=TICK_SECONDS)
    assert Counter(reason for _, reason in arrived) == {"first": 1, "repeat": 3, "resolved": 1}
    times = [hours for hours, _ in arrived]
    assert 5 / 60 + 4 / 60 <= times[0] <= 15 / 60, "after the wait, the failure and the pause"
    assert [round(hours) for hours in times[1:]] == [4, 8, 12, 14]
