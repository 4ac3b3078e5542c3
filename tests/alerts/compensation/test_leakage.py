"""Leaks and budgets, each number by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from alerts.compensation import budget, leakage, ledger
from alerts.compensation.candidates import TAKEN
from alerts.compensation.leakage import Leakage
from alerts.compensation.policy import parse
from tests.alerts.compensation.world import DAY, HOUR, NOW, POLICY, POLICY_TEXT, RATES, World

NOTHING = pl.DataFrame(schema=dict(TAKEN))


def given_(world: World, comp: str, order: str | None, **more: object) -> None:
    """A compensation of level 1 for being late, 5 EUR, decided five days ago."""
    row = {
        "comp_id": comp,
        "order_id": order,
        "country": "DE",
        "cause": "late_72h",
        "level": 1,
        "amount": 500,
        "currency": "EUR",
        "decided_at": NOW - 5 * DAY,
        "source": "desk",
    }
    world.add("compensations", {**row, **more})


def late(world: World, order: str, by: timedelta = 80 * HOUR) -> None:
    world.order(order).parcel(order, by)


def report(world: World, taken: pl.DataFrame = NOTHING) -> Leakage:
    return leakage.report(POLICY, world, RATES, taken, as_of=NOW, days=90)


def found(told: Leakage) -> dict[str, list[str | None]]:
    by: dict[str, list[str | None]] = {}
    for kind, order in told.leaks.select("kind", "order_id").iter_rows():
        by.setdefault(kind, []).append(order)
    return by


def test_nothing_leaks_where_everybody_got_the_policys_due() -> None:
    world = World()
    late(world, "A")
    given_(world, "1", "A")
    told = report(world)
    assert told.leaks.is_empty()
    assert (told.given, told.entitled) == (1, 1)
    assert told.summary().select("n", "worth").rows() == [(0, 0)] * 5


def test_the_second_for_one_order_and_cause_is_a_duplicate() -> None:
    world = World()
    late(world, "A")
    for comp in "123":
        given_(world, comp, "A", decided_at=NOW - int(comp) * DAY)
    given_(world, "4", "A", cause="damaged")
    told = report(world)
    assert found(told)["duplicate"] == ["A", "A"]
    assert told.leaks.filter(pl.col("kind") == "duplicate")["comp_id"].to_list() == ["2", "1"]
    assert told.summary().row(0) == ("duplicate", 2, 1000, 0)


def test_who_is_entitled_and_got_nothing_for_two_weeks_is_omitted() -> None:
    world = World()
    late(world, "A")  # due 27 days ago
    late(world, "B")
    given_(world, "1", "B")
    world.order("C").parcel("C", 80 * HOUR, promised_at=NOW - 10 * DAY,
                            delivered_at=NOW - 6 * DAY)  # due 7 days ago: in time yet  # fmt: skip
    world.order("D", cancelled_at=NOW - 20 * DAY).parcel("D", 80 * HOUR)
    late(world, "E")
    held = pl.DataFrame(
        [("shop", "E", "late_72h", "c-E", 500, "EUR", NOW - DAY, "DE")],
        schema=dict(TAKEN),
        orient="row",
    )
    told = report(world, held)
    assert found(told) == {"omission": ["A"]}
    assert told.summary().row(1) == ("omission", 1, 500, 0)


def test_more_and_less_than_the_policy_says() -> None:
    world = World()
    for order in "AB":
        late(world, order)
    late(world, "C", 20 * DAY)  # level 2 by the policy
    given_(world, "1", "A", level=3)
    given_(world, "2", "B", amount=1001)  # above the cap of 10 EUR
    given_(world, "3", "C", level=1)
    told = found(report(world))
    assert told["over"] == ["A", "B"]
    assert told["under"] == ["C"]


def test_without_a_cause_that_holds() -> None:
    world = World()
    late(world, "A", HOUR)  # not late enough
    world.order("B")
    given_(world, "1", "A")
    given_(world, "2", "B", cause=None)
    given_(world, "3", "B", cause="bad_mood")
    given_(world, "4", "B", cause="viral")  # named by people: nothing to check it by
    given_(world, "5", None, cause="damaged")
    assert sorted(map(str, found(report(world))["without_cause"])) == ["A", "B", "B", "None"]


def test_what_has_no_rate_is_counted_and_said() -> None:
    world = World().order("A", currency="GBP")
    given_(world, "1", "A", cause=None, currency="GBP")
    assert report(world).summary().row(4) == ("without_cause", 1, 0, 1)


def rates_of(world: World) -> World:
    for day in (1, 10, 20):
        date_ = datetime(2026, 3, day, tzinfo=UTC).date()
        world.add(
            "fx_rates", {"date": date_, "base": "EUR", "quote": "USD", "rate": 1.0 + day / 100}
        )
    return world


def paced(world: World, taken: pl.DataFrame = NOTHING) -> dict[str, dict[str, object]]:
    frame = budget.pace(
        parse(POLICY_TEXT.replace("default: 800 EUR", "default: 10 EUR"), "p"),
        ledger.given(world, NOW),
        taken,
        world("fx_rates").collect(),
        as_of=NOW,
        zone="UTC",
    )
    return {row["market"]: row for row in frame.iter_rows(named=True)}


def test_spending_is_converted_at_each_days_rate_and_goes_on_at_its_pace() -> None:
    world = rates_of(World())
    for order in "AB":
        world.order(order, country="US", currency="USD")
    given_(world, "1", "A", currency="EUR", amount=1000, decided_at=NOW - 10 * DAY)  # 1.10
    given_(world, "2", "B", currency="EUR", amount=1000, decided_at=NOW)  # 1.20
    given_(world, "3", "B", currency="EUR", amount=9999, decided_at=NOW - 25 * DAY)  # February
    row = paced(world)["US"]
    assert (row["currency"], row["spent_minor"], row["n"]) == ("USD", 2300, 2)
    # 19.5 of 31 days have passed: 2300 / (19.5 / 31) = 3656.4
    assert row["forecast_minor"] == 3656
    assert row["standing"] == "within"


def test_promised_counts_until_it_is_reported_as_given() -> None:
    world = World().order("A").order("B")
    given_(world, "1", "A", decided_at=NOW - DAY)
    held = pl.DataFrame(
        [
            ("shop", order, "late_72h", f"c-{order}", 500, "EUR", NOW - 2 * DAY, "DE")
            for order in "AB"
        ],
        schema=dict(TAKEN),
        orient="row",
    )
    row = paced(world, held)["DE"]
    assert (row["spent_minor"], row["promised_minor"], row["n"]) == (500, 500, 2)


@pytest.mark.parametrize(("amount", "standing"), [(1001, "over"), (700, "ahead"), (600, "within")])
def test_how_a_market_stands(amount: int, standing: str) -> None:
    world = World().order("A", country="IT")
    given_(world, "1", "A", amount=amount, decided_at=NOW - DAY)
    assert paced(world)["IT"]["standing"] == standing  # of 10 EUR, after 63 % of the month


def test_a_market_whose_money_cannot_be_converted_cannot_be_judged() -> None:
    world = World().order("A", country="GB", currency="USD")
    given_(world, "1", "A", currency="USD")
    row = paced(world)["GB"]
    assert (row["standing"], row["no_rate"], row["spent_minor"]) == ("unknown", 1, 0)


def test_a_month_begins_in_its_zone_and_says_nothing_in_its_first_days() -> None:
    began, passed, days = budget.month_of(datetime(2026, 2, 28, 20, tzinfo=UTC), "Asia/Shanghai")
    assert (began.month, days) == (3, 31)
    assert passed == pytest.approx(4 / 24)
    world = World().order("A", country="IT")
    given_(world, "1", "A", decided_at=datetime(2026, 3, 1, 1, tzinfo=UTC))
    frame = budget.pace(
        POLICY,
        ledger.given(world, NOW),
        NOTHING,
        world("fx_rates").collect(),
        as_of=datetime(2026, 3, 2, tzinfo=UTC),
        zone="UTC",
    )
    assert frame.filter(pl.col("market") == "IT")["forecast_minor"].to_list() == [None]
