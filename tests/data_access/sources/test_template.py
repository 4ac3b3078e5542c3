"""Folders in our own templates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from data_access.contracts import TABLES
from data_access.sources.base import SourceError
from data_access.sources.template import SOURCE
from tests.data_access.sources.reading_aid import notes, options, problems, read, write

LINES = "line_id,order_id,placed_at,qty,price,currency\n"


def test_csv_and_parquet_in_the_order_of_import(tmp_path: Path) -> None:
    write(tmp_path, "order_lines.csv", LINES + "L1,O1,2026-01-01T00:00:00Z,2,1999,EUR\n")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    pl.DataFrame({"order_id": ["O1"], "placed_at": [at]}).write_parquet(tmp_path / "orders.parquet")
    tables = read(SOURCE, tmp_path)
    assert list(tables) == ["orders", "order_lines"]
    assert tables["orders"].frame.rows() == [("O1", at, "orders.parquet", 1)]
    assert tables["order_lines"].frame.select("price", "placed_at", "_row").rows() == [
        (1999, at, 2)
    ]


def test_every_table_passes_as_parquet_and_as_csv(tmp_path: Path) -> None:
    """A row in the contract's own types comes back as it went in, whichever way it was written."""
    for name, contract in TABLES.items():
        frame = pl.DataFrame(
            {
                column: [sample(info.kind, info.allowed)]
                for column, info in contract.columns.items()
            },
            schema=contract.dtypes(),
        )
        for suffix in ("parquet", "csv"):
            folder = tmp_path / name / suffix
            folder.mkdir(parents=True)
            path = folder / f"{name}.{suffix}"
            frame.write_parquet(path) if suffix == "parquet" else frame.write_csv(path)
            table = read(SOURCE, path)[name]
            assert table.frame.drop("_file", "_row").equals(frame), (name, suffix)
            assert table.problems.is_empty()


def sample(kind: str, allowed: tuple[str, ...]) -> object:
    return {
        "instant": datetime(2026, 3, 4, 5, 6, 7, 890, tzinfo=UTC),
        "date": date(2026, 3, 4),
        "choice": allowed[0] if allowed else None,
        "count": 3,
        "money": -1250,
        "number": 2.5,
        "flag": True,
        "currency": "EUR",
        "country": "DE",
        "language": "pt-BR",
        "zone": "Europe/Berlin",
    }.get(kind, "text with , and ü")


def test_bad_values_are_refused_row_by_row(tmp_path: Path) -> None:
    text = (
        LINES
        + "L1,O1,2026-01-01,two,1999,EUR\nL2,O1,yesterday,1,19.99,EUR\nL3,O1,2026-01-01,1,5,EUR\n"
    )
    table = read(SOURCE, write(tmp_path, "order_lines.csv", text))["order_lines"]
    assert problems(table) == [
        (2, "qty", "two"),
        (3, "placed_at", "yesterday"),
        (3, "price", "19.99"),
    ]
    assert table.frame["line_id"].to_list() == ["L3"]


def test_parquet_with_other_types(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "line_id": ["L1", "L2"],
            "order_id": ["O1", "O1"],
            "placed_at": pl.Series([datetime(2026, 7, 1, 12)] * 2, dtype=pl.Datetime("ns")),  # noqa: DTZ001
            "qty": pl.Series([2.0, 2.5]),
            "price": pl.Series([5, 6], dtype=pl.Int16),
        }
    )
    frame.write_parquet(tmp_path / "order_lines.parquet")
    table = read(SOURCE, tmp_path, options(zone="Europe/Berlin"))["order_lines"]
    assert table.frame.select("line_id", "placed_at", "qty", "price").rows() == [
        ("L1", datetime(2026, 7, 1, 10, tzinfo=UTC), 2, 5)
    ]
    assert problems(table) == [(2, "qty", "2.5")]


def test_missing_column_stops_and_strange_ones_are_noted(tmp_path: Path) -> None:
    path = write(
        tmp_path, "order_lines.csv", LINES.replace("placed_at", "placedat") + "L1,O1,,,,\n"
    )
    with pytest.raises(SourceError) as error:
        read(SOURCE, path)
    assert "needs the column placed_at" in error.value.message
    assert "Did you mean 'placed_at'?" in error.value.message
    write(
        tmp_path, "order_lines.csv", "line_id,order_id,placed_at,qty,colour\nL,O,2026-01-01,1,red\n"
    )
    write(tmp_path, "ordrs.csv", "a\n1\n")
    said = notes(read(SOURCE, tmp_path)["order_lines"])
    assert said[0].startswith("not imported: there is no table 'ordrs'. Did you mean 'orders'?")
    assert said[1].startswith("ignored: there is no column 'colour'.")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "no CSV or Parquet file at all"),
        (["ticket.csv"], "There are: orders, order_lines"),
        (["cases.csv", "cases.tsv"], "both cases.csv and cases.tsv"),
    ],
)
def test_folders_without_what_is_expected(tmp_path: Path, files: list[str], said: str) -> None:
    for name in files:
        write(tmp_path, name, "a\n1\n")
    with pytest.raises(SourceError) as error:
        read(SOURCE, tmp_path)
    assert said in error.value.message
    assert str(tmp_path) in error.value.message


def test_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file or folder"):
        read(SOURCE, tmp_path / "none")
