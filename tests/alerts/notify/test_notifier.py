"""Incidents whose message is due: planned, written and logged in one step."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from alerts import escalations, silences
from alerts.event_log import verify
from alerts.lease import LeaseLost
from alerts.muting import Matcher
from alerts.notify import notifier, outbox_rows
from alerts.notify.config import Config
from alerts.notify.notifier import NotifyReport
from alerts.notify.texts import load_own
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.fakes import leading
from tests.alerts.notify.examples import HOUR, MINUTE, NOW, add_incident, config

FIVE = NOW + 5 * MINUTE


def group(engine: Engine, number: int = 1) -> Any:
    table = schema.alert_group
    with engine.connect() as connection:
        return connection.execute(select(table).where(table.c.id == number)).one()


def events(engine: Engine) -> list[tuple[str, dict[str, Any]]]:
    log = schema.event_log.c
    with engine.connect() as connection:
        rows = connection.execute(select(log.kind, log.payload_json).order_by(log.seq))
        return [(row.kind, json.loads(row.payload_json)) for row in rows]


def incident(engine: Engine, number: int = 1, **given: Any) -> int:
    with writing(engine) as connection:
        return add_incident(connection, number, **given)


def change(engine: Engine, number: int = 1, **values: Any) -> None:
    table = schema.alert_group
    with writing(engine) as connection:
        connection.execute(update(table).where(table.c.id == number).values(**values))


def run(engine: Engine, at: datetime, setting: Config | None = None, **given: Any) -> NotifyReport:
    lease = given.pop("lease", None) or leading(engine)
    return notifier.run_due(engine, lease, setting or config(), at, **given)


def test_what_is_due_is_written_logged_and_planned_anew(engine: Engine) -> None:
    incident(engine)
    assert run(engine, NOW) == NotifyReport(1, 0), "it waits for what belongs to it"
    assert group(engine).notify_at == FIVE
    assert run(engine, FIVE) == NotifyReport(1, 2)
    rows = outbox_rows(engine)
    assert sorted(rows["recipient"]) == ["Ana", "Mei"]
    assert set(rows["state"]) == {"pending"}
    after = group(engine)
    assert (after.notify_at, after.notify_reason) == (FIVE + 4 * HOUR, "repeat")
    assert (after.notices, after.notified_at, after.mute_json) == (1, FIVE, None)
    assert after.version == 1, "a message makes nobody's action late"
    ((kind, told),) = events(engine)
    assert kind == "notified"
    assert told["config"] == config().sha256
    assert sorted(told["to"]) == ["Ana via mail", "Mei via mail"]
    assert verify(engine) is None


def test_run_twice_it_is_written_once(engine: Engine) -> None:
    incident(engine)
    run(engine, FIVE)
    assert run(engine, FIVE) == NotifyReport()
    change(engine, notify_at=NOW, notify_reason="first", notices=0)  # as if nothing had been done
    run(engine, FIVE)
    assert outbox_rows(engine).height == 2


def test_a_silence_mutes_and_is_told_once(engine: Engine) -> None:
    incident(engine)
    silences.create(
        engine,
        [Matcher.parse("market=PL")],
        ends=NOW + 2 * HOUR,
        author="Ana",
        reason="known at the border",
        token=None,
        now=NOW,
    )
    run(engine, FIVE)
    assert outbox_rows(engine).height == 0
    muted = group(engine)
    assert muted.notify_at == NOW + 2 * HOUR
    assert (muted.mute_json["kind"], muted.mute_json["what"]) == ("silence", "1")
    change(engine, notify_at=FIVE)
    run(engine, FIVE + MINUTE)
    told = [(kind, data) for kind, data in events(engine) if kind == "notice_muted"]
    assert len(told) == 1
    assert (told[0][1]["reason"], told[0][1]["mute"]["what"]) == ("silence", "1")
    run(engine, NOW + 2 * HOUR)
    assert outbox_rows(engine).height == 2
    assert group(engine).mute_json is None


def test_the_end_of_a_silence_reminds_nobody_of_what_was_not_silenced(engine: Engine) -> None:
    incident(engine)
    run(engine, FIVE)
    assert outbox_rows(engine).height == 2
    planned = group(engine).notify_at
    made = silences.create(
        engine,
        [Matcher.parse("market=FR")],
        ends=NOW + 2 * HOUR,
        author="Ana",
        reason="elsewhere",
        token=None,
        now=FIVE,
    )
    assert made.silence_id is not None
    silences.expire(engine, made.silence_id, actor="Ana", token=None, now=FIVE + MINUTE)
    run(engine, FIVE + MINUTE)
    assert group(engine).notify_at == planned
    assert outbox_rows(engine).height == 2


def test_an_incident_is_quiet_while_another_inhibits_it(engine: Engine) -> None:
    quiet = config(
        inhibitions="[{name: late, source: [rule=rule-1], target: [market=PL], equal: []}]"
    )
    incident(engine, 1, labels={"market": "DE"}, notify_at=None)
    incident(engine, 2)
    run(engine, FIVE, quiet)
    assert outbox_rows(engine).height == 0
    assert group(engine, 2).mute_json["data"] == {"incident": 1}
    change(engine, 1, closed_at=NOW, handling="closed")
    run(engine, group(engine, 2).notify_at, quiet)
    assert outbox_rows(engine).height == 2


def test_an_incident_that_cannot_be_planned_stops_no_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident(engine, 1)
    incident(engine, 2)
    honest = notifier.notify

    def broken(connection: Any, setting: Any, number: int, at: datetime, **rest: Any) -> Any:
        if number == 1:
            raise RuntimeError("no way")
        return honest(connection, setting, number, at, **rest)

    monkeypatch.setattr(notifier, "notify", broken)
    report = run(engine, FIVE)
    assert (report.incidents, report.messages) == (2, 2)
    assert report.faults == ("incident 1: no way",)
    assert group(engine, 1).notify_at == FIVE + notifier.RETRY, "it is tried again"


def test_a_stale_leader_plans_nothing(engine: Engine) -> None:
    incident(engine)
    old = leading(engine)
    with writing(engine) as connection:
        connection.execute(update(schema.lease).values(fence=99))
    with pytest.raises(LeaseLost):
        run(engine, FIVE, lease=old)
    assert outbox_rows(engine).height == 0
    assert group(engine).notices == 0


def test_an_escalation_begins_in_the_same_step(engine: Engine) -> None:
    up = config(
        escalations="\n  up: {steps: [{after: 10m, tell: [{person: Mei}]}]}",
        route="\n  name: all\n  receivers: [{escalation: up}, {channel: hook}]\n  group_wait: 0m",
    )
    incident(engine)
    lease = leading(engine)
    run(engine, NOW, up, lease=lease, begin=escalations.begin)
    assert outbox_rows(engine)["recipient"].to_list() == ["#hook"]
    (running,) = escalations.running(engine)
    assert running.place.next_at == NOW + 10 * MINUTE
    escalations.run_due(engine, lease, up, NOW + 10 * MINUTE)
    newest = outbox_rows(engine).row(0, named=True)
    assert (newest["kind"], newest["recipient"]) == ("page", "Mei")
    # Whoever was paged is told the end too.
    change(
        engine,
        signal_open=False,
        handling="awaiting_verdict",
        resolved_at=NOW + HOUR,
        notify_at=NOW + HOUR,
        notify_reason="resolved",
    )
    run(engine, NOW + HOUR, up, lease=lease)
    told = outbox_rows(engine).filter(reason="resolved")
    assert sorted(told["recipient"]) == ["#hook", "Mei"]


def test_a_new_alert_of_the_incident_is_more(engine: Engine) -> None:
    incident(engine)
    run(engine, FIVE)
    with writing(engine) as connection:
        other = add_incident(connection, 2, notify_at=None)
        connection.execute(update(schema.alert_group_member).values(group_id=1))
    change(engine, notify_at=FIVE + MINUTE, notify_reason="more")
    run(engine, FIVE + MINUTE)
    assert group(engine).notify_at == FIVE + 10 * MINUTE
    run(engine, FIVE + 10 * MINUTE)
    assert set(outbox_rows(engine)["reason"]) == {"first", "more"}
    assert other == 2


def test_the_languages_of_the_recipients(engine: Engine) -> None:
    incident(engine)
    run(engine, FIVE)
    subjects = dict(outbox_rows(engine).select("recipient", "subject").iter_rows())
    assert subjects == {
        "Mei": "严重：PL 包裹滞留海关——新事件",
        "Ana": "CRITICAL: Parcels held at customs in PL – new incident",
    }


def test_times_in_a_room_are_the_room_s(engine: Engine) -> None:
    room = "{hook: {kind: webhook, url: 'https://h.example', locale: zh, zone: Asia/Tokyo}}"
    setting = config(
        people="{}", channels=room, route="\n  name: all\n  receivers: [{channel: hook}]"
    )
    incident(engine)
    run(engine, NOW, setting)
    (row,) = outbox_rows(engine).to_dicts()
    assert "开始时间：2026-03-14 17:00 (Asia/Tokyo)" in row["body"]


def test_an_alert_without_evidence_is_told_by_its_labels(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(schema.rule).values(id="bare", name="bare"))
        connection.execute(
            insert(schema.alert_group).values(
                group_key="bare",
                rule_id="bare",
                labels_json={"market": "DE"},
                severity="info",
                handling="open",
                signal_open=True,
                opened_at=NOW,
                reopened=0,
                notify_at=NOW,
                notify_reason="first",
                notices=0,
                version=1,
                updated_at=NOW,
            )
        )
    run(engine, NOW)
    (row,) = outbox_rows(engine).to_dicts()
    assert row["subject"] == "INFO: bare – new incident"
    assert "Where: market DE" in row["body"]


def test_a_channel_that_is_gone_is_not_needed_for_the_end(engine: Engine) -> None:
    incident(engine)
    run(engine, FIVE)
    people = "\n  Mei: {addresses: {letter: mei@shop.example}}"
    channels = (
        "\n  letter: {kind: email, host: h, security: none, sender: a@b.example}"
        "\n  hook: {kind: webhook, url: 'https://hooks.shop.example'}"
    )
    route = "\n  name: all\n  receivers: [{channel: hook}]"
    without_mail = config(people=people, channels=channels, route=route)
    change(
        engine,
        signal_open=False,
        handling="awaiting_verdict",
        notify_at=NOW + HOUR,
        notify_reason="resolved",
    )
    report = run(engine, NOW + HOUR, without_mail)
    assert report == NotifyReport(1, 0)
    assert group(engine).notify_at is None


def test_a_template_that_fails_is_told_and_the_message_is_written(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "email.j2").write_text("{{ nothing_known }}", encoding="utf-8")
    incident(engine)
    report = run(engine, FIVE, replace(config(), texts=load_own(tmp_path)))
    assert report.messages == 2
    (fault,) = report.faults
    assert "templates/notify/zh: 'nothing_known' is undefined" in fault
    bodies = dict(outbox_rows(engine).select("recipient", "body").iter_rows())
    assert "title: PL 包裹滞留海关" in bodies["Mei"]
    assert "link: /alerts/1" in bodies["Mei"]
