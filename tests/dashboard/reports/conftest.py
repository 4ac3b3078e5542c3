"""One home with a small sample company for all tests of reports."""

from __future__ import annotations

import pytest

from dashboard.services import Services
from tests.dashboard.reports import report_home


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """A home that tests issue reports in, and change nothing else of."""
    return report_home.built(tmp_path_factory.mktemp("report-home"))
