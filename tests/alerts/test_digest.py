"""The daily digest: once a local day, through the outbox, with the head of the log."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from alerts import digest, event_log
from alerts.digest import reading, words
from alerts.lease import LeaseLost
from alerts.notify.config import Config, ConfigError, load
from alerts.notify.limits import LIMITS
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.dossier.dossier_world import crisis, documents
from tests.alerts.fakes import leading
from tests.alerts.incidents import incident

ALERTING = """
schema_version: 1
people:
  ana: {addresses: {chat: "@ana"}}
  mei: {addresses: {chat: "@mei"}, locale: zh, zone: Asia/Shanghai}
channels:
  chat: {kind: log}
digest: {at: "08:00", zone: Europe/Berlin, to: [{person: ana}, {person: mei}, {channel: chat}]}
"""
BEFORE = datetime(2026, 3, 10, 6, 59, tzinfo=UTC)
DUE = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)


@pytest.fixture
def config() -> Config:
    return load(ALERTING)


def sent(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        query = select(schema.outbox).where(schema.outbox.c.kind == "digest")
        return list(connection.execute(query.order_by(schema.outbox.c.id)))


def test_it_goes_out_once_a_local_day_and_not_before_its_time(
    engine: Engine, config: Config
) -> None:
    lease = leading(engine)
    assert digest.run_due(engine, lease, config, BEFORE) == 0
    assert digest.run_due(engine, lease, config, DUE) == 3
    for later in (0, 1, 15):
        assert digest.run_due(engine, lease, config, DUE + timedelta(hours=later)) == 0
    assert len(sent(engine)) == 3
    assert digest.run_due(engine, lease, config, DUE + timedelta(days=1)) == 3


def test_a_worker_that_was_down_sends_it_late_on_the_same_day(
    engine: Engine, config: Config
) -> None:
    evening = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
    assert digest.run_due(engine, leading(engine), config, evening) == 3


def test_a_worker_that_lost_the_lead_sends_nothing(engine: Engine, config: Config) -> None:
    old = leading(engine, "old")
    with writing(engine) as connection:
        connection.execute(
            schema.lease.update().values(holder="new", fence=schema.lease.c.fence + 1)
        )
    with pytest.raises(LeaseLost):
        digest.run_due(engine, old, config, DUE)
    assert sent(engine) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # 02:30 is jumped over
        (date(2026, 3, 30), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # 02:30 comes twice
    ],
)
def test_local_times_follow_the_house_rule(day: date, expected: datetime) -> None:
    config = load(ALERTING.replace("08:00", "02:30"))
    assert digest.due_at(config, datetime.combine(day, expected.time(), UTC)) == expected


def test_it_tells_what_is_open_late_and_lost_and_leaves_drills_out(
    engine: Engine, config: Config, tmp_path: Path
) -> None:
    documents(engine, tmp_path)
    number = crisis(engine)
    drilled(engine)
    opened = incident(engine, DUE - timedelta(hours=3))
    late_and_lost(engine, number)
    with writing(engine) as connection:
        told = reading.read(connection, DUE.date(), DUE - timedelta(days=1), DUE)
    assert [(one.what, one.number) for one in told.crises] == [("crisis", number)]
    assert [one.number for one in told.incidents] == [opened]
    assert [(one.what, one.title["en"]) for one in told.late] == [
        ("step", "stop-sale"),
        ("term", "gpsr-notification"),
        ("update", "customers"),
    ]
    assert [one.title["en"] for one in told.lost] == ["Was lost"]


def drilled(engine: Engine) -> None:
    with writing(engine) as connection:
        version = connection.execute(select(schema.document_version.c.id).limit(1)).scalar_one()
        drill = connection.execute(
            schema.drill.insert()
            .values(
                title="d",
                playbook_version_id=version,
                scenario_json={},
                speed=1,
                real_start=DUE,
                masked_start=DUE,
                status="running",
                started_by="ana",
                version=1,
            )
            .returning(schema.drill.c.id)
        ).scalar_one()
    crisis(engine, cause_key="other", drill_id=drill)


def late_and_lost(engine: Engine, number: int) -> None:
    hour = timedelta(hours=1)
    with writing(engine) as connection:
        version = connection.execute(select(schema.document_version.c.id).limit(1)).scalar_one()
        connection.execute(
            schema.playbook_run.insert().values(
                id=1,
                crisis_id=number,
                document_version_id=version,
                playbook="faulty-lot",
                level=3,
                status="running",
                idem_key="k",
                started_at=DUE,
                started_by="ana",
                anchors_json={},
                variables_json={},
                version=1,
                updated_at=DUE,
            )
        )
        for key, state, due in (
            ("stop-sale", "ready", DUE - 3 * hour),
            ("done-in-time", "done", DUE - 3 * hour),
            ("not-yet", "ready", DUE + hour),
        ):
            connection.execute(
                schema.run_step.insert().values(
                    run_id=1,
                    step_key=key,
                    place=1,
                    kind="manual",
                    state=state,
                    due_at=due,
                    attempts=0,
                    version=1,
                )
            )
        connection.execute(
            schema.statutory_clock.insert().values(
                crisis_id=number,
                rule="gpsr-notification",
                document_version_id=version,
                starts_at=DUE - 3 * hour,
                due_at=DUE - 2 * hour,
                status="running",
                version=1,
            )
        )
        connection.execute(
            schema.run_cadence.insert().values(
                run_id=1, audience="customers", every_s=60, next_at=DUE - hour, updates=0, version=1
            )
        )
        for key, subject, state, finished, payload in (
            ("1", "Was lost", "dead", DUE - hour, {"drill": None}),
            ("2", "Long ago", "dead", DUE - 30 * hour, {}),
            ("3", "Arrived", "sent", DUE - hour, {}),
            ("4", "Of a drill", "dead", DUE - hour, {"drill": 7}),
            ("5", "Batch of a drill", "dead", DUE - hour, {"data": {}, "drill": True}),
        ):
            connection.execute(
                schema.outbox.insert().values(
                    idem_key=key,
                    kind="incident",
                    reason="first",
                    severity="critical",
                    channel="chat",
                    recipient="ana",
                    locale="en",
                    subject=subject,
                    body="b",
                    body_sha256="0" * 64,
                    payload_json=json.dumps(payload),
                    state=state,
                    created_at=DUE,
                    not_before=DUE,
                    deadline=DUE,
                    attempts=1,
                    finished_at=finished,
                )
            )


def test_its_head_is_that_of_the_log_and_stands_whole_in_every_message(
    engine: Engine, config: Config
) -> None:
    with writing(engine) as connection:
        entry = event_log.Entry(DUE, "ana", "noted", "crisis", "1", {})
        event_log.append(connection, [entry])
        head = event_log.head(connection)
    digest.run_due(engine, leading(engine), config, DUE)
    for row in sent(engine):
        assert str(head) in row.body  # type: ignore[attr-defined]
        data = json.loads(row.payload_json)["data"]  # type: ignore[attr-defined]
        assert data["head"] == str(head)
    assert event_log.verify(engine) is None


def many(count: int) -> digest.Digest:
    lines = tuple(
        digest.Line(
            "incident",
            number,
            {"en": "A *very* long <title> " * 9, "zh": "很长的标题" * 30},
            {"severity": "critical", "status": "open"},
            DUE,
        )
        for number in range(count)
    )
    return digest.Digest(DUE.date(), (), lines, (), lines, 123_456, "ab" * 32)


@pytest.mark.parametrize("kind", sorted(LIMITS))
@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("count", [0, 3, 400])
def test_it_fits_every_product_with_the_head_whole(kind: str, locale: str, count: int) -> None:
    reader = words.Reader(kind, locale, "Europe/Berlin")
    text = words.body(many(count), reader, link="/crises", short_id="12345678")
    assert LIMITS[kind].fits(text)
    assert f"123456:{'ab' * 32}" in text
    assert str(count) in text or count == 0
    assert len(words.subject(many(count), locale)) <= 160


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("digest: {at: 8, zone: UTC, to: [{person: ana}]}", "write the time in quotes"),
        ('digest: {at: "08:00", zone: Mars, to: [{person: ana}]}', "no such time zone"),
        ('digest: {at: "08:00", zone: UTC, to: []}', "digest.to"),
        ('digest: {at: "08:00", zone: UTC, to: [{person: bob}]}', "there is no person 'bob'"),
        ('digest: {at: "08:00", zone: UTC, to: [{escalation: x}]}', "a person, a rota or a"),
    ],
)
def test_a_wrong_digest_is_told_with_its_line(wrong: str, told: str) -> None:
    text = ALERTING[: ALERTING.index("digest:")] + wrong
    with pytest.raises(ConfigError, match=told) as caught:
        load(text)
    assert "line 8" in str(caught.value)


def test_without_a_digest_in_the_file_there_is_none(engine: Engine) -> None:
    config = load(ALERTING[: ALERTING.index("digest:")])
    assert digest.run_due(engine, leading(engine), config, DUE) == 0
