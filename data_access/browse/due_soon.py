"""What will break a promise next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.deadlines import done_at, due_at, open_cases
from data_access.browse.selection import matches, since, until
from data_access.marts.schemas import MARTS
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
    oldest = as_of - LONGEST_TARGET
    waiting = (
        warehouse.scan("cases", namespace="marts", schema=MARTS["cases"].columns)
        .filter(since(oldest), until(as_of), pl.col("created_at").is_between(oldest, as_of))
        .filter(matches(where))
        .join(open_cases(warehouse, as_of), on=["source", "case_id"], how="semi")
    )
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
