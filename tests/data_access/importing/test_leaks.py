"""Files with persons in unexpected places: none of them reaches the state database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data_access import privacy, quarantine
from data_access.importing import import_path
from data_access.sources.base import SourceError, SourceOptions, Table
from data_access.sources.registry import get
from data_access.state import batches
from data_access.warehouse import Warehouse
from tests.data_access.importing.stub_source import KEY, NOW, OPTIONS, StubSource

Run = Callable[..., str]

MAPPING = """
[file]
datetime_formats = ["iso8601"]
zone = "UTC"

[[table]]
name = "orders"
[table.columns]
order_id = { column = "Auftrag" }
placed_at = { column = "Datum" }
customer_key = { column = "Mitglied" }
"""


@pytest.fixture
def run(warehouse: Warehouse, engine: Engine, tmp_path: Path) -> Run:
    """Import a file and give everything that the state database says about it."""

    def take(source: str, name: str, text: str, mapping: str = "") -> str:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        rules = tmp_path / "mapping.toml"
        rules.write_text(mapping, encoding="utf-8")
        options = replace(OPTIONS, mapping=rules if mapping else None)
        import_path(get(source), file, warehouse=warehouse, engine=engine, options=options, now=NOW)
        return quarantine.listing(engine).write_csv()

    return take


@pytest.mark.parametrize(
    "broken",
    ["a,2024-01-01T00:00:00Z,7,Joe Doe,Main Street 5,x", 'a,2024-01-01,"7"x,Joe Doe,Main Street 5'],
    ids=["too many fields", "open quote"],
)
def test_a_line_that_falls_into_no_columns_is_not_kept(run: Run, broken: str) -> None:
    told = run("template", "orders.csv", f"order_id,placed_at,customer_key,name,street\n{broken}\n")
    assert ",2," in told
    for secret in ("Joe Doe", "Main Street"):
        assert secret not in told


def test_a_broken_line_of_json_is_not_kept(run: Run) -> None:
    good = '{"Auftrag": "1", "Datum": "2024-01-01", "Mitglied": "7"}'
    told = run("mapped", "f.jsonl", f'{good}\n{{"Kunde": "Joe Doe", "Ort": "Mai\n', MAPPING)
    assert "not a JSON object" in told
    assert "Joe Doe" not in told


def test_columns_that_the_mapping_does_not_read_are_not_kept(run: Run) -> None:
    told = run(
        "mapped",
        "f.csv",
        "Auftrag,Datum,Mitglied,Kunde,Wohnhaft\n1,gestern,M-77,Joe Doe,Main Street 5\n",
        MAPPING,
    )
    assert "gestern" in told
    for secret in ("Joe Doe", "Main Street", "M-77"):
        assert secret not in told


def test_a_customer_who_acts_is_not_kept(run: Run) -> None:
    told = run(
        "template",
        "case_events.csv",
        "event_id,case_id,at,type,actor_id,actor_role\n1,c,gestern,note,Joe Doe,customer\n",
    )
    assert "gestern" in told
    assert "Joe Doe" not in told


@pytest.mark.parametrize("source", ["template", "mapped"])
def test_a_file_without_a_header_leaves_no_person_in_the_record(
    run: Run, engine: Engine, source: str
) -> None:
    text = "A-1,Joe Doe,joe.doe@example.com\nA-2,Ann Roe,a@example.com\n"
    with pytest.raises(SourceError, match="Joe Doe"):
        run(source, "orders.csv", text, MAPPING if source == "mapped" else "")
    message = batches.history(engine)["message"][0]
    assert message.startswith("orders.csv: the")
    assert "Joe Doe" not in message
    assert "joe.doe" not in message


class Broken(StubSource):
    """Fails with a person in its message, as a library may."""

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:  # noqa: ARG002
        raise ValueError("cannot convert 'Joe Doe'")


def test_a_crash_leaves_no_value_in_the_record(warehouse: Warehouse, engine: Engine) -> None:
    with pytest.raises(ValueError, match="Joe Doe"):
        import_path(
            Broken([]), Path("x"), warehouse=warehouse, engine=engine, options=OPTIONS, now=NOW
        )
    message = batches.history(engine)["message"][0]
    assert "ValueError" in message
    assert "Joe" not in message


def test_what_a_carrier_writes_is_redacted(run: Run, warehouse: Warehouse) -> None:
    run(
        "template",
        "tracking_events.csv",
        "event_id,shipment_id,event_at,state,raw_text\n"
        "1,s,2024-01-01T00:00:00Z,delivered,call +49 30 1234567 first\n",
    )
    assert warehouse.scan("tracking_events").collect()["raw_text"].to_list() == [
        "call [phone] first"
    ]


def test_numbers_of_cards_are_redacted_where_a_file_has_types() -> None:
    card = 4111111111111111
    assert privacy.redact_value("reference", card, KEY) == "[card]"
    assert privacy.redact_value("reference", 112, KEY) == 112
