"""docs/mapping.md: every key is documented, and its examples do what it says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from data_access.sources.base import SourceOptions, Table, refused
from data_access.sources.mapped import SOURCE
from data_access.sources.mapping import (
    ColumnRule,
    Condition,
    FileForm,
    MappingFile,
    TableRule,
    keys,
)

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "mapping.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("model", "title"),
    [(FileForm, "`[file]`"), (TableRule, "`[[table]]`"), (ColumnRule, "`[table.columns]`")],
)
def test_every_key_has_a_row_in_its_table(model: type[FileForm], title: str) -> None:
    rows = re.findall(r"^\| (`.*?) \|", section(title), flags=re.MULTILINE)
    documented = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert documented == set(keys(model))


def test_conditions_and_sections_are_documented() -> None:
    assert all(f"`{key}" in section("`[[table]]`") for key in keys(Condition))
    assert keys(MappingFile) == ["file", "table"]


@pytest.mark.parametrize("name", ["helpdesk", "carrier"])
def test_the_page_shows_the_example_as_it_is(name: str) -> None:
    assert (DOCS / "examples" / f"{name}.toml").read_text(encoding="utf-8") in TEXT


def run(name: str) -> dict[str, Table]:
    folder = DOCS / "examples"
    options = SourceOptions(
        None, folder / f"{name}.toml", None, b"k" * 16, datetime(2026, 2, 1, tzinfo=UTC)
    )
    tables = {table.name: table for table in SOURCE.read(folder / f"{name}.csv", options)}
    for table in tables.values():
        assert table.read == table.frame.height + refused(table.problems)
    return tables


def test_helpdesk_example() -> None:
    tables = run("helpdesk")
    cases = tables["cases"]
    assert cases.frame["_row"].to_list() == [2, 3, 5]
    assert cases.frame["order_id"].to_list() == ["DE-4711", "AT-4712", "DE-4720"]
    assert cases.frame["country"].to_list() == ["DE", "AT", "FR"]
    assert cases.frame["status"].to_list() == ["open", "solved", "closed"]
    assert cases.frame["created_at"].to_list() == [
        datetime(2026, 3, 2, 7, 15, tzinfo=UTC),
        datetime(2026, 3, 2, 8, 40, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    ]
    assert cases.frame["subject"][1] == "Größe passt nicht,\nbitte Etikett"
    problem = cases.problems.row(0, named=True)
    said = f"{problem['_file']}, line {problem['_row']}, {problem['column']}, "
    said += f'"{problem["value"]}": {problem["reason"]}'
    assert said in TEXT
    lines = tables["return_lines"].frame
    assert lines.select("price", "recovered", "qty").rows() == [(104990, 2000, 1), (8900, 0, 1)]
    assert lines["return_line_id"].str.len_chars().to_list() == [24, 24]


def test_carrier_example() -> None:
    tables = run("carrier")
    events = tables["tracking_events"].frame
    assert events["event_id"].to_list() == ["P1/A", "P1/B", "P1/C", "P2/D", "P2/E"]
    assert events["state"].to_list()[-1] == "in_transit"
    assert events["event_at"][2] == datetime(2026, 1, 9, 20, 30, tzinfo=UTC)
    shipments = tables["shipments"]
    assert shipments.frame.select("shipment_id", "state", "promised_on", "cost").rows() == [
        ("P1", "delivered", date(2026, 1, 9), 1250)
    ]
    assert shipments.frame["delivered_at"].to_list() == [datetime(2026, 1, 9, 20, 30, tzinfo=UTC)]
    refused_row = shipments.problems.filter(pl.col("_row").is_not_null()).row(0, named=True)
    assert (refused_row["_row"], refused_row["column"], refused_row["value"]) == (7, "code", "XX")
    (note,) = shipments.problems.filter(pl.col("_row").is_null())["reason"]
    assert note == "5 rows made 2 shipments: the last by 'seq'"
