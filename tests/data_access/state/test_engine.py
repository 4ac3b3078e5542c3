"""Opening and migrating the state database, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, delete, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from data_access.state.engine import (
    StateError,
    migrate,
    newest_revision,
    open_state,
    upsert,
    writing,
)
from data_access.state.schema import (
    METADATA,
    event_log,
    lease,
    mart_state,
    rule,
    rule_version,
    worker_heartbeat,
)

NOW = datetime(2024, 6, 1, 12, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    made = open_state(state_url)
    migrate(made)
    yield made
    made.dispose()


def test_migrations_give_the_declared_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == newest_revision()
        differences = [
            difference
            for difference in compare_metadata(context, METADATA)
            if "iceberg" not in str(difference)
        ]
    assert differences == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    assert "import_batch" in inspect(engine).get_table_names()


def test_two_processes_may_migrate_at_once(state_url: str) -> None:
    engines = [open_state(state_url) for _ in range(3)]
    failed: list[Exception] = []

    def run(engine: Engine) -> None:
        try:
            migrate(engine)
        except Exception as error:  # noqa: BLE001  (whatever it is, the test must see it)
            failed.append(error)

    threads = [threading.Thread(target=run, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    assert failed == []


def test_times_come_back_in_utc(engine: Engine) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=8)))
    with writing(engine) as connection:
        connection.execute(insert(mart_state).values(name="cases", batch_id=1, refreshed_at=local))
    with engine.connect() as connection:
        found = connection.execute(select(mart_state.c.refreshed_at)).scalar_one()
    assert found == NOW
    assert found.utcoffset() == timedelta(0)


def test_times_without_a_zone_are_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="no time zone"), writing(engine) as connection:
        connection.execute(
            insert(mart_state).values(name="x", batch_id=1, refreshed_at=NOW.replace(tzinfo=None))
        )


def test_an_error_rolls_back(engine: Engine) -> None:
    row = {"name": "x", "batch_id": 1, "refreshed_at": NOW}

    def stop_halfway() -> None:
        with writing(engine) as connection:
            connection.execute(insert(mart_state).values(row))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop_halfway()
    with engine.connect() as connection:
        assert connection.execute(select(mart_state)).all() == []


def test_values_outside_a_list_are_refused(engine: Engine) -> None:
    version = {"rule_id": "r", "n": 1, "body_json": "{}", "sha256": "0", "origin": "file"}
    with writing(engine) as connection:
        connection.execute(insert(rule).values(id="r", name="r"))
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(
            insert(rule_version).values(**version, stage="perhaps", staged_at=NOW, created_at=NOW)
        )


@pytest.mark.parametrize("change", [update(event_log).values(actor="b"), delete(event_log)])
def test_the_event_log_only_grows(engine: Engine, change: object) -> None:
    row = {
        "at": NOW,
        "actor": "a",
        "kind": "k",
        "subject_kind": "alert",
        "subject_id": "1",
        "payload_json": "{}",
        "prev_hash": "",
        "hash": "x",
    }
    with writing(engine) as connection:
        connection.execute(insert(event_log).values(row))
    with pytest.raises(DBAPIError, match="append only"), writing(engine) as connection:
        connection.execute(change)  # type: ignore[call-overload]
    with engine.connect() as connection:
        assert connection.execute(select(event_log.c.actor)).scalars().all() == ["a"]


def test_upsert_updates_all_but_what_is_kept(engine: Engine) -> None:
    first = {"name": "w", "at": NOW, "started_at": NOW, "detail_json": {"a": 1}}
    later = NOW + timedelta(hours=1)
    with writing(engine) as connection:
        upsert(connection, worker_heartbeat, [first])
        again = {"name": "w", "at": later, "started_at": later, "detail_json": None}
        upsert(connection, worker_heartbeat, [again], keep=("started_at",))
        upsert(connection, worker_heartbeat, [])
    with engine.connect() as connection:
        row = connection.execute(select(worker_heartbeat)).one()
    assert (row.at, row.started_at) == (later, NOW)


def test_writers_wait_for_each_other(engine: Engine) -> None:
    """Two transactions that read, then write, must not lose an update or fail."""
    with writing(engine) as connection:
        row = {"name": "l", "holder": "nobody", "fence": 0, "expires_at": NOW}
        connection.execute(insert(lease).values(row))

    def bump() -> None:
        for _ in range(5):
            with writing(engine) as connection:
                # On PostgreSQL the row is locked by name, on SQLite by the transaction's kind.
                fence = connection.execute(
                    select(lease.c.fence).where(lease.c.name == "l").with_for_update()
                ).scalar_one()
                connection.execute(update(lease).values(fence=fence + 1))

    threads = [threading.Thread(target=bump) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(select(lease.c.fence)).scalar_one() == 20


@pytest.mark.parametrize(
    ("url", "said"), [("not a url", "not a database address"), ("mysql://h/x", "not supported")]
)
def test_other_addresses_are_refused(url: str, said: str) -> None:
    with pytest.raises(StateError, match=said):
        open_state(url)
