"""Marts and rollups: whole partitions replaced, versions that readers can compare."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from data_access.contracts import TABLES
from data_access.warehouse import Warehouse
from data_access.warehouse.catalog import TableMissingError

PART = {"part": pl.Int32}


def rows(*pairs: tuple[int, int]) -> pl.DataFrame:
    return pl.DataFrame(list(pairs), schema={"n": pl.Int64, "part": pl.Int32}, orient="row")


def read(warehouse: Warehouse, name: str = "cases") -> list[tuple[object, ...]]:
    return sorted(warehouse.scan(name, namespace="marts").select("n", "part").collect().rows())


def test_parts_are_replaced_and_others_stay(warehouse: Warehouse) -> None:
    warehouse.replace_parts("cases", "marts", rows((1, 202401), (2, 202402)), [202401, 202402])
    warehouse.replace_parts("cases", "marts", rows((3, 202402)), [202402])
    assert read(warehouse) == [(1, 202401), (3, 202402)]


def test_a_part_without_rows_becomes_empty(warehouse: Warehouse) -> None:
    warehouse.replace_parts("cases", "marts", rows((1, 202401), (2, 202402)), [202401, 202402])
    warehouse.replace_parts("cases", "marts", rows(), [202401, 202403])
    assert read(warehouse) == [(2, 202402)]


def test_rows_outside_the_parts_are_a_programming_error(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="outside"):
        warehouse.replace_parts("cases", "marts", rows((1, 202401)), [202402])


def test_new_columns_are_added_and_empty_in_old_rows(warehouse: Warehouse) -> None:
    warehouse.replace_parts("cases", "marts", rows((1, 202401)), [202401])
    wider = rows((2, 202402)).with_columns(word=pl.lit("x"))
    warehouse.replace_parts("cases", "marts", wider, [202402])
    warehouse.replace_parts("cases", "marts", rows((3, 202403)), [202403])
    frame = warehouse.scan("cases", namespace="marts").sort("n").collect()
    assert frame["word"].to_list() == [None, "x", None]


def test_small_dtypes_are_stored_as_their_signed_relatives(warehouse: Warehouse) -> None:
    frame = pl.DataFrame(
        {"a": [1], "b": [2], "c": ["x"], "part": [0]},
        schema={"a": pl.UInt32, "b": pl.Int8, "c": pl.Enum(["x"]), "part": pl.Int32},
    )
    warehouse.replace_parts("t", "rollups", frame, [0])
    found = warehouse.scan("t", namespace="rollups").collect()
    assert found.schema == {"a": pl.Int64, "b": pl.Int32, "c": pl.String, "part": pl.Int32}
    assert found.row(0) == (1, 2, "x", 0)


def test_a_missing_mart_needs_a_schema(warehouse: Warehouse) -> None:
    with pytest.raises(TableMissingError, match="never written"):
        warehouse.scan("cases", namespace="marts")
    known = {"n": pl.Int64(), "part": pl.Int32()}
    assert warehouse.scan("cases", namespace="marts", schema=known).collect().schema == known


def test_a_schema_fills_columns_that_are_not_stored_yet(warehouse: Warehouse) -> None:
    warehouse.replace_parts("cases", "marts", rows((1, 0)), [0])
    known = {"n": pl.Int64(), "later": pl.String()}
    frame = warehouse.scan("cases", namespace="marts", schema=known).collect()
    assert frame.rows() == [(1, None)]


def test_the_version_follows_marts_and_rollups_only(warehouse: Warehouse) -> None:
    versions = [warehouse.version()]
    warehouse.replace_parts("cases", "marts", rows((1, 202401)), [202401])
    versions.append(warehouse.version())
    warehouse.replace_parts("cases_day", "rollups", rows((1, 202401)), [202401])
    versions.append(warehouse.version())
    assert len(set(versions)) == 3
    rates = pl.DataFrame(
        {"date": [date(2024, 1, 1)], "base": "EUR", "quote": "USD", "rate": 1.1}
    ).with_columns(provider=pl.lit(None, dtype=pl.String), source=pl.lit("ecb"))
    now = datetime(2024, 6, 1, tzinfo=UTC)
    warehouse.merge(TABLES["fx_rates"], rates, batch_id=1, now=now)
    assert warehouse.version() == versions[-1]


def test_a_dropped_mart_is_gone_and_facts_cannot_be(warehouse: Warehouse) -> None:
    warehouse.replace_parts("cases", "marts", rows((1, 0)), [0])
    warehouse.drop("cases", "marts")
    warehouse.drop("cases", "marts")
    assert not warehouse.exists("cases", "marts")
    warehouse.replace_parts("cases", "marts", pl.DataFrame({"part": [0]}, schema=PART), [0])
    assert warehouse.scan("cases", namespace="marts").collect().columns == ["part"]
    with pytest.raises(ValueError, match="never dropped"):
        warehouse.drop("cases", "facts")


def test_a_tag_outlives_housekeeping(warehouse: Warehouse) -> None:
    warehouse.replace_parts("cases", "marts", rows((1, 0)), [0])
    tagged = warehouse.tag("cases", "report-7", "marts")
    warehouse.replace_parts("cases", "marts", rows((2, 0)), [0])
    later = datetime.now(UTC) + timedelta(days=30)
    warehouse.housekeep(now=later, keep=timedelta(0), orphan_age=timedelta(0))
    assert read(warehouse) == [(2, 0)]
    old = warehouse.scan("cases", namespace="marts", snapshot_id=tagged).collect()
    assert old["n"].to_list() == [1]
    with pytest.raises(TableMissingError):
        warehouse.tag("nothing", "x", "marts")
