"""read = new + changed + unchanged + quarantined, whatever comes."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import quarantine
from data_access.importing import import_path
from data_access.state import batches
from data_access.state.engine import open_state
from data_access.warehouse import open_warehouse
from tests.data_access.importing.stub_source import NOW, OPTIONS, StubSource, problem, table

DAYS = st.none() | st.sampled_from(
    [datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 2023, 2024, 2050)]
)
ROW = st.fixed_dictionaries(
    {
        "order_id": st.none() | st.sampled_from(["", "a", "b", "c"]),
        "placed_at": DAYS,
        "cancelled_at": DAYS,
        "customer_key": st.none() | st.sampled_from(["", "x@example.com"]),
        "total": st.none() | st.integers(0, 1),
        "currency": st.none() | st.sampled_from(["EUR", "eur", "XQQ"]),
        "country": st.none() | st.sampled_from(["DE", "Germany"]),
        "fulfilment": st.none() | st.sampled_from(["fbm", "donkey"]),
    }
)
FILE = st.tuples(st.lists(ROW, max_size=8), st.sets(st.integers(100, 103)))


@given(files=st.lists(FILE, min_size=1, max_size=3), parts=st.integers(1, 2))
@settings(max_examples=30)
def test_every_row_is_accounted_for(
    files: list[tuple[list[dict[str, Any]], set[int]]], parts: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/state.sqlite"
        warehouse, engine = open_warehouse(url, Path(folder) / "wh"), open_state(url)
        goes = {"warehouse": warehouse, "engine": engine, "options": OPTIONS, "now": NOW}
        for rows, bad_lines in files:
            made = table("orders", rows, [problem(line) for line in sorted(bad_lines)])
            source = StubSource([made] * parts)
            dry = import_path(source, Path("x"), dry_run=True, **goes)  # type: ignore[arg-type]
            before = warehouse.scan("orders").collect().height
            report = import_path(source, Path("x"), **goes)  # type: ignore[arg-type]
            again = import_path(source, Path("x"), **goes)  # type: ignore[arg-type]
            assert dry.tables == report.tables
            for t in (*report.tables, *again.tables):
                assert t.read == t.new + t.changed + t.unchanged + t.quarantined
                assert t.read == parts * (len(rows) + len(bad_lines))
            assert again.tables[0].new == again.tables[0].changed == 0
            assert warehouse.scan("orders").collect().height == before + report.tables[0].new
        frame = warehouse.scan("orders").collect()
        assert not frame.select("source", "order_id").is_duplicated().any()
        total = batches.history(engine)
        assert total["read"].sum() == total.select(batches.COUNTS[1:]).sum().sum_horizontal()[0]
        assert "x@example.com" not in frame.write_csv()
        assert "x@example.com" not in quarantine.listing(engine).write_csv()
        engine.dispose()
        warehouse.close()
