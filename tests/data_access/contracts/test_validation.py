"""Rows against contracts: who gets in, and what the others are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from data_access.contracts import TABLES
from data_access.contracts.validation import validate

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


def frame(table: str, *rows: dict[str, Any]) -> pl.DataFrame:
    dtypes = TABLES[table].dtypes()
    names = list(dict.fromkeys(name for row in rows for name in row))
    schema = {n: pl.String() if isinstance(dtypes[n], pl.Enum) else dtypes[n] for n in names}
    return pl.DataFrame([{n: row.get(n) for n in names} for row in rows], schema=schema)


def refusals(table: str, row: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    verdict = validate(TABLES[table], frame(table, row), NOW)
    assert verdict.good.is_empty() == bool(verdict.reasons.height)
    return list(verdict.reasons.select("column", "value", "reason").iter_rows())


PARCEL = {"shipment_id": "s", "direction": "fwd", "created_at": at(2024, 1, 1)}


def test_a_good_row_goes_in_with_all_columns_and_their_dtypes() -> None:
    rows = frame("shipments", PARCEL).with_columns(_row=pl.lit(7))
    verdict = validate(TABLES["shipments"], rows, NOW)
    assert verdict.reasons.is_empty()
    assert verdict.refused.is_empty()
    contract = {n: verdict.good.schema[n] for n in TABLES["shipments"].dtypes()}
    assert contract == TABLES["shipments"].dtypes()
    assert verdict.good["_row"].to_list() == [7]


def test_impossible_order_of_times_names_both() -> None:
    row = PARCEL | {"shipped_at": at(2024, 1, 5), "delivered_at": at(2024, 1, 3)}
    assert refusals("shipments", row) == [
        (
            "delivered_at",
            "delivered_at=2024-01-03 00:00:00+00:00, shipped_at=2024-01-05 00:00:00+00:00",
            "delivered_at is before shipped_at",
        )
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"shipment_id": None}, ("shipment_id", None, "shipment_id is missing")),
        ({"shipment_id": ""}, ("shipment_id", "", "shipment_id is empty")),
        ({"direction": "up"}, ("direction", "up", "direction is none of the allowed values")),
        ({"cost": 5}, ("cost", "cost=5, currency=(empty)", "cost has no currency")),
        (
            {"currency": "XQQ"},
            ("currency", "XQQ", "currency is no currency code of ISO 4217"),
        ),
        (
            {"currency": "eur"},
            (
                "currency",
                "eur",
                "currency is not written as three capital letters such as EUR",
            ),
        ),
        (
            {"dest_country": "Germany"},
            (
                "dest_country",
                "Germany",
                "dest_country is not written as two capital letters such as DE",
            ),
        ),
        (
            {"created_at": at(2025, 1, 1)},
            ("created_at", "2025-01-01 00:00:00+00:00", "created_at lies in the future"),
        ),
        (
            {"shipped_at": at(1970, 1, 1)},
            ("shipped_at", "1970-01-01 00:00:00+00:00", "shipped_at is before 1990"),
        ),
        (
            {"delivered_on": date(2030, 1, 1)},
            ("delivered_on", "2030-01-01", "delivered_on lies in the future"),
        ),
    ],
)
def test_one_wrong_value_gives_one_reason(
    change: dict[str, Any], expected: tuple[str, str | None, str]
) -> None:
    assert refusals("shipments", PARCEL | change) == [expected]


def test_plans_may_lie_in_the_future() -> None:
    row = PARCEL | {"promised_at": at(2030, 1, 1), "promised_on": date(2030, 1, 1)}
    assert refusals("shipments", row) == []


def test_clocks_elsewhere_may_run_ahead_by_a_day() -> None:
    ahead = NOW + timedelta(days=1)
    assert refusals("shipments", PARCEL | {"shipped_at": ahead}) == []
    assert refusals("shipments", PARCEL | {"shipped_at": ahead + timedelta(microseconds=1)})


def test_unknown_zone() -> None:
    row = {"agent_id": "a", "tz": "Mars/Olympus"}
    assert refusals("agents", row) == [("tz", "Mars/Olympus", "tz is no IANA time zone")]
    assert refusals("agents", row | {"tz": "Asia/Shanghai"}) == []


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        (0, 10_080, []),
        (1320, 1800, []),
        (0, 10_081, [("end_minute", "10081", "end_minute is out of range")]),
        (0, 10**9, [("end_minute", "1000000000", "end_minute is out of range")]),
    ],
)
def test_opening_hours_are_at_most_a_week(
    start: int, end: int, refused: list[tuple[str, str | None, str]]
) -> None:
    row = {"interval_id": "i", "calendar_id": "c", "tz": "UTC", "weekday": 1}
    assert refusals("calendars", row | {"start_minute": start, "end_minute": end}) == refused


@pytest.mark.parametrize(
    ("target", "fits"), [(0, False), (1, True), (315_360_000, True), (315_360_001, False)]
)
def test_a_promise_is_at_most_ten_years(target: int, fits: bool) -> None:
    row = {"policy_id": "p", "metric": "resolution", "clock": "calendar", "target_s": target}
    assert (refusals("sla_policies", row) == []) == fits


@pytest.mark.parametrize(
    ("kind", "score", "fits"),
    [
        ("nps", 0, True),
        ("nps", 10, True),
        ("nps", 11, False),
        ("csat", 0, False),
        ("csat", 5, True),
        ("csat", 6, False),
        ("ces", 7, True),
        ("ces", 8, False),
        ("ces", None, True),
    ],
)
def test_scores_fit_their_scale(kind: str, score: int | None, fits: bool) -> None:
    row = {"response_id": "r", "kind": kind, "sent_at": at(2024, 1, 1), "score": score}
    assert (refusals("surveys", row) == []) == fits


def test_text_that_is_no_number_is_refused_with_its_text() -> None:
    rows = pl.DataFrame({"review_id": ["a", "b"], "at": [at(2024, 1, 1)] * 2, "rating": ["5", "v"]})
    verdict = validate(TABLES["reviews"], rows, NOW)
    assert verdict.good["rating"].to_list() == [5]
    assert verdict.reasons.select("column", "value", "reason").rows() == [
        ("rating", "v", "rating is not a whole number")
    ]


def test_several_reasons_of_one_row_refuse_it_once() -> None:
    row = PARCEL | {"shipment_id": "", "currency": "eur", "created_at": at(1900, 1, 1)}
    verdict = validate(TABLES["shipments"], frame("shipments", row, PARCEL), NOW)
    assert verdict.refused.height == 1
    assert verdict.good.height == 1
    assert verdict.reasons["row_index"].to_list() == [0, 0, 0]


def test_every_reason_comes_with_advice() -> None:
    row = PARCEL | {"shipment_id": "", "currency": "XQQ", "direction": "x"}
    verdict = validate(TABLES["shipments"], frame("shipments", row), NOW)
    assert verdict.reasons["advice"].str.len_chars().min() > 10  # type: ignore[operator]
