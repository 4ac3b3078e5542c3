"""The real exports go in through the import path, and every row of them is accounted for.

The expected figures are worked out here from the files themselves, with a few lines of plain
Polars that share no code with the importer.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine

from data_access.importing import BatchReport, TableReport, import_path
from data_access.sources import registry
from data_access.sources.base import SourceOptions
from data_access.state.engine import migrate, open_state
from data_access.warehouse import Warehouse, open_warehouse

pytestmark = pytest.mark.acceptance

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Imported:
    """One real export after its import."""

    files: Path
    path: Path
    name: str
    warehouse: Warehouse
    engine: Engine
    report: BatchReport

    def table(self, name: str) -> TableReport:
        return next(report for report in self.report.tables if report.table == name)

    def facts(self, name: str) -> pl.DataFrame:
        return self.warehouse.scan(name).collect()

    def again(self) -> BatchReport:
        return run(self.name, self.path, self.warehouse, self.engine)


def run(name: str, path: Path, warehouse: Warehouse, engine: Engine) -> BatchReport:
    options = SourceOptions(None, None, None, b"key of the acceptance tests", NOW)
    return import_path(
        registry.get(name), path, warehouse=warehouse, engine=engine, options=options, now=NOW
    )


def imported(name: str, files: Path, place: Path) -> Iterator[Imported]:
    path = {"servicenow": files / "incident_event_log.zip"}.get(name, files)
    engine = open_state(f"sqlite:///{place / 'state.db'}")
    migrate(engine)
    warehouse = open_warehouse(f"sqlite:///{place / 'state.db'}", place / "warehouse")
    report = run(name, path, warehouse, engine)
    for table in report.tables:
        assert table.read == table.new + table.changed + table.unchanged + table.quarantined
    yield Imported(files, path, name, warehouse, engine, report)
    warehouse.close()
    engine.dispose()


@pytest.fixture(scope="module")
def olist(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    yield from imported("olist", real_data / "olist", tmp_path_factory.mktemp("olist"))


@pytest.fixture(scope="module")
def servicenow(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    place = tmp_path_factory.mktemp("servicenow")
    yield from imported("servicenow", real_data / "servicenow", place)


@pytest.fixture(scope="module")
def online_retail(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    place = tmp_path_factory.mktemp("online_retail")
    yield from imported("online-retail", real_data / "online_retail", place)


@pytest.fixture(scope="module")
def ecb_fx(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    yield from imported("ecb-fx", real_data / "ecb_fx", tmp_path_factory.mktemp("ecb_fx"))


def csv(path: Path, **options: object) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False, **options)  # type: ignore[arg-type]


def test_olist_rows(olist: Imported) -> None:
    for table, file in {
        "orders": "olist_orders_dataset",
        "order_lines": "olist_order_items_dataset",
        "products": "olist_products_dataset",
        "shipments": "olist_orders_dataset",
        "reviews": "olist_order_reviews_dataset",
    }.items():
        assert olist.table(table).read == csv(olist.files / f"{file}.csv").height
    persons = csv(olist.files / "olist_customers_dataset.csv")["customer_unique_id"].n_unique()
    assert olist.table("customers").read == persons
    orders = csv(olist.files / "olist_orders_dataset.csv")
    # ISO timestamps without zone compare as text.
    arrived_early = orders.filter(
        pl.col("order_delivered_customer_date") < pl.col("order_delivered_carrier_date")
    )
    assert arrived_early.height == 3
    quarantined = {report.table: report.quarantined for report in olist.report.tables}
    assert quarantined.pop("shipments") == 3
    assert set(quarantined.values()) == {0}


def test_olist_money_and_dates(olist: Imported) -> None:
    items = csv(olist.files / "olist_order_items_dataset.csv")
    cents = items.select((pl.col("price").cast(pl.Float64) * 100).round().sum()).item()
    lines = olist.facts("order_lines")
    assert lines["price"].sum() == int(cents)
    freight = items.select((pl.col("freight_value").cast(pl.Float64) * 100).round().sum()).item()
    assert olist.facts("orders")["total"].sum() == int(cents + freight)


def test_olist_collapse_of_spring_2018(olist: Imported) -> None:
    """Delivered orders that missed their promise, by promised week and by region."""
    orders = csv(olist.files / "olist_orders_dataset.csv").filter(
        pl.col("order_status") == "delivered", pl.col("order_delivered_customer_date").is_not_null()
    )
    own = orders.select(
        "order_id",
        on=pl.col("order_estimated_delivery_date").str.head(10).str.to_date(),
        late=pl.col("order_delivered_customer_date").str.head(10)
        > pl.col("order_estimated_delivery_date").str.head(10),
    )
    facts = (
        olist.facts("shipments")
        .join(own.select("order_id"), left_on="shipment_id", right_on="order_id")
        .select(
            "dest",
            on=pl.col("promised_on"),
            late=pl.col("delivered_on") > pl.col("promised_on"),
        )
    )

    def week(frame: pl.DataFrame, monday: date) -> tuple[int, float]:
        rows = frame.filter(pl.col("on").dt.truncate("1w") == monday)
        return rows.height, round(float(rows["late"].mean() or 0), 3)  # type: ignore[arg-type]

    for monday in (date(2018, 2, 12), date(2018, 3, 19), date(2018, 4, 2)):
        expected, got = week(own, monday), week(facts, monday)
        assert got[1] == pytest.approx(expected[1], abs=0.02)
        assert abs(got[0] - expected[0]) <= 3
    assert week(facts, date(2018, 2, 12))[1] == pytest.approx(0.03, abs=0.01)
    assert week(facts, date(2018, 4, 2)) == (100, 0.24)
    spring = facts.filter(
        pl.col("on").is_between(date(2018, 3, 1), date(2018, 4, 15)), pl.col("dest") == "RJ"
    )
    assert (spring.height, round(float(spring["late"].mean() or 0), 2)) == (79, 0.44)  # type: ignore[arg-type]


def event_log(servicenow: Imported) -> pl.DataFrame:
    with zipfile.ZipFile(servicenow.path) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".csv")]
        return pl.read_csv(io.BytesIO(archive.read(name)), infer_schema=False)


def test_servicenow_rows(servicenow: Imported) -> None:
    log = event_log(servicenow)
    assert log.height == 141_712
    assert servicenow.table("cases").read == log["number"].n_unique() == 24_918
    assert servicenow.table("cases").quarantined == 0
    assert servicenow.table("case_events").quarantined == 0
    assert any("141712 rows made 24918 cases" in note for note in servicenow.report.notes)
    assert any("141712 rows made" in note and "events" in note for note in servicenow.report.notes)
    by_type = dict(servicenow.facts("case_events")["type"].value_counts().rows())
    assert by_type["created"] == 24_918
    assert by_type["closed"] == 24_918
    last = log.with_columns(pl.col("sys_mod_count").cast(pl.Int64)).sort(
        "number", "sys_mod_count", maintain_order=True
    )
    resolved = last.group_by("number").last().filter(pl.col("resolved_at") != "?").height
    reopened = (
        last.select(pl.col("reopen_count").cast(pl.Int64).diff().over("number")).to_series() > 0
    ).sum()
    assert resolved == 24_918 - 1_556
    assert by_type["reopened"] == reopened
    assert by_type["solved"] >= resolved


def test_servicenow_sla_by_opening_week(servicenow: Imported) -> None:
    own = (
        event_log(servicenow)
        .with_columns(pl.col("sys_mod_count").cast(pl.Int64))
        .sort("number", "sys_mod_count", maintain_order=True)
        .group_by("number")
        .last()
        .select(
            week=pl.col("opened_at").str.to_datetime("%d/%m/%Y %H:%M").dt.truncate("1w").dt.date(),
            met=pl.col("made_sla") == "true",
        )
    )
    facts = servicenow.facts("cases").select(
        week=pl.col("created_at").dt.truncate("1w").dt.date(), met=pl.col("vendor_sla_met")
    )

    def by_week(cases: pl.DataFrame) -> dict[date, tuple[int, float]]:
        weeks = cases.group_by("week").agg(pl.len(), pl.col("met").mean()).sort("week")
        return {week: (n, round(share * 100, 1)) for week, n, share in weeks.iter_rows()}

    assert by_week(facts) == by_week(own)
    assert by_week(facts)[date(2016, 3, 7)] == (2073, 4.2)


def test_servicenow_first_answer_comes_from_the_log(servicenow: Imported) -> None:
    events = servicenow.facts("case_events")
    answers = events.filter(pl.col("type") == "agent_msg")
    assert answers["case_id"].n_unique() == answers.height == 24_918
    assert events["event_id"].n_unique() == events.height


def test_online_retail_rows(online_retail: Imported) -> None:
    source = pl.read_parquet(online_retail.files / "online_retail.parquet")
    lines, returned = online_retail.table("order_lines"), online_retail.table("return_lines")
    assert lines.read + returned.read == source.height == 541_909
    assert returned.read == source.filter(pl.col("Quantity") < 0).height
    assert lines.quarantined == returned.quarantined == 0
    assert any("541909 lines" in note for note in online_retail.report.notes)


def test_online_retail_giant_cancellations(online_retail: Imported) -> None:
    source = pl.read_parquet(online_retail.files / "online_retail.parquet").select(
        week=pl.col("InvoiceDate").dt.truncate("1w").dt.date(),
        value=pl.col("Quantity") * pl.col("UnitPrice"),
    )
    sold = online_retail.facts("order_lines")
    back = online_retail.facts("return_lines")

    def of_week(frame: pl.DataFrame, column: str, monday: date) -> pl.DataFrame:
        local = pl.col(column).dt.convert_time_zone("Europe/London")
        return frame.filter(local.dt.truncate("1w").dt.date() == monday)

    for monday, share in ((date(2011, 1, 17), 38), (date(2011, 12, 5), 40)):
        values = source.filter(pl.col("week") == monday)["value"]
        expected = -values.filter(values < 0).sum() / values.filter(values > 0).sum()
        lines, returned = of_week(sold, "placed_at", monday), of_week(back, "requested_at", monday)
        got = returned["price"].sum() / lines["price"].sum()
        assert got == pytest.approx(expected, abs=1e-5)
        assert round(got * 100) == share
        of_lines = returned.height / (lines.height + returned.height)
        assert 0.014 <= of_lines <= 0.015


def test_ecb_fx_cells(ecb_fx: Imported) -> None:
    source = csv(ecb_fx.files / "eurofxref-hist.csv")
    cells = source.select(pl.exclude("Date", ""))
    rates = sum((cells[name] != "N/A").sum() for name in cells.columns)
    table = ecb_fx.table("fx_rates")
    assert (table.read, table.new, table.quarantined) == (rates, rates, 0)
    facts = ecb_fx.facts("fx_rates")
    assert facts["date"].n_unique() == source.height == 7_126
    row = facts.filter(pl.col("date") == date(2026, 10, 30), pl.col("quote") == "USD")
    assert row.select("base", "rate").rows() == [("EUR", 1.1172)]
    assert any(
        f"{cells.height * cells.width - rates} cells" in note for note in ecb_fx.report.notes
    )


@pytest.mark.parametrize("name", ["olist", "servicenow", "online_retail", "ecb_fx"])
def test_the_same_files_again_change_nothing(name: str, request: pytest.FixtureRequest) -> None:
    export: Imported = request.getfixturevalue(name)
    before = {
        table.table: export.warehouse.snapshot_id(table.table) for table in export.report.tables
    }
    for table in export.again().tables:
        assert (table.new, table.changed) == (0, 0)
        assert table.read == table.unchanged + table.quarantined
        assert export.warehouse.snapshot_id(table.table) == before[table.table]
