"""What every test may use: a place of its own, databases, the real exports."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres_server import PostgresServer, postgres_server
from tests.system import find_postgres

# Settings of the person who runs the tests must not reach the program under test.
for _name in [name for name in os.environ if name.startswith("AFTERWATCH_")]:
    if _name not in {"AFTERWATCH_REAL_DATA", "AFTERWATCH_CHROMIUM"}:
        del os.environ[_name]

# A machine's own zone must never matter; one that is 5:45 from UTC shows where it does.
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()

# The machine that runs the tests may be busy: no example fails for being slow.
settings.register_profile("afterwatch", deadline=None, print_blob=True)
# CI draws the same examples every time, so fewer do; at a desk they are others with every run.
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True, max_examples=40)
settings.load_profile("ci" if os.environ.get("CI") else "afterwatch")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real exports, for acceptance tests."""
    named = os.environ.get("AFTERWATCH_REAL_DATA")
    if not named:
        pytest.skip("AFTERWATCH_REAL_DATA is not set: the real exports are not here")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"AFTERWATCH_REAL_DATA names {folder}, which is not a folder")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for this session."""
    with postgres_server(find_postgres()) as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of an empty PostgreSQL database. Mark the test ``postgres``."""
    with postgres.new_database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'state.sqlite'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def state_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty state database, once for each kind we support."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
