"""Rows as evidence: by one snapshot that stays, with filter and number of rows beside them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, insert

from alerts import dossier, evidence_files
from alerts.dossier import collecting, wanted
from alerts.dossier.effects import EFFECTS
from alerts.runs.effects import EffectError, StepContext
from data_access.contracts import TABLES
from data_access.state import schema
from data_access.state.engine import open_state, writing
from data_access.warehouse import Warehouse, open_warehouse
from tests.alerts.dossier.dossier_world import NOW, crisis, documents, whole
from tests.data_access.tables import at, table

LINEAGE = ["batch_id", "ingested_at", "part"]
EFFECT = {effect.name: effect for effect in EFFECTS}


@pytest.fixture
def warehouse(state_url: str, tmp_path: Path) -> Iterator[Warehouse]:
    made = open_warehouse(state_url, tmp_path / "warehouse")
    merge(made, "lots", [{"lot_id": "LOT-7", "sku": "KET-1"}, {"lot_id": "LOT-8", "sku": "KET-1"}])
    merge(
        made,
        "disputes",
        [
            {
                "dispute_id": "D-1",
                "order_id": "O-1",
                "forum": "card",
                "reason_code": "13.1",
                "is_fraud": False,
                "opened_at": at("2026-03-01"),
            }
        ],
    )
    merge(made, "cases", [case("case-1", "=1+1"), case("case-2", "two")])
    yield made
    made.close()


@pytest.fixture
def engine(warehouse: Warehouse, state_url: str) -> Iterator[Engine]:
    """The state database that the warehouse's catalogue lives in."""
    made = open_state(state_url)
    yield made
    made.dispose()


def case(number: str, subject: str) -> dict[str, Any]:
    return {"case_id": number, "subject": subject, "created_at": at("2026-03-01")}


def merge(warehouse: Warehouse, name: str, rows: list[dict[str, Any]], batch: int = 1) -> None:
    frame = table(name, rows).drop(LINEAGE)
    warehouse.merge(TABLES[name], frame, batch_id=batch, now=NOW)


def context(engine: Engine, warehouse: Warehouse, home: Path, **params: Any) -> StepContext:
    return StepContext(
        engine=engine,
        warehouse=warehouse,
        metrics=SimpleNamespace(),  # type: ignore[arg-type]
        home=home,
        config=SimpleNamespace(),  # type: ignore[arg-type]
        run_id=1,
        step_key="stop-sale",
        crisis_id=1,
        params=params,
        variables={},
        labels={"topic": "product", "product": "KET-1", "lot": "LOT-7"},
        level=3,
        now=NOW,
        wall=NOW,
        drill=None,
    )


def collected(engine: Engine, given: StepContext) -> Any:
    effect = EFFECT["collect_rows"]
    prepared = effect.prepare(given)
    with writing(engine) as connection:
        return effect.commit(connection, given, prepared)


def test_the_rows_of_what_is_linked_are_filed_with_their_snapshot(
    engine: Engine, warehouse: Warehouse, tmp_path: Path
) -> None:
    number = whole(engine, tmp_path)
    assert number == 1
    result = collected(engine, context(engine, warehouse, tmp_path))
    # The lot is linked, and the warning names case-1.
    assert result["rows"] == {"lots": 1, "cases": 1}
    filed = dossier.rows_of(engine, number).filter(pl.col("kind") == "rows").sort("name")
    assert filed["step_key"].to_list() == ["stop-sale", "stop-sale"]
    cases, lots = filed.iter_rows(named=True)
    snapshot = warehouse.snapshot_id("lots")
    assert lots["name"] == f"lots-{snapshot}.csv"
    assert lots["source"] == f"facts.lots, snapshot {snapshot}, lot_id in (LOT-7)"
    content = evidence_files.read(tmp_path, lots["sha256"])
    assert pl.read_csv(io.BytesIO(content))["lot_id"].to_list() == ["LOT-7"]
    text = evidence_files.read(tmp_path, cases["sha256"]).decode("utf-8-sig")
    assert "'=1+1" in text  # nothing a spreadsheet would run


def test_the_snapshot_stays_when_the_warehouse_is_tidied(
    engine: Engine, warehouse: Warehouse, tmp_path: Path
) -> None:
    whole(engine, tmp_path)
    collected(engine, context(engine, warehouse, tmp_path, tables="lots"))
    snapshot = warehouse.snapshot_id("lots")
    for batch in range(2, 5):
        merge(warehouse, "lots", [{"lot_id": "LOT-7", "sku": f"KET-{batch}"}], batch)
    later = NOW + timedelta(days=400)
    warehouse.housekeep(now=later, keep=timedelta(0), orphan_age=timedelta(0))
    rows = warehouse.scan("lots", snapshot_id=snapshot).collect()
    assert rows.filter(pl.col("lot_id") == "LOT-7")["sku"].to_list() == ["KET-1"]


