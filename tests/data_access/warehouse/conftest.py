"""An empty warehouse on each kind of state database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access.warehouse import Warehouse, open_warehouse


@pytest.fixture
def warehouse(state_url: str, tmp_path: Path) -> Iterator[Warehouse]:
    made = open_warehouse(state_url, tmp_path / "warehouse")
    yield made
    made.close()
