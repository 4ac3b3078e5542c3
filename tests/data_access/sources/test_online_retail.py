"""Invoice lines in small."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from data_access.sources.base import SourceError, Table
from data_access.sources.online_retail import SOURCE
from tests.data_access.sources.reading_aid import notes, options, problems, read, write

HEADER = "Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINES = (
    "MUG,6,2011-06-01 08:26:00,2.55,17850,United Kingdom\n"
    "MUG,6,2011-06-01 08:26:00,2.55,17850,United Kingdom\n"
    "POSTAGE,1,2011-06-01 08:26:00,18.005,17850,United Kingdom\n"
    "MUG,-2,2011-06-02 10:00:00,2.55,17850,EIRE\n"
    "Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,Unspecified\n"
    ",-5,2011-08-12 15:00:00,0,,France\n"
    "MUG,x,2011-08-12 15:00:00,1,,France\n"
    "MUG,1,2011-08-12 15:00:00,1,,Narnia\n"
)


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Table]:
    return read(SOURCE, write(tmp_path, "online_retail.csv", HEADER + LINES))


def test_every_line_is_a_sale_a_return_or_refused(tables: dict[str, Table]) -> None:
    lines, returned = tables["order_lines"], tables["return_lines"]
    assert lines.read + returned.read == 8
    assert lines.frame.select("sku", "qty", "price", "_row").rows() == [
        ("MUG", 6, 1530, 2),
        ("MUG", 6, 1530, 3),
        ("POSTAGE", 1, 1801, 4),
        ("Adjust bad debt", 1, -1106206, 6),
    ]
    assert returned.frame.select("sku", "qty", "price", "_row").rows() == [
        ("MUG", 2, 510, 5),
        (None, 5, 0, 7),
    ]
    assert problems(lines) == [(8, "Quantity", "x"), (9, "Country", "Narnia")]
    said = notes(lines)
    assert said[0] == "8 lines: 4 sold, 2 returned, 2 refused"
    assert said[1].startswith("1 lines repeat another line")
    assert said[2].startswith("1 sold lines have a negative value (-11062.06 GBP")
    assert said[3].startswith("1 lines name no country")


def test_invoices(tables: dict[str, Table]) -> None:
    orders = tables["orders"].frame
    assert orders.select("country", "total", "customer_key", "placed_at").rows() == [
        # British summer time: 8:26 is 7:26 UTC.
        ("GB", 4861, "17850", datetime(2011, 6, 1, 7, 26, tzinfo=UTC)),
        (None, -1106206, None, datetime(2011, 8, 12, 13, 51, tzinfo=UTC)),
    ]
    assert (
        orders["order_id"].to_list()
        == tables["order_lines"].frame["order_id"].unique(maintain_order=True).to_list()
    )
    assert tables["returns"].frame["country"].to_list() == ["IE", "FR"]
    assert tables["products"].frame["sku"].to_list() == ["POSTAGE", "MUG", "Adjust bad debt"]


def test_ids_are_unique_stable_and_tell_no_customer(
    tmp_path: Path, tables: dict[str, Table]
) -> None:
    ids = tables["order_lines"].frame["line_id"]
    assert ids.n_unique() == ids.len()
    again = read(SOURCE, write(tmp_path, "online_retail_copy.csv", HEADER + LINES))
    assert again["order_lines"].frame["line_id"].equals(ids)
    other = read(
        SOURCE, tmp_path / "online_retail_copy.csv", replace(options(), hash_key=b"another key")
    )
    assert set(other["orders"].frame["order_id"]).isdisjoint(tables["orders"].frame["order_id"])


def test_parquet_and_copies_with_invoice_numbers(tmp_path: Path) -> None:
    frame = pl.read_csv((HEADER + LINES).encode(), schema_overrides={"Quantity": pl.String})
    typed = frame.head(6).with_columns(
        pl.col("InvoiceDate").str.to_datetime(time_unit="ns"),
        pl.col("Quantity").cast(pl.Int32),
        pl.col("CustomerID").cast(pl.Float64),
    )
    typed.write_parquet(tmp_path / "online_retail.parquet")
    tables = read(SOURCE, tmp_path)
    assert tables["orders"].frame["total"].to_list() == [4861, -1106206]
    assert tables["orders"].frame["customer_key"].to_list() == ["17850", None]
    named = typed.with_columns(InvoiceNo=pl.lit("5"), StockCode=pl.lit("85123A"))
    named.write_parquet(tmp_path / "online_retail.parquet")
    tables = read(SOURCE, tmp_path)
    assert tables["orders"].read == 1
    assert tables["order_lines"].frame["sku"].unique().to_list() == ["85123A"]


def test_other_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Is 'Quantty' meant for 'Quantity'"):
        read(
            SOURCE,
            write(tmp_path, "x.csv", HEADER.replace("Quantity", "Quantty") + "a,1,b,c,d,e\n"),
        )
