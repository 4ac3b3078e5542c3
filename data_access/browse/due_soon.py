"""What will break a promise next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.deadlines import done_at, due_at
from data_access.browse.open_cases import open_case_rows
from data_access.browse.selection import matches
from data_access.metrics.filters import Filter

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

LONGEST_TARGET = timedelta(days=31)
"""Cases older than this plus the horizon are not looked at: their deadlines have passed."""

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
        Columns `SHOWN`: `clock` is `first_response` or `resolution`, `minutes_left` whole minutes
        (floor) until `due_at`. A case may appear once per clock.
    """
    waiting = open_case_rows(warehouse, as_of, LONGEST_TARGET).filter(matches(where))
    clocks = [
        waiting.filter(done_at(clock, as_of).is_null())
        .with_columns(clock=pl.lit(clock), due_at=due_at(clock))
        .filter(pl.col("due_at").is_between(as_of, as_of + horizon))
        for clock in ("first_response", "resolution")
    ]
    return (
        pl.concat(clocks)
        .with_columns(minutes_left=(pl.col("due_at") - pl.lit(as_of)).dt.total_minutes())
        .select(SHOWN)
        .sort("due_at", "case_id", "clock")
        .head(limit)
        .collect()
    )
