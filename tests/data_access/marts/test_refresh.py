"""Refreshing touches what changed and ends as if everything had been built anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import Mock

import pytest

from data_access.marts import building, refresh
from data_access.marts.cases import case_marts
from data_access.marts.state import finished_batches, read_state
from data_access.metrics import Query
from data_access.state import batches
from data_access.state.engine import writing
from data_access.state.schema import import_batch
from data_access.warehouse import Warehouse
from tests.data_access.metrics.company import START, company
from tests.data_access.metrics.home import Home, assert_same
from tests.data_access.tables import Rows, at

NOW = START + timedelta(days=40, hours=9)
LATER = NOW + timedelta(days=3, hours=5)


class KilledError(Exception):
    """The process died here."""


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Callable[[str], Home]]:
    made: list[Home] = []

    def make(name: str) -> Home:
        made.append(Home(tmp_path / name))
        return made[-1]

    yield make
    for home in made:
        home.close()


def corrections(tables: dict[str, Rows]) -> dict[str, Rows]:
    """A second import: new rows, and changes that reach other tables and other months."""
    order, other = tables["orders"][0], tables["orders"][1]
    line, shipment = tables["order_lines"][3], tables["shipments"][5]
    case = next(row for row in tables["cases"] if not row["spam"])
    return {
        "products": [{"sku": "s1", "category": "games"}],
        "customers": [{"customer_key": "c3", "lang": "ja", "country": "JP"}],
        "orders": [
            {**order, "country": "PL"},
            {**other, "placed_at": other["placed_at"] + timedelta(days=31)},
        ],
        "order_lines": [{**line, "order_id": tables["orders"][7]["order_id"], "price": 99_999}],
        "shipments": [{**shipment, "carrier": "ship", "delivered_at": LATER - timedelta(hours=1)}],
        "cases": [
            {**case, "created_at": case["created_at"] - timedelta(days=33)},
            {"case_id": "new", "created_at": NOW, "status": "open", "channel": "email"},
        ],
        "case_events": [
            {"event_id": "x1", "case_id": case["case_id"], "at": NOW, "type": "solved"},
            {"event_id": "x2", "case_id": "new", "at": NOW, "type": "created"},
        ],
        "sla_policies": [
            {
                "policy_id": "p", "metric": "first_response", "clock": "calendar",
                "target_s": 3600, "channel": "chat",
            }
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> dict[str, Rows]:
    return company(Random(7), 40)


def test_step_by_step_ends_like_all_at_once(
    new_home: Callable[[str], Home], tables: dict[str, Rows]
) -> None:
    steps, once = new_home("steps"), new_home("once")
    steps.take_in(tables, NOW)
    first = refresh(steps.warehouse, steps.engine, NOW)
    assert first.full
    refresh(steps.warehouse, steps.engine, NOW + timedelta(days=2))  # only the clock moved
    steps.take_in(corrections(tables), NOW)
    second = refresh(steps.warehouse, steps.engine, LATER)
    assert not second.full

    once.take_in(tables, NOW)
    once.take_in(corrections(tables), NOW)
    refresh(once.warehouse, once.engine, LATER)
    assert_same(steps, once)


@pytest.mark.parametrize("few", [0, 1_000])
def test_cases_measured_in_pieces_or_in_one_go_end_alike(
    new_home: Callable[[str], Home],
    tables: dict[str, Rows],
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A changed promise would reach every case.
    told = {name: rows for name, rows in corrections(tables).items() if name != "sla_policies"}
    steps, once = new_home("steps"), new_home("once")
    with monkeypatch.context() as patch:
        patch.setattr(building, "CASES_AT_ONCE", 1)
        patch.setattr(building, "FEW", few)
        steps.take_in(tables, NOW)
        refresh(steps.warehouse, steps.engine, NOW)
        measure = Mock(wraps=case_marts)
        patch.setattr(building, "case_marts", measure)
        steps.take_in(told, NOW)
        report = refresh(steps.warehouse, steps.engine, LATER)
        assert not report.full
        assert report.months["cases"] > 1
        assert measure.call_count == (1 if few else report.months["cases"])

    once.take_in(tables, NOW)
    once.take_in(told, NOW)
    refresh(once.warehouse, once.engine, LATER)
    assert_same(steps, once)


def test_a_small_change_rebuilds_little(
    new_home: Callable[[str], Home], tables: dict[str, Rows]
) -> None:
    home = new_home("home")
    home.take_in(tables, NOW)
    refresh(home.warehouse, home.engine, NOW)
    case = {"case_id": "new", "created_at": NOW, "status": "open"}
    home.take_in({"cases": [case]}, NOW)
    report = refresh(home.warehouse, home.engine, NOW)
    assert {name: n for name, n in report.months.items() if n} == dict.fromkeys(
        ("cases", "clocks", "findings", "open_spells"), 1
    )
    assert {name: n for name, n in report.days.items() if n} == {"cases_created": 1, "backlog": 1}


def test_nothing_new_writes_nothing_but_the_time(
    new_home: Callable[[str], Home], tables: dict[str, Rows]
) -> None:
    home = new_home("home")
    home.take_in(tables, NOW)
    refresh(home.warehouse, home.engine, NOW)
    version, metrics = home.warehouse.version(), home.metrics()
    before = metrics.version()
    refresh(home.warehouse, home.engine, NOW + timedelta(seconds=1))
    assert home.warehouse.version() == version
    assert metrics.version() == before
    assert metrics.as_of() == NOW + timedelta(seconds=1)


@pytest.mark.slow
@pytest.mark.parametrize("survived", [0, 4, 11])
def test_a_refresh_killed_between_commits_is_invisible_and_the_next_one_heals(
    new_home: Callable[[str], Home],
    tables: dict[str, Rows],
    survived: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, whole = new_home("home"), new_home("whole")
    home.take_in(tables, NOW)
    refresh(home.warehouse, home.engine, NOW)
    metrics = home.metrics()
    asked = Query("contacts", ("week", "market"))
    before, version = metrics.kpi(asked), metrics.version()
    home.take_in(corrections(tables), NOW)

    commits = 0
    replace_parts = Warehouse.replace_parts

    def dying(self: Warehouse, *args: Any) -> None:
        nonlocal commits
        if commits == survived:
            raise KilledError
        commits += 1
        replace_parts(self, *args)

    with monkeypatch.context() as patched:
        patched.setattr(Warehouse, "replace_parts", dying)
        with pytest.raises(KilledError):
            refresh(home.warehouse, home.engine, LATER)
    assert commits == survived
    assert metrics.version() == version
    assert home.metrics().kpi(asked).equals(before)

    assert refresh(home.warehouse, home.engine, LATER).full
    whole.take_in(tables, NOW)
    whole.take_in(corrections(tables), NOW)
    refresh(whole.warehouse, whole.engine, LATER)
    assert_same(home, whole)


def test_another_zone_or_an_earlier_time_rebuilds_everything(
    new_home: Callable[[str], Home], tables: dict[str, Rows]
) -> None:
    home, whole = new_home("home"), new_home("whole")
    home.take_in(tables, NOW)
    refresh(home.warehouse, home.engine, LATER)
    assert refresh(home.warehouse, home.engine, LATER, zone="Asia/Tokyo").full
    assert refresh(home.warehouse, home.engine, NOW, zone="Asia/Tokyo").full
    whole.take_in(tables, NOW)
    refresh(whole.warehouse, whole.engine, NOW, zone="Asia/Tokyo")
    assert_same(home, whole)


def test_an_import_still_running_is_looked_at_again(new_home: Callable[[str], Home]) -> None:
    home = new_home("home")
    with writing(home.engine) as connection:
        row = {"source": "slow", "path": "x", "status": "running", "started_at": NOW}
        connection.execute(import_batch.insert().values(**row))
    home.take_in({"orders": [{"order_id": "o", "placed_at": NOW}]}, NOW)
    assert finished_batches(home.engine) == (0, None)
    refresh(home.warehouse, home.engine, NOW)
    state = read_state(home.engine)
    assert state is not None
    assert state.batch_id == 0


def test_an_import_that_failed_brings_nothing_fresh(new_home: Callable[[str], Home]) -> None:
    home = new_home("home")
    failed = batches.begin(home.engine, source="shop", path="x", now=NOW)
    batches.end(home.engine, failed, status="failed", now=NOW, message="cut off")
    assert finished_batches(home.engine) == (failed, None)
    home.take_in({"orders": [{"order_id": "o", "placed_at": NOW}]}, NOW)
    done = finished_batches(home.engine)
    again = batches.begin(home.engine, source="shop", path="x", now=LATER)
    batches.end(home.engine, again, status="failed", now=LATER, message="cut off")
    assert finished_batches(home.engine) == (again, done[1])


def test_an_empty_home_refreshes_to_nothing(new_home: Callable[[str], Home]) -> None:
    home = new_home("home")
    with closing(home):
        report = refresh(home.warehouse, home.engine, NOW)
        assert set(report.days.values()) == {0}
        found = home.metrics().kpi(Query("first_response_within_target"))
        assert found.select("value", "n").row(0) == (None, 0)
        assert home.metrics().kpi(Query("contacts", ("day",))).is_empty()


def test_deadlines_that_pass_change_only_their_days(new_home: Callable[[str], Home]) -> None:
    home = new_home("home")
    created = at("2026-03-02 10:00")
    case = {"case_id": "k", "created_at": created, "status": "open"}
    event = {"event_id": "e", "case_id": "k", "at": created, "type": "created"}
    home.take_in({"cases": [case], "case_events": [event]}, created)
    asked = Query("first_response_within_target", ("day",))
    for hours, n, days in ((1, 0, 1), (3.5, 0, 0), (4, 1, 1), (20, 1, 0), (48, 1, 1)):
        report = refresh(home.warehouse, home.engine, created + timedelta(hours=hours))
        assert report.days["cases_created"] == days
        row = home.metrics().kpi(asked).row(0, named=True)
        assert (row["day"], row["n"]) == (date(2026, 3, 2), n)
        assert row["value"] == (0.0 if n else None)
