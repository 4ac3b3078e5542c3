"""What holds for every contract."""

from __future__ import annotations

import polars as pl
import pytest

from data_access.contracts import LINEAGE, TABLES
from data_access.contracts.columns import CHANNELS
from data_access.contracts.documentation import _TYPES
from data_access.contracts.reasons import RULES, of_rule
from data_access.privacy import is_personal
from data_access.warehouse.storage import iceberg_schema, stored_dtype

NAMES = list(TABLES)


@pytest.mark.parametrize("name", NAMES)
def test_key_and_partition_time_are_columns_that_are_never_empty(name: str) -> None:
    contract = TABLES[name]
    for column in contract.key:
        assert not contract.columns[column].nullable
    if contract.partition_time:
        info = contract.columns[contract.partition_time]
        assert info.kind == "instant"
        assert not info.nullable


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_documented_and_of_a_known_kind(name: str) -> None:
    for info in TABLES[name].columns.values():
        assert info.doc, info.name
        assert info.kind in _TYPES, info.name
        # A holiday has a name; no other column may look as if it held a person's.
        assert (name, info.name) == ("holidays", "name") or not is_personal(info.name)


@pytest.mark.parametrize("name", NAMES)
def test_no_contract_column_is_named_like_lineage(name: str) -> None:
    assert not set(TABLES[name].columns) & set(LINEAGE)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_words_and_shows_existing_columns(name: str) -> None:
    contract = TABLES[name]
    for rule in contract.schema._schema_validation_rules():
        said = RULES[name, rule]
        assert set(said.columns) <= set(contract.columns)
        assert said.reason
        assert said.advice


def test_no_words_for_rules_that_do_not_exist() -> None:
    there = {(n, rule) for n, c in TABLES.items() for rule in c.schema._schema_validation_rules()}
    assert set(RULES) == there


@pytest.mark.parametrize("name", NAMES)
def test_every_column_check_has_words(name: str) -> None:
    contract = TABLES[name]
    for rule in contract.schema._validation_rules(with_cast=False):
        if "|" in rule:
            said = of_rule(contract, rule)
            assert "not valid" not in said.reason, rule
            assert said.advice


@pytest.mark.parametrize("name", NAMES)
def test_iceberg_schema_comes_from_the_contract(name: str) -> None:
    contract = TABLES[name]
    docs = {column: info.doc for column, info in contract.columns.items()}
    schema = iceberg_schema(contract.stored_dtypes(), docs)
    assert schema.column_names == [*contract.columns, *LINEAGE]
    assert schema.find_field(contract.key[0]).doc == contract.columns[contract.key[0]].doc


def test_enums_are_stored_as_text() -> None:
    assert stored_dtype(pl.Enum(list(CHANNELS))) == pl.String()
    assert TABLES["cases"].stored_dtypes()["channel"] == pl.String()


def test_dtypes_without_a_counterpart_are_refused() -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        stored_dtype(pl.List(pl.Int64()))
