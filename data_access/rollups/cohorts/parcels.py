"""Parcels: promised and delivered."""

from __future__ import annotations

import polars as pl

from data_access.rollups.cohort import Cohort, came_between
from data_access.rollups.cohorts.dimensions import ORDER_CUTS, ORDER_DIMS
from data_access.rollups.cohorts.measures import col, every, true
from data_access.rollups.days import AsOf
from data_access.rollups.histogram import bucket

# A delivery known only by its date is known when that day is over.
_DELIVERED = pl.coalesce(
    "delivered_at",
    col("delivered_on").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    + pl.duration(days=1, microseconds=-1),
)
# What was delivered had been handed over, even where nobody recorded it.
_HANDED_OVER = pl.min_horizontal("shipped_at", _DELIVERED)


def _parcel_due(as_of: AsOf) -> pl.Expr:
    """Handed over, not called off before, and the whole promised day is over in the zone."""
    called_off = true(col("cancelled_at") < _HANDED_OVER)
    over = true(col("promised_on") < pl.lit(as_of.today))
    return as_of.passed(_HANDED_OVER) & over & ~called_off


def _parcel_on_time(as_of: AsOf) -> pl.Expr:
    kept = true(col("delivered_on") <= col("promised_on"))
    return _parcel_due(as_of) & as_of.passed(_DELIVERED) & kept


def _parcel_late(as_of: AsOf) -> pl.Expr:
    return _parcel_due(as_of) & ~_parcel_on_time(as_of)


def _parcel_ripens(before: AsOf, after: AsOf) -> pl.Expr:
    promise_over = col("promised_on").is_between(before.today, after.today, closed="left")
    return (
        promise_over
        | came_between(_HANDED_OVER, before, after)
        | came_between(_DELIVERED, before, after)
    )


def _lead_time(parcels: pl.LazyFrame) -> pl.LazyFrame:
    """Delivered parcels with the bucket of delivered − ordered."""
    seconds = (col("delivered_at") - col("created_at")).dt.total_seconds()
    return parcels.filter(true(seconds >= 0)).with_columns(bucket=bucket(seconds))


PARCELS = (
    Cohort(
        "parcels_promised",
        "parcels",
        "promised_on",
        ORDER_DIMS,
        {"due": _parcel_due, "on_time": _parcel_on_time, "late": _parcel_late},
        ORDER_CUTS,
        known_at="created_at",
        ripens=_parcel_ripens,
    ),
    Cohort(
        "parcels_delivered",
        "parcels",
        "delivered_at",
        ORDER_DIMS,
        {"n": every},
        ((), ("source",), ("market",), ("carrier",), ("category",)),
        keys={"bucket": pl.Int32()},
        prepare=_lead_time,
    ),
)
