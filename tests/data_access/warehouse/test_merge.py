"""Merging by natural key: what goes in, what stays, what is written."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.contracts import TABLES
from data_access.warehouse import MergeCounts, Warehouse, open_warehouse

ORDERS = TABLES["orders"]
NOW = datetime(2024, 6, 1, tzinfo=UTC)


def orders(*rows: dict[str, Any]) -> pl.DataFrame:
    """Order rows of the source `shop`; a row is order_id, month of 2024 and total."""
    made = pl.DataFrame(
        [
            {
                "order_id": row["id"],
                "placed_at": datetime(2024, row.get("month", 1), 1, tzinfo=UTC),
                "total": row.get("total"),
                "currency": "EUR",
                "source": row.get("source", "shop"),
            }
            for row in rows
        ],
        schema={
            "order_id": pl.String,
            "placed_at": pl.Datetime("us", "UTC"),
            "total": pl.Int64,
            "currency": pl.String,
            "source": pl.String,
        },
    )
    absent = {n: d for n, d in ORDERS.dtypes().items() if n not in made.columns}
    return made.with_columns(pl.lit(None, dtype=d).alias(n) for n, d in absent.items())


def stored(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    frame = warehouse.scan("orders").select("source", "order_id", "part", "total", "batch_id")
    return sorted(frame.collect().rows())


def test_a_table_never_written_is_empty_and_has_its_columns(warehouse: Warehouse) -> None:
    frame = warehouse.scan("orders").collect()
    assert frame.is_empty()
    assert dict(frame.schema) == ORDERS.stored_dtypes()
    assert warehouse.snapshot_id("orders") is None
    assert not warehouse.exists("orders")


def test_new_rows_go_in_with_lineage(warehouse: Warehouse) -> None:
    counts = warehouse.merge(
        ORDERS, orders({"id": "a", "total": 1}, {"id": "b", "month": 2}), batch_id=1, now=NOW
    )
    assert counts == MergeCounts(2, 0, 0, frozenset({202401, 202402}))
    assert stored(warehouse) == [("shop", "a", 202401, 1, 1), ("shop", "b", 202402, None, 1)]
    assert warehouse.scan("orders").collect()["ingested_at"].unique().to_list() == [NOW]


def test_the_same_rows_again_make_no_commit(warehouse: Warehouse) -> None:
    rows = orders({"id": "a", "total": 1}, {"id": "b", "total": None})
    warehouse.merge(ORDERS, rows, batch_id=1, now=NOW)
    before = warehouse.snapshot_id("orders")
    counts = warehouse.merge(ORDERS, rows.reverse(), batch_id=2, now=NOW)
    assert counts == MergeCounts(0, 0, 2, frozenset())
    assert warehouse.snapshot_id("orders") == before


def test_a_changed_row_replaces_the_older_version_only(warehouse: Warehouse) -> None:
    warehouse.merge(ORDERS, orders({"id": "a", "total": 1}, {"id": "b"}), batch_id=1, now=NOW)
    counts = warehouse.merge(
        ORDERS, orders({"id": "a", "total": 2}, {"id": "c", "month": 3}), batch_id=2, now=NOW
    )
    assert counts == MergeCounts(1, 1, 0, frozenset({202401, 202403}))
    assert stored(warehouse) == [
        ("shop", "a", 202401, 2, 2),
        ("shop", "b", 202401, None, 1),
        ("shop", "c", 202403, None, 2),
    ]


def test_a_row_whose_time_changed_leaves_its_old_partition(warehouse: Warehouse) -> None:
    warehouse.merge(ORDERS, orders({"id": "a"}, {"id": "b"}), batch_id=1, now=NOW)
    counts = warehouse.merge(ORDERS, orders({"id": "a", "month": 5}), batch_id=2, now=NOW)
    assert counts == MergeCounts(0, 1, 0, frozenset({202401, 202405}))
    assert stored(warehouse) == [
        ("shop", "a", 202405, None, 2),
        ("shop", "b", 202401, None, 1),
    ]


def test_empty_and_value_differ_both_ways(warehouse: Warehouse) -> None:
    warehouse.merge(ORDERS, orders({"id": "a", "total": 1}, {"id": "b"}), batch_id=1, now=NOW)
    counts = warehouse.merge(
        ORDERS, orders({"id": "a"}, {"id": "b", "total": 2}), batch_id=2, now=NOW
    )
    assert counts.changed == 2


def test_the_same_key_of_another_source_is_another_row(warehouse: Warehouse) -> None:
    warehouse.merge(ORDERS, orders({"id": "a", "total": 1}), batch_id=1, now=NOW)
    other = orders({"id": "a", "total": 2, "source": "market"})
    assert warehouse.merge(ORDERS, other, batch_id=2, now=NOW).new == 1
    assert [row[:2] for row in stored(warehouse)] == [("market", "a"), ("shop", "a")]


def test_untouched_partitions_keep_their_files(warehouse: Warehouse) -> None:
    warehouse.merge(ORDERS, orders({"id": "a"}, {"id": "b", "month": 2}), batch_id=1, now=NOW)
    before = {path for path in warehouse.root.rglob("*.parquet") if "part=202402" in str(path)}
    warehouse.merge(ORDERS, orders({"id": "a", "total": 9}), batch_id=2, now=NOW)
    after = {path for path in warehouse.root.rglob("*.parquet") if "part=202402" in str(path)}
    assert len(before) == 1
    assert after == before


def test_an_older_snapshot_can_be_read_again(warehouse: Warehouse) -> None:
    warehouse.merge(ORDERS, orders({"id": "a", "total": 1}), batch_id=1, now=NOW)
    before = warehouse.snapshot_id("orders")
    warehouse.merge(ORDERS, orders({"id": "a", "total": 2}), batch_id=2, now=NOW)
    totals = [
        warehouse.scan("orders", snapshot_id=snapshot).collect()["total"].to_list()
        for snapshot in (before, None)
    ]
    assert totals == [[1], [2]]


def test_another_process_sees_the_merge(warehouse: Warehouse, state_url: str) -> None:
    other = open_warehouse(state_url, warehouse.root)
    assert other.scan("orders").collect().is_empty()
    warehouse.merge(ORDERS, orders({"id": "a"}), batch_id=1, now=NOW)
    assert other.scan("orders").collect().height == 1
    other.close()


def test_a_key_twice_in_one_merge_is_a_programming_error(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="twice"):
        warehouse.merge(ORDERS, orders({"id": "a"}, {"id": "a"}), batch_id=1, now=NOW)


def test_planning_writes_nothing_and_knows_what_is_pending(warehouse: Warehouse) -> None:
    first = warehouse.plan_merge(ORDERS, orders({"id": "a", "total": 1}), batch_id=0, now=NOW)
    second = warehouse.plan_merge(
        ORDERS,
        orders({"id": "a", "total": 2}, {"id": "b"}),
        batch_id=0,
        now=NOW,
        pending=first.write,
    )
    assert (first.counts.new, second.counts.new, second.counts.changed) == (1, 1, 1)
    assert not warehouse.exists("orders")


ROW = st.fixed_dictionaries(
    {
        "id": st.sampled_from("abcde"),
        "month": st.integers(1, 3),
        "total": st.none() | st.integers(0, 2),
        "source": st.sampled_from(["shop", "market"]),
    }
)
IMPORT = st.lists(ROW, max_size=6, unique_by=lambda row: (row["source"], row["id"]))


@given(imports=st.lists(IMPORT, min_size=1, max_size=4))
@settings(max_examples=25)
def test_merges_behave_like_a_dictionary(imports: list[list[dict[str, Any]]]) -> None:
    """The model: a dictionary from (source, key) to the newest content."""
    model: dict[tuple[str, str], tuple[int, int | None]] = {}
    with tempfile.TemporaryDirectory() as folder:
        warehouse = open_warehouse(f"sqlite:///{folder}/state.sqlite", Path(folder) / "wh")
        for number, rows in enumerate(imports, start=1):
            old = dict(model)
            model |= {(r["source"], r["id"]): (202400 + r["month"], r["total"]) for r in rows}
            counts = warehouse.merge(ORDERS, orders(*rows), batch_id=number, now=NOW)
            keys = [(r["source"], r["id"]) for r in rows]
            assert counts.new == sum(key not in old for key in keys)
            assert counts.changed == sum(key in old and old[key] != model[key] for key in keys)
            assert counts.unchanged == sum(key in old and old[key] == model[key] for key in keys)
        found = {(row[0], row[1]): (row[2], row[3]) for row in stored(warehouse)}
        assert len(stored(warehouse)) == len(model)
        assert found == model
        warehouse.close()
