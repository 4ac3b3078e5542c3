"""Cases with their clocks and the times they were open, as the clock engine measured them.

Four marts come out of one measurement: `cases`, `clocks`, `findings` and `open_spells`.
"""

from __future__ import annotations

import polars as pl

from data_access.calendars import Hours
from data_access.clocks import Measured, measure
from data_access.marts.link import link
from data_access.marts.orders import (
    Facts,
    customer_places,
    lane,
    mart_columns,
    order_context,
    product_categories,
)
from data_access.marts.schemas import CASE_DIMS
from data_access.marts.spells import outcomes, spells
from data_access.rollups.cohorts.deadlines import CLOCKS_OF_TURNS

CASE_MARTS = ("cases", "clocks", "findings", "open_spells")

_CASE = ["source", "case_id"]
_ENDED = pl.col("status").is_in(["solved", "closed"])
FEW = 50_000
"""So many ids are looked for while files are read; more are joined afterwards."""

_RUNS = {"first_response": "fr", "resolution": "res"}
_SPANS = ("full_resolution", "requester_wait", "agent_work", "on_hold")


def case_marts(
    own: pl.LazyFrame, facts: Facts, orders_mart: pl.LazyFrame, hours: Hours
) -> dict[str, pl.DataFrame]:
    """The marts `CASE_MARTS` of some cases.

    Args:
        own: rows of facts `cases`.
        facts: all facts.
        orders_mart: the mart `orders`.
        hours: business hours of all calendars, from the oldest case on.
    """
    held = _dimensions(own.collect().lazy(), facts, orders_mart).collect()
    measured = measure(
        held.lazy().with_columns(vip_tier="customer_tier"),
        _of(held, facts["case_events"]),
        _of(held, facts["messages"]),
        policies=facts["sla_policies"].collect(),
        hours=hours,
        with_segments=False,
    )
    cases = _cases(held, measured)
    return {
        "cases": cases,
        "clocks": _clocks(cases, measured),
        "findings": _findings(cases, measured),
        "open_spells": _open_spells(cases, measured),
    }


