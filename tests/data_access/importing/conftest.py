"""An empty home on each kind of state database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from data_access.importing import BatchReport, import_path
from data_access.sources.base import Table
from data_access.state.engine import open_state
from data_access.warehouse import Warehouse, open_warehouse
from tests.data_access.importing.stub_source import NOW, OPTIONS, StubSource


@pytest.fixture
def warehouse(state_url: str, tmp_path: Path) -> Iterator[Warehouse]:
    made = open_warehouse(state_url, tmp_path / "warehouse")
    yield made
    made.close()


@pytest.fixture
def engine(warehouse: Warehouse, state_url: str) -> Iterator[Engine]:
    made = open_state(state_url)
    yield made
    made.dispose()


@pytest.fixture
def take_in(warehouse: Warehouse, engine: Engine) -> Callable[..., BatchReport]:
    """Import tables given by hand."""

    def run(*tables: Table, **options: Any) -> BatchReport:
        return import_path(
            StubSource(tables),
            Path("exports"),
            **{
                "warehouse": warehouse,
                "engine": engine,
                "options": OPTIONS,
                "now": NOW,
                **options,
            },
        )

    return run
