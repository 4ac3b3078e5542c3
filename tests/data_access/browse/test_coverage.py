"""Agents on shift: whole weeks count as whole, and zones of no continent are unknown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_access.browse import coverage
from data_access.contracts import TABLES
from data_access.metrics.filters import Filter
from data_access.warehouse import Warehouse, open_warehouse

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
FOUR_WEEKS = Filter(start=date(2026, 3, 2), end=date(2026, 3, 29))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Warehouse]:
    """One agent from 6 to 14 every day of four weeks."""
    warehouse = open_warehouse(f"sqlite:///{tmp_path / 'state.db'}", tmp_path / "warehouse")
    shifts = [
        {
            "shift_id": str(day),
            "agent_id": "a",
            "starts_at": MONDAY + timedelta(days=day, hours=6),
            "ends_at": MONDAY + timedelta(days=day, hours=14),
        }
        for day in range(28)
    ]
    put(warehouse, "shifts", shifts)
    yield warehouse
    warehouse.close()


def put(warehouse: Warehouse, table: str, rows: list[dict[str, object]]) -> None:
    contract = TABLES[table]
    schema = {**contract.dtypes(), "source": pl.String()}
    empty = dict.fromkeys(schema)
    frame = pl.DataFrame([{**empty, "source": "desk", **row} for row in rows], schema=schema)
    warehouse.merge(contract, frame, batch_id=1, now=MONDAY)


def test_one_agent_every_day_is_one_agent(desk: Warehouse) -> None:
    found = coverage(desk, FOUR_WEEKS)
    assert found.height == 7 * 8
    assert found["agents"].unique().to_list() == [1.0]


@pytest.mark.parametrize(
    ("zone", "continent"),
    [("UTC", None), ("Etc/GMT-3", None), ("America/Lima", "Americas"), ("Asia/Tokyo", "Asia")],
)
def test_a_zone_of_no_continent_is_unknown(
    desk: Warehouse, zone: str, continent: str | None
) -> None:
    put(desk, "agents", [{"agent_id": "a", "tz": zone}])
    assert coverage(desk, FOUR_WEEKS)["continent"].unique().to_list() == [continent]
