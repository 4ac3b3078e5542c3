"""Open cases at the end of a day, and their age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.marts import refresh
from data_access.metrics import Filter, Metrics, Query
from data_access.metrics.backlog import AGE_BUCKETS, age_bucket
from tests.data_access.metrics.home import Home
from tests.data_access.tables import at

NOW = at("2026-03-05 12:00")

CASES = {
    "a": ("2026-03-01 09:00", "DE", [("solved", "2026-03-02 10:00")]),
    "b": ("2026-03-02 09:00", "DE", []),
    "c": (
        "2026-03-03 11:00",
        "FR",
        [("solved", "2026-03-03 12:00"), ("reopened", "2026-03-05 08:00")],
    ),
    "d": ("2026-03-05 11:00", "FR", []),
}
"""Open at the end of: 1 March a; 2 March b; 3 and 4 March b; now b, c, d."""


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metrics]:
    home = Home(tmp_path_factory.mktemp("backlog"))
    cases, events = [], []
    for name, (created, market, told) in CASES.items():
        row = {"case_id": name, "created_at": at(created), "country": market, "status": "open"}
        cases.append(row)
        for number, (kind, when) in enumerate([("created", created), *told]):
            event = {"event_id": f"{name}{number}", "case_id": name, "at": at(when), "type": kind}
            events.append(event)
    home.take_in({"cases": cases, "case_events": events}, NOW)
    refresh(home.warehouse, home.engine, NOW)
    yield home.metrics()
    home.close()


def counts(
    metrics: Metrics, *by: str, as_of: datetime | None = None, **where: object
) -> list[tuple[object, ...]]:
    query = Query("backlog", by, Filter(**where), as_of)  # type: ignore[arg-type]
    return metrics.kpi(query).select(*by, "n").rows()


def test_at_the_end_of_each_day(metrics: Metrics) -> None:
    days = [date(2026, 3, day) for day in range(1, 6)]
    assert counts(metrics, "day") == list(zip(days, [1, 1, 1, 1, 3], strict=True))
    assert counts(metrics, "day", start=days[3]) == [(days[3], 1), (days[4], 3)]


def test_now_then_and_as_it_was_known(metrics: Metrics) -> None:
    assert counts(metrics) == [(3,)]
    assert counts(metrics, end=date(2026, 3, 3)) == [(1,)]
    assert counts(metrics, as_of=at("2026-03-03 11:30")) == [(2,)]


def test_by_market_every_period_has_every_market(metrics: Metrics) -> None:
    rows = counts(metrics, "market", "day", start=date(2026, 3, 4))
    fourth, fifth = date(2026, 3, 4), date(2026, 3, 5)
    assert rows == [("DE", fourth, 1), ("DE", fifth, 1), ("FR", fourth, 0), ("FR", fifth, 2)]
    assert counts(metrics, "market") == [("DE", 1), ("FR", 2)]


def test_by_age_since_creation(metrics: Metrics) -> None:
    # b is 3 d 3 h old, c 2 d 1 h since it was created (not since it was reopened), d 1 h.
    assert counts(metrics, "age_bucket") == [("0-4h", 1), ("2-7d", 2)]
    assert counts(metrics, "market", "age_bucket", market=("FR",)) == [
        ("FR", "0-4h", 1), ("FR", "2-7d", 1),
    ]  # fmt: skip


def test_by_age_at_the_end_of_days(metrics: Metrics) -> None:
    rows = counts(metrics, "day", "age_bucket", start=date(2026, 3, 1), end=date(2026, 3, 3))
    assert rows == [
        (date(2026, 3, 1), "4-24h", 1),
        (date(2026, 3, 2), "4-24h", 1),
        (date(2026, 3, 3), "1-2d", 1),
    ]
    assert len(counts(metrics, "month", "age_bucket")) == 2


def test_a_filter_of_the_future_has_no_periods(metrics: Metrics) -> None:
    assert counts(metrics, "day", start=date(2026, 4, 1)) == []
    assert counts(metrics, "day", "age_bucket", start=date(2026, 4, 1)) == []


@given(st.timedeltas(timedelta(0), timedelta(days=30)))
def test_every_age_has_the_bucket_that_holds_it(age: timedelta) -> None:
    found = pl.DataFrame({"age": [age]}).select(age_bucket(pl.col("age"))).item()
    hours = age / timedelta(hours=1)
    limits = [4, 24, 48, 168]
    assert found == AGE_BUCKETS[sum(hours >= limit for limit in limits)]
