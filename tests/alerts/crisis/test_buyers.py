"""Whose languages are spoken to who bought a lot."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from alerts.crisis import buyers, links, rows
from alerts.statements.drafting import order
from data_access.state.engine import writing
from tests.alerts.crisis.world import opened


def test_orders_are_counted_once_by_market() -> None:
    sold = pl.DataFrame(
        {
            "source": ["shop", "shop", "shop", "other"],
            "order_id": ["1", "1", "2", "1"],
            "market": ["DE", "DE", None, "FR"],
        }
    )
    assert buyers.counted(sold) == {"order:DE": 1, "order:FR": 1}


def test_markets_by_hand() -> None:
    found = {"lot": 1, "order": 100, "order:FR": 30, "order:DE": 60, "order:IT": 8, "order:PL": 2}
    assert buyers.markets(found) == ["DE", "FR"]
    assert buyers.markets({**found, "order:DE": 59}) == ["DE", "FR", "IT"]
    assert buyers.markets({"lot": 1, "order": 7}) == []


@given(st.dictionaries(st.text("ABCDEF", min_size=2, max_size=2), st.integers(1, 999)))
def test_nine_in_ten_are_spoken_to_by_no_more_than_it_takes(orders: dict[str, int]) -> None:
    named = buyers.markets({f"order:{market}": count for market, count in orders.items()})
    total, covered = sum(orders.values()), sum(orders[market] for market in named)
    assert len(named) == len(set(named)) <= buyers.MOST
    assert covered >= buyers.SHARE * total or len(named) == buyers.MOST
    if named:
        assert covered - orders[named[-1]] < buyers.SHARE * total


def test_a_lot_without_a_market_is_told_in_the_languages_of_its_buyers(room: Engine) -> None:
    number = opened(room, labels={"topic": "product", "lot": "L-1"})
    with writing(room) as connection:
        stored = rows.load(connection, number)
        assert stored is not None
        rows.measured(connection, stored, {}, {"order:DE": 90, "order:FR": 9, "order:PL": 1})
    with room.connect() as connection:
        assert links.markets(connection, number) == []
        assert links.buyers(connection, number) == ["DE"]
        wanted = order(connection, number, "faulty-lot-holding", otherwise=("DE", "FR", "JP"))
    assert wanted.locales == (wanted.template.source, "de")
    unknown = opened(room, title="B", labels={"topic": "product", "lot": "L-2"})
    with room.connect() as connection:
        wanted = order(connection, unknown, "faulty-lot-holding", otherwise=("DE", "FR", "JP"))
    assert set(wanted.locales) == {wanted.template.source, "de", "fr", "ja"}
