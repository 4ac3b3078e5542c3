"""Budgets of compensations are those of the policy that was in force at the cut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from alerts import library
from alerts.notify import config
from dashboard.reports.periods import parse
from dashboard.reports.recording_cost import gather
from tests.migrated_state import opened

WEEK = parse("2026-W46", "week")
REGISTERED = datetime(2026, 11, 17, 9, tzinfo=UTC)


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    made = opened(state_url)
    yield made
    made.dispose()


def test_a_policy_that_came_after_the_cut_is_not_known(engine: Engine) -> None:
    library.register(engine, None, REGISTERED)
    earlier = REGISTERED - timedelta(seconds=1)
    assert gather(engine, config.load("schema_version: 1\n"), WEEK, "UTC", earlier) == {}
    found = gather(engine, config.load("schema_version: 1\n"), WEEK, "UTC", REGISTERED)
    assert found["policy"]["version"] == 1
    assert found["default"]["currency"]
