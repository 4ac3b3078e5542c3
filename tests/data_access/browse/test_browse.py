"""Golden lists, worked out by hand on one small shop.

All times are 2 March 2026 UTC; `as_of` is 12:00. First response is due after 4 h, resolution after
48 h; case c5 is level 3 with 2 h.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_access.browse import COLUMNS, CaseView, case_file, cases, coverage, due_soon, export_cases
from data_access.contracts import TABLES
from data_access.marts.schemas import MARTS
from data_access.metrics.filters import Filter
from data_access.warehouse import Warehouse, open_warehouse

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = Filter(start=date(2026, 3, 1), end=date(2026, 3, 2))


def at(hour: float, day: int = 2) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC) + timedelta(hours=hour)


def case(case_id: str, created: datetime, **given: Any) -> dict[str, Any]:
    empty = dict.fromkeys(MARTS["cases"].columns)
    base = {
        "case_id": case_id,
        "source": "desk",
        "part": 202603,
        "created_at": created,
        "status": "open",
        "is_spam": False,
        "fr_started_at": created,
        "fr_due_at": created + timedelta(hours=4),
        "res_due_at": created + timedelta(hours=48),
        "market": "PL",
        "subject": f"Where is {case_id}?",
    }
    return {**empty, **base, **given}


def spell(row: dict[str, Any], start: datetime, end: datetime | None) -> dict[str, Any]:
    shared = {k: row[k] for k in MARTS["open_spells"].columns if k in row}
    return {**shared, "open_from": start, "open_to": end}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Warehouse]:
    rows = [
        # c1 answered in time (09:00 of a 12:30 deadline), still open: 4 h left... of 48.
        case("c1", at(8.5), first_response_at=at(9)),
        # c2 never answered, deadline 11:00 passed an hour ago.
        case("c2", at(7), market="DE"),
        # c3 answered at 11:30, an hour after its deadline of 10:30; solved at 11:45.
        case("c3", at(6.5), first_response_at=at(11.5), first_solved_at=at(11.75), status="solved"),
        # c4 not answered, deadline 12:10: ten minutes left.
        case("c4", at(8 + 10 / 60)),
        # c5 is level 3: 2 h, created 11:00, deadline 13:00.
        case("c5", at(11), level=3, fr_due_at=at(13)),
        # c6 spam, c7 merged: never counted. c8 comes in only at 13:00.
        case("c6", at(9), is_spam=True),
        case("c7", at(9), merged_into="c1"),
        case("c8", at(13)),
        # c9 solved on the 1st, reopened today 10:00, still open; resolution was in time.
        case(
            "c9",
            at(8, 1),
            first_response_at=at(9, 1),
            first_solved_at=at(10, 1),
            last_solved_at=at(10, 1),
            first_reopened_at=at(10),
            market=None,
        ),
    ]
    by_id = {row["case_id"]: row for row in rows}
    spells = [
        spell(by_id["c1"], at(8.5), None),
        spell(by_id["c2"], at(7), None),
        spell(by_id["c3"], at(6.5), at(11.75)),
        spell(by_id["c4"], at(8 + 10 / 60), None),
        spell(by_id["c5"], at(11), None),
        spell(by_id["c8"], at(13), None),
        spell(by_id["c9"], at(8, 1), at(10, 1)),
        spell(by_id["c9"], at(10), None),
    ]
    warehouse = open_warehouse(f"sqlite:///{tmp_path / 'state.db'}", tmp_path / "warehouse")
    for name, data in (("cases", rows), ("open_spells", spells)):
        frame = pl.DataFrame(data, schema=MARTS[name].columns, orient="row")
        warehouse.replace_parts(name, "marts", frame, [202603])
    yield warehouse
    warehouse.close()


def ids(warehouse: Warehouse, view: CaseView, where: Filter = DAY, **given: Any) -> list[str]:
    options: dict[str, Any] = {"sort": [("case_id", False)], "offset": 0, "limit": 50, "as_of": NOW}
    page, total = cases(warehouse, where, view=view, **{**options, **given})
    assert page.columns == list(COLUMNS)
    assert total >= page.height
    return page["case_id"].to_list()


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (CaseView.ALL, ["c1", "c2", "c3", "c4", "c5", "c9"]),
        (CaseView.OPEN, ["c1", "c2", "c4", "c5", "c9"]),
        (CaseView.UNANSWERED, ["c2", "c4", "c5"]),
        (CaseView.FIRST_RESPONSE_LATE, ["c2", "c3"]),
        (CaseView.RESOLUTION_LATE, []),
        (CaseView.REOPENED, ["c9"]),
        (CaseView.DUE_15, ["c4"]),
        (CaseView.DUE_60, ["c4", "c5"]),
        (CaseView.DUE_240, ["c4", "c5"]),
    ],
)
def test_views(shop: Warehouse, view: CaseView, expected: list[str]) -> None:
    assert ids(shop, view) == expected


def test_what_is_due_is_due_whenever_it_was_created(shop: Warehouse) -> None:
    yesterday = Filter(start=date(2026, 3, 1), end=date(2026, 3, 1))
    assert ids(shop, CaseView.DUE_60, yesterday) == ["c4", "c5"]
    assert ids(shop, CaseView.DUE_60, Filter(market=("DE",))) == []


def test_views_of_what_the_clocks_found(tmp_path: Path) -> None:
    rows = [
        # Solved at 9:00 without an answer, before its deadline.
        case("w1", at(8), fr_withdrawn_at=at(9), first_solved_at=at(9), status="solved"),
        # Merged long after the deadline: missed, not withdrawn.
        case("w2", at(4), fr_withdrawn_at=at(11)),
        # Deleted at the source: in no list.
        case("w3", at(4), deleted=True, dq="clock_skew"),
        case("p1", at(8), fr_target_s=14_400, paused_waiting_at=at(10), first_response_at=at(8.5)),
        case("p2", at(8), fr_target_s=14_400, paused_waiting_at=at(12.5), dq="duplicate_event"),
        # We wrote first and nobody answered yet: nobody waits.
        case("a1", at(8), agent_started=True, fr_started_at=None, fr_due_at=None),
    ]
    spells = [spell(row, row["created_at"], None) for row in rows]
    warehouse = open_warehouse(f"sqlite:///{tmp_path / 'state.db'}", tmp_path / "warehouse")
    for name, data in (("cases", rows), ("open_spells", spells)):
        frame = pl.DataFrame(data, schema=MARTS[name].columns, orient="row")
        warehouse.replace_parts(name, "marts", frame, [202603])
    assert ids(warehouse, CaseView.WITHDRAWN) == ["w1"]
    assert ids(warehouse, CaseView.WITHDRAWN, as_of=at(8.5)) == []
    assert ids(warehouse, CaseView.FIRST_RESPONSE_LATE) == ["p2", "w2"]
    assert ids(warehouse, CaseView.PAUSED_WAITING) == ["p1"]
    assert ids(warehouse, CaseView.TAINTED) == ["p2"]
    assert ids(warehouse, CaseView.UNANSWERED) == ["p2"]
    states = cases(
        warehouse, DAY, view=CaseView.ALL, sort=[("case_id", False)], offset=0, limit=9, as_of=NOW
    )[0]
    told = dict(states.select("case_id", "first_response_state").iter_rows())
    assert told == {"a1": None, "p1": "met", "p2": "overdue", "w1": "withdrawn", "w2": "overdue"}
    warehouse.close()


def test_the_past_does_not_know_the_future(shop: Warehouse) -> None:
    # At 11:00 c3 was not answered yet (overdue since 10:30) and c2's deadline was just passing.
    assert ids(shop, CaseView.OPEN, as_of=at(10.9)) == ["c1", "c2", "c3", "c4", "c9"]
    assert ids(shop, CaseView.FIRST_RESPONSE_LATE, as_of=at(10.9)) == ["c3"]
    # On the 1st at 10:30 c9 was solved.
    assert ids(shop, CaseView.OPEN, as_of=at(10.5, 1)) == []


def test_unknown_is_a_value_of_its_own(shop: Warehouse) -> None:
    assert ids(shop, CaseView.ALL, Filter(market=("",))) == ["c9"]
    assert ids(shop, CaseView.ALL, Filter(market=("", "DE"))) == ["c2", "c9"]


def test_days_are_cut_in_the_zone(shop: Warehouse) -> None:
    first = Filter(start=date(2026, 3, 1), end=date(2026, 3, 1))
    assert ids(shop, CaseView.ALL, first) == ["c9"]
    # 2 March 07:00 UTC is 1 March 21:00 in Honolulu; 11:00 UTC is already the 2nd there.
    assert ids(shop, CaseView.ALL, first, zone="Pacific/Honolulu") == ["c1", "c2", "c3", "c4"]


def test_paging_counts_all_and_keeps_the_order(shop: Warehouse) -> None:
    options: dict[str, Any] = {"view": CaseView.ALL, "sort": [("age_hours", True)], "as_of": NOW}
    whole = export_cases(shop, DAY, **options)
    pages = [cases(shop, DAY, offset=start, limit=2, **options) for start in (0, 2, 4)]
    assert pl.concat([page for page, _ in pages]).equals(whole)
    assert {total for _, total in pages} == {6}
    assert whole["case_id"].to_list() == ["c9", "c2", "c4", "c1", "c5", "c3"]
    assert whole["age_hours"].to_list()[:2] == [28.0, 5.0]


def test_search_looks_at_id_order_and_subject(shop: Warehouse) -> None:
    assert ids(shop, CaseView.ALL, text="WHERE IS C4") == ["c4"]
    assert ids(shop, CaseView.ALL, text="%") == []


def test_unknown_sort_column_is_refused(shop: Warehouse) -> None:
    with pytest.raises(ValueError, match="cannot be sorted by 'nope'"):
        ids(shop, CaseView.ALL, sort=[("nope", True)])


def test_due_soon_lists_running_clocks_only(shop: Warehouse) -> None:
    due = due_soon(shop, Filter(), as_of=NOW, horizon=timedelta(minutes=60), limit=10)
    assert due.select("case_id", "clock", "minutes_left").rows() == [
        ("c4", "first_response", 10),
        ("c5", "first_response", 60),
    ]
    assert (
        due_soon(shop, Filter(market=("DE",)), as_of=NOW, horizon=timedelta(hours=4), limit=9)[
            "case_id"
        ].to_list()
        == []
    )


def test_due_soon_knows_every_clock(shop: Warehouse) -> None:
    turn = dict.fromkeys(MARTS["clocks"].columns) | {
        "case_id": "c1", "source": "desk", "part": 202603, "market": "PL", "is_spam": False,
        "started_at": at(11), "instance": 1,
    }  # fmt: skip
    rows = [
        {**turn, "clock": "next_response", "due_at": at(12.5)},
        {**turn, "clock": "vip_response", "due_at": at(12.25), "stopped_at": at(11.5)},
        {**turn, "clock": "marketplace_response", "due_at": at(12.75), "withdrawn_at": at(11.5)},
        {**turn, "clock": "solution", "due_at": at(12.9), "stopped_at": at(12.8)},
        {**turn, "clock": "marketplace_platform", "due_at": at(11.9)},
        {**turn, "clock": "next_response", "due_at": at(12.5), "is_spam": True, "instance": 2},
        {**turn, "clock": "next_response", "started_at": at(12.1), "due_at": at(12.6)},
    ]
    frame = pl.DataFrame(rows, schema=MARTS["clocks"].columns, orient="row")
    shop.replace_parts("clocks", "marts", frame, [202603])
    due = due_soon(shop, Filter(), as_of=NOW, horizon=timedelta(minutes=60), limit=10)
    assert due.select("case_id", "clock", "minutes_left", "subject").rows() == [
        ("c4", "first_response", 10, "Where is c4?"),
        ("c1", "next_response", 30, "Where is c1?"),
        ("c1", "solution", 54, "Where is c1?"),
        ("c5", "first_response", 60, "Where is c5?"),
    ]
    first = due_soon(shop, Filter(), as_of=NOW, horizon=timedelta(minutes=60), limit=1)
    assert first["case_id"].to_list() == ["c4"]


def test_everything_is_empty_before_the_first_import(tmp_path: Path) -> None:
    warehouse = open_warehouse(f"sqlite:///{tmp_path / 'state.db'}", tmp_path / "warehouse")
    assert ids(warehouse, CaseView.ALL) == []
    assert due_soon(warehouse, DAY, as_of=NOW, horizon=timedelta(hours=1), limit=1).height == 0
    assert coverage(warehouse, DAY).height == 0
    assert case_file(warehouse, "c1") is None
    warehouse.close()


def fill(warehouse: Warehouse, table: str, rows: list[dict[str, Any]]) -> None:
    contract = TABLES[table]
    empty = dict.fromkeys([*contract.dtypes(), "source"])
    schema = {**contract.dtypes(), "source": pl.String()}
    frame = pl.DataFrame(
        [{**empty, "source": "desk", **row} for row in rows], schema=schema, orient="row"
    )
    warehouse.merge(contract, frame, batch_id=1, now=NOW)


def test_timeline_joins_events_messages_scans_and_return_stages(shop: Warehouse) -> None:
    row = case("t1", at(8), order_id="o1", customer_key="k1")
    frame = pl.DataFrame([row], schema=MARTS["cases"].columns, orient="row")
    shop.replace_parts("cases", "marts", frame, [202603])
    fill(shop, "customers", [{"customer_key": "k1", "tz": "Europe/Warsaw"}])
    fill(
        shop,
        "shipments",
        [
            {"shipment_id": "s1", "order_id": "o1", "direction": "fwd", "created_at": at(0, 1)},
            {"shipment_id": "s2", "order_id": "other", "direction": "fwd", "created_at": at(0, 1)},
        ],
    )
    scan = {"state": "customs", "city": "Warsaw", "country": "PL"}
    fill(
        shop,
        "tracking_events",
        [
            {"event_id": "e1", "shipment_id": "s1", "event_at": at(1), **scan},
            {"event_id": "e2", "shipment_id": "s2", "event_at": at(2), **scan},
        ],
    )
    fill(
        shop,
        "messages",
        [{"message_id": "m1", "case_id": "t1", "at": at(8), "direction": "in", "text": "Hello?"}],
    )
    fill(
        shop,
        "case_events",
        [
            {"event_id": "v1", "case_id": "t1", "at": at(8), "type": "customer_msg"},
            {"event_id": "v2", "case_id": "t1", "at": at(9), "type": "assign", "to": "team-pl"},
            {"event_id": "v3", "case_id": "other", "at": at(9), "type": "assign"},
        ],
    )
    fill(
        shop,
        "returns",
        [{"return_id": "r1", "order_id": "o1", "requested_at": at(10), "received_at": at(11)}],
    )
    found = case_file(shop, "t1")
    assert found is not None
    assert found.customer_zone == "Europe/Warsaw"
    # v1 is what m1 tells, so it is not told twice.
    assert found.timeline.select("at", "kind", "what").rows() == [
        (at(1), "scan", "customs"),
        (at(8), "message", "in"),
        (at(9), "event", "assign"),
        (at(10), "return", "requested"),
        (at(11), "return", "received"),
    ]
    assert case_file(shop, "t1", source="elsewhere") is None


def test_coverage_counts_agent_hours_per_week(shop: Warehouse) -> None:
    fill(
        shop,
        "agents",
        [
            {"agent_id": "a1", "tz": "Europe/Warsaw"},
            {"agent_id": "a2", "tz": "America/Bogota"},
        ],
    )
    # Monday 2 March 22:30 to Tuesday 01:00 crosses midnight; half an hour counts half.
    fill(
        shop,
        "shifts",
        [
            {"shift_id": "1", "agent_id": "a1", "starts_at": at(22.5), "ends_at": at(25)},
            {"shift_id": "2", "agent_id": "a2", "starts_at": at(22), "ends_at": at(23)},
            {"shift_id": "3", "agent_id": "a2", "starts_at": at(22, 9), "ends_at": at(23, 9)},
        ],
    )
    found = coverage(shop, Filter(end=date(2026, 3, 8)))
    assert found.rows() == [
        ("Americas", 22, 1.0),
        ("Europe", 22, 0.5),
        ("Europe", 23, 1.0),
        ("Europe", 24, 1.0),
    ]
    # Honolulu is ten hours behind.
    moved = coverage(shop, Filter(end=date(2026, 3, 8)), zone="Pacific/Honolulu")
    assert moved["hour_of_week"].to_list() == [12, 12, 13, 14]
