"""Housekeeping frees space and loses nothing."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_access.warehouse import Warehouse
from data_access.warehouse.housekeeping import SMALL_FILES
from data_access.warehouse.writing import ensure_table, overwrite_parts

LATER = timedelta(days=30)


def add(warehouse: Warehouse, number: int, part: int = 202401) -> None:
    """Add one small file to a partition, as a living feed does."""
    frame = pl.DataFrame({"n": [number], "part": [part]}, schema={"n": pl.Int64, "part": pl.Int32})
    overwrite_parts(ensure_table(warehouse._catalog, ("marts", "t"), frame.schema, {}), frame, [])


def numbers(warehouse: Warehouse) -> list[int]:
    return sorted(warehouse.scan("t", namespace="marts").collect()["n"].to_list())


def files(warehouse: Warehouse, pattern: str = "*") -> set[Path]:
    return {path for path in warehouse.root.rglob(pattern) if path.is_file()}


def test_many_small_files_become_one(warehouse: Warehouse) -> None:
    count = SMALL_FILES + 1
    for number in range(count):
        add(warehouse, number)
    add(warehouse, 100, part=202402)
    now = datetime.now(UTC)
    report = warehouse.housekeep(now=now, keep=timedelta(days=1))
    assert report.parts_compacted == 1
    assert numbers(warehouse) == [*range(count), 100]
    again = warehouse.housekeep(now=now, keep=timedelta(days=1))
    assert again.parts_compacted == 0
    assert again.snapshots_expired == 0


def test_old_snapshots_expire_and_their_files_go(warehouse: Warehouse) -> None:
    for number in range(3):
        frame = pl.DataFrame({"n": [number], "part": [0]}, schema={"n": pl.Int64, "part": pl.Int32})
        warehouse.replace_parts("t", "marts", frame, [0])
    first = files(warehouse, "*.parquet")
    now = datetime.now(UTC) + LATER
    report = warehouse.housekeep(now=now, keep=timedelta(days=1), orphan_age=timedelta(days=1))
    assert report.snapshots_expired >= 2
    assert report.files_removed >= 2
    assert report.bytes_removed > 0
    assert len(first) == 3
    assert len(files(warehouse, "*.parquet")) == 1
    assert numbers(warehouse) == [2]


def test_young_snapshots_stay_readable(warehouse: Warehouse) -> None:
    add(warehouse, 1)
    before = warehouse.snapshot_id("t", "marts")
    add(warehouse, 2)
    warehouse.housekeep(now=datetime.now(UTC), keep=timedelta(hours=1), orphan_age=timedelta(0))
    old = warehouse.scan("t", namespace="marts", snapshot_id=before).collect()
    assert old["n"].to_list() == [1]


def test_orphans_go_when_old_and_stay_when_young(warehouse: Warehouse) -> None:
    add(warehouse, 1)
    folder = next(iter(files(warehouse, "*.parquet"))).parent
    old, young = folder / "old-orphan.parquet", folder / "in-flight.parquet"
    for path in (old, young):
        path.write_bytes(b"x")
    past = time.time() - 3 * 86_400
    os.utime(old, (past, past))
    report = warehouse.housekeep(now=datetime.now(UTC), keep=timedelta(days=3))
    assert report.files_removed == 1
    assert not old.exists()
    assert young.exists()
    assert numbers(warehouse) == [1]


def test_files_of_the_newest_state_are_never_orphans(warehouse: Warehouse) -> None:
    for number in range(4):
        add(warehouse, number)
    later = datetime.now(UTC) + LATER
    for _ in range(2):
        warehouse.housekeep(now=later, keep=timedelta(0), orphan_age=timedelta(0))
    assert numbers(warehouse) == [0, 1, 2, 3]


@pytest.mark.slow
def test_writers_and_housekeeping_at_once_lose_no_row(warehouse: Warehouse) -> None:
    failed: list[BaseException] = []
    done = threading.Event()

    def tidy() -> None:
        try:
            while not done.is_set():
                warehouse.housekeep(now=datetime.now(UTC), keep=timedelta(0))
        except BaseException as error:  # noqa: BLE001  (whatever it is, the test must see it)
            failed.append(error)

    tidier = threading.Thread(target=tidy)
    tidier.start()
    try:
        for number in range(25):
            frame = pl.DataFrame(
                {"n": [number], "part": [number % 2]}, schema={"n": pl.Int64, "part": pl.Int32}
            )
            kept = (
                warehouse.scan("t", namespace="marts", schema=frame.schema)
                .filter(pl.col("part") == number % 2)
                .collect()
            )
            warehouse.replace_parts("t", "marts", pl.concat([kept, frame]), [number % 2])
    finally:
        done.set()
        tidier.join()
    assert failed == []
    assert numbers(warehouse) == list(range(25))
