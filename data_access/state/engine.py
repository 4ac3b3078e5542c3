"""Opening the state database: SQLite by default, PostgreSQL by URL, the same code for both."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up."""

_MIGRATION_LOCK = 7_206_137_411
"""Key of the PostgreSQL advisory lock under which one process migrates at a time."""

_WRITING = "afterwatch_writing"


class StateError(Exception):
    """The state database cannot be used; the message says why and what to do."""


def open_state(url: str) -> Engine:
    """Open the state database; for SQLite the file and its folder are made when missing.

    Args:
        url: SQLAlchemy address, `sqlite:///…` or `postgresql+psycopg://…`.

    Raises:
        StateError: if the address is neither.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StateError(
            f"{url!r} is not a database address; use sqlite:///FILE or postgresql://HOST/NAME."
        ) from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if backend != "sqlite":
        raise StateError(f"{backend} is not supported as state database; use SQLite or PostgreSQL.")
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: `_begin_sqlite` chooses their kind.
    connection.isolation_level = None
    _switch_to_wal(connection)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _switch_to_wal(connection: Any) -> None:
    # The switch of a new file asks no busy handler: processes that start at once meet here.
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another one wrote
    # in between, whatever the busy timeout: writers take their lock at the start.
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end of the block, rolled back on an error."""
    with engine.connect() as connection:
        marked = connection.execution_options(**{_WRITING: True})
        with marked.begin():
            yield marked


def migrate(engine: Engine) -> None:
    """Bring the database to the newest schema; several processes may call this at once."""
    if _revision(engine) == newest_revision():
        return
    from alembic import command  # noqa: PLC0415  (slow to import, needed once per upgrade)

    with engine.connect() as connection, _without_foreign_keys(connection):
        marked = connection.execution_options(**{_WRITING: True})
        with marked.begin():
            if engine.dialect.name == "postgresql":
                marked.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            config = _config()
            config.attributes["connection"] = marked
            command.upgrade(config, "head")


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by building it anew, which breaks references for a moment.

    The switch works between transactions only, so it is thrown on the driver's connection.
    """
    driver = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _config() -> Any:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@cache
def newest_revision() -> str:
    """Name of the newest migration."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise StateError("No migrations are installed; install Afterwatch again.")
    return head


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upsert(
    connection: Connection,
    table: SqlTable,
    rows: list[dict[str, Any]],
    *,
    keep: tuple[str, ...] = (),
) -> None:
    """Insert rows; where the primary key exists, update all columns but `keep` and the key."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment] # noqa: PLC0415
    statement = insert(table)
    fixed = {column.name for column in table.primary_key} | set(keep)
    update = {name: statement.excluded[name] for name in rows[0] if name not in fixed}
    keys = list(table.primary_key.columns)
    statement = (
        statement.on_conflict_do_update(index_elements=keys, set_=update)
        if update
        else statement.on_conflict_do_nothing(index_elements=keys)
    )
    connection.execute(statement, rows)


def insert_once(connection: Connection, table: SqlTable) -> Any:
    """An insert that does nothing where the primary key exists."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment] # noqa: PLC0415
    return insert(table).on_conflict_do_nothing(index_elements=list(table.primary_key.columns))
