"""The cases of a filter with everything that happened to them: what other definitions measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.selection import matches, since, until, within
from data_access.calendars import Hours, compile_hours
from data_access.marts.schemas import MARTS
from data_access.metrics.filters import Filter

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

KEY = ("source", "case_id")
_SEED = 20_260_302


@dataclass(frozen=True)
class PeriodCases:
    """Cases created in a period, as facts.

    Attributes:
        own: rows of facts `cases`, with the dimensions asked for as `by_<dimension>`.
        events: rows of facts `case_events` of these cases.
        messages: rows of facts `messages` of these cases.
        hours: their calendars, compiled over their lives.
        as_of: what is known.
        of_cases: cases in the period.
        taken: cases of these that `own` holds: all, or an even sample.
        sources: the feeds they came from.
    """

    own: pl.LazyFrame
    events: pl.LazyFrame
    messages: pl.LazyFrame
    hours: Hours
    as_of: datetime
    of_cases: int
    taken: int
    sources: tuple[str, ...]


def period_cases(
    warehouse: Warehouse,
    where: Filter,
    *,
    as_of: datetime,
    zone: str,
    limit: int | None = None,
    by: Sequence[str] = (),
) -> PeriodCases:
    """Read the cases that a filter lets through, created on its days (cut in `zone`).

    Args:
        warehouse: facts and marts.
        where: dimensions and days.
        as_of: later cases do not exist.
        zone: zone that the filter's days are cut in.
        limit: at most so many; of more an even sample is taken, the same one every time.
        by: dimensions of the mart to carry along.
    """
    mart = warehouse.scan("cases", namespace="marts", schema=MARTS["cases"].columns)
    chosen = (
        mart.filter(
            within(where, "created_at", zone),
            until(as_of),
            pl.col("created_at") <= as_of,
            matches(where),
        )
        .select(*KEY, "created_at", **{f"by_{name}": pl.col(name) for name in by})
        .collect()
    )
    total = chosen.height
    if limit is not None and total > limit:
        order = pl.concat_str(KEY, separator="\0").hash(_SEED)
        chosen = chosen.sort(order, *KEY).head(limit)
    chosen = chosen.sort(KEY)
    oldest = chosen["created_at"].min()
    first = oldest if isinstance(oldest, datetime) else as_of
    keys = chosen.lazy().select(KEY)

    def of_chosen(table: str) -> pl.LazyFrame:
        return warehouse.scan(table).filter(since(first)).join(keys, on=KEY, how="semi")

    own = of_chosen("cases").join(chosen.lazy().drop("created_at"), on=KEY, how="inner").collect()
    return PeriodCases(
        own.lazy(),
        of_chosen("case_events").filter(until(as_of)),
        of_chosen("messages").filter(until(as_of)),
        compile_hours(
            warehouse.scan("calendars").collect(),
            warehouse.scan("holidays").collect(),
            first=first.date() - timedelta(days=1),
            last=as_of.date() + timedelta(days=1),
        ),
        as_of,
        total,
        own.height,
        tuple(own["source"].unique().sort()),
    )
