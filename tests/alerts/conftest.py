"""State databases for the alert tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.migrated_state import opened
from tests.postgres_server import PostgresServer


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a migrated PostgreSQL database."""
    with postgres.new_database(postgres.migrated()) as url:
        yield url


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    """A migrated state database, once for each kind we support."""
    made = opened(state_url)
    yield made
    made.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """A migrated SQLite state database."""
    made = opened(sqlite_url)
    yield made
    made.dispose()
