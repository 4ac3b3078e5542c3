"""Runs of clocks: when they started and ended, what they counted, when they are due."""

from __future__ import annotations

import polars as pl

from data_access.calendars import Hours
from data_access.clocks.segments import FIRST, LAST

_US = 1_000_000


def deadlines(parts: pl.DataFrame, hours: Hours) -> pl.DataFrame:
    """Per run, in order: run, due_at and the promise that was in force then.

    due_at, target_s, business, calendar, policy. Due is the first instant at which the counted time
    reaches the target in force; after the last part the clock goes on as it was, but one that was
    stopped while paused goes on running.
    """
    target = pl.col("target_s") * _US
    before, after = pl.col("before_us"), pl.col("before_us") + pl.col("counted_us")
    passed = (before >= target) | (~pl.col("paused") & (after >= target))
    decisive = passed.fill_null(value=False) | LAST
    rows = parts.filter(decisive).filter(FIRST)
    left = pl.max_horizontal(target - before, 0)
    stopped_paused = pl.col("paused") & (left > 0)
    rows = rows.with_columns(
        left=left, starts_at=pl.when(stopped_paused).then("ended_at").otherwise("starts_at")
    )
    if rows["business"].any():
        reached = hours.reached(rows["calendar"], rows["starts_at"], rows["left"])
    else:
        reached = rows["starts_at"] + rows["left"].cast(pl.Duration("us"))
    return rows.select(
        "run",
        "target_s",
        "business",
        "calendar",
        "policy",
        due_at=pl.when(pl.col("target_s").is_not_null()).then(reached),
    )


def spans(parts: pl.DataFrame) -> pl.DataFrame:
    """Per run, in order: run, elapsed_s, paused_s; null elapsed where a part cannot be judged."""
    totals = parts.group_by("run", maintain_order=True).agg(
        pl.col("counted_us", "paused_us").sum(), pl.col("judged").all()
    )
    return totals.select(
        "run",
        elapsed_s=pl.when("judged").then(pl.col("counted_us") / _US),
        paused_s=pl.col("paused_us") / _US,
    )


def paused_while_waiting(parts: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """run, waiting_us, waiting_at: how long and since when it was paused though a message waited.

    Args:
        parts: see `segments.counted`; those still lasting do not add to `waiting_us`.
        turns: customer turns: case, started_at, ended_at.
    """
    begins = pl.max_horizontal("starts_at", "waits_from")
    ends = pl.min_horizontal("ends_at", "waits_to")
    paused = parts.filter("paused")
    both = paused.select("run", "case", "starts_at", "ends_at").join(
        turns.select("case", waits_from="started_at", waits_to="ended_at"), on="case", how="inner"
    )
    return (
        both.filter((begins < ends).fill_null(value=True))
        .group_by("run")
        .agg(
            waiting_us=(ends - begins)
            .filter(pl.col("ends_at").is_not_null())
            .dt.total_microseconds()
            .sum(),
            waiting_at=begins.min(),
        )
    )


def first_pause(parts: pl.DataFrame) -> pl.DataFrame:
    """run, waiting_at: when a run was first paused; for clocks that run while a message waits."""
    lasting = (pl.col("starts_at") < pl.col("ends_at")).fill_null(value=True)
    return (
        parts.filter(pl.col("paused") & lasting)
        .group_by("run")
        .agg(waiting_at=pl.col("starts_at").min())
    )