def _of(held: pl.DataFrame, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows about some cases."""
    if held.height <= FEW:
        # Of other rows the file readers then decode nothing but the id.
        rows = rows.filter(pl.col("case_id").is_in(held["case_id"].implode()))
    return rows.join(held.lazy().select(*_CASE), on=_CASE, how="semi")


def _dimensions(own: pl.LazyFrame, facts: Facts, orders_mart: pl.LazyFrame) -> pl.LazyFrame:
    """The case rows with their dimensions and the customer's tier, now and at creation."""
    parcel = facts["shipments"].select(
        "source", "shipment_id", parcel_carrier="carrier", parcel_lane=lane()
    )
    tier = facts["customers"].select(
        "source", "customer_key", "vip_from", "vip_to", customer_tier="vip_tier"
    )
    joined = own
    for lookup, key in (
        (order_context(orders_mart), "order_id"),
        (parcel, "shipment_id"),
        (product_categories(facts), "sku"),
        (customer_places(facts), "customer_key"),
        (tier, "customer_key"),
    ):
        # Of a few cases only what they name is looked up, not all orders ever placed.
        named = lookup.join(own.select(key).unique(), on=key, how="semi")
        joined = link(joined, named, key)
    created = pl.col("created_at")
    in_tier = (created >= pl.col("vip_from")).fill_null(value=True) & (
        created < pl.col("vip_to")
    ).fill_null(value=True)
    return joined.with_columns(
        market=pl.coalesce("country", "order_market", "customer_country"),
        region=pl.coalesce("region", "order_region", "customer_region"),
        lane=pl.coalesce("parcel_lane", "order_lane"),
        carrier=pl.coalesce("parcel_carrier", "order_carrier"),
        category=pl.coalesce("category", "product_category", "order_category"),
        product=pl.coalesce("sku", "order_product"),
        language=pl.coalesce("lang", "customer_lang", "order_language"),
        marketplace=pl.coalesce("marketplace", "order_marketplace"),
        level="severity",
        vip_tier=pl.when(in_tier).then("customer_tier"),
    )


def _cases(held: pl.DataFrame, measured: Measured) -> pl.DataFrame:
    rows = held.drop("level")
    for frame in (
        measured.cases,
        *(_run(measured, clock, prefix) for clock, prefix in _RUNS.items()),
        _spans(measured),
        _pauses(measured),
        _checks(measured),
        outcomes(measured.changes),
    ):
        rows = rows.join(frame, on=_CASE, how="left")
    return rows.with_columns(
        first_response_at="fr_stopped_at",
        first_solved_at="res_stopped_at",
        is_spam=pl.col("spam").fill_null(value=False),
        deleted=pl.col("deleted").fill_null(value=False),
        reopen_count=pl.col("reopen_count").fill_null(0),
    ).select(mart_columns("cases"))


def _run(measured: Measured, clock: str, prefix: str) -> pl.DataFrame:
    """The one run that a case has of a clock, its columns named by `prefix`."""
    taken = ("started_at", "stopped_at", "withdrawn_at", "due_at", "target_s", "elapsed_s")
    return measured.instances.filter(pl.col("clock") == clock).select(
        *_CASE, **{f"{prefix}_{name}": pl.col(name) for name in taken}
    )


def _spans(measured: Measured) -> pl.DataFrame:
    """What the clocks without a target counted, one column each."""
    rows = measured.instances.filter(pl.col("clock").is_in(_SPANS))
    of_clock = {f"{name}_s": pl.col("elapsed_s").filter(clock=name).first() for name in _SPANS}
    return rows.group_by(_CASE).agg(**of_clock)


def _pauses(measured: Measured) -> pl.DataFrame:
    """How long the resolution stood still although a message waited, and when any clock first did.

    Without a run of the resolution (nobody knows when it ended) the answers tell.
    """
    waited = pl.col("paused_waiting_s")
    return measured.instances.group_by(_CASE).agg(
        paused_waiting_s=pl.coalesce(
            waited.filter(clock="resolution").first(),
            waited.filter(pl.col("clock").is_in(["first_response", "next_response"])).sum(),
        ),
        paused_waiting_at=pl.col("paused_waiting_at").min(),
    )


def _checks(measured: Measured) -> pl.DataFrame:
    """The codes of the checks a case failed: sorted, separated by spaces."""
    return measured.findings.group_by(_CASE).agg(dq=pl.col("check").unique().sort().str.join(" "))


def _clocks(cases: pl.DataFrame, measured: Measured) -> pl.DataFrame:
    shared = (*CASE_DIMS, "level", "vip_tier", "marketplace", "is_spam", "merged_into", "deleted")
    runs = measured.instances.filter(pl.col("clock").is_in(CLOCKS_OF_TURNS))
    told = cases.select(*_CASE, *shared, "dq", "part")
    return runs.join(told, on=_CASE, how="inner").select(mart_columns("clocks"))


def _findings(cases: pl.DataFrame, measured: Measured) -> pl.DataFrame:
    rows = measured.findings.join(cases.select(*_CASE, "part"), on=_CASE, how="inner")
    return rows.select(mart_columns("findings"))


def _open_spells(cases: pl.DataFrame, measured: Measured) -> pl.DataFrame:
    """Spam, merged and deleted cases are left out, and solved ones of which nobody knows when."""
    untimed = _ENDED & pl.col("first_solved_at").is_null()
    counted = cases.filter(
        ~pl.col("is_spam")
        & ~pl.col("deleted")
        & pl.col("merged_into").is_null()
        & ~untimed.fill_null(value=False)
    )
    return (
        spells(measured.changes)
        .join(counted, on=_CASE, how="inner")
        .select(mart_columns("open_spells"))
    )
