"""What stood in a state longer than it may, at the end of each day, told from instants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.contracts import TABLES as FACTS
from data_access.marts.schemas import MARTS
from data_access.overdue import STATES, State, overdue, overdue_rows
from data_access.state.engine import migrate, open_state
from data_access.warehouse import open_warehouse

DAY0 = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Tables:
    """A warehouse of a few rows; a table not given is empty."""

    def __init__(self, **rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = rows

    def scan(self, table: str, *, namespace: str = "facts") -> pl.LazyFrame:
        schema = MARTS[table].columns if namespace == "marts" else _fact(table)
        rows = [
            {**dict.fromkeys(schema), "source": "s", **row} for row in self._rows.get(table, [])
        ]
        return pl.LazyFrame(rows, schema=schema)


def _fact(table: str) -> dict[str, pl.DataType]:
    return {**FACTS[table].dtypes(), "source": pl.String(), "part": pl.Int32()}


def held(name: str, into: float, out: float | None = None, market: str = "PL") -> dict[str, Any]:
    """A parcel in customs from `into` days after noon of the first day on."""
    return {
        "shipment_id": name,
        "market": market,
        "customs_in_at": NOON + timedelta(days=into),
        "customs_out_at": None if out is None else NOON + timedelta(days=out),
    }


def counted(state: str, tables: Tables, *, limit: timedelta, **asked: Any) -> pl.DataFrame:
    options: dict[str, Any] = {
        "forget_after": timedelta(days=60), "first": DAY0, "last": DAY0 + timedelta(days=9),
        "zone": "UTC",
    }  # fmt: skip
    return overdue(tables, STATES[state], ("market",), limit=limit, **{**options, **asked})


def by_day(frame: pl.DataFrame, column: str = "y") -> dict[int, float]:
    return {(row["day"] - DAY0).days: row[column] for row in frame.iter_rows(named=True)}


def test_a_parcel_is_over_its_time_from_the_day_the_limit_passed_to_the_day_before_it_left() -> (
    None
):
    tables = Tables(parcels=[held("a", 0, 5), held("b", 0)])
    rows = counted("in_customs", tables, limit=timedelta(days=3))
    # Three days after noon of day 0 is noon of day 3; `a` leaves at noon of day 5.
    assert by_day(rows) == {0: 0, 1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1}
    assert by_day(rows, "n") == {0: 2, 1: 2, 2: 2, 3: 2, 4: 2, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1}
    assert by_day(rows, "oldest")[3] == 84.0  # from noon of day 0 to the end of day 3


def test_days_end_in_the_zone() -> None:
    """23:30 UTC is the next morning in Shanghai."""
    late = held("a", 0) | {"customs_in_at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC)}
    rows = counted("in_customs", Tables(parcels=[late]), limit=timedelta(hours=1))
    assert by_day(rows) == {0: 0, **dict.fromkeys(range(1, 10), 1)}
    shanghai = counted(
        "in_customs", Tables(parcels=[late]), limit=timedelta(hours=1), zone="Asia/Shanghai"
    )
    assert by_day(shanghai) == dict.fromkeys(range(1, 10), 1)


def test_what_is_forgotten_counts_no_more() -> None:
    rows = counted(
        "in_customs",
        Tables(parcels=[held("a", 0)]),
        limit=timedelta(days=1),
        forget_after=timedelta(days=4),
    )
    assert by_day(rows) == {0: 0, 1: 1, 2: 1, 3: 1}


def test_a_deadline_of_its_own_counts_from_the_deadline() -> None:
    case = {
        "case_id": "c",
        "market": "DE",
        "fr_started_at": NOON,
        "fr_due_at": NOON + timedelta(hours=4),
        "first_response_at": NOON + timedelta(days=2),
    }
    rows = counted("first_response_due", Tables(cases=[case]), limit=timedelta(0))
    assert by_day(rows) == {0: 1, 1: 1}
    gone = Tables(cases=[{**case, "is_spam": True}])
    assert counted("first_response_due", gone, limit=timedelta(0)).is_empty()


def test_scans_end_a_gap_and_customs_is_none() -> None:
    parcel = {
        "shipment_id": "a",
        "market": "PL",
        "shipped_at": NOON,
        "customs_in_at": NOON + timedelta(days=4),
        "customs_out_at": NOON + timedelta(days=8),
    }
    scans = [{"shipment_id": "a", "event_at": NOON + timedelta(days=n)} for n in (0, 3, 4, 8)]
    rows = counted(
        "unscanned",
        Tables(parcels=[parcel], tracking_events=scans),
        limit=timedelta(days=2),
    )
    # Silent from day 0 to 3, so over two days on day 2; nothing is missed from day 4 to 8.
    assert {day: y for day, y in by_day(rows).items() if y} == {2: 1}


def test_a_refund_waits_until_the_money_moved() -> None:
    refund = {
        "refund_id": "r",
        "order_id": "o",
        "requested_at": NOON,
        "settled_at": NOON + timedelta(days=7),
    }
    tables = Tables(refunds=[refund], orders=[{"order_id": "o", "market": "FR"}])
    rows = counted("refund_unsettled", tables, limit=timedelta(days=5))
    assert {day: y for day, y in by_day(rows).items() if y} == {5: 1, 6: 1}
    assert rows["market"].unique().to_list() == ["FR"]


def test_the_oldest_are_named_first() -> None:
    tables = Tables(
        parcels=[held("young", 2), held("old", 0), held("gone", 0, 3), held("x", 0, market="DE")]
    )
    rows = overdue_rows(
        tables,
        STATES["in_customs"],
        {"market": "PL"},
        limit=timedelta(days=1),
        forget_after=timedelta(days=60),
        day=DAY0 + timedelta(days=6),
        zone="UTC",
        most=5,
    )
    assert rows["id"].to_list() == ["old", "young"]


@pytest.mark.parametrize("state", STATES.values(), ids=list(STATES))
def test_every_state_can_be_asked_of_an_empty_home(state: State) -> None:
    rows = overdue(
        Tables(),
        state,
        state.dims[:2],
        limit=timedelta(days=1),
        forget_after=timedelta(days=60),
        first=DAY0,
        last=DAY0,
        zone="UTC",
    )
    assert rows.columns == [*state.dims[:2], "day", "y", "n", "oldest"]
    assert rows.is_empty()


_SPELL = st.tuples(st.integers(-20, 9), st.one_of(st.none(), st.integers(0, 30)))


@settings(max_examples=40, deadline=None)
@given(spells=st.lists(_SPELL, max_size=12), limit=st.integers(0, 6), day=st.integers(0, 9))
def test_it_is_what_a_person_would_count(
    spells: list[tuple[int, int | None]], limit: int, day: int
) -> None:
    """Asked for one day or many, by the definition: in the state at its end, and long enough."""
    parcels = [
        held(f"p{at}", start, None if length is None else start + length)
        for at, (start, length) in enumerate(spells)
    ]
    end = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day + 1)
    wanted = sum(
        row["customs_in_at"] + timedelta(days=limit) < end
        and (row["customs_out_at"] is None or row["customs_out_at"] >= end)
        for row in parcels
    )
    many = by_day(counted("in_customs", Tables(parcels=parcels), limit=timedelta(days=limit)))
    last = DAY0 + timedelta(days=day)
    single = counted(
        "in_customs", Tables(parcels=parcels), limit=timedelta(days=limit), first=last, last=last
    )
    assert many.get(day, 0) == wanted
    assert by_day(single).get(day, 0) == wanted


@pytest.mark.parametrize("name", STATES)
def test_in_a_home_without_such_rows_nothing_is_overdue(
    name: str, sqlite_url: str, tmp_path: Path
) -> None:
    migrate(engine := open_state(sqlite_url))
    warehouse = open_warehouse(sqlite_url, tmp_path / "warehouse")
    found = overdue(
        warehouse,
        STATES[name],
        ("market",),
        limit=timedelta(days=2),
        forget_after=timedelta(days=60),
        first=DAY0,
        last=DAY0,
        zone="UTC",
    )
    assert found.filter(pl.col("y") > 0).is_empty()
    warehouse.close()
    engine.dispose()
