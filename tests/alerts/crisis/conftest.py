"""State databases in which what ships is in force."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.alerts.crisis import world


@pytest.fixture
def room(engine: Engine) -> Engine:
    """A database of each kind, ready for crises."""
    world.ready(engine)
    return engine


@pytest.fixture
def sqlite_room(sqlite_engine: Engine) -> Engine:
    """An SQLite database, ready for crises."""
    world.ready(sqlite_engine)
    return sqlite_engine
