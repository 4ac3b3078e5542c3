"""How long a snapshot can be read: counted from when it was replaced, not from when it was made."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import polars as pl

from data_access.warehouse import Warehouse


def replace(warehouse: Warehouse, number: int) -> int:
    frame = pl.DataFrame({"n": [number], "part": [0]}, schema={"n": pl.Int64, "part": pl.Int32})
    warehouse.replace_parts("t", "marts", frame, [0])
    snapshot = warehouse.snapshot_id("t", "marts")
    assert snapshot is not None
    return snapshot


def test_a_snapshot_that_was_just_replaced_stays_however_old_it_is(warehouse: Warehouse) -> None:
    oldest = replace(warehouse, 1)
    held = replace(warehouse, 2)  # the one that a reader, or the last refresh, still names
    time.sleep(0.05)
    between = datetime.now(UTC)
    time.sleep(0.05)
    replace(warehouse, 3)
    report = warehouse.housekeep(
        now=between + timedelta(days=3), keep=timedelta(days=3), orphan_age=timedelta(0)
    )
    assert report.snapshots_expired >= 1
    read = warehouse.scan("t", namespace="marts", snapshot_id=held).collect()
    assert read["n"].to_list() == [2]
    kept = {s.snapshot_id for s in warehouse._load("t", "marts").metadata.snapshots}  # type: ignore[union-attr]
    assert oldest not in kept
