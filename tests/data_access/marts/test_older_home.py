"""A home that an older version filled opens and refreshes; what it does not know yet is null."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import polars as pl
import pytest

from data_access.contracts import TABLES
from data_access.marts import MARTS, refresh
from data_access.marts.state import read_state, write_state
from data_access.metrics import CATALOGUE, Query
from data_access.rollups.cohorts import COHORTS
from data_access.warehouse.writing import ensure_table, overwrite_parts
from tests.data_access.metrics.company import START, company
from tests.data_access.metrics.home import Home, Original

NOW = START + timedelta(days=40, hours=9)
YOUNGER_FACTS = {
    "cases": ("marketplace", "deleted", "vendor_on_hold_min"),
    "sla_policies": ("marketplace", "pause_states"),
}
YOUNGER_MARTS = ("clocks", "findings")
YOUNGER_COLUMNS = ("fr_due_at", "res_due_at", "fr_withdrawn_at", "dq", "deleted", "marketplace")
YOUNGER_COHORTS = ("clocks_started",)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Original:
    folder = tmp_path_factory.mktemp("older")

    def fill(home: Home) -> None:
        now = Home(folder / "now")
        _fill(now, home)
        now.close()

    return Original(folder / "then", fill)


@pytest.fixture
def older(left: Original) -> Iterator[Home]:
    """A home without the tables and columns that are younger, as its version left it."""
    home = left.again()
    yield home
    home.close()


def _fill(now: Home, then: Home) -> None:
    tables = company(Random(3), 40)
    now.take_in(tables, NOW)
    refresh(now.warehouse, now.engine, NOW)
    then.take_in({name: rows for name, rows in tables.items() if name not in YOUNGER_FACTS}, NOW)
    for name, younger in YOUNGER_FACTS.items():
        rows = now.warehouse.scan(name).drop(younger).collect()
        target = ensure_table(then.warehouse._catalog, ("facts", name), rows.schema, {})
        overwrite_parts(target, rows, [])
    for namespace, names, without in (
        ("marts", MARTS, YOUNGER_MARTS),
        ("rollups", COHORTS, YOUNGER_COHORTS),
    ):
        for name in names:
            if name in without:
                continue
            rows = now.warehouse.scan(name, namespace=namespace).collect()
            gone = [
                column
                for column in rows.columns
                if column in YOUNGER_COLUMNS or "tainted" in column or column == "paused"
            ]
            parts = rows["part"].unique().to_list()
            then.warehouse.replace_parts(name, namespace, rows.drop(gone), parts)
    state = read_state(now.engine)
    assert state is not None
    marts = {n: then.warehouse.snapshot_id(n, "marts") for n in MARTS if n not in YOUNGER_MARTS}
    rollups = {
        n: then.warehouse.snapshot_id(n, "rollups") for n in COHORTS if n not in YOUNGER_COHORTS
    }
    facts = {name: then.warehouse.snapshot_id(name) for name in TABLES}
    write_state(
        then.engine, replace(state, rules="older", marts=marts, rollups=rollups, facts=facts)
    )


def test_it_answers_before_and_after_its_first_refresh(older: Home) -> None:
    metrics = older.metrics()
    earlier = NOW - timedelta(days=3)
    for name in CATALOGUE:
        metrics.kpi(Query(name, ("market",)))
        metrics.kpi(Query(name, ("market",), as_of=earlier))
    contacts = metrics.kpi(Query("contacts"))["n"].item()
    assert contacts > 0

    assert refresh(older.warehouse, older.engine, NOW).full
    told = older.metrics()
    for name in CATALOGUE:
        assert told.kpi(Query(name, ("market",))).columns
    assert told.kpi(Query("marketplace_within_2h"))["n"].item() > 0


def test_its_old_snapshots_stay_readable_while_it_is_refreshed(older: Home) -> None:
    state = read_state(older.engine)
    assert state is not None
    old = state.marts["cases"]
    assert refresh(older.warehouse, older.engine, NOW).full
    rows = older.warehouse.scan(
        "cases", namespace="marts", snapshot_id=old, schema=MARTS["cases"].columns
    ).collect()
    assert rows.height > 0
    assert rows["fr_due_at"].null_count() == rows.height


def test_what_old_facts_do_not_say_is_null(older: Home) -> None:
    rows = older.warehouse.scan("cases").collect()
    assert rows.select(pl.col("marketplace", "deleted").null_count()).row(0) == (
        rows.height,
        rows.height,
    )
    older.take_in({"cases": [{"case_id": "new", "created_at": NOW, "deleted": True}]}, NOW)
    told = older.warehouse.scan("cases").filter(pl.col("deleted")).collect()
    assert told["case_id"].to_list() == ["new"]
