"""A home that ran before incidents existed: its rules, alerts and log come along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, insert, inspect, select, text

import data_access.state
from alerts import group_rows, store, tick, worker
from alerts.alert_rows import load_alerts
from alerts.event_log import Entry, append, head, verify
from alerts.worker import run_once
from data_access.state import schema
from data_access.state.engine import migrate, newest_revision, open_state, writing
from tests.alerts import fakes, incidents
from tests.alerts.facts import Facts
from tests.postgres_server import PostgresServer

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
LABELS = {"market": "PL"}
EVIDENCE = {"severity": "critical", "day": "2026-02-28", "numbers": {"y": 31.0}, "texts": {}}


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of an empty database; that of the other tests is migrated."""
    with postgres.new_database() as url:
        yield url


@pytest.fixture
def old(state_url: str) -> Iterator[Engine]:
    """A database at the first migration, with three rules, two versions of one, and an alert."""
    engine = open_state(state_url)
    _upgrade(engine, "0001")
    with writing(engine) as connection:
        _fill(connection)
    yield engine
    engine.dispose()


def _upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    folder = Path(data_access.state.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.fixture
def before_crises(state_url: str) -> Iterator[Engine]:
    """A database at the second migration: two alerts, their incidents, messages and a log."""
    engine = open_state(state_url)
    _upgrade(engine, "0002")
    for number, market in enumerate(("DE", "PL"), 1):
        incidents.incident(engine, WHEN, group_key=market, labels_json={"market": market})
        with writing(engine) as connection:
            _alert(connection, number, market)
            for state in ("pending", "sent"):
                _message(connection, number, state)
            subject = str(number)
            append(connection, [Entry(WHEN, "worker", "opened", "incident", subject, LABELS)])
    yield engine
    engine.dispose()


def _alert(connection: Connection, number: int, market: str) -> None:
    evidence = {"rule": {"id": "test", "kind": "surge"}, "topic": "product", **EVIDENCE}
    made = {
        "id": number,
        "rule_id": "test",
        "stage": "live",
        "fingerprint": f"{number:064d}",
        "labels_json": {"market": market},
        "severity": "critical",
        "signal": "firing",
        "since": WHEN,
        "episode": 1,
        "flaps": 0,
        "version": 1,
        "evidence_json": evidence,
        "updated_at": WHEN,
    }
    connection.execute(insert(schema.alert).values(made))
    connection.execute(
        insert(schema.alert_group_member).values(
            group_id=number, alert_id=number, episode=1, joined_at=WHEN
        )
    )


def _message(connection: Connection, number: int, state: str) -> None:
    connection.execute(
        insert(schema.outbox).values(
            idem_key=f"{number}-{state}",
            group_id=number,
            kind="incident",
            reason="first",
            severity="critical",
            channel="log",
            recipient="",
            locale="en",
            subject=f"Surge {number}",
            body="Look.",
            body_sha256="0" * 64,
            payload_json="{}",
            state=state,
            created_at=WHEN,
            not_before=WHEN,
            deadline=WHEN + timedelta(days=1),
            attempts=int(state == "sent"),
            finished_at=WHEN if state == "sent" else None,
        )
    )


def _fill(connection: object) -> None:
    run = connection.execute  # type: ignore[attr-defined]
    # As text that both databases read as the same instant.
    when = "2026-03-01 12:00:00.000000"
    if connection.dialect.name == "postgresql":  # type: ignore[attr-defined]
        when += "+00"
    for name, stage in (("late", "live"), ("gone", "retired"), ("still-draft", "draft")):
        run(
            text("INSERT INTO rule (id, name, owner, stage) VALUES (:id, :name, NULL, :stage)"),
            {"id": name, "name": name, "stage": stage},
        )
    for number, (rule_id, n) in enumerate(
        [("late", 1), ("late", 2), ("gone", 1), ("still-draft", 1)], 1
    ):
        run(
            text(
                "INSERT INTO rule_version (rule_id, n, body_json, sha256, created_by, created_at)"
                " VALUES (:rule, :n, '{}', :hash, 'a file', :at)"
            ),
            {"rule": rule_id, "n": n, "hash": f"{number:064d}", "at": when},
        )
    run(
        text("INSERT INTO eval_slot (rule_version_id, slot_utc, status) VALUES (2, :at, 'done')"),
        {"at": when},
    )
    run(
        text(
            "INSERT INTO alert (rule_id, fingerprint, labels_json, signal, reason, since,"
            " episode, flaps, version, state_json, evidence_json, updated_at) VALUES ('late',"
            " :mark, :labels, 'firing', 'surge', :at, 3, 1, 7, :state, :evidence, :at)"
        ),
        {
            "mark": "f" * 64,
            "labels": json.dumps(LABELS),
            "state": json.dumps({"opened_at": WHEN.isoformat()}),
            "evidence": json.dumps(EVIDENCE),
            "at": when,
        },
    )
    run(
        text(
            "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name,"
            " metadata_location) VALUES ('afterwatch', 'facts', 'cases', 'warehouse/cases.json')"
        )
    )
    run(
        text(
            "INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key,"
            " property_value) VALUES ('afterwatch', 'facts', 'exists', 'true')"
        )
    )
    payload = {"rule_id": "late", "labels": LABELS, "slot": WHEN.isoformat(), "episode": 3}
    entry = Entry(WHEN, "worker", "episode_opened", "alert", "f" * 64, {**payload, "reason": "x"})
    append(connection, [entry])  # type: ignore[arg-type]


def test_stages_move_to_versions_and_alerts_stay(old: Engine) -> None:
    migrate(old)
    table = schema.rule_version.c
    with old.connect() as connection:
        found = connection.execute(
            select(table.rule_id, table.n, table.stage, table.staged_at).order_by(table.id)
        ).all()
        alerts = load_alerts(connection, "late")
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert revision == newest_revision()
    assert [tuple(row) for row in found] == [
        ("late", 1, "retired", WHEN),
        ("late", 2, "live", WHEN),
        ("gone", 1, "retired", WHEN),
        ("still-draft", 1, "draft", WHEN),
    ]
    alert = alerts["f" * 64]
    assert (alert.labels, alert.state.episode, alert.state.flaps) == (LABELS, 3, 1)
    assert (alert.state.is_open, alert.state.opened_at, alert.version) == (True, WHEN, 7)
    assert (alert.stage, alert.evidence) == ("live", EVIDENCE)


def test_slots_and_log_are_what_they_were(old: Engine) -> None:
    migrate(old)
    assert store.last_slot(old, "late") == WHEN
    assert verify(old) is None
    assert [e.opened for e in store.episodes(old, "late")] == [WHEN]
    assert store.open_alerts(old)["market"].to_list() == ["PL"]


def test_imported_rows_are_still_found(old: Engine) -> None:
    """The catalogue of the warehouse lives in this database and belongs to PyIceberg."""
    migrate(old)
    with old.connect() as connection:
        kept = connection.execute(text("SELECT metadata_location FROM iceberg_tables")).scalars()
        spaces = connection.execute(
            text("SELECT namespace FROM iceberg_namespace_properties")
        ).scalars()
        assert (list(kept), list(spaces)) == (["warehouse/cases.json"], ["facts"])


def test_the_log_still_refuses_changes(old: Engine) -> None:
    migrate(old)
    with pytest.raises(Exception, match=r"(?i)append|insert|log"), writing(old) as connection:
        connection.execute(text("UPDATE event_log SET actor = 'somebody'"))
    with pytest.raises(Exception, match=r"(?i)append|insert|log"), writing(old) as connection:
        connection.execute(text("DELETE FROM event_log"))


def test_rows_written_next_take_the_next_numbers(old: Engine) -> None:
    migrate(old)
    with writing(old) as connection:
        append(connection, [Entry(WHEN, "worker", "k", "alert", "x", {})])
    assert verify(old) is None
    names = set(inspect(old).get_table_names())
    assert {"alert_group", "outbox", "silence", "backtest"} <= names
    assert "stage" not in {c["name"] for c in inspect(old).get_columns("rule")}


def test_incidents_messages_and_log_of_the_second_schema_come_along(
    before_crises: Engine,
) -> None:
    with before_crises.connect() as connection:
        last = head(connection)
    migrate(before_crises)
    migrate(before_crises)
    table = schema.outbox.c
    with before_crises.connect() as connection:
        assert head(connection) == last
        messages = connection.execute(
            select(table.group_id, table.state, table.crisis_id).order_by(table.id)
        ).all()
        stored = [group_rows.load(connection, number) for number in (1, 2)]
    assert verify(before_crises) is None
    assert [tuple(row) for row in messages] == [
        (1, "pending", None),
        (1, "sent", None),
        (2, "pending", None),
        (2, "sent", None),
    ]
    assert [one is not None for one in stored] == [True, True]


def test_the_worker_goes_on_where_the_second_schema_stood(
    before_crises: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was pending is delivered once; a crisis is proposed of the incidents that were open."""
    monkeypatch.setattr(tick, "builtin", dict)
    monkeypatch.setattr(worker, "refresh_numbers", lambda _services: None)
    migrate(before_crises)
    now = WHEN + timedelta(minutes=5)
    services = SimpleNamespace(
        settings=fakes.settings(tmp_path),
        engine=before_crises,
        warehouse=Facts(),
        metrics=fakes.FakeMetrics({"DE": [1.0]}, now),
        clock=lambda: now,
    )
    for _ in range(2):
        report = run_once(services)
        assert report is not None
        assert report.faults == ()
    assert verify(before_crises) is None
    with before_crises.connect() as connection:
        sent = connection.execute(
            select(schema.outbox.c.state).where(schema.outbox.c.idem_key.like("%-pending"))
        ).scalars()
        assert list(sent) == ["sent", "sent"]
        proposed = connection.execute(select(schema.crisis.c.status)).scalars()
        assert list(proposed) == ["proposed"]
