"""Which orders a cause concerns: one query for each way a policy may find them. Pure.

Each gives ENTITLED, one row per order: `source` and `order_id` (as the row names them), `subject`
(the parcel, return line, refund … that shows it), `parcel_market` and `parcel_carrier` where it
knows them better than the order, `eligible_at`, `over_h` (hours beyond the time that was due; null
where none was) and `why` (JSON of the facts).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import polars as pl

from alerts.compensation.criteria import Criteria
from alerts.compensation.facts import Load
from alerts.compensation.policy import Cause

INSTANT = pl.Datetime("us", "UTC")
ENTITLED: Mapping[str, pl.DataType] = {
    "source": pl.String(),
    "order_id": pl.String(),
    "subject": pl.String(),
    "parcel_market": pl.String(),
    "parcel_carrier": pl.String(),
    "eligible_at": INSTANT,
    "over_h": pl.Float64(),
    "why": pl.String(),
}
_DAY_OVER_EVERYWHERE = pl.duration(hours=36)
"""From a date's midnight in UTC until it has ended in the last zone on earth."""


def entitled(cause: Cause, criteria: Criteria, load: Load) -> pl.DataFrame:
    """ENTITLED of a cause, at most once per order: the row that weighs most."""
    found = _SELECTORS[cause.source](cause, criteria, load)
    if criteria.orders:
        found = found.filter(pl.col("order_id").is_in(list(criteria.orders)))
    found = found.filter(
        pl.col("eligible_at").is_null() | (pl.col("eligible_at") <= criteria.as_of)
    )
    if criteria.since is not None:
        found = found.filter(pl.col("eligible_at") >= criteria.since)
    return (
        found.select(pl.col(name).cast(dtype) for name, dtype in ENTITLED.items())
        .collect()
        .sort("source", "order_id", "over_h", "subject", descending=[False, False, True, False],
              nulls_last=True)
        .unique(["source", "order_id"], keep="first", maintain_order=True)
    )  # fmt: skip


def late(cause: Cause, criteria: Criteria, load: Load) -> pl.LazyFrame:
    """Parcels beyond their promise by more than the hours; those not delivered count up to now.

    A promise given as a date ends when that date is over in the last zone on earth.
    """
    as_of, hours = criteria.as_of, cause.hours or 0
    promise = pl.coalesce("promised_at", pl.col("promised_on").cast(INSTANT) + _DAY_OVER_EVERYWHERE)
    end = _until(pl.coalesce("delivered_at", "returned_at"), as_of)
    return (
        load("parcels", "marts")
        .filter(pl.col("created_at") <= as_of, ~_before(pl.col("cancelled_at"), as_of))
        .with_columns(promise=promise, end=end)
        .with_columns(over=pl.col("end") - pl.col("promise"))
        .filter(pl.col("over") > timedelta(hours=hours))
        .with_columns(
            subject="shipment_id",
            parcel_market="market",
            parcel_carrier="carrier",
            eligible_at=pl.col("promise") + pl.duration(hours=hours),
            over_h=_hours(pl.col("over")),
            why=_why(
                parcel="shipment_id",
                carrier="carrier",
                promised=_text("promise"),
                delivered=_text("delivered_at", as_of),
                late_h=_hours(pl.col("over")),
            ),
        )
    )


def customs(cause: Cause, criteria: Criteria, load: Load) -> pl.LazyFrame:
    """Parcels that stood at customs for more than the hours; those still there up to now."""
    as_of, hours = criteria.as_of, cause.hours or 0
    return (
        load("parcels", "marts")
        .filter(pl.col("customs_in_at") <= as_of)
        .with_columns(
            over=_until(pl.coalesce("customs_out_at", "delivered_at", "returned_at"), as_of)
            - pl.col("customs_in_at")
        )
        .filter(pl.col("over") > timedelta(hours=hours))
        .with_columns(
            subject="shipment_id",
            parcel_market="market",
            parcel_carrier="carrier",
            eligible_at=pl.col("customs_in_at") + pl.duration(hours=hours),
            over_h=_hours(pl.col("over")),
            why=_why(
                parcel="shipment_id",
                customs_in=_text("customs_in_at"),
                customs_out=_text("customs_out_at", as_of),
                held_h=_hours(pl.col("over")),
            ),
        )
    )


