"""What becomes of requested returns, and after how long: ends that shut each other out.

A return that was asked for is received, refused, expires unsent, or is closed without the goods.
Counting only the received ones and calling the others late would be wrong both ways; the shares
here are Aalen–Johansen's (`data_access.survival.cumulative_incidence`), those still under way
included.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_access.metrics.numbers import Numbers
from data_access.metrics.plan import Plan
from data_access.metrics.sums import one_of
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.partial import cohort_rows
from data_access.survival import cumulative_incidence

OUTCOMES = ("received", "rejected", "expired", "closed")
"""Received at the hub; refused; never sent in time; closed without the goods."""

DAYS = (7, 14, 30, 60)

SHARES = {
    "days": pl.Int64(),
    "outcome": pl.String(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}


@dataclass(frozen=True)
class ReturnEnds:
    """Return lines asked for in a period, followed to their end."""

    shares: pl.DataFrame
    """Columns `SHARES`: share that came to each outcome within some days; null beyond what was
    watched. `waiting` is the share that has come to none."""
    n: int
    under_way: int
    """Lines among them that have come to no end yet."""
    untimed: int
    """Lines left out: they have ended, but nobody recorded when."""


def return_ends(numbers: Numbers, plan: Plan) -> ReturnEnds:
    """Follow the return lines asked for in the period of a checked question."""
    cohort = COHORTS["return_lines_requested"]
    rows = cohort_rows(numbers.mart(cohort.mart), cohort, plan.as_of, plan.first, plan.last)
    for name, values in plan.where.items():
        rows = rows.filter(one_of(name, values, cohort.dim_types[name]))
    received = plan.as_of.passed(pl.col("received_at"))
    closed = plan.as_of.passed(pl.col("closed_at"))
    over = pl.col("state").is_in(OUTCOMES).fill_null(value=False)
    never_timed = over & pl.col("received_at").is_null() & pl.col("closed_at").is_null()
    kind = pl.when(pl.col("state").is_in(["rejected", "expired"])).then("state")
    found = rows.select(
        outcome=pl.when(received)
        .then(pl.lit("received"))
        .when(closed)
        .then(kind.otherwise(pl.lit("closed"))),
        until=pl.when(received)
        .then("received_at")
        .when(closed)
        .then("closed_at")
        .otherwise(pl.lit(plan.as_of.instant)),
        since="requested_at",
        untimed=never_timed,
    ).collect()
    timed = found.filter(~pl.col("untimed"))
    days = (timed["until"] - timed["since"]).dt.total_seconds() / 86_400
    curve = cumulative_incidence(days.clip(0), timed["outcome"])
    return ReturnEnds(
        shares=_at(curve),
        n=timed.height,
        under_way=timed["outcome"].null_count(),
        untimed=found.height - timed.height,
    )


def _at(curve: pl.DataFrame) -> pl.DataFrame:
    """The shares at the days that are shown."""
    rows = []
    watched = float(curve["at"].max() or 0) if curve.height else 0.0  # type: ignore[arg-type]
    for days in DAYS:
        reached = curve.filter(pl.col("at") <= days)
        told = reached.row(-1, named=True) if reached.height else {"survival": 1.0}
        ended = told["survival"] <= 0
        known = curve.height > 0 and (days <= watched or ended)
        for outcome in OUTCOMES:
            value = told.get(outcome, 0.0) if known else None
            # Where none has come to it yet, Aalen and Johansen know no interval.
            sure = (told.get(f"{outcome}{end}") if value else None for end in ("_low", "_high"))
            rows.append((days, outcome, value, *sure))
        rows.append((days, "waiting", told["survival"] if known else None, None, None))
    return pl.DataFrame(rows, schema=SHARES, orient="row")
