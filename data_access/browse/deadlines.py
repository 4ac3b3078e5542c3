"""The two clocks every case list shows, as of an instant.

First response and first resolution as the clock engine measured them. What happened after `as_of`
has not happened. The verdicts are those that the KPIs count, so a list has as many rows as the
number it stands behind.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from data_access.rollups.cohorts.deadlines import FIRST_RESPONSE, RESOLUTION, Deadline

CLOCKS = {"first_response": FIRST_RESPONSE, "resolution": RESOLUTION}
LATE = ("missed", "overdue")


def known(column: str, as_of: datetime) -> pl.Expr:
    """The instant in `column`, null if it lies after `as_of`."""
    return pl.when(pl.col(column) <= as_of).then(pl.col(column))


def due_at(clock: str) -> pl.Expr:
    """When the clock's deadline is; null where the case cannot be judged or its clock stands."""
    return pl.col(CLOCKS[clock].due_at)


def state(clock: str, as_of: datetime) -> pl.Expr:
    """How the clock stands.

    `met`, `missed` (done late), `overdue` (still not done), `running`, `withdrawn` (ended before
    its deadline without being fulfilled); null: not judged.
    """
    return standing(CLOCKS[clock], as_of)


def standing(clock: Deadline, as_of: datetime) -> pl.Expr:
    """The same for any deadline of a mart."""
    due, done = pl.col(clock.due_at), known(clock.stopped_at, as_of)
    withdrawn = clock.left_out() & known(clock.withdrawn_at, as_of).is_not_null()
    return (
        pl.when(due.is_null())
        .then(pl.lit(None, pl.String))
        .when(withdrawn)
        .then(pl.lit("withdrawn"))
        .when(done <= due)
        .then(pl.lit("met"))
        .when(done > due)
        .then(pl.lit("missed"))
        .when(due <= as_of)
        .then(pl.lit("overdue"))
        .otherwise(pl.lit("running"))
    )


def waits(clock: Deadline, as_of: datetime) -> pl.Expr:
    """Whether the clock had been neither stopped nor withdrawn by then."""
    ended = pl.min_horizontal(clock.stopped_at, clock.withdrawn_at)
    return ended.is_null() | (ended > as_of)
