"""Orders, their lines, and what came back of them."""

from __future__ import annotations

import polars as pl

from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts.dimensions import ORDER_CUTS, ORDER_DIMS
from data_access.rollups.cohorts.measures import amount, col, every, flag, true

_SOLD = true(col("qty") > 0)

_RETURNED_CUTS: tuple[tuple[str, ...], ...] = (
    (),
    ("source",),
    ("market",),
    ("category",),
    ("carrier",),
    ("language",),
    ("market", "category"),
)

SALES = (
    Cohort("orders_placed", "orders", "placed_at", ORDER_DIMS, {"n": every}, ORDER_CUTS),
    Cohort(
        "sales_lines",
        "lines",
        "placed_at",
        (*ORDER_DIMS[:-1], "lot", "source"),
        {
            "n": flag(_SOLD),
            "value": amount("value_minor", _SOLD),
            "qty": amount("qty", _SOLD),
        },
        ORDER_CUTS,
        keys={"currency": pl.String()},
    ),
    Cohort(
        "return_lines_requested",
        "return_lines",
        "requested_at",
        (*ORDER_DIMS[:-1], "lot", "reason", "source"),
        {
            "n": every,
            "value": amount("value_minor"),
            "qty": amount("qty"),
        },
        (*ORDER_CUTS, ("category", "reason"), ("market", "reason")),
        keys={"currency": pl.String()},
    ),
    # By the order, not by the request: what came back of the goods sold on a day, and how many
    # weeks later it was asked for.
    Cohort(
        "sales_returned",
        "return_lines",
        "order_placed_at",
        (*ORDER_DIMS[:-1], "lot", "source"),
        {"n": every, "defective": flag(true(col("reason") == "defective"))},
        _RETURNED_CUTS,
        known_at="requested_at",
        keys={"delay": pl.Int32()},
        prepare=lambda rows: rows.filter(col("requested_at") >= col("order_placed_at")),
    ),
)
