"""Requested returns followed to their end: received, refused, expired, closed, or under way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from data_access.marts import refresh
from data_access.metrics import Filter, Metrics
from data_access.metrics.return_ends import ReturnEnds
from tests.data_access.metrics.company import START
from tests.data_access.metrics.home import Home
from tests.data_access.tables import Rows

AS_OF = START + timedelta(days=20)


def day(number: float) -> object:
    return START + timedelta(days=number)


RETURNS: Rows = [
    # Received on day 4, refused on day 2, expired on day 12, closed without the goods on day 6.
    {"return_id": "a", "requested_at": day(0), "received_at": day(4), "closed_at": day(5),
     "state": "closed"},
    {"return_id": "b", "requested_at": day(0), "closed_at": day(2), "state": "rejected"},
    {"return_id": "c", "requested_at": day(0), "closed_at": day(12), "state": "expired"},
    {"return_id": "d", "requested_at": day(0), "closed_at": day(6), "state": "closed"},
    # Under way since day 10, and one that ended nobody knows when.
    {"return_id": "e", "requested_at": day(10), "state": "in_transit"},
    {"return_id": "f", "requested_at": day(0), "state": "expired"},
]  # fmt: skip


@pytest.fixture
def metrics(tmp_path: Path) -> Metrics:
    home = Home(tmp_path)
    lines = [
        {
            "return_line_id": row["return_id"],
            "return_id": row["return_id"],
            "requested_at": row["requested_at"],
            "qty": 1,
            "reason": "late" if row["return_id"] == "e" else "defective",
        }
        for row in RETURNS
    ]
    home.take_in({"returns": RETURNS, "return_lines": lines}, AS_OF)
    refresh(home.warehouse, home.engine, AS_OF)
    return home.metrics()


def share(found: ReturnEnds, days: int, outcome: str) -> float | None:
    value: float | None = found.shares.filter(days=days, outcome=outcome)["value"].item()
    return value


def test_five_returns_by_hand(metrics: Metrics) -> None:
    found = metrics.return_ends(Filter())
    assert (found.n, found.under_way, found.untimed) == (5, 1, 1)
    # At 7 days: 5 at risk, one each refused (2), received (4), closed (6): 1/5 of all each.
    for outcome in ("received", "rejected", "closed"):
        assert share(found, 7, outcome) == pytest.approx(0.2)
    assert share(found, 7, "waiting") == pytest.approx(0.4)
    # e is last seen after 10 days; then c alone is at risk and expires after 12: all that is left.
    assert share(found, 14, "expired") == pytest.approx(0.4)
    assert share(found, 60, "waiting") == pytest.approx(0)
    row = found.shares.filter(days=7, outcome="received").row(0, named=True)
    assert 0 < row["low"] < 0.2 < row["high"] < 1


def test_as_of_then_and_filters(metrics: Metrics) -> None:
    then = metrics.return_ends(Filter(), as_of=START + timedelta(days=3))
    assert (then.n, then.under_way) == (4, 3)
    assert share(then, 7, "received") is None
    only = metrics.return_ends(Filter(reason=("late",)))
    assert (only.n, only.under_way) == (1, 1)
    assert share(only, 7, "waiting") == 1
    assert share(only, 14, "waiting") is None
    nothing = metrics.return_ends(Filter(market=("ZZ",)))
    assert nothing.n == 0
    assert nothing.shares["value"].null_count() == nothing.shares.height
