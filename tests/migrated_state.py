"""Migrated state databases, made once per process and copied: migrating takes a second."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from data_access.state.engine import migrate, open_state


def opened(url: str) -> Engine:
    """A migrated state database; a SQLite file that is not there begins as a copy."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        path = Path(address.database)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_migrated())
    engine = open_state(url)
    migrate(engine)
    return engine


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.sqlite"
        engine = open_state(f"sqlite:///{path}")
        migrate(engine)
        engine.dispose()  # the last connection brings the log into the file
        return path.read_bytes()
