"""The clocks that run, kept in memory: every refresh of a screen asks what is due next.

What is kept belongs to one snapshot of the marts and holds from a day before it was first asked for
on. Earlier instants are read from the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import polars as pl

from data_access.browse.deadlines import CLOCKS
from data_access.browse.selection import until
from data_access.marts.schemas import CASE_DIMS, MARTS
from data_access.rollups.cohorts.deadlines import TURN

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

MOST_KEPT = 500_000
"""More clocks than this are not worth their memory."""

_EARLIER = timedelta(days=1)
_CASE = ["source", "case_id"]
_SHARED = (*_CASE, *CASE_DIMS, "level", "part")


@dataclass(frozen=True)
class _Kept:
    """Clocks that run at or after an instant, as of two snapshots."""

    snapshots: tuple[int | None, int | None]
    start: datetime
    rows: pl.DataFrame


_kept: WeakKeyDictionary[Warehouse, _Kept] = WeakKeyDictionary()


def running_clocks(warehouse: Warehouse, as_of: datetime) -> pl.LazyFrame:
    """Clocks that had started, were neither stopped nor withdrawn and had a deadline ahead.

    `source`, `case_id`, the dimensions of the case, `level`, `subject`, `clock`, `due_at`. Clocks
    of spam, merged and deleted cases are left out.
    """
    snapshots = (
        warehouse.snapshot_id("cases", "marts"),
        warehouse.snapshot_id("clocks", "marts"),
    )
    found = _kept.get(warehouse)
    if found is None or found.snapshots != snapshots:
        start = as_of - _EARLIER
        held = _of_cases(warehouse, start, None).head(MOST_KEPT + 1).collect()
        found = _Kept(snapshots, start, held)
        _kept[warehouse] = found
    fits = found.rows.height <= MOST_KEPT and as_of >= found.start
    rows = found.rows.lazy() if fits else _of_cases(warehouse, as_of, as_of)
    return rows.filter(_runs(as_of), pl.col("started_at") <= as_of)


def _runs(instant: datetime) -> pl.Expr:
    """Whether a clock had not ended at an instant, and its deadline not passed before it."""
    ended = pl.col("ended_at")
    return (ended.is_null() | (ended > instant)) & (pl.col("due_at") >= instant)


def _of_cases(warehouse: Warehouse, start: datetime, last: datetime | None) -> pl.LazyFrame:
    """Clocks of both marts that run at `start`; `last` bounds when their cases were created."""
    cases, clocks = (
        warehouse.scan(name, namespace="marts", schema=MARTS[name].columns)
        .filter(until(last) if last is not None else pl.lit(value=True))
        .filter(
            ~pl.col("is_spam").fill_null(value=False),
            ~pl.col("deleted").fill_null(value=False),
            pl.col("merged_into").is_null(),
        )
        for name in ("cases", "clocks")
    )
    pieces = [
        cases.with_columns(
            clock=pl.lit(clock),
            started_at=pl.coalesce("fr_started_at", "created_at")
            if clock == "first_response"
            else pl.col("created_at"),
            due_at=pl.col(told.due_at),
            ended_at=pl.min_horizontal(told.stopped_at, told.withdrawn_at),
        )
        .filter(_runs(start))
        .select(*_SHARED, *_CLOCK, "subject")
        for clock, told in CLOCKS.items()
    ]
    turns = (
        clocks.filter(pl.col("clock").is_in(list(TURN)))
        .with_columns(ended_at=pl.min_horizontal("stopped_at", "withdrawn_at"))
        .filter(_runs(start))
        .select(*_SHARED, *_CLOCK)
    )
    subjects = cases.select(*_CASE, "subject")
    return pl.concat([*pieces, turns.join(subjects, on=_CASE, how="left")])


_CLOCK = ("clock", "started_at", "due_at", "ended_at")
