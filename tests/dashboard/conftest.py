"""An application over the made-up world of `fakes`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dash import Dash

from dashboard.app import create_app
from dashboard.services import Services
from tests.dashboard.fakes import services


@pytest.fixture
def fake_services(tmp_path: Path) -> Iterator[Services]:
    made = services(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def app(fake_services: Services) -> Dash:
    return create_app(fake_services)
