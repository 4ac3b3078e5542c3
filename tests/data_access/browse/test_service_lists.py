"""Marketplaces and the oldest open cases, by hand on a handful of rows of the marts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_access.browse.service_marketplaces import marketplaces
from data_access.browse.service_oldest import oldest_open
from data_access.marts.schemas import MARTS
from data_access.metrics.filters import Filter
from data_access.warehouse import Warehouse, open_warehouse

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = Filter(start=date(2026, 2, 1), end=date(2026, 3, 2))


def at(hour: float, day: int = 2) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC) + timedelta(hours=hour)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    made = open_warehouse(f"sqlite:///{tmp_path / 'state.db'}", tmp_path / "warehouse")
    yield made
    made.close()


def fill(warehouse: Warehouse, mart: str, *rows: dict[str, Any]) -> None:
    columns = MARTS[mart].columns
    empty = dict.fromkeys(columns)
    base = {"source": "desk", "part": 202603, "is_spam": False, "deleted": False}
    made = [{**empty, **{k: v for k, v in base.items() if k in columns}, **row} for row in rows]
    warehouse.replace_parts(
        mart, "marts", pl.DataFrame(made, schema=columns), [202601, 202602, 202603]
    )


def turn(case: str, clock: str, start: datetime, **given: Any) -> dict[str, Any]:
    hours = {"marketplace_response": 2, "marketplace_platform": 24}[clock]
    due = start + timedelta(hours=hours)
    base = {"marketplace": "Bazaar", "started_at": start, "due_at": due, "instance": 1}
    return {"case_id": case, "clock": clock, **base, **given}


def own(case: str, start: datetime, **given: Any) -> dict[str, Any]:
    return turn(case, "marketplace_response", start, **given)


def test_both_promises_by_marketplace(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        "clocks",
        # Sunday night counts: answered after 1 h and after 3 h.
        own("1", at(2, 1), stopped_at=at(3, 1)),
        own("2", at(23, 1), stopped_at=at(26, 1)),
        # Not answered, deadline passed at 11: missed, and still waiting.
        own("3", at(9)),
        # Due at 12:30, answered tomorrow: nobody knows yet.
        own("4", at(10.5), stopped_at=at(9, 3)),
        # No reply needed, before and after the deadline.
        own("5", at(1), withdrawn_at=at(2)),
        own("6", at(1), withdrawn_at=at(5)),
        own("7", at(1), is_spam=True),
        own("8", at(9), marketplace=None, stopped_at=at(9.5)),
        # Before the days asked for, in a case that is older still, and running.
        own("9", datetime(2026, 1, 30, tzinfo=UTC), part=202601),
        turn("3", "marketplace_platform", at(9)),
        turn("1", "marketplace_platform", at(2, 1), stopped_at=at(3, 1)),
        {"case_id": "1", "clock": "next_response", "started_at": at(1), "due_at": at(5)},
    )
    bazaar, unnamed = marketplaces(warehouse, DAYS, as_of=NOW, now=NOW).rows(named=True)
    # Cases 1, 2, 3 and 6 count; only 1 was in time. 4 still runs, 3 and 9 are too late already.
    assert (bazaar["marketplace"], bazaar["own_hits"], bazaar["own_n"]) == ("Bazaar", 1, 4)
    assert bazaar["own_value"] == pytest.approx(0.25)
    # Wilson for 1 of 4.
    assert (bazaar["own_low"], bazaar["own_high"]) == pytest.approx((0.0456, 0.6994), abs=1e-4)
    assert (bazaar["own_running"], bazaar["own_next"]) == (1, at(12.5))
    assert (bazaar["platform_hits"], bazaar["platform_n"]) == (1, 1)
    assert (bazaar["platform_running"], bazaar["platform_next"]) == (1, at(9, 3))
    assert (unnamed["marketplace"], unnamed["own_hits"], unnamed["own_n"]) == (None, 1, 1)


def test_a_filter_and_no_clocks_at_all(warehouse: Warehouse) -> None:
    assert marketplaces(warehouse, DAYS, as_of=NOW, now=NOW).is_empty()
    fill(warehouse, "clocks", own("1", at(2), market="DE"), own("2", at(2), market="FR"))
    found = marketplaces(warehouse, Filter(market=("FR",)), as_of=NOW, now=NOW)
    assert found["own_n"].to_list() == [1]


def test_the_oldest_open_cases_come_first(warehouse: Warehouse) -> None:
    created = {"old": at(0, 1), "older": datetime(2026, 2, 10, tzinfo=UTC), "solved": at(1, 1)}
    parts = {"older": 202602}
    cases = [
        {"case_id": name, "created_at": when, "part": parts.get(name, 202603), "team": "T"}
        for name, when in created.items()
    ]
    # The same number in another feed is another case.
    cases.append({"case_id": "old", "source": "shop", "created_at": at(2, 1), "team": "U"})
    spells = [
        {
            **row,
            "open_from": row["created_at"],
            "open_to": at(3) if row["case_id"] == "solved" else None,
        }
        for row in cases
    ]
    fill(warehouse, "cases", *cases)
    fill(warehouse, "open_spells", *spells)
    found = oldest_open(warehouse, Filter(), as_of=NOW, limit=5)
    assert found.select("case_id", "source").rows() == [
        ("older", "desk"),
        ("old", "desk"),
        ("old", "shop"),
    ]
    assert found["age_hours"][1] == pytest.approx(36)
    only = oldest_open(warehouse, Filter(team=("U",)), as_of=NOW, limit=5)
    assert only["source"].to_list() == ["shop"]
    assert oldest_open(warehouse, Filter(), as_of=NOW, limit=1)["case_id"].to_list() == ["older"]
