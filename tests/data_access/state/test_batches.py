"""The record of imports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from data_access.state import batches
from data_access.state.engine import migrate, open_state, writing

NOW = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    made = open_state(state_url)
    migrate(made)
    yield made
    made.dispose()


def counts(*numbers: int) -> dict[str, int]:
    return dict(zip(batches.COUNTS, numbers, strict=True))


def test_numbers_grow_and_ends_are_recorded(engine: Engine) -> None:
    first = batches.begin(engine, source="a", path="/a", now=NOW)
    batches.end(engine, first, status="done", now=NOW + timedelta(seconds=5))
    second = batches.begin(engine, source="b", path="/b", now=NOW)
    batches.end(engine, second, status="failed", now=NOW, message="no such file")
    assert second > first
    listed = batches.history(engine).select("id", "status", "message").rows()
    assert listed == [(second, "failed", "no such file"), (first, "done", None)]


def test_a_batch_that_never_ended_counts_as_interrupted(engine: Engine) -> None:
    dead = batches.begin(engine, source="a", path="/a", now=NOW)
    alive = batches.begin(engine, source="a", path="/a", now=NOW)
    status = dict(batches.history(engine).select("id", "status").rows())
    assert status == {dead: "interrupted", alive: "running"}


def test_counts_of_one_table_add_up_over_its_parts(engine: Engine) -> None:
    batch = batches.begin(engine, source="a", path="/a", now=NOW)
    with writing(engine) as connection:
        batches.count(connection, batch, "orders", counts(3, 1, 1, 1, 0))
        batches.count(connection, batch, "orders", counts(2, 0, 0, 1, 1))
        batches.count(connection, batch, "cases", counts(1, 1, 0, 0, 0))
    row = batches.history(engine).row(0, named=True)
    assert {name: row[name] for name in batches.COUNTS} == counts(6, 2, 1, 2, 1)


def test_the_database_refuses_counts_that_do_not_add_up(engine: Engine) -> None:
    batch = batches.begin(engine, source="a", path="/a", now=NOW)
    with pytest.raises(IntegrityError), writing(engine) as connection:
        batches.count(connection, batch, "orders", counts(3, 1, 0, 0, 0))
