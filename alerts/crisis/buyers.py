"""In which markets those live who have the goods of a crisis. Pure.

A lot is sold in many markets, and its alert names none. Whoever is told is told in the languages of
those who bought it: markets by orders, until nine in ten are covered.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

SHARE = 0.9
"""Share of the orders whose markets are named by themselves."""
MOST = 20
"""Markets that are named by themselves; people add further languages."""
_PREFIX = "order:"


def counted(sold: pl.DataFrame) -> dict[str, int]:
    """Orders by market, as `order:DE`, beside the counts of what belongs to a crisis.

    Args:
        sold: source, order_id, market; several rows of an order count once.
    """
    orders = sold.drop_nulls("market").unique(["source", "order_id"], keep="first")
    found = orders.group_by("market").len().sort("len", "market", descending=[True, False])
    return {f"{_PREFIX}{market}": count for market, count in found.iter_rows()}


def markets(found: Mapping[str, int]) -> list[str]:
    """Markets with the most orders that cover `SHARE` of those counted, `MOST` at most.

    Args:
        found: how many of each kind belong to a crisis, `counted` among them.
    """
    orders = {
        name.removeprefix(_PREFIX): count
        for name, count in found.items()
        if name.startswith(_PREFIX) and count > 0
    }
    wanted = SHARE * sum(orders.values())
    named: list[str] = []
    covered = 0
    for market in sorted(orders, key=lambda one: (-orders[one], one)):
        if covered >= wanted or len(named) == MOST:
            break
        named.append(market)
        covered += orders[market]
    return named
