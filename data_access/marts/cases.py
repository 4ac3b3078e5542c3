"""Cases and the times they were open, with every dimension screens filter by."""

from __future__ import annotations

import polars as pl

from data_access.marts.case_clock import first_responses, outcomes, spells
from data_access.marts.link import link
from data_access.marts.orders import (
    Facts,
    customer_places,
    lane,
    mart_columns,
    order_context,
    product_categories,
)
from data_access.marts.targets import target_seconds

_CASE = ["source", "case_id"]
_ENDED = pl.col("status").is_in(["solved", "closed"])


def _dimensions(own: pl.LazyFrame, facts: Facts, orders_mart: pl.LazyFrame) -> pl.LazyFrame:
    """The case rows with their dimensions and the customer's tier at creation."""
    parcel = facts["shipments"].select(
        "source", "shipment_id", parcel_carrier="carrier", parcel_lane=lane()
    )
    tier = facts["customers"].select("source", "customer_key", "vip_tier", "vip_from", "vip_to")
    joined = link(own, order_context(orders_mart), "order_id")
    joined = link(joined, parcel, "shipment_id")
    joined = link(joined, product_categories(facts), "sku")
    joined = link(joined, customer_places(facts), "customer_key")
    joined = link(joined, tier, "customer_key")
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
        level="severity",
        vip_tier=pl.when(in_tier).then("vip_tier"),
    )


def cases(own: pl.LazyFrame, facts: Facts, orders_mart: pl.LazyFrame) -> pl.LazyFrame:
    """Mart `cases` from the case rows `own`.

    Targets are null where nothing can be judged: no event and no message tells of the case, or it
    is solved and nobody recorded when.
    """
    wanted = own.select(*_CASE)
    events = facts["case_events"].join(wanted, on=_CASE, how="semi")
    messages = facts["messages"].join(wanted, on=_CASE, how="semi")
    answered = first_responses(own, events, messages).with_columns(_told=pl.lit(value=True))
    joined = (
        _dimensions(own, facts, orders_mart)
        .join(answered, on=_CASE, how="left")
        .join(outcomes(own, events), on=_CASE, how="left")
    )
    policies = facts["sla_policies"].collect()
    untimed = _ENDED & pl.col("first_solved_at").is_null()
    return joined.with_columns(
        fr_target_s=pl.when("_told").then(target_seconds(policies, "first_response")),
        res_target_s=pl.when(pl.col("_told") & ~untimed.fill_null(value=False)).then(
            target_seconds(policies, "resolution")
        ),
        is_spam=pl.col("spam").fill_null(value=False),
        reopen_count=pl.col("reopen_count").fill_null(0),
    ).with_columns(
        fr_due_at=pl.col("created_at") + pl.duration(seconds=pl.col("fr_target_s")),
        res_due_at=pl.col("created_at") + pl.duration(seconds=pl.col("res_target_s")),
        fr_started_at="created_at",
        **{name: pl.lit(None) for name in ("agent_started", "fr_withdrawn_at", "fr_elapsed_s", "res_withdrawn_at", "res_elapsed_s", "full_resolution_s", "requester_wait_s", "agent_work_s", "on_hold_s", "paused_waiting_s", "paused_waiting_at", "dq")},
    ).select(mart_columns("cases"))


def open_spells(own: pl.LazyFrame, facts: Facts, cases_mart: pl.LazyFrame) -> pl.LazyFrame:
    """Mart `open_spells` for the case rows `own`, with the dimensions of their mart rows.

    Spam and merged cases are left out, and solved ones of which nobody knows when.
    """
    events = facts["case_events"].join(own.select(*_CASE), on=_CASE, how="semi")
    untimed = _ENDED & pl.col("first_solved_at").is_null()
    counted = cases_mart.filter(
        ~pl.col("is_spam") & pl.col("merged_into").is_null() & ~untimed.fill_null(value=False)
    )
    return (
        spells(own, events).join(counted, on=_CASE, how="inner").select(mart_columns("open_spells"))
    )