def refunds(cause: Cause, criteria: Criteria, load: Load) -> pl.LazyFrame:
    """Refunds that took longer than the hours; the time runs from when the goods were back.

    Without a return it runs from when the refund was asked for.
    """
    as_of, hours = criteria.as_of, cause.hours or 0
    back = load("returns").select("source", "return_id", "received_at").unique(
        ["source", "return_id"], keep="any"
    )  # fmt: skip
    return (
        load("refunds")
        .filter(pl.col("requested_at") <= as_of)
        .join(back, on=["source", "return_id"], how="left")
        .with_columns(begun=pl.coalesce("received_at", "requested_at"))
        .with_columns(over=_until(pl.col("settled_at"), as_of) - pl.col("begun"))
        .filter(pl.col("over") > timedelta(hours=hours))
        .with_columns(
            subject="refund_id",
            eligible_at=pl.col("begun") + pl.duration(hours=hours),
            over_h=_hours(pl.col("over")),
            why=_why(
                refund="refund_id",
                since=_text("begun"),
                settled=_text("settled_at", as_of),
                took_h=_hours(pl.col("over")),
            ),
            **_PLACELESS,
        )
    )


def lot(_cause: Cause, criteria: Criteria, load: Load) -> pl.LazyFrame:
    """Who bought from one of the lots; nobody when no lot is named."""
    return (
        load("order_lines")
        .filter(pl.col("lot_id").is_in(list(criteria.lot)), pl.col("placed_at") <= criteria.as_of)
        .with_columns(
            subject="line_id",
            eligible_at="placed_at",
            over_h=pl.lit(None, dtype=pl.Float64),
            why=_why(line="line_id", lot="lot_id", product="sku", qty="qty"),
            **_PLACELESS,
        )
    )


def returns(cause: Cause, criteria: Criteria, load: Load) -> pl.LazyFrame:
    """Returned lines with one of the reasons."""
    return (
        load("return_lines", "marts")
        .filter(
            pl.col("reason").is_in(list(cause.reasons)),
            pl.col("requested_at") <= criteria.as_of,
        )
        .with_columns(
            subject="return_line_id",
            eligible_at="requested_at",
            over_h=pl.lit(None, dtype=pl.Float64),
            why=_why(return_line="return_line_id", reason="reason", product="product"),
            **_PLACELESS,
        )
    )


def cases(cause: Cause, criteria: Criteria, load: Load) -> pl.LazyFrame:
    """Cases about an order with one of the reasons; spam, deleted and merged ones aside."""
    return (
        load("cases", "marts")
        .filter(
            pl.col("reason").is_in(list(cause.reasons)),
            pl.col("created_at") <= criteria.as_of,
            pl.col("order_id").is_not_null(),
            ~pl.col("is_spam").fill_null(value=False),
            ~pl.col("deleted").fill_null(value=False),
            pl.col("merged_into").is_null(),
        )
        .with_columns(
            subject="case_id",
            eligible_at="created_at",
            over_h=pl.lit(None, dtype=pl.Float64),
            why=_why(case="case_id", reason="reason"),
            **_PLACELESS,
        )
    )


def named(_cause: Cause, criteria: Criteria, load: Load) -> pl.LazyFrame:
    """The orders that were named, and no others."""
    return (
        load("orders")
        .filter(
            pl.col("order_id").is_in(list(criteria.orders)), pl.col("placed_at") <= criteria.as_of
        )
        .with_columns(
            subject=pl.lit(None, dtype=pl.String),
            eligible_at=pl.lit(criteria.as_of).cast(INSTANT),
            over_h=pl.lit(None, dtype=pl.Float64),
            why=_why(named="order_id"),
            **_PLACELESS,
        )
    )


_PLACELESS = {
    "parcel_market": pl.lit(None, dtype=pl.String),
    "parcel_carrier": pl.lit(None, dtype=pl.String),
}
_SELECTORS: Mapping[str, Callable[[Cause, Criteria, Load], pl.LazyFrame]] = {
    "late": late,
    "customs": customs,
    "refunds": refunds,
    "lot": lot,
    "returns": returns,
    "cases": cases,
    "named": named,
}


def _before(moment: pl.Expr, as_of: datetime) -> pl.Expr:
    return (moment <= as_of).fill_null(value=False)


def _until(moment: pl.Expr, as_of: datetime) -> pl.Expr:
    """When something ended as far as is known by then."""
    now = pl.lit(as_of).cast(INSTANT)
    return pl.when(_before(moment, as_of)).then(moment).otherwise(now)


def _hours(span: pl.Expr) -> pl.Expr:
    return (span.dt.total_seconds() / 3600).round(1)


def _text(name: str, as_of: datetime | None = None) -> pl.Expr:
    moment = pl.col(name)
    if as_of is not None:
        moment = pl.when(_before(moment, as_of)).then(moment)
    return moment.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _why(**parts: str | pl.Expr) -> pl.Expr:
    """JSON of facts; `str` names a column."""
    named_parts = [
        (pl.col(part) if isinstance(part, str) else part).alias(name)
        for name, part in parts.items()
    ]
    return pl.struct(named_parts).struct.json_encode()
