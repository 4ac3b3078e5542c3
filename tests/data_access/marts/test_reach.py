"""Corrections reach the cases they change, in whichever month, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest

from data_access.marts import refresh
from data_access.metrics.filters import Query
from tests.data_access.metrics.company import START, company
from tests.data_access.metrics.home import Home, Original, assert_same
from tests.data_access.tables import Rows, at

NOW = START + timedelta(days=60)
TABLES = company(Random(21), 30)
CASES = ("cases", "clocks", "findings", "open_spells")
ASIDE = ("surveys", "costs", "voices")
"""Marts with rows about cases, in months of their own."""


def _moved(table: str) -> dict[str, Rows]:
    """A row that now belongs to another case, which is younger by months or so."""
    row = TABLES[table][0]
    other = max(TABLES["cases"], key=lambda case: case["created_at"])
    assert row["case_id"] != other["case_id"]
    return {table: [{**row, "case_id": other["case_id"], "at": NOW - timedelta(days=1)}]}


def _booked(table: str, **more: object) -> dict[str, Rows]:
    """The first cost about a row of a table, corrected."""
    row = next(row for row in TABLES["costs"] if row["ref_table"] == table)
    return {"costs": [{**row, **more}]}


def _interval(**more: object) -> dict[str, Rows]:
    return {"calendars": [{**TABLES["calendars"][0], **more}]}


def _holiday(**more: object) -> dict[str, Rows]:
    day = date(2026, 2, 4)
    return {"holidays": [{"holiday_id": "h", "starts_on": day, "ends_on": day, **more}]}


CORRECTIONS: dict[str, dict[str, Rows]] = {
    "an event of another case": _moved("case_events"),
    "a message of another case": _moved("messages"),
    "longer hours": _interval(end_minute=1200),
    "an interval of another calendar": _interval(calendar_id="other"),
    "a day off of the country": _holiday(country="DE"),
    "a day off of the calendar": _holiday(calendar_id="office"),
    "another calendar for a case": {
        "case_events": [
            {
                "event_id": "s", "case_id": TABLES["cases"][0]["case_id"], "type": "schedule",
                "at": TABLES["cases"][0]["created_at"], "to": "night",
            }
        ]
    },
    "another promise": {"sla_policies": [{**TABLES["sla_policies"][0], "target_s": 60}]},
    "another tier": {"customers": [{"customer_key": "c1", "vip_tier": "black"}]},
    "amounts of money": {
        **_booked("cases", ref_id=TABLES["cases"][-1]["case_id"], at=NOW - timedelta(days=1)),
        "compensations": [{**TABLES["compensations"][0], "decided_at": NOW - timedelta(hours=2)}],
        "refunds": [{**TABLES["refunds"][0], "fee": 77, "issued_at": NOW}],
    },
    "what amounts and voices are about": {
        "shipments": [{**row, "carrier": "balloon"} for row in TABLES["shipments"]],
        "products": [{**row, "category": "misc"} for row in TABLES["products"]],
    },
    "why money was spent": {
        "return_lines": [{**row, "reason": "other"} for row in TABLES["return_lines"]],
        "returns": [{**row, "order_id": "o1"} for row in TABLES["returns"]],
    },
    "how angry voices are": {
        "reviews": [{**row, "anger": 99.0} for row in TABLES["reviews"][:3]],
        "mentions": [{**row, "country": "US", "anger": 1.0} for row in TABLES["mentions"]],
        "messages": [{**row, "anger": 0.5} for row in TABLES["messages"][:3]],
    },
    "an order of a marketplace": {
        "orders": [{**row, "marketplace": "fair"} for row in TABLES["orders"][:4]]
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Original:
    def fill(home: Home) -> None:
        home.take_in(TABLES, NOW)
        refresh(home.warehouse, home.engine, NOW)

    return Original(tmp_path_factory.mktemp("refreshed"), fill)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Original:
    def fill(home: Home) -> None:
        home.take_in(TABLES, NOW)

    return Original(tmp_path_factory.mktemp("imported"), fill)


@pytest.fixture
def steps(refreshed: Original) -> Iterator[Home]:
    """A home whose numbers were worked out before the correction came."""
    home = refreshed.again()
    yield home
    home.close()


@pytest.fixture
def once(imported: Original) -> Iterator[Home]:
    """A home that works its numbers out when the correction is there."""
    home = imported.again()
    yield home
    home.close()


@pytest.mark.parametrize("name", CORRECTIONS)
def test_a_correction_ends_as_if_it_had_always_been_there(
    steps: Home, once: Home, name: str
) -> None:
    for home in (steps, once):
        home.take_in(CORRECTIONS[name], NOW)
        report = refresh(home.warehouse, home.engine, NOW)
        assert report.full == (home is once)
    assert_same(steps, once)


def test_an_older_state_nobody_has_any_more_rebuilds_what_may_hang_on_it(
    steps: Home, once: Home
) -> None:
    correction = CORRECTIONS["an event of another case"]
    for home in (steps, once):
        home.take_in(correction, NOW)
    # Housekeeping a week later expires the snapshot in which the event had its old case.
    steps.warehouse.housekeep(now=at("2030-01-01"), keep=timedelta(hours=1))
    for home in (steps, once):
        refresh(home.warehouse, home.engine, NOW)
    assert_same(steps, once)


def test_a_late_event_rebuilds_the_month_of_its_case_alone(steps: Home) -> None:
    home = steps
    first = min(TABLES["cases"], key=lambda case: case["created_at"])
    late = {"event_id": "late", "case_id": first["case_id"], "at": NOW, "type": "note"}
    home.take_in({"case_events": [late]}, NOW)
    report = refresh(home.warehouse, home.engine, NOW)
    assert {name: n for name, n in report.months.items() if n and name not in ASIDE} == (
        dict.fromkeys(CASES, 1)
    )
    assert not home.metrics().kpi(Query("contacts")).is_empty()
