"""Who is owed what, and who is left out with which reason; every number by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from alerts.compensation.candidates import CANDIDATES, TAKEN, Candidates, UnknownCauseError, find
from alerts.compensation.criteria import Criteria, of_json
from tests.alerts.compensation.world import DAY, HOUR, NOW, POLICY, RATES, World


def found(
    world: World, cause: str = "late_72h", taken: pl.DataFrame | None = None, **where: object
) -> Candidates:
    criteria = replace(Criteria(cause, NOW), **where)  # type: ignore[arg-type]
    return find(POLICY, criteria, world, RATES, taken)


def by_order(candidates: Candidates) -> dict[str, tuple[int, int, str | None]]:
    rows = candidates.rows.select("order_id", "level", "amount_minor", "excluded_because")
    return {order: (level, amount, why) for order, level, amount, why in rows.iter_rows()}


def test_more_than_72_hours_late_is_the_boundary() -> None:
    world = World()
    for order, late in (("A", 72 * HOUR), ("B", 72 * HOUR + timedelta(seconds=1)), ("C", 15 * DAY)):
        world.order(order).parcel(order, late)
    assert by_order(found(world)) == {"B": (1, 500, None), "C": (2, 10_000, None)}
    row = found(world).rows.filter(pl.col("order_id") == "B").row(0, named=True)
    assert row["eligible_at"] == NOW - 30 * DAY + 72 * HOUR
    assert (row["subject"], row["customer_key"], row["market"]) == ("p-B", "c-B", "DE")
    assert json.loads(row["why"]) == {
        "parcel": "p-B",
        "carrier": "DHL",
        "promised": "2026-02-18T12:00:00Z",
        "delivered": "2026-02-21T12:00:01Z",
        "late_h": 72.0,
    }


def test_what_is_not_delivered_counts_up_to_now_and_the_future_is_not_known() -> None:
    world = World().order("A").parcel("A", DAY, delivered_at=None)
    world.order("B").parcel("B", 40 * DAY)  # delivered after NOW
    world.order("C").parcel("C", DAY, delivered_at=None, cancelled_at=NOW - DAY)
    rows = by_order(found(world))
    assert set(rows) == {"A", "B"}
    assert rows["A"] == rows["B"]
    earlier = found(world, as_of=NOW - 28 * DAY)
    assert earlier.rows.is_empty()


def test_a_promised_date_ends_in_the_last_zone_on_earth() -> None:
    end = NOW.replace(hour=12) - 10 * DAY  # 10 March, 12:00 UTC: the 9th is over everywhere
    common = {"promised_at": None, "promised_on": date(2026, 3, 9)}
    world = World().order("A").parcel("A", DAY, **common, delivered_at=end + 72 * HOUR)
    world.order("B").parcel("B", DAY, **common, delivered_at=end + 72 * HOUR + HOUR)
    assert list(by_order(found(world))) == ["B"]


def test_two_parcels_of_one_order_are_one_compensation() -> None:
    world = World().order("A").parcel("A", 80 * HOUR)
    world.parcel("A", 20 * DAY, shipment_id="p-2")
    rows = found(world).rows
    assert rows.height == 1
    assert rows.row(0, named=True)["subject"] == "p-2"


def test_filters_and_orders_that_nobody_knows() -> None:
    world = World().order("A").parcel("A", 4 * DAY)
    world.order("B", country="FR", currency="EUR").parcel("B", 4 * DAY, market="FR", carrier="UPS")
    world.parcel("nobody", 4 * DAY)
    assert set(by_order(found(world, market=("FR",)))) == {"B"}
    assert set(by_order(found(world, carrier=("DHL",)))) == {"A"}
    assert set(by_order(found(world, category=("Toys",)))) == set()
    assert set(by_order(found(world, orders=("A",)))) == {"A"}
    assert found(world).orders_unknown == 1
    assert set(by_order(found(world, since=NOW))) == set()


def test_another_feed_may_tell_of_the_order() -> None:
    world = World().order("A").parcel("A", 4 * DAY, source="carrier-feed")
    row = found(world).rows.row(0, named=True)
    assert (row["source"], row["order_id"]) == ("shop", "A")


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"status": "test"}, "test"),
        ({"cancelled_at": NOW - DAY}, "cancelled"),
        ({"cancelled_at": NOW + DAY}, None),
        ({"currency": None, "total": None}, "no_value"),
        ({"currency": "GBP"}, "no_rate"),
    ],
)
def test_orders_are_left_out_with_a_reason(order: dict[str, object], why: str | None) -> None:
    world = World().order("A", **order).parcel("A", 4 * DAY)  # type: ignore[arg-type]
    assert by_order(found(world))["A"][2] == why


def test_who_has_it_already_is_left_out() -> None:
    world = World()
    for order in "ABCD":
        world.order(order).parcel(order, 4 * DAY)
    given = {"currency": "EUR", "amount": 500, "decided_at": NOW - 2 * DAY, "source": "desk"}
    world.add("compensations", {"comp_id": "1", "order_id": "A", "cause": "late_72h", **given})
    world.add("compensations", {"comp_id": "2", "order_id": "B", "cause": "damaged", **given})
    world.add(
        "compensations",
        {**given, "comp_id": "3", "order_id": "C", "cause": "late_72h", "decided_at": NOW + DAY},
    )
    held = pl.DataFrame(
        [("shop", "D", "late_72h", "c-D", 500, "EUR", NOW - DAY, "DE")],
        schema=dict(TAKEN),
        orient="row",
    )
    whys = {order: row[2] for order, row in by_order(found(world, taken=held)).items()}
    assert whys == {"A": "already_compensated", "B": None, "C": None, "D": "in_batch"}


def test_what_was_paid_back_is_not_given_again() -> None:
    world = World()
    for order in "ABCD":
        world.order(order).parcel(order, 20 * DAY)  # level 2: the whole order
    back = {"requested_at": NOW - 9 * DAY, "settled_at": NOW - DAY, "currency": "EUR"}
    world.add("refunds", {"refund_id": "1", "order_id": "A", "amount": 10_000, **back})
    world.add("refunds", {"refund_id": "2", "order_id": "B", "amount": 4_000, **back})
    world.add(
        "refunds", {**back, "refund_id": "3", "order_id": "C", "amount": 10_000, "settled_at": None}
    )
    world.add(
        "refunds", {**back, "refund_id": "4", "order_id": "D", "amount": 10, "currency": "USD"}
    )
    rows = by_order(found(world))
    assert rows["A"][2] == "refunded"
    assert rows["B"] == (2, 6_000, None)
    assert rows["C"] == (2, 10_000, None)  # asked for, not paid
    assert rows["D"][2] == "refund_in_other_currency"


def test_a_customers_year_is_bounded_by_number_and_amount() -> None:
    world = World()
    for order in "ABCDE":
        world.order(order, customer_key="c").parcel(order, 4 * DAY)
    for order, days in (("X", 30), ("Y", 400)):  # one within the year, one before it
        world.order(order, customer_key="c")
        world.add(
            "compensations",
            {"comp_id": order, "order_id": order, "cause": "damaged", "amount": 100,
             "currency": "EUR", "decided_at": NOW - days * DAY},
        )  # fmt: skip
    whys = [row[2] for row in by_order(found(world)).values()]
    assert whys == [None, None, None, "customer_year", "customer_year"]  # 4 a year, one was given
    dear = World()
    for order in "AB":
        dear.order(order, total=20_000, customer_key="c").parcel(order, 20 * DAY)
    # 150 EUR each by the cap of level 2: together 300 EUR, which is allowed
    assert [row[2] for row in by_order(found(dear)).values()] == [None, None]
    dear.order("C", total=5_000, customer_key="c").parcel("C", 20 * DAY)
    assert [row[2] for row in by_order(found(dear)).values()] == [None, None, "customer_year"]


def test_buyers_of_a_lot() -> None:
    world = World().order("A").order("B").order("C")
    line = {"placed_at": NOW - 40 * DAY, "qty": 1, "sku": "K1"}
    world.add("order_lines", {"line_id": "1", "order_id": "A", "lot_id": "L7", **line})
    world.add("order_lines", {"line_id": "2", "order_id": "A", "lot_id": "L7", **line})
    world.add("order_lines", {"line_id": "3", "order_id": "B", "lot_id": "L8", **line})
    assert by_order(found(world, "faulty_lot", lot=("L7",))) == {"A": (3, 2_500, None)}
    assert by_order(found(world, "faulty_lot")) == {}


def test_refunds_run_from_when_the_goods_were_back() -> None:
    world = World()
    for order in "ABC":
        world.order(order)
    world.add("returns", {"return_id": "R", "received_at": NOW - 8 * DAY})
    row = {"currency": "EUR", "amount": 100, "requested_at": NOW - 10 * DAY}
    world.add("refunds", {"refund_id": "1", "order_id": "A", "return_id": "R", **row})
    world.add("refunds", {**row, "refund_id": "2", "order_id": "B", "requested_at": NOW - 6 * DAY})
    world.add("refunds", {**row, "refund_id": "3", "order_id": "C", "settled_at": NOW - 4 * DAY})
    rows = found(world, "refund_late").rows
    assert rows["order_id"].to_list() == ["A"]
    assert rows["eligible_at"][0] == NOW - DAY


def test_customs_returns_cases_and_named_orders() -> None:
    world = World()
    for order in "ABCD":
        world.order(order)
    world.parcel("A", DAY, customs_in_at=NOW - 8 * DAY, delivered_at=None)
    world.parcel("B", DAY, customs_in_at=NOW - 8 * DAY, customs_out_at=NOW - 3 * DAY)
    world.add(
        "return_lines",
        {"return_line_id": "1", "order_id": "C", "requested_at": NOW - DAY,
         "reason": "damaged_in_transit"},
        namespace="marts",
    )  # fmt: skip
    assert set(by_order(found(world, "customs_hold"))) == {"A"}
    assert by_order(found(world, "damaged")) == {"C": (2, 10_000, None)}
    assert set(by_order(found(world, "viral", orders=("D", "Z")))) == {"D"}
    assert set(by_order(found(world, "viral"))) == set()


def test_an_unknown_cause_is_told_with_the_known_ones() -> None:
    with pytest.raises(UnknownCauseError, match="late_72h"):
        found(World(), "bad_mood")


def test_the_frame_has_its_declared_columns_even_when_empty() -> None:
    assert dict(found(World()).rows.schema) == dict(CANDIDATES)


def test_criteria_are_read_as_they_were_stored() -> None:
    criteria = Criteria("late_72h", NOW, NOW - DAY, ("DE", "FR"), (), ("Audio",), (), ("L7",))
    assert of_json(criteria.as_json()) == criteria
