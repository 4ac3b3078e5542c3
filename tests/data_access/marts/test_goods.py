"""Orders, lines, parcels, returns, reviews and surveys: where their dimensions come from."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from data_access.marts import orders, parcels, returns, voice
from data_access.marts.link import link
from data_access.marts.schemas import MARTS
from tests.data_access.tables import Rows, at, facts, table

ORDER = {
    "order_id": "o1",
    "country": "DE",
    "region": "BE",
    "placed_at": at("2026-01-05 10:00"),
    "customer_key": "c1",
    "total": 500,
    "currency": "EUR",
}
SHOP: dict[str, Rows] = {
    "orders": [ORDER],
    "order_lines": [
        {"line_id": "l1", "order_id": "o1", "sku": "s1", "price": 100, "qty": 1},
        {"line_id": "l2", "order_id": "o1", "sku": "s2", "price": 400, "qty": 2},
    ],
    "products": [{"sku": "s1", "category": "toys"}, {"sku": "s2", "category": "phones"}],
    "customers": [{"customer_key": "c1", "country": "FR", "region": "75", "lang": "de"}],
    "shipments": [
        {
            "shipment_id": "p2",
            "order_id": "o1",
            "direction": "fwd",
            "carrier": "late post",
            "created_at": at("2026-01-08"),
        },
        {
            "shipment_id": "p1",
            "order_id": "o1",
            "direction": "fwd",
            "carrier": "first post",
            "origin": "CN",
            "dest": "DE",
            "created_at": at("2026-01-06"),
            "promised_at": at("2026-01-12 23:30"),
            "delivered_at": at("2026-01-13 00:10"),
        },
        {
            "shipment_id": "p0",
            "order_id": "o1",
            "direction": "rev",
            "carrier": "way back",
            "created_at": at("2026-01-01"),
        },
    ],
}
for _line in SHOP["order_lines"]:
    _line |= {"placed_at": at("2026-01-05 10:00"), "currency": "EUR"}


@pytest.fixture(scope="module")
def shop() -> dict[str, pl.LazyFrame]:
    return facts(**SHOP)


@pytest.fixture(scope="module")
def orders_mart(shop: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    return orders.orders(shop["orders"], shop).collect().lazy()


def only(rows: pl.LazyFrame, **which: Any) -> dict[str, Any]:
    found = rows.filter(**which).collect()
    assert found.height == 1
    return found.row(0, named=True)


def test_an_order_takes_its_main_line_its_first_forward_parcel_and_its_customer(
    orders_mart: pl.LazyFrame,
) -> None:
    row = only(orders_mart)
    assert row["market"] == "DE"  # its own, not the customer's FR
    assert row["continent"] == "Europe"
    assert row["region"] == "BE"
    assert (row["category"], row["product"]) == ("phones", "s2")  # 400 beats 100
    assert (row["carrier"], row["lane"]) == ("first post", "CN>DE")  # earlier than p2, not reverse
    assert row["language"] == "de"
    assert row["part"] == 202601


def test_an_order_without_country_is_where_its_customer_is(shop: dict[str, pl.LazyFrame]) -> None:
    own = table("orders", [{**ORDER, "country": None, "region": None}]).lazy()
    row = only(orders.orders(own, shop))
    assert (row["market"], row["region"]) == ("FR", "75")


def test_a_line_keeps_its_own_product(
    shop: dict[str, pl.LazyFrame], orders_mart: pl.LazyFrame
) -> None:
    row = only(orders.lines(shop["order_lines"], shop, orders_mart), line_id="l1")
    assert (row["category"], row["product"], row["value_minor"]) == ("toys", "s1", 100)
    assert (row["market"], row["carrier"]) == ("DE", "first post")


def test_a_parcel_promised_by_instant_counts_for_its_utc_date(
    shop: dict[str, pl.LazyFrame], orders_mart: pl.LazyFrame
) -> None:
    made = parcels.parcels(shop["shipments"], shop, orders_mart)
    row = only(made, shipment_id="p1")
    assert row["promised_on"] == date(2026, 1, 12)
    assert row["delivered_on"] == date(2026, 1, 13)
    assert row["created_at"] == at("2026-01-05 10:00")  # when it was ordered
    assert (row["market"], row["region"], row["category"]) == ("DE", "BE", "phones")
    assert made.filter(shipment_id="p0").collect().is_empty()  # reverse


def test_scans_tell_customs_last_sign_of_life_and_return(
    shop: dict[str, pl.LazyFrame], orders_mart: pl.LazyFrame
) -> None:
    scans = [
        ("2026-01-07", "in_transit"),
        ("2026-01-08", "customs"),
        ("2026-01-09", "customs"),
        ("2026-01-10", "in_transit"),
        ("2026-01-20", "returned"),
    ]
    events = [
        {"event_id": day, "shipment_id": "p1", "event_at": at(day), "state": state}
        for day, state in scans
    ]
    told = {**shop, "tracking_events": table("tracking_events", events).lazy()}
    row = only(parcels.parcels(shop["shipments"], told, orders_mart), shipment_id="p1")
    assert row["customs_in_at"] == at("2026-01-08")
    assert row["customs_out_at"] == at("2026-01-10")
    assert row["last_scan_at"] == row["returned_at"] == at("2026-01-20")


def test_a_return_line_finds_its_order_through_its_return(
    shop: dict[str, pl.LazyFrame], orders_mart: pl.LazyFrame
) -> None:
    head = [{"return_id": "r", "order_id": "o1", "requested_at": at("2026-02-01")}]
    line = {
        "return_line_id": "r1",
        "return_id": "r",
        "sku": "s1",
        "requested_at": at("2026-02-01"),
        "qty": 1,
        "price": 100,
        "currency": "EUR",
        "reason": "late",
    }
    told = {**shop, "returns": table("returns", head).lazy()}
    row = only(returns.return_lines(table("return_lines", [line]).lazy(), told, orders_mart))
    assert (row["order_id"], row["market"], row["category"]) == ("o1", "DE", "toys")
    assert (row["reason"], row["value_minor"], row["part"]) == ("late", 100, 202602)


def test_a_review_speaks_of_its_product_or_else_of_the_order(
    shop: dict[str, pl.LazyFrame], orders_mart: pl.LazyFrame
) -> None:
    own = table(
        "reviews",
        [
            {"review_id": "of toys", "order_id": "o1", "sku": "s1", "at": at("2026-02-02")},
            {"review_id": "of all", "order_id": "o1", "at": at("2026-02-02"), "lang": "fr"},
        ],
    ).lazy()
    made = voice.reviews(own, shop, orders_mart)
    assert only(made, review_id="of toys")["category"] == "toys"
    assert only(made, review_id="of all")["category"] == "phones"
    assert only(made, review_id="of all")["language"] == "fr"


def test_a_survey_without_answer_is_no_row(orders_mart: pl.LazyFrame) -> None:
    own = table(
        "surveys",
        [
            {"response_id": "silent", "kind": "nps", "sent_at": at("2026-02-02")},
            {
                "response_id": "told",
                "order_id": "o1",
                "kind": "nps",
                "score": 9,
                "sent_at": at("2026-02-02"),
            },
        ],
    ).lazy()
    row = only(voice.surveys(own, orders_mart, MARTS["cases"].empty()))
    assert (row["response_id"], row["market"]) == ("told", "DE")
    assert row["answered_at"] == at("2026-02-02")  # the answer carries no time of its own


def lookup(*rows: tuple[str, str, str]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=["source", "order_id", "found"], orient="row")


def test_links_prefer_the_own_source_and_cross_only_where_one_other_knows_the_id() -> None:
    frame = pl.LazyFrame({"source": ["desk"] * 4, "order_id": ["1", "2", "3", None]})
    known = lookup(
        ("desk", "1", "own"), ("shop", "1", "other"), ("shop", "2", "other"),
        ("a", "3", "one"), ("b", "3", "two"),
    )  # fmt: skip
    found = link(frame, known, "order_id").sort("order_id", nulls_last=True).collect()
    assert found["found"].to_list() == ["own", "other", None, None]
    assert found.columns == ["source", "order_id", "found"]


def test_a_known_row_with_an_empty_value_does_not_borrow_from_another_source() -> None:
    frame = pl.LazyFrame({"source": ["desk"], "order_id": ["1"]})
    known = pl.LazyFrame({"source": ["desk", "shop"], "order_id": ["1", "1"], "found": [None, "x"]})
    assert link(frame, known, "order_id").collect()["found"].to_list() == [None]
