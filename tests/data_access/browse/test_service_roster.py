"""Who is on shift and at what pace, worked out by hand on three agents and one day of answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_access.browse.service_roster import Pace, on_shift, pace, primary, roster, speaking
from data_access.contracts import TABLES
from data_access.warehouse import Warehouse, open_warehouse

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


def at(hour: float, day: int = 2) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC) + timedelta(hours=hour)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Warehouse]:
    made = open_warehouse(f"sqlite:///{tmp_path / 'state.db'}", tmp_path / "warehouse")
    yield made
    made.close()


@pytest.fixture
def desk(empty: Warehouse) -> Warehouse:
    put(
        empty,
        "agents",
        {"agent_id": "a", "team": "North", "langs": "en pt-BR"},
        {"agent_id": "b", "team": "South", "langs": "en"},
        {"agent_id": "c", "team": "South"},
    )
    put(
        empty,
        "shifts",
        # a works 8 to 16; b until 13 and again from 14; c from 16:30, after the next four hours.
        shift("1", "a", at(8), at(16)),
        shift("2", "b", at(9), at(13)),
        shift("3", "b", at(14), at(15)),
        shift("4", "c", at(16.5), at(24)),
        # Somebody nobody knows, across midnight.
        shift("5", "d", at(22), at(30)),
    )
    return empty


def shift(name: str, agent: str, start: datetime, end: datetime) -> dict[str, Any]:
    return {"shift_id": name, "agent_id": agent, "starts_at": start, "ends_at": end}


def put(warehouse: Warehouse, table: str, *rows: dict[str, Any]) -> None:
    contract = TABLES[table]
    schema = {**contract.dtypes(), "source": pl.String()}
    empty = dict.fromkeys(schema)
    frame = pl.DataFrame([{**empty, "source": "desk", **row} for row in rows], schema=schema)
    warehouse.merge(contract, frame, batch_id=1, now=NOW)


def test_who_works_part_of_a_time(desk: Warehouse) -> None:
    shifts = roster(desk, NOW).shifts
    # 12:30 to 16:30: a 3.5 h; b 0.5 h and 1 h; c begins as it ends.
    found = on_shift(shifts, NOW, NOW + timedelta(hours=4))
    assert found.select("agent_id", "hours").rows() == [("a", 3.5), ("b", 1.5)]
    # At this instant both; at 13:30 b has a break, and at 16:00 sharp a has gone.
    assert on_shift(shifts, NOW, NOW)["agent_id"].to_list() == ["a", "b"]
    assert on_shift(shifts, at(13.5), at(13.5))["agent_id"].to_list() == ["a"]
    assert on_shift(shifts, at(16), at(16)).is_empty()


def test_agents_nobody_described_are_there_all_the_same(desk: Warehouse) -> None:
    night = on_shift(roster(desk, NOW).shifts, at(23), at(24))
    assert night.select("agent_id", "team").rows() == [("c", "South"), ("d", None)]
    assert night["langs"].to_list() == [[], []]


def test_who_speaks_a_language_speaks_its_variants(desk: Warehouse) -> None:
    found = on_shift(roster(desk, NOW).shifts, NOW, NOW)
    assert speaking(found, "pt")["agent_id"].to_list() == ["a"]
    assert speaking(found, "pt-PT")["agent_id"].to_list() == ["a"]
    assert speaking(found, "en-GB")["agent_id"].to_list() == ["a", "b"]
    assert speaking(found, "de").is_empty()
    assert primary("zh-Hans") == "zh"


def test_the_roster_says_when_it_ends(desk: Warehouse, tmp_path: Path) -> None:
    assert roster(desk, NOW).ends == at(30)
    bare = open_warehouse(f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "other")
    assert roster(bare, NOW).ends is None
    assert pace(bare, NOW) == Pace(0, 0.0)
    assert Pace(0, 0.0).per_hour is None
    bare.close()


def test_the_pace_is_answers_by_staffed_hours(desk: Warehouse) -> None:
    def message(name: str, when: datetime, **given: Any) -> dict[str, Any]:
        base = {"direction": "out", "author_role": "agent", "public": True}
        return {"message_id": name, "case_id": "1", "at": when, **base, **given}

    put(
        desk,
        "messages",
        message("m1", at(9)),
        message("m2", at(11.9), public=None),
        # Not public, by a bot, by the customer, after the full hour, before the roster begins.
        message("m3", at(10), public=False),
        message("m4", at(10), author_role="bot"),
        message("m5", at(10), direction="in", author_role="customer"),
        message("m6", at(12.2)),
        message("m7", at(7)),
    )
    # From 8:00, when the roster begins, to 12:00: a 4 h, b 3 h.
    found = pace(desk, NOW)
    assert found == Pace(2, 7.0)
    assert found.per_hour == pytest.approx(2 / 7)


def test_events_tell_where_there_are_no_messages(desk: Warehouse) -> None:
    put(
        desk,
        "case_events",
        *(
            {"event_id": str(n), "case_id": "1", "at": at(8 + n), "type": "agent_msg"}
            for n in range(3)
        ),
        {"event_id": "9", "case_id": "1", "at": at(9), "type": "bot_msg"},
    )
    assert pace(desk, NOW).answers == 3


def test_new_shifts_are_noticed(desk: Warehouse) -> None:
    assert on_shift(roster(desk, NOW).shifts, NOW, NOW).height == 2
    put(desk, "shifts", shift("6", "c", at(12), at(13)))
    assert on_shift(roster(desk, NOW).shifts, NOW, NOW).height == 3


def test_another_day_is_read_anew(desk: Warehouse) -> None:
    put(
        desk,
        "shifts",
        shift("7", "a", at(8, 12), at(16, 12)),
        shift("8", "b", at(1, 13), at(2, 13)),
    )
    roster(desk, NOW)
    later = NOW + timedelta(days=10)
    assert on_shift(roster(desk, later).shifts, later, later)["agent_id"].to_list() == ["a"]
    earlier = NOW - timedelta(days=1)
    assert on_shift(roster(desk, earlier).shifts, earlier, earlier).is_empty()
