"""A warehouse with a state database, filled the way an import fills it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from sqlalchemy import Engine

from data_access.contracts import TABLES
from data_access.marts import MARTS
from data_access.metrics import Metrics
from data_access.rollups.cohorts import COHORTS
from data_access.state.engine import migrate, open_state, writing
from data_access.state.schema import import_batch
from data_access.warehouse import Warehouse, open_warehouse
from tests.data_access.tables import Rows, table


class Home:
    """State database and warehouse in one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{folder / 'state.db'}"
        self.engine: Engine = open_state(url)
        migrate(self.engine)
        # Where the application keeps it by default, so that commands find it too.
        self.warehouse: Warehouse = open_warehouse(url, folder / "warehouse")

    def close(self) -> None:
        self.warehouse.close()
        self.engine.dispose()

    def take_in(self, tables: Mapping[str, Rows], now: datetime, *, source: str = "shop") -> int:
        """Merge rows as one finished batch."""
        with writing(self.engine) as connection:
            row = {"source": source, "path": "memory", "status": "done", "started_at": now}
            made = connection.execute(import_batch.insert().values(**row, finished_at=now))
            (batch_id,) = made.inserted_primary_key or (0,)
        for name, rows in tables.items():
            if rows:
                contract = TABLES[name]
                frame = table(name, rows, source=source).select("source", *contract.dtypes())
                self.warehouse.merge(contract, frame, batch_id=batch_id, now=now)
        return int(batch_id)

    def metrics(self, **settings: str) -> Metrics:
        return Metrics(self.warehouse, self.engine, **settings)  # type: ignore[arg-type]

    def contents(self) -> dict[str, pl.DataFrame]:
        """All marts and rollups, sorted."""
        found = {}
        for namespace, shapes in (("marts", MARTS), ("rollups", COHORTS)):
            for name in shapes:
                columns = shapes[name].columns  # type: ignore[index]
                scanned = self.warehouse.scan(name, namespace=namespace, schema=columns)
                found[f"{namespace}.{name}"] = scanned.collect().sort(pl.all())
        return found


class Original:
    """A home that is filled once; each test begins from it anew.

    Iceberg writes down where its files lie, so they are put back to just there.
    """

    def __init__(self, folder: Path, fill: Callable[[Home], None]) -> None:
        self._folder, self._kept = folder / "home", folder / "kept"
        home = Home(self._folder)
        fill(home)
        home.close()
        shutil.copytree(self._folder, self._kept)

    def again(self) -> Home:
        """The home as it was filled; the one that was given before must be closed."""
        shutil.rmtree(self._folder)
        shutil.copytree(self._kept, self._folder)
        return Home(self._folder)


def assert_same(one: Home, other: Home) -> None:
    mine, theirs = one.contents(), other.contents()
    for name, frame in mine.items():
        assert_frame_equal(frame, theirs[name])
