"""Forward parcels with their promise and what the scans tell."""

from __future__ import annotations

import polars as pl

from data_access.marts.link import link
from data_access.marts.orders import Facts, lane, mart_columns, order_context


def _scans(events: pl.LazyFrame) -> pl.LazyFrame:
    """Per parcel: last scan, in and out of customs, back at the sender."""
    at, state = pl.col("event_at"), pl.col("state")
    first_customs = at.filter(state == "customs").min()
    return events.group_by("source", "shipment_id").agg(
        last_scan_at=at.max(),
        customs_in_at=first_customs,
        customs_out_at=at.filter((at > first_customs) & (state != "customs")).min(),
        returned_at=at.filter(state == "returned").min(),
    )


def parcels(own: pl.LazyFrame, facts: Facts, orders_mart: pl.LazyFrame) -> pl.LazyFrame:
    """Mart `parcels` from the shipments `own`; reverse parcels are left out.

    A promise or delivery given only as an instant counts for its UTC date.
    """
    forward = own.filter(pl.col("direction") == "fwd")
    wanted = forward.select("source", "shipment_id")
    scans = _scans(facts["tracking_events"].join(wanted, on=["source", "shipment_id"], how="semi"))
    joined = link(forward, order_context(orders_mart), "order_id").join(
        scans, on=["source", "shipment_id"], how="left"
    )
    return joined.with_columns(
        created_at=pl.coalesce("order_placed_at", "created_at"),
        promised_on=pl.coalesce("promised_on", pl.col("promised_at").dt.date()),
        delivered_on=pl.coalesce("delivered_on", pl.col("delivered_at").dt.date()),
        market=pl.coalesce("dest_country", "order_market"),
        region="order_region",
        lane=lane(),
        category="order_category",
        product="order_product",
        language="order_language",
    ).select(mart_columns("parcels"))
