"""Amounts of money: converted day by day, added up exactly, divided by orders or contacts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.marts import refresh
from data_access.metrics import CATALOGUE, Filter, Metrics, Query, QueryError
from data_access.metrics.currency import published, rated
from data_access.metrics.money import _fixed, _total
from tests.data_access.metrics.company import START, company
from tests.data_access.metrics.home import Home
from tests.data_access.tables import Rows, at

NOW = at("2026-03-16 09:00")
FRIDAY, SATURDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 9)


def rate(day: date, quote: str, units: float) -> dict[str, Any]:
    return {"date": day, "base": "EUR", "quote": quote, "rate": units}


RATES = [
    rate(FRIDAY, "USD", 1.25),
    rate(FRIDAY, "JPY", 160.0),
    rate(MONDAY, "USD", 1.6),
    rate(MONDAY, "JPY", 200.0),
]


def cost(name: str, moment: str, minor: int, currency: str, **more: Any) -> dict[str, Any]:
    return {
        "cost_id": name, "at": at(moment), "kind": "labour", "amount": minor,
        "currency": currency, **more,
    }  # fmt: skip


TABLES: dict[str, Rows] = {
    "fx_rates": RATES,
    "orders": [
        {"order_id": f"o{n}", "country": "DE" if n < 4 else "US", "placed_at": at("2026-03-07")}
        for n in range(5)
    ],
    "cases": [
        {"case_id": "k1", "order_id": "o4", "reason": "late", "status": "open",
         "created_at": at("2026-03-07 10:00"), "country": "US", "channel": "chat"},
        {"case_id": "k2", "order_id": "o1", "reason": "broken", "status": "open",
         "created_at": at("2026-03-07 11:00"), "country": "DE", "spam": True},
    ],
    "costs": [
        # Saturday: Friday's rate holds. $12.50 / 1.25 = €10.00
        cost("c1", "2026-03-07 12:00", 1250, "USD", ref_table="cases", ref_id="k1"),
        # ¥1,600 / 160 = €10.00; a yen has no cents
        cost("c2", "2026-03-07 12:00", 1600, "JPY", ref_table="orders", ref_id="o1"),
        # Monday's own rate: ¥1,600 / 200 = €8.00
        cost("c3", "2026-03-09 00:00", 1600, "JPY", kind="freight_rev"),
        cost("c4", "2026-03-07 23:59", 333, "EUR", country="DE"),
        cost("c5", "2026-03-07 12:00", 999, "SEK"),  # no rate at all
    ],
    "compensations": [
        {"comp_id": "g1", "order_id": "o2", "level": 2, "cause": "late_72h", "amount": 500,
         "currency": "EUR", "decided_at": at("2026-03-07 13:00")},
        {"comp_id": "g2", "case_id": "k1", "amount": 125, "currency": "USD",
         "decided_at": at("2026-03-07 13:00")},
        {"comp_id": "g3", "order_id": "o2", "kind": "upgrade", "level": 1,
         "decided_at": at("2026-03-07 13:00")},
    ],
    "refunds": [
        {"refund_id": "f1", "order_id": "o3", "requested_at": at("2026-03-01"), "amount": 9000,
         "issued_at": at("2026-03-07 14:00"), "fee": 108, "currency": "EUR"},
        {"refund_id": "f2", "order_id": "o3", "requested_at": at("2026-03-07"), "amount": 9000,
         "fee": 0, "currency": "EUR"},
    ],
}  # fmt: skip
WEEKEND = Filter(start=SATURDAY, end=SATURDAY)


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metrics]:
    home = Home(tmp_path_factory.mktemp("money"))
    home.take_in(TABLES, NOW)
    refresh(home.warehouse, home.engine, NOW)
    yield home.metrics(currency="EUR")
    home.close()


def one(metrics: Metrics, kpi: str, where: Filter = WEEKEND, currency: str = "EUR") -> Any:
    return metrics.kpi(Query(kpi, (), where, currency=currency)).row(0, named=True)


def test_a_weekend_is_converted_at_the_rate_of_friday_and_yen_have_no_cents(
    metrics: Metrics,
) -> None:
    # 10.00 + 10.00 + 3.33 booked, 5.00 + 1.00 given, 1.08 kept of a refund; SEK has no rate.
    found = one(metrics, "after_sales_cost")
    assert found["value"] == 30.41
    assert (found["n"], found["excluded"], found["currency"]) == (7, 1, "EUR")
    assert one(metrics, "service_cost")["value"] == 23.33
    assert one(metrics, "compensation_value")["value"] == 6.0
    assert one(metrics, "compensation_value")["n"] == 3
    # In yen: (12.50 / 1.25 + 3.33 + 6.00 + 1.08) × 160 + 1600
    assert one(metrics, "after_sales_cost", currency="JPY")["value"] == pytest.approx(4865.6)


def test_each_day_has_its_own_rate(metrics: Metrics) -> None:
    monday = Filter(start=MONDAY, end=MONDAY)
    assert one(metrics, "after_sales_cost", monday)["value"] == 8.0
    days = metrics.kpi(Query("after_sales_cost", ("day",), Filter(start=SATURDAY, end=MONDAY)))
    assert days["value"].to_list() == [30.41, None, 8.0]


def test_what_is_divided_by(metrics: Metrics) -> None:
    per_order = one(metrics, "cost_to_serve")
    assert (per_order["value"], per_order["n"]) == (pytest.approx(30.41 / 5), 5)
    assert one(metrics, "cost_per_contact")["value"] == 23.33  # spam is no contact
    assert one(metrics, "compensation_per_1000_orders")["value"] == 600.0
    by_market = metrics.kpi(Query("cost_to_serve", ("market",), WEEKEND))
    # c4, c2, g1, f1, g3 of four German orders; c1 and g2 of one American; c5 of nobody knows whom.
    assert by_market["market"].to_list() == ["DE", "US", None]
    assert by_market["value"].to_list() == [pytest.approx(19.41 / 4), 11.0, None]
    assert by_market["excluded"].to_list() == [0, 0, 1]


def test_by_kind_and_by_reason(metrics: Metrics) -> None:
    kinds = metrics.kpi(Query("after_sales_cost", ("cost_kind",), WEEKEND))
    assert dict(kinds.select("cost_kind", pl.col("value").round(9)).iter_rows()) == {
        "labour": 23.33, "compensation": 1.0, "compensation_1": 0.0, "compensation_2": 5.0,
        "refund_fee": 1.08,
    }  # fmt: skip
    # A compensation has the cause that it names, else the reason of its case.
    causes = metrics.kpi(Query("compensation_value", ("reason",), WEEKEND))
    assert dict(causes.select("reason", "value").iter_rows()) == {
        "late_72h": 5.0, "late": 1.0, None: 0.0,
    }  # fmt: skip
    chat = metrics.kpi(Query("service_cost", (), Filter(SATURDAY, SATURDAY, channel=("chat",))))
    assert chat["value"].item() == 10.0


def test_the_rates_used_are_named_and_what_has_none(metrics: Metrics) -> None:
    found = metrics.money_basis(Query("after_sales_cost", (), Filter(start=SATURDAY, end=MONDAY)))
    assert (found.first_rate, found.last_rate) == (FRIDAY, MONDAY)
    assert found.left_out.rows() == [("SEK", 1, 999)]
    with pytest.raises(QueryError, match="not about money"):
        metrics.money_basis(Query("contacts"))


def test_nothing_booked_is_not_known_and_not_zero(metrics: Metrics) -> None:
    sunday = Filter(start=date(2026, 3, 8), end=date(2026, 3, 8))
    for kpi in ("after_sales_cost", "cost_to_serve", "compensation_value", "cost_per_contact"):
        assert one(metrics, kpi, sunday)["value"] is None
    # Kronor alone: there is something, but nobody can tell how much.
    kronor = one(metrics, "after_sales_cost", currency="SEK")
    assert (kronor["value"], kronor["n"], kronor["excluded"]) == (9.99, 2, 6)
    assert (
        one(metrics, "service_cost", Filter(SATURDAY, SATURDAY, reason=("broken",)))["value"]
        is None
    )


def test_money_moves_by_segments_that_add_up(metrics: Metrics) -> None:
    for kpi in ("after_sales_cost", "cost_to_serve"):
        rows = metrics.movers(kpi, "cost_kind", Filter(end=MONDAY), WEEKEND, limit=2)
        after, before = (
            one(metrics, kpi, where)["value"] for where in (Filter(end=MONDAY), WEEKEND)
        )
        assert rows["effect"].sum() == pytest.approx(after - before)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metrics]:
    home = Home(tmp_path_factory.mktemp("several"))
    days = [START.date() + timedelta(days=n) for n in range(-3, 120, 4)]
    rates = [
        rate(day, quote, units * (1 + n / 997))
        for n, day in enumerate(days)
        for quote, units in (("USD", 1.0837), ("JPY", 161.57))
    ]
    home.take_in({**company(Random(23), 150), "fx_rates": rates}, NOW)
    refresh(home.warehouse, home.engine, NOW)
    yield home.metrics(currency="EUR")
    home.close()


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([name for name, kpi in CATALOGUE.items() if kpi.in_currency]),
    st.lists(
        st.sampled_from(["market", "category", "reason", "cost_kind", "week", "product"]),
        min_size=1, max_size=3, unique=True,
    ),
    st.sampled_from(["EUR", "USD", "JPY"]),
)  # fmt: skip
def test_parts_add_up_to_the_total_of_the_minor_unit(
    several: Metrics, kpi: str, by: list[str], currency: str
) -> None:
    whole = several.kpi(Query(kpi, (), currency=currency)).row(0, named=True)
    parts = several.kpi(Query(kpi, tuple(by), currency=currency))
    assert round(parts["numerator"].sum(), 6) == pytest.approx(whole["numerator"], abs=1e-6)
    assert parts["excluded"].sum() == whole["excluded"]


_AMOUNTS = st.lists(
    st.tuples(
        st.sampled_from([FRIDAY, SATURDAY, MONDAY]),
        st.sampled_from(["USD", "JPY", "EUR"]),
        st.integers(-(10**12), 10**12),
        st.sampled_from("abc"),
    ),
    max_size=40,
)


@given(_AMOUNTS, st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order_of_its_rows(
    amounts: list[tuple[date, str, int, str]], rng: Random
) -> None:
    rates = published(pl.DataFrame(RATES))
    shuffled = rng.sample(amounts, len(amounts))
    schema = {"day": pl.Date, "currency": pl.String, "value": pl.Int64, "part": pl.String}
    frames = [
        pl.DataFrame(rows, schema, orient="row").with_columns(n=pl.lit(1))
        for rows in (amounts, shuffled)
    ]
    one, other = (_fixed(frame, rates, "EUR") for frame in frames)
    assert _total(one, ()).row(0) == _total(other, ()).row(0)
    parts = _fixed(frames[0], rates, "EUR").group_by("part").agg(pl.col("fixed").sum())
    assert parts["fixed"].sum() == (one["fixed"].sum() or 0)


def test_a_rate_is_that_of_its_day_or_of_the_last_one_within_a_week() -> None:
    days = [FRIDAY - timedelta(days=1), FRIDAY, SATURDAY, MONDAY, MONDAY + timedelta(days=8)]
    rows = pl.DataFrame({"day": days, "currency": ["USD"] * 5})
    found = rated(rows, published(pl.DataFrame(RATES)), "EUR")
    assert found["rate"].to_list() == [None, 0.8, 0.8, 0.625, None]
    assert found["rated_on"].to_list() == [None, FRIDAY, FRIDAY, MONDAY, None]
    same = rated(
        pl.DataFrame({"day": days[:1], "currency": ["EUR"]}),
        pl.DataFrame(schema={"date": pl.Date, "currency": pl.String, "per_base": pl.Float64}),
        "EUR",
    )
    assert same.select("rate", "rated_on").row(0) == (1.0, None)
