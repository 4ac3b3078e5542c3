"""A feed that begins after the first refresh reaches the rollups too.

Found on real exports: after orders had been imported and refreshed, the cases of a second source
stood in the mart and in no number.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from data_access.importing import import_path
from data_access.marts import refresh
from data_access.metrics import Metrics, Query
from data_access.sources.base import SourceOptions
from data_access.sources.registry import get
from data_access.state.engine import open_state
from data_access.warehouse import open_warehouse

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


def test_cases_imported_after_the_first_refresh_are_counted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'state.db'}"
    warehouse, engine = open_warehouse(url, tmp_path / "warehouse"), open_state(url)
    tables = {
        "orders": "order_id,country,placed_at\n1,PL,2026-03-02T10:00:00Z\n",
        "cases": "case_id,country,created_at\n7,PL,2026-03-02T11:00:00Z\n",
    }
    for hours, (name, text) in enumerate(tables.items()):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.csv").write_text(text)
        now = NOW + timedelta(hours=hours)
        options = SourceOptions(None, None, "shop", b"key", now)
        import_path(
            get("template"), folder, warehouse=warehouse, engine=engine, options=options, now=now
        )
        refresh(warehouse, engine, now)
    counted = Metrics(warehouse, engine).kpi(Query("contacts", by=("market",)))
    assert counted.select("market", "value").rows() == [("PL", 1.0)]
    engine.dispose()
    warehouse.close()
