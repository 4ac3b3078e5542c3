"""How long customers wait, from rollups and rows alike, and against a count by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_access.marts import refresh
from data_access.metrics import Filter, Metrics, Query
from data_access.survival import kaplan_meier, quantile
from tests.data_access.metrics.company import START, company
from tests.data_access.metrics.home import Home
from tests.data_access.tables import Rows, at

AS_OF = START + timedelta(days=60, hours=3)
EARLIER = AS_OF - timedelta(days=21, hours=7)
FIRST = START.date()
KPIS = ("first_response_p50", "first_response_p90", "resolution_p50", "resolution_p90")
COLUMNS = {
    "first_response": ("fr_started_at", "first_response_at", "fr_withdrawn_at", "fr_target_s"),
    "resolution": ("created_at", "first_solved_at", "res_withdrawn_at", "res_target_s"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("home"))
    made.take_in(company(Random(11), 900), AS_OF)
    refresh(made.warehouse, made.engine, AS_OF)
    yield made
    made.close()


@pytest.fixture(scope="module")
def metrics(home: Home) -> Metrics:
    return home.metrics()


def by_rows(home: Home, kpi: str, as_of: datetime, where: pl.Expr) -> tuple[float | None, ...]:
    """The percentile and its interval in hours from each single row of the mart, and n."""
    kind, _, percent = kpi.rpartition("_p")
    started, stopped, withdrawn, target = COLUMNS[kind]
    now = pl.lit(as_of)
    end = pl.min_horizontal(stopped, withdrawn, now)
    gone = pl.col("is_spam") | pl.col("merged_into").is_not_null() | pl.col("deleted")
    rows = (
        home.warehouse.scan("cases", namespace="marts")
        .filter(~gone.fill_null(value=False) & pl.col(target).is_not_null())
        .filter((pl.col("created_at") <= now) & (pl.col(started) <= now) & where)
        .select(
            hours=(end - pl.col(started)).dt.total_seconds() / 3600,
            is_end=((pl.col(stopped) == end) & (pl.col(stopped) <= now)).fill_null(value=False),
        )
        .collect()
    )
    found = quantile(kaplan_meier(rows["hours"], rows["is_end"]), int(percent) / 100)
    return found.value, found.low, found.high, rows.height


@pytest.mark.parametrize("kpi", KPIS)
@pytest.mark.parametrize("as_of", [None, EARLIER])
@pytest.mark.parametrize("market", [None, "DE", "US"])
def test_buckets_say_what_the_rows_say(
    home: Home, metrics: Metrics, kpi: str, as_of: datetime | None, market: str | None
) -> None:
    where = Filter(market=(market,)) if market else Filter()
    row = metrics.kpi(Query(kpi, where=where, as_of=as_of)).row(0, named=True)
    mine = pl.lit(value=True) if market is None else pl.col("market") == market
    value, low, high, n = by_rows(home, kpi, as_of or AS_OF, mine)
    assert row["n"] == n
    assert row["n"] >= 20
    for said, exact in ((row["value"], value), (row["low"], low), (row["high"], high)):
        assert (said is None) == (exact is None)
        if exact is not None:
            # One bucket is 2 % wide.
            assert said == pytest.approx(exact, rel=0.021, abs=0.001)


@pytest.mark.parametrize("kpi", KPIS)
@pytest.mark.parametrize("by", [("market",), ("week",), ("channel", "month"), ("team",)])
def test_rollups_and_rows_agree(metrics: Metrics, kpi: str, by: tuple[str, ...]) -> None:
    where = Filter(start=FIRST + timedelta(days=9), end=FIRST + timedelta(days=50))
    kept = metrics.kpi(Query(kpi, by, where))
    # Another zone scans the rows; one without an offset cuts the same days.
    scanned = metrics.kpi(Query(kpi, by, where, zone="Africa/Abidjan"))
    assert_frame_equal(kept, scanned)
    assert kept["n"].sum() == metrics.kpi(Query(kpi, (), where))["n"].item()


def answered(hours: list[float | None]) -> dict[str, Rows]:
    """A case per entry, created at START and answered after so many hours, or not at all."""
    cases: Rows = []
    events: Rows = []
    for number, wait in enumerate(hours):
        cases.append({"case_id": f"c{number}", "created_at": START, "status": "open"})
        told = {"case_id": f"c{number}", "actor_role": "agent"}
        events.append({**told, "event_id": f"n{number}", "at": START, "type": "note"})
        if wait is not None:
            when = START + timedelta(hours=wait)
            events.append({**told, "event_id": f"a{number}", "at": when, "type": "agent_msg"})
    return {"cases": cases, "case_events": events}


def test_who_still_waits_is_not_forgotten(tmp_path: Path) -> None:
    home = Home(tmp_path)
    now = START + timedelta(hours=10)
    home.take_in(answered([1, 2, 3, None, None, None, None]), now)
    refresh(home.warehouse, home.engine, now)
    row = home.metrics().kpi(Query("first_response_p50")).row(0, named=True)
    # The three that were answered have a median of 2 h; but 4 of 7 still wait after 10 h.
    assert (row["value"], row["n"], row["numerator"]) == (None, 7, 3)
    assert row["low"] == pytest.approx(1, rel=0.03)
    assert row["high"] is None
    # A day later two more have been answered: 5 of 7, the fourth (57 %) after 20 h.
    later = START + timedelta(hours=30)
    home.take_in(answered([1, 2, 3, 20, 21, None, None]), later)
    refresh(home.warehouse, home.engine, later)
    metrics = home.metrics()
    found = metrics.kpi(Query("first_response_p50")).row(0, named=True)
    assert found["value"] == pytest.approx(20, rel=0.02)
    assert found["unit"] == "hours"
    # What was known then has not changed.
    before = metrics.kpi(Query("first_response_p50", as_of=now)).row(0, named=True)
    assert (before["value"], before["n"]) == (None, 7)
    home.close()


def test_no_cases_no_percentile(metrics: Metrics) -> None:
    where = Filter(end=at("2020-01-01").date())
    row = metrics.kpi(Query("resolution_p90", where=where)).row(0, named=True)
    assert (row["value"], row["low"], row["high"], row["n"]) == (None, None, None, 0)
    assert metrics.kpi(Query("resolution_p90", ("market",), where)).is_empty()
