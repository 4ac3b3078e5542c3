"""State databases for the alert tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.alerts.fakes import opened


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
