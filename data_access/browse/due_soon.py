"""What will break a promise next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.running_clocks import running_clocks
from data_access.browse.selection import matches
from data_access.metrics.filters import Filter

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

SHOWN = (
    "case_id",
    "source",
    "subject",
    "market",
    "language",
    "channel",
    "category",
    "team",
    "level",
    "clock",
    "due_at",
    "minutes_left",
)


def due_soon(
    warehouse: Warehouse, where: Filter, *, as_of: datetime, horizon: timedelta, limit: int
) -> pl.DataFrame:
    """Running clocks that end within `horizon`, the next one first.

    Args:
        warehouse: where the marts are.
        where: dimensions; its days are not looked at, what is due is due.
        as_of: now.
        horizon: how far to look.
        limit: rows to give at most.

    Returns:
        Columns `SHOWN`: `clock` is `first_response`, `resolution`, `next_response`, `vip_response`,
        `marketplace_response`, `marketplace_platform` or `solution`; `minutes_left` whole minutes
        (floor) until `due_at`. A case may appear once per clock that runs in it.
    """
    # A deadline at this very instant has passed for the KPIs; for a reader it is due now.
    return (
        running_clocks(warehouse, as_of)
        .filter(matches(where), pl.col("due_at") <= as_of + horizon)
        .with_columns(minutes_left=(pl.col("due_at") - pl.lit(as_of)).dt.total_minutes())
        .select(SHOWN)
        .sort("due_at", "case_id", "source", "clock")
        .head(limit)
        .collect()
    )
