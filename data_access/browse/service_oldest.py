"""The open cases that wait longest."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.open_cases import KEY, open_cases
from data_access.browse.selection import matches, until
from data_access.marts.schemas import MARTS
from data_access.metrics.filters import Filter

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

SHOWN = (*KEY, "created_at", "subject", "language", "team", "level", "age_hours")


def oldest_open(
    warehouse: Warehouse, where: Filter, *, as_of: datetime, limit: int
) -> pl.DataFrame:
    """Open cases, the oldest first.

    Args:
        warehouse: where the marts are.
        where: dimensions; its days are not looked at, what is open is open.
        as_of: what is known.
        limit: rows to give at most.

    Returns:
        Columns `SHOWN`; `age_hours` since the case was created.
    """
    still = open_cases(warehouse, as_of).collect()
    age = (pl.lit(as_of) - pl.col("created_at")).dt.total_minutes() / 60
    return (
        warehouse.scan("cases", namespace="marts", schema=MARTS["cases"].columns)
        # Ids are compared while the files are read, and only what fits is joined.
        .filter(until(as_of), pl.col("case_id").is_in(still["case_id"].unique().to_list()))
        .filter(matches(where))
        .join(still.lazy(), on=KEY, how="semi")
        .with_columns(age_hours=age)
        .select(SHOWN)
        .sort("created_at", *KEY)
        .head(limit)
        .collect()
    )
