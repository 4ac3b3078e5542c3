"""The test databases are real, empty, and gone afterwards."""

from __future__ import annotations

import pyarrow as pa
import pytest
import sqlalchemy as sa
from pyiceberg.catalog.sql import SqlCatalog

from tests.postgres_server import PostgresServer


def test_state_url_takes_sqlalchemy_statements(state_url: str) -> None:
    engine = sa.create_engine(state_url)
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    try:
        assert sa.inspect(engine).get_table_names() == []
        table.create(engine)
        assert sa.inspect(engine).get_table_names() == ["t"]
    finally:
        engine.dispose()


def test_iceberg_catalog_lives_in_the_state_database(state_url: str, tmp_path) -> None:
    catalog = SqlCatalog("afterwatch", uri=state_url, warehouse=f"file://{tmp_path}")
    try:
        catalog.create_namespace("facts")
        rows = pa.table({"a": pa.array([1, 2], pa.int64())})
        table = catalog.create_table("facts.t", schema=rows.schema)
        table.append(rows)
        assert catalog.load_table("facts.t").scan().to_arrow().num_rows == 2
    finally:
        catalog.close()


@pytest.mark.postgres
def test_each_database_is_new_and_dropped(postgres: PostgresServer) -> None:
    def names() -> set[str]:
        with postgres.connect() as connection:
            return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}

    before = names()
    with postgres.new_database(), postgres.new_database():
        assert len(names() - before) == 2
    assert names() == before
