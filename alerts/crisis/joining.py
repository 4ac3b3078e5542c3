"""What the facts of a crisis join to it by themselves: the newest of each kind, and how many. Pure.

Links are what people read and what the evidence pack holds; a crisis of a hundred thousand cases
names the newest hundred of them and says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from alerts.crisis import buyers
from alerts.crisis.facts import Facts
from alerts.crisis.model import Link
from alerts.crisis.selection import Selection

MOST = 100
"""Links of one kind that are made by themselves."""
ALL_ORDERS = 1_000
"""Orders of a lot: whoever has one must be told, so that more are named."""
DETRACTOR = 6
"""NPS up to which an answer belongs to the crisis."""


def links(facts: Facts, chosen: Selection) -> tuple[list[Link], dict[str, int]]:
    """What to join, the newest first, how many of each kind there are, and orders by market."""
    joined: list[Link] = [Link("lot", "", lot, lot) for lot in chosen.lots]
    found = {"lot": len(chosen.lots)} if chosen.lots else {}
    for kind, frame, key, most in _kinds(facts):
        rows = frame.drop_nulls(key).unique(["source", key], keep="first", maintain_order=True)
        if rows.height:
            found[kind] = rows.height
        joined += [
            Link(kind, source, ref)
            for source, ref in rows.head(most).select("source", key).iter_rows()
        ]
    return joined, found | buyers.counted(facts.lots.filter(kind="sold"))


def _kinds(facts: Facts) -> Iterator[tuple[str, pl.DataFrame, str, int]]:
    """Kind, frame (the newest first), column of the number, and how many at most."""
    yield "case", facts.cases, "case_id", MOST
    yield "parcel", _parcels(facts), "shipment_id", MOST
    yield "order", facts.lots.filter(kind="sold"), "order_id", ALL_ORDERS
    yield "return", facts.lots.filter(kind="return"), "ref", MOST
    yield "review", facts.reviews, "review_id", MOST
    yield "survey", facts.surveys.filter(pl.col("score") <= DETRACTOR), "response_id", MOST
    yield "dispute", facts.disputes, "dispute_id", MOST
    if facts.mentions is not None:
        yield "mention", facts.mentions, "mention_id", MOST


def _parcels(facts: Facts) -> pl.DataFrame:
    """Those late or held, then those that its cases name."""
    named = facts.cases.drop_nulls("shipment_id").select("source", "shipment_id")
    return pl.concat([facts.parcels.select("source", "shipment_id"), named])
