"""What was sold by week and what comes back of it, from canonical tables to the nowcast."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest

from data_access.marts import refresh
from data_access.metrics import Filter, Metrics, UnknownDimension
from data_access.metrics.return_cohorts import SPLIT, WEEKS, ReturnCohorts
from tests.data_access.metrics.home import Home
from tests.data_access.tables import Rows

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
COUNT = 20
AS_OF = MONDAY + timedelta(weeks=COUNT, days=2)
"""A Wednesday: the week before is the last one that is over."""
DELAYS = [0, 1, 1, 2, 2, 2, 3, 3, 4, 5]
"""Weeks after the order; the last one comes after five."""


def sold_and_returned() -> dict[str, Rows]:
    """Forty lines a week, ten per cent come back; toys twice as often in the last weeks."""
    tables: dict[str, Rows] = {
        "products": [{"sku": "t", "category": "toys"}, {"sku": "s", "category": "shoes"}],
        "orders": [],
        "order_lines": [],
        "return_lines": [],
    }
    rng = Random(3)
    for week in range(COUNT):
        for number in range(100):
            name, sku = f"{week}-{number}", "t" if number % 2 else "s"
            placed = MONDAY + timedelta(weeks=week, hours=rng.randrange(168))
            order = {"order_id": name, "placed_at": placed, "country": "DE"}
            tables["orders"].append(order)
            line = {"line_id": name, "order_id": name, "sku": sku, "placed_at": placed}
            tables["order_lines"].append({**line, "qty": 1, "price": 100, "currency": "EUR"})
            share = 0.4 if sku == "t" and week >= COUNT - 4 else 0.2
            if rng.random() < share:
                week_of = MONDAY + timedelta(weeks=week + rng.choice(DELAYS))
                asked = max(week_of + timedelta(hours=rng.randrange(168)), placed)
                tables["return_lines"].append(
                    {"return_line_id": name, "return_id": name, "order_id": name, "sku": sku,
                     "requested_at": asked, "qty": 1, "price": 100, "currency": "EUR"}
                )  # fmt: skip
    stray = {"return_line_id": "x", "return_id": "x", "requested_at": AS_OF - timedelta(days=9)}
    tables["return_lines"].append({**stray, "qty": 1})
    return tables


TABLES = sold_and_returned()


def known(as_of: datetime) -> dict[str, Rows]:
    asked = [row for row in TABLES["return_lines"] if row["requested_at"] <= as_of]
    return {**TABLES, "return_lines": asked}


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metrics]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.take_in(known(AS_OF), AS_OF)
    refresh(home.warehouse, home.engine, AS_OF)
    yield home.metrics()
    home.close()


def asked(metrics: Metrics, where: Filter | None = None, **more: object) -> ReturnCohorts:
    return metrics.return_cohorts(
        where or Filter(),
        rng=np.random.default_rng(1),
        **more,  # type: ignore[arg-type]
    )


def by_hand(week: date, until: date) -> int:
    """Returns of orders of a week that were asked for before a day."""
    orders = {
        row["order_id"]
        for row in TABLES["orders"]
        if 0 <= (row["placed_at"].date() - week).days < 7
    }
    return sum(
        row.get("order_id") in orders and row["requested_at"].date() < until
        for row in TABLES["return_lines"]
    )


def test_cohorts_count_what_came_back_of_their_week(metrics: Metrics) -> None:
    found = asked(metrics).weeks
    assert found.schema == WEEKS
    weeks = found["week"].to_list()
    # The week that is not over has no cohort yet, and its requests do not count.
    assert weeks == [(MONDAY + timedelta(weeks=n)).date() for n in range(COUNT)]
    over = (MONDAY + timedelta(weeks=COUNT)).date()
    assert found["sold"].to_list() == [100] * COUNT
    for row in found.iter_rows(named=True):
        assert row["seen"] == by_hand(row["week"], over)
        assert row["rate"] == row["seen"] / 100
        assert row["rate"] <= row["low"] <= row["high"]


def test_the_nowcast_sees_a_rise_where_the_naive_rate_falls(metrics: Metrics) -> None:
    found = asked(metrics, by="category")
    assert found.so_far is not None
    assert found.before.value is not None
    assert found.before.high is not None
    assert found.young.low is not None
    assert found.young.low is not None
    assert found.so_far < found.before.value < found.before.high < found.young.low
    ripe = sum(
        by_hand(week, date(2030, 1, 1)) for week in found.weeks.filter(~pl.col("mature"))["week"]
    )
    young = found.weeks.filter(~pl.col("mature")).height
    assert found.young.high is not None
    assert found.young.low - 0.03 < ripe / (100 * young) < found.young.high + 0.03
    assert found.split.schema == SPLIT
    split = {row["segment"]: row for row in found.split.iter_rows(named=True)}
    assert set(split) == {"toys", "shoes"}
    assert split["toys"]["low"] > split["toys"]["before_high"] > split["toys"]["before"]
    assert split["shoes"]["low"] < split["shoes"]["before"] * 1.3
    assert sum(row["sold"] for row in split.values()) == found.weeks.tail(young)["sold"].sum()
    assert found.last_mature == found.weeks.filter("mature")["rate"][-1]


def test_a_return_without_an_order_is_told(metrics: Metrics) -> None:
    assert asked(metrics).unlinked == 1


def test_filters_hold_and_strange_names_are_refused(metrics: Metrics) -> None:
    toys = asked(metrics, Filter(category=("toys",)))
    assert toys.weeks["sold"].to_list() == [50] * COUNT
    # Why something came back is no property of what was sold: the filter is left out.
    assert asked(metrics, Filter(reason=("defective",))).weeks["sold"].sum() == 100 * COUNT
    with pytest.raises(UnknownDimension):
        asked(metrics, by="team")
    nothing = asked(metrics, Filter(market=("ZZ",)), by="category")
    assert nothing.weeks.is_empty()
    assert nothing.split.is_empty()
    assert nothing.young.value is nothing.last_mature is None


def test_rows_and_rollups_agree_in_another_zone(metrics: Metrics) -> None:
    kept = asked(metrics, by="category")
    scanned = asked(metrics, by="category", zone="Africa/Abidjan")
    assert kept.weeks.equals(scanned.weeks)
    assert kept.split.equals(scanned.split)


def test_a_period_that_ended_long_ago_is_mature(metrics: Metrics) -> None:
    end = (MONDAY + timedelta(weeks=8, days=3)).date()
    found = asked(metrics, Filter(end=end), by="category")
    assert found.weeks["week"].to_list()[-1] == (MONDAY + timedelta(weeks=7)).date()
    assert found.weeks["mature"].all()
    assert found.split.is_empty()
    assert asked(metrics, weeks=5).weeks.height == 5


def test_where_nobody_records_returns_nothing_is_foreseen(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.take_in({**TABLES, "return_lines": []}, AS_OF)
    refresh(home.warehouse, home.engine, AS_OF)
    found = asked(home.metrics(), by="category")
    assert found.weeks.is_empty()
    assert found.young.value is found.so_far is None
    home.close()
