"""The sample cases of an alert lie in the window that was judged, in the reporting zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from alerts.examples import sample_cases
from alerts.slots import slot_of
from data_access.marts.schemas import MARTS
from tests.alerts import fakes


class OneTable:
    """A warehouse that holds one mart."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        empty = dict.fromkeys(MARTS["cases"].columns)
        self._rows = pl.LazyFrame([{**empty, **row} for row in rows], schema=MARTS["cases"].columns)

    def scan(self, table: str, *, namespace: str = "facts") -> pl.LazyFrame:
        assert (table, namespace) == ("cases", "marts")
        return self._rows


def test_days_are_those_of_the_reporting_zone() -> None:
    # 21 November in Shanghai is 20 November 16:00 to 21 November 16:00 UTC.
    slot = slot_of(date(2026, 11, 21), "Asia/Shanghai")
    assert slot == datetime(2026, 11, 21, 16, tzinfo=UTC)
    moments = {
        "before": slot - timedelta(days=1, seconds=1),
        "first": slot - timedelta(days=1),
        "last": slot - timedelta(seconds=1),
        "after": slot,
    }
    case = {"market": "DE", "is_spam": False, "source": "desk", "part": 202611}
    tables = OneTable([{"case_id": name, "created_at": at, **case} for name, at in moments.items()])
    rule = fakes.rule().rule
    since = slot - timedelta(days=1)
    assert sample_cases(rule, {"market": "DE"}, since, slot, tables) == ["last", "first"]
