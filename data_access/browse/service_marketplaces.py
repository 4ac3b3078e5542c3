"""Are marketplaces answered in time? Our own promise and the platform's, one by one.

Both clocks never stop: nights, weekends and public holidays count, as they do for the platforms.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.deadlines import known
from data_access.browse.selection import matches, on_days, until
from data_access.marts.schemas import MARTS
from data_access.metrics.filters import Filter
from data_access.metrics.intervals import wilson
from data_access.rollups.cohorts.deadlines import TURN
from data_access.rollups.cohorts.service import countable
from data_access.rollups.days import AsOf

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

CLOCKS = {"own": "marketplace_response", "platform": "marketplace_platform"}
"""Short name of a promise to its clock."""


def marketplaces(
    warehouse: Warehouse, where: Filter, *, as_of: datetime, now: datetime, zone: str = "UTC"
) -> pl.DataFrame:
    """Attainment and what runs, by marketplace.

    Args:
        warehouse: where the marts are.
        where: dimensions, and days (of the customer's message that started a clock, in `zone`).
        as_of: what is known; later answers have not happened.
        now: what has its deadline after this instant still runs.
        zone: zone that the filter's days are cut in.

    Returns:
        `marketplace` (null: the source does not name it) and, for each of `own` and `platform`,
        `<name>_value` (met / deadlines passed), `_low`, `_high` (Wilson), `_n`, `_hits`, `_running`
        (not answered, deadline after `now`, whenever started), `_next` (the first of them). Sorted
        by `own_n`, largest first. A clock withdrawn before its deadline does not count.
    """
    rows = (
        countable(warehouse.scan("clocks", namespace="marts", schema=MARTS["clocks"].columns))
        .filter(
            pl.col("clock").is_in(list(CLOCKS.values())),
            until(as_of),
            pl.col("started_at") <= as_of,
            matches(where),
        )
        .with_columns(
            stopped_at=known("stopped_at", as_of), withdrawn_at=known("withdrawn_at", as_of)
        )
    )
    known_at, started = AsOf(as_of, zone), on_days(where, "started_at", zone)
    ended = pl.col("stopped_at").is_not_null() | pl.col("withdrawn_at").is_not_null()
    parts = []
    for name, clock in CLOCKS.items():
        # A clock's partition is that of its case, which may be older than the message.
        deadline, own = TURN[clock], pl.col("clock") == clock
        runs = own & ~ended & (pl.col("due_at") > now)
        for what, condition in (
            ("hits", deadline.met(known_at) & started),
            ("n", deadline.due(known_at) & started),
            ("running", runs),
        ):
            whether = condition.fill_null(value=False)
            parts.append(whether.sum().cast(pl.Int64).alias(f"{name}_{what}"))
        parts.append(pl.col("due_at").filter(runs).min().alias(f"{name}_next"))
    found = rows.group_by("marketplace").agg(parts).collect()
    return (
        found.filter(pl.sum_horizontal(pl.col("^.*_(n|running)$")) > 0)
        .with_columns(column for name in CLOCKS for column in _share(name))
        .sort(["own_n", "marketplace"], descending=[True, False], nulls_last=True)
    )


def _share(name: str) -> list[pl.Expr]:
    hits, n = pl.col(f"{name}_hits"), pl.col(f"{name}_n")
    low, high = wilson(hits, n)
    return [
        pl.when(n > 0).then(hits / n).alias(f"{name}_value"),
        low.alias(f"{name}_low"),
        high.alias(f"{name}_high"),
    ]
