"""The append-only log refuses change, and shows it where somebody got around that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import DBAPIError

from alerts.event_log import Entry, append, verify
from data_access.state.engine import writing
from data_access.state.schema import event_log

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def log(engine: Engine) -> Engine:
    """A log of four entries, appended in two transactions."""
    for start in (0, 2):
        with writing(engine) as connection:
            entries = [
                Entry(
                    AT + timedelta(days=n), "worker", "k", "alert", f"s{n}", {"n": n, "zh": "激增"}
                )
                for n in range(start, start + 2)
            ]
            append(connection, entries)
    return engine


def without_triggers(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP TRIGGER event_log_append_only ON event_log"))
        else:
            for change in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER event_log_no_{change}"))
        connection.execute(text(statement))


def test_an_untouched_log_verifies(log: Engine) -> None:
    assert verify(log) is None


@pytest.mark.parametrize("statement", [update(event_log).values(actor="x"), delete(event_log)])
def test_the_database_refuses_change(log: Engine, statement: object) -> None:
    with pytest.raises(DBAPIError, match="append only"), writing(log) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
    assert verify(log) is None


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE event_log SET payload_json = '{}' WHERE seq = 2", "Row 2"),
        ("UPDATE event_log SET subject_id = 's9' WHERE seq = 3", "Row 3"),
        ("UPDATE event_log SET prev_hash = hash WHERE seq = 1", "Row 1"),
        ("DELETE FROM event_log WHERE seq = 2", "Row 2 of the event log is missing"),
    ],
)
def test_change_behind_the_triggers_is_found(log: Engine, statement: str, told: str) -> None:
    without_triggers(log, statement)
    assert told in (verify(log) or "")


def test_an_empty_log_verifies(sqlite_engine: Engine) -> None:
    assert verify(sqlite_engine) is None
