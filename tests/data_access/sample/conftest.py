"""One small sample company for all tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data_access.sample.plan import Plan
from data_access.sample.world import World, generate

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def plan() -> Plan:
    return Plan(seed=5, now=NOW, orders=6_000)


@pytest.fixture(scope="session")
def world(plan: Plan) -> World:
    return generate(plan)
