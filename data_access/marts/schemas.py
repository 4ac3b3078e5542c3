"""What each mart holds: columns, their types, and which of them are dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Mart:
    """One denormalised table: own columns and dimensions, and how facts reach it."""

    name: str
    fact: str
    """The canonical table that has one row per row of the mart, and the same `part`."""
    key: str
    own: Mapping[str, pl.DataType]
    dims: tuple[str, ...]
    further: tuple[str, ...] = ()
    """More canonical tables whose rows stand in the mart beside those of `fact`."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Every canonical table whose rows are rows of the mart."""
        return (self.fact, *self.further)

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """All columns in stored order, lineage last."""
        dims = {name: pl.String() for name in self.dims}
        return {**self.own, **dims, "source": pl.String(), "part": pl.Int32()}

    def empty(self) -> pl.LazyFrame:
        """No rows of the right types."""
        return pl.LazyFrame(schema=self.columns)


_PLACE = ("market", "continent", "region")
_GOODS = ("lane", "carrier", "category", "product")
ORDER_DIMS = (*_PLACE, *_GOODS, "language")
CASE_DIMS = (*_PLACE, *_GOODS, "channel", "language", "priority", "team", "reason")

_DECLARED = (
    Mart(
        "orders",
        "orders",
        "order_id",
        {
            "order_id": pl.String(),
            "placed_at": INSTANT,
            "cancelled_at": INSTANT,
            "total_minor": pl.Int64(),
            "currency": pl.String(),
            "marketplace": pl.String(),
        },
        ORDER_DIMS,
    ),
    Mart(
        "lines",
        "order_lines",
        "line_id",
        {
            "line_id": pl.String(),
            "order_id": pl.String(),
            "placed_at": INSTANT,
            "qty": pl.Int64(),
            "value_minor": pl.Int64(),
            "currency": pl.String(),
        },
        (*ORDER_DIMS, "lot"),
    ),
    Mart(
        "parcels",
        "shipments",
        "shipment_id",
        {
            "shipment_id": pl.String(),
            "order_id": pl.String(),
            "tracking_no": pl.String(),
            "created_at": INSTANT,
            "shipped_at": INSTANT,
            "promised_at": INSTANT,
            "promised_on": pl.Date(),
            "delivered_at": INSTANT,
            "delivered_on": pl.Date(),
            "cancelled_at": INSTANT,
            "returned_at": INSTANT,
            "state": pl.String(),
            "last_scan_at": INSTANT,
            "customs_in_at": INSTANT,
            "customs_out_at": INSTANT,
        },
        ORDER_DIMS,
    ),
    Mart(
        "cases",
        "cases",
        "case_id",
        {
            "case_id": pl.String(),
            "order_id": pl.String(),
            "shipment_id": pl.String(),
            "customer_key": pl.String(),
            "created_at": INSTANT,
            "first_response_at": INSTANT,
            "first_solved_at": INSTANT,
            "last_solved_at": INSTANT,
            "first_reopened_at": INSTANT,
            "closed_at": INSTANT,
            "status": pl.String(),
            "is_spam": pl.Boolean(),
            "merged_into": pl.String(),
            "deleted": pl.Boolean(),
            "agent_started": pl.Boolean(),
            "marketplace": pl.String(),
            "vip_tier": pl.String(),
            "vendor_sla_met": pl.Boolean(),
            "level": pl.Int64(),
            "reopen_count": pl.Int64(),
            "fr_started_at": INSTANT,
            "fr_due_at": INSTANT,
            "fr_target_s": pl.Int64(),
            "fr_withdrawn_at": INSTANT,
            "fr_elapsed_s": pl.Float64(),
            "res_due_at": INSTANT,
            "res_target_s": pl.Int64(),
            "res_withdrawn_at": INSTANT,
            "res_elapsed_s": pl.Float64(),
            "full_resolution_s": pl.Float64(),
            "requester_wait_s": pl.Float64(),
            "agent_work_s": pl.Float64(),
            "on_hold_s": pl.Float64(),
            "paused_waiting_s": pl.Float64(),
            "paused_waiting_at": INSTANT,
            "dq": pl.String(),
            "subject": pl.String(),
        },
        CASE_DIMS,
    ),
    Mart(
        "clocks",
        "cases",
        "case_id",
        {
            "case_id": pl.String(),
            "clock": pl.String(),
            "instance": pl.Int64(),
            "started_at": INSTANT,
            "stopped_at": INSTANT,
            "withdrawn_at": INSTANT,
            "due_at": INSTANT,
            "target_s": pl.Int64(),
            "elapsed_s": pl.Float64(),
            "paused_waiting_s": pl.Float64(),
            "level": pl.Int64(),
            "vip_tier": pl.String(),
            "marketplace": pl.String(),
            "is_spam": pl.Boolean(),
            "merged_into": pl.String(),
            "deleted": pl.Boolean(),
            "dq": pl.String(),
        },
        CASE_DIMS,
    ),
    Mart(
        "findings",
        "cases",
        "case_id",
        {
            "case_id": pl.String(),
            "check": pl.String(),
            "at": INSTANT,
            "detail": pl.String(),
        },
        (),
    ),
    Mart(
        "open_spells",
        "cases",
        "case_id",
        {
            "case_id": pl.String(),
            "created_at": INSTANT,
            "open_from": INSTANT,
            "open_to": INSTANT,
            "level": pl.Int64(),
            "dq": pl.String(),
        },
        CASE_DIMS,
    ),
    Mart(
        "return_lines",
        "return_lines",
        "return_line_id",
        {
            "return_line_id": pl.String(),
            "return_id": pl.String(),
            "order_id": pl.String(),
            "order_placed_at": INSTANT,
            "requested_at": INSTANT,
            "received_at": INSTANT,
            "closed_at": INSTANT,
            "state": pl.String(),
            "qty": pl.Int64(),
            "value_minor": pl.Int64(),
            "currency": pl.String(),
            "grade": pl.String(),
            "disposition": pl.String(),
        },
        (*ORDER_DIMS, "lot", "reason"),
    ),
    Mart(
        "reviews",
        "reviews",
        "review_id",
        {
            "review_id": pl.String(),
            "order_id": pl.String(),
            "at": INSTANT,
            "rating": pl.Int64(),
        },
        ORDER_DIMS,
    ),
    Mart(
        "surveys",
        "surveys",
        "response_id",
        {
            "response_id": pl.String(),
            "case_id": pl.String(),
            "order_id": pl.String(),
            "kind": pl.String(),
            "answered_at": INSTANT,
            "score": pl.Int64(),
            "level": pl.Int64(),
        },
        CASE_DIMS,
    ),
    Mart(
        "costs",
        "costs",
        "cost_id",
        {
            "cost_id": pl.String(),
            "ref_id": pl.String(),
            "case_id": pl.String(),
            "order_id": pl.String(),
            "return_id": pl.String(),
            "at": INSTANT,
            "value_minor": pl.Int64(),
            "currency": pl.String(),
        },
        (*ORDER_DIMS, "channel", "reason", "cost_kind"),
        further=("compensations", "refunds"),
    ),
    Mart(
        "voices",
        "messages",
        "voice_id",
        {
            "voice_id": pl.String(),
            "medium": pl.String(),
            "case_id": pl.String(),
            "order_id": pl.String(),
            "at": INSTANT,
            "anger": pl.Float64(),
            "is_spam": pl.Boolean(),
            "deleted": pl.Boolean(),
        },
        (*ORDER_DIMS, "channel", "team", "reason"),
        further=("reviews", "mentions"),
    ),
)

MARTS: Mapping[str, Mart] = {mart.name: mart for mart in _DECLARED}
"""Every mart by name, in the order they are built."""
