"""The two clocks every case list shows, as of an instant.

First response and first resolution in calendar time, with the targets the mart carries (4 h and
48 h unless a policy says otherwise). What happened after `as_of` has not happened. The verdicts
are those that the KPIs count, so a list has as many rows as the number it stands behind.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

CLOCKS = {
    "first_response": ("first_response_at", "fr_target_s"),
    "resolution": ("first_solved_at", "res_target_s"),
}


def known(column: str, as_of: datetime) -> pl.Expr:
    """The instant in `column`, null if it lies after `as_of`."""
    return pl.when(pl.col(column) <= as_of).then(pl.col(column))


def due_at(clock: str) -> pl.Expr:
    """When the clock's deadline is; null where the case cannot be judged."""
    return pl.col("created_at") + pl.duration(seconds=pl.col(CLOCKS[clock][1]))


def done_at(clock: str, as_of: datetime) -> pl.Expr:
    """When the clock was stopped, as far as known."""
    return known(CLOCKS[clock][0], as_of)


def state(clock: str, as_of: datetime) -> pl.Expr:
    """`met`, `missed` (done late), `overdue` (still not done), `running`; null: not judged."""
    done, due = done_at(clock, as_of), due_at(clock)
    return (
        pl.when(due.is_null())
        .then(pl.lit(None, pl.String))
        .when(done <= due)
        .then(pl.lit("met"))
        .when(done > due)
        .then(pl.lit("missed"))
        .when(due <= as_of)
        .then(pl.lit("overdue"))
        .otherwise(pl.lit("running"))
    )
