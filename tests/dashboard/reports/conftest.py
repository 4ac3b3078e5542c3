"""One home with a small sample company for all tests of reports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard.services import Services
from tests.dashboard.reports import report_home


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A home that tests issue reports in, and change nothing else of."""
    services = report_home.built(tmp_path_factory.mktemp("report-home"))
    yield services
    services.warehouse.close()
    services.engine.dispose()
