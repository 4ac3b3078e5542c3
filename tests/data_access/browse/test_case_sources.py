"""Two shops may number their orders alike: a case shows its own parcels and returns only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_access.browse import case_file
from data_access.contracts import TABLES
from data_access.marts.schemas import MARTS
from data_access.warehouse import Warehouse, open_warehouse

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCHEMA = MARTS["cases"].columns


def put(warehouse: Warehouse, table: str, source: str, **row: Any) -> None:
    contract = TABLES[table]
    schema = {**contract.dtypes(), "source": pl.String()}
    frame = pl.DataFrame([{**dict.fromkeys(schema), **row, "source": source}], schema=schema)
    warehouse.merge(contract, frame, batch_id=1, now=NOW)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Warehouse]:
    """Case 1 in three feeds, order o in the shops a and b, order p in b alone."""
    warehouse = open_warehouse(f"sqlite:///{tmp_path / 'state.db'}", tmp_path / "warehouse")
    base = {**dict.fromkeys(SCHEMA), "part": 202603, "created_at": NOW}
    cases = [("1", "a", "o"), ("1", "desk", "o"), ("2", "desk", "p")]
    rows = [{**base, "case_id": c, "source": s, "order_id": o} for c, s, o in cases]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    warehouse.replace_parts("cases", "marts", frame, [202603])
    for shop, order in (("a", "o"), ("b", "o"), ("b", "p")):
        mine = f"{shop}{order}"
        put(
            warehouse,
            "shipments",
            shop,
            shipment_id=mine,
            order_id=order,
            direction="fwd",
            created_at=NOW,
        )
        scan = {"event_id": mine, "shipment_id": mine, "event_at": NOW, "state": "customs"}
        put(warehouse, "tracking_events", shop, **scan)
        put(warehouse, "returns", shop, return_id=mine, order_id=order, requested_at=NOW)
    yield warehouse
    warehouse.close()


@pytest.mark.parametrize(
    ("number", "source", "shown"), [("1", "a", "ao"), ("1", "desk", None), ("2", "desk", "bp")]
)
def test_only_what_surely_belongs_to_the_case_is_shown(
    home: Warehouse, number: str, source: str, shown: str | None
) -> None:
    found = case_file(home, number, source)
    assert found is not None
    told = found.timeline.filter(pl.col("kind").is_in(["scan", "return"]))
    assert told.select("kind", "to").rows() == (
        [("return", shown), ("scan", shown)] if shown else []
    )