def test_collected_again_nothing_is_filed_twice(
    engine: Engine, warehouse: Warehouse, tmp_path: Path
) -> None:
    whole(engine, tmp_path)
    given = context(engine, warehouse, tmp_path, tables=["lots"], item="lot-record")
    first, second = collected(engine, given), collected(engine, given)
    assert first == second
    assert len(first["evidence"]) == 1


def test_parquet_holds_the_rows_as_they_are(
    engine: Engine, warehouse: Warehouse, tmp_path: Path
) -> None:
    whole(engine, tmp_path)
    collected(engine, context(engine, warehouse, tmp_path, tables="cases", format="parquet"))
    row = dossier.rows_of(engine, 1).filter(pl.col("kind") == "rows").row(0, named=True)
    frame = pl.read_parquet(io.BytesIO(evidence_files.read(tmp_path, row["sha256"])))
    assert frame["subject"].to_list() == ["=1+1"]


def test_disputes_bring_their_checklist(
    engine: Engine, warehouse: Warehouse, tmp_path: Path
) -> None:
    documents(engine, tmp_path)
    number = crisis(engine, topic="service")
    with writing(engine) as connection:
        connection.execute(
            insert(schema.crisis_link).values(
                crisis_id=number,
                kind="dispute",
                source="shop",
                ref="D-1",
                added_by="Ana",
                added_at=NOW,
            )
        )
        asked = wanted.wanted(connection, number, {})
    for extract in collecting.collect(warehouse, asked, prefix="evidence-1").extracts:
        new = collecting.filed(extract, "csv", item=None)
        dossier.add(engine, number, new, home=tmp_path, actor="w", token=None, wall=NOW)
    from alerts.dossier.rows import crisis_row

    with engine.connect() as connection:
        found = dossier.completeness(connection, crisis_row(connection, number), NOW)
    assert "card-not-received" in [name for name, _title in found.lists]


def test_named_tables_are_reached_over_what_hangs_on_a_link(
    engine: Engine, warehouse: Warehouse, tmp_path: Path
) -> None:
    whole(engine, tmp_path)
    lines = [
        {"line_id": "1", "order_id": "O-1", "lot_id": "LOT-7", "placed_at": at("2026-03-01")},
        {"line_id": "2", "order_id": "O-2", "lot_id": "LOT-8", "placed_at": at("2026-03-01")},
    ]
    merge(warehouse, "order_lines", lines)
    orders = [{"order_id": name, "placed_at": at("2026-03-01")} for name in ("O-1", "O-2", "O-3")]
    merge(warehouse, "orders", orders)
    parcels = [
        {"shipment_id": f"S-{n}", "order_id": f"O-{n}", "created_at": at("2026-03-01")}
        for n in (1, 2)
    ]
    merge(warehouse, "shipments", parcels)
    given = context(
        engine, warehouse, tmp_path, tables=["orders", "order_lines", "shipments", "mentions"]
    )
    result = collected(engine, given)
    # The linked lot leads to one order; the shipments and lines are those of that order.
    assert result["rows"] == {"orders": 1, "order_lines": 1, "shipments": 1}
    assert result["left_out"] == {"mentions": "This home records no mentions."}
    row = dossier.rows_of(engine, 1).filter(pl.col("name").str.starts_with("shipments")).row(0)
    content = evidence_files.read(tmp_path, row[5])
    assert pl.read_csv(io.BytesIO(content))["shipment_id"].to_list() == ["S-1"]


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"tables": "nonsense"}, "There is no table nonsense"),
        ({"tables": "agents"}, "Nothing that this crisis joins leads to rows of agents"),
        ({"format": "xlsx"}, "There is no format 'xlsx'"),
    ],
)
def test_what_cannot_be_collected_is_told(
    engine: Engine, warehouse: Warehouse, tmp_path: Path, params: dict[str, Any], told: str
) -> None:
    whole(engine, tmp_path)
    merge(warehouse, "agents", [{"agent_id": "a"}])
    with pytest.raises(EffectError, match=told):
        collected(engine, context(engine, warehouse, tmp_path, **params))


def test_in_a_drill_there_may_be_nothing_to_collect(
    engine: Engine, warehouse: Warehouse, tmp_path: Path
) -> None:
    crisis(engine, labels_json={"topic": "customs", "market": "BR"})
    nothing = context(engine, warehouse, tmp_path, tables=["disputes"])
    nothing = replace(nothing, labels={"topic": "customs", "market": "BR"})
    with pytest.raises(EffectError, match="Nothing that this crisis joins leads to rows"):
        collected(engine, nothing)
    result = collected(engine, replace(nothing, drill=1))
    assert (result["evidence"], set(result["left_out"])) == ([], {"disputes"})


def test_a_step_that_builds_a_pack_records_one(
    engine: Engine, warehouse: Warehouse, tmp_path: Path
) -> None:
    whole(engine, tmp_path)
    effect, given = EFFECT["build_pack"], context(engine, warehouse, tmp_path)
    for _again in range(2):  # as after a crash
        prepared = effect.prepare(given)
        with writing(engine) as connection:
            result = effect.commit(connection, given, prepared)
    (row,) = dossier.packs_of(engine, 1)
    assert result["pack"] == row.id
