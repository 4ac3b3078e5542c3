"""What the Service screen shows, as declarations and shapes: horizons, splits, demand and staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from data_access.browse.service_roster import Roster, on_shift, primary, speaking
from data_access.metrics import Filter
from data_access.metrics.backlog import AGE_BUCKETS

HORIZONS = (15, 60, 240)
"""Minutes looked ahead."""

DEFAULT_HORIZON = 60
SPLITS = ("language", "team", "level")
"""What demand and backlog can be split by; agents have a language and a team, but no level."""

STAFFED = SPLITS[:2]
CLOCKS = (
    "first_response",
    "next_response",
    "vip_response",
    "marketplace_response",
    "marketplace_platform",
    "resolution",
    "solution",
)
"""Clocks that promise something, in the order they are shown."""

QUEUE_SHOWN = 12
OLDEST_SHOWN = 8
GROUPS_SHOWN = 12
WEEK = timedelta(days=7)
PARITY = {
    "first_response": "first_response_within_target",
    "resolution": "resolution_within_target",
    "csat": "csat",
}
"""How the address names what languages are compared by."""

DOWNLOAD = "/download/due.csv"

COUNTS = tuple(f"due_{minutes}" for minutes in HORIZONS)


def chosen_horizon(text: object) -> int:
    """The horizon that an address or a control names; the default for anything else."""
    return next((minutes for minutes in HORIZONS if str(minutes) == str(text)), DEFAULT_HORIZON)


def chosen_split(text: str | None) -> str:
    """The dimension that an address names; the first for anything else."""
    return text if text in SPLITS else SPLITS[0]


def chosen_clock(text: str | None) -> str:
    """The clock that an address names; empty (all of them) for anything else."""
    return text if text in CLOCKS else ""


def chosen_parity(text: str | None) -> str:
    """The short name of the KPI that languages are compared by."""
    return text if text in PARITY else next(iter(PARITY))


def of_clock(due: pl.DataFrame, clock: str) -> pl.DataFrame:
    """The rows of one clock, or of all of them where none is chosen."""
    return due.filter(pl.col("clock") == clock) if clock else due


def demand(due: pl.DataFrame, by: str, now: datetime) -> pl.DataFrame:
    """How many cases breach within each horizon, by group.

    Args:
        due: running clocks: `case_id`, `source`, `by`, `due_at`.
        by: the column that splits them.
        now: where the horizons begin.

    Returns:
        `group` (text, "" unknown), `COUNTS` (distinct cases: one that two clocks threaten counts
        once), `next` (the first deadline). Most urgent first.
    """
    cases = due.group_by("case_id", "source").agg(
        pl.col(by).first().cast(pl.String).fill_null("").alias("group"),
        pl.col("due_at").min(),
    )
    return _counted(cases, "group", now).sort(
        [*COUNTS, "group"], descending=[True] * len(COUNTS) + [False]
    )


def by_clock(due: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The same by `clock`, each running clock counted, in the order of `CLOCKS`."""
    order = pl.col("clock").replace_strict({name: i for i, name in enumerate(CLOCKS)}, default=99)
    return _counted(due, "clock", now).sort(order, "clock")


def _counted(rows: pl.DataFrame, group: str, now: datetime) -> pl.DataFrame:
    within = [
        (pl.col("due_at") <= now + timedelta(minutes=minutes)).sum().cast(pl.Int64).alias(name)
        for minutes, name in zip(HORIZONS, COUNTS, strict=True)
    ]
    return rows.group_by(group).agg(*within, next=pl.col("due_at").min())


def staffed_by(found: Roster, where: Filter) -> Roster:
    """The part of a roster that a filter speaks of: its teams, and who speaks its languages."""
    shifts = found.shifts
    if any(where.team):
        shifts = shifts.filter(pl.col("team").is_in([team for team in where.team if team]))
    if any(where.language):
        spoken = [primary(tag) for tag in where.language if tag]
        shifts = shifts.filter(pl.col("langs").list.set_intersection(spoken).list.len() > 0)
    return replace(found, shifts=shifts)


def telling(found: Roster) -> bool:
    """Whether any agent says which languages they speak."""
    return bool((found.shifts["langs"].list.len() > 0).any())


def staff(
    groups: Sequence[str],
    found: Roster,
    by: str,
    *,
    now: datetime,
    minutes: int,
    per_hour: float | None,
) -> pl.DataFrame:
    """Who is there to answer, by group; an agent counts for every language they speak.

    Args:
        groups: teams or languages ("" unknown).
        found: the shifts.
        by: `team` or `language`; for anything else nobody can be told apart, and staff is null.
        now: this instant.
        minutes: how far to look.
        per_hour: answers per agent and hour; None: not known.

    Returns:
        `group`, `here` (agents on shift now), `within` (at least part of the time), `hours` of
        theirs in it, `capacity`: hours x answers per hour.
    """
    known = by == "team" or (by == "language" and telling(found))
    window = on_shift(found.shifts, now, now + timedelta(minutes=minutes))
    here = on_shift(found.shifts, now, now)
    rows: list[dict[str, Any]] = []
    for group in groups:
        present, coming = (
            _serving(agents, by, group if known else "") for agents in (here, window)
        )
        hours = None if coming is None else float(coming["hours"].sum())
        rows.append(
            {
                "group": group,
                "here": None if present is None else present.height,
                "within": None if coming is None else coming.height,
                "hours": hours,
                "capacity": None if hours is None or per_hour is None else hours * per_hour,
            }
        )
    schema = {
        "group": pl.String(),
        "here": pl.Int64(),
        "within": pl.Int64(),
        "hours": pl.Float64(),
        "capacity": pl.Float64(),
    }
    return pl.DataFrame(rows, schema=schema)


def _serving(agents: pl.DataFrame, by: str, group: str) -> pl.DataFrame | None:
    """The agents who answer a group; None where nobody can tell."""
    if not group:
        return None
    return agents.filter(pl.col("team") == group) if by == "team" else speaking(agents, group)


def pressing(frame: pl.DataFrame, minutes: int) -> pl.DataFrame:
    """Groups with something due within `minutes`, the least staffed first.

    Nobody on shift comes before too few, and those before the rest; then by what is due.

    Args:
        frame: `demand` joined with `staff`.
        minutes: one of `HORIZONS`.
    """
    due = pl.col(f"due_{minutes}")
    alone = (pl.col("within") == 0).fill_null(value=False) & (due > 0)
    short = (due - pl.col("capacity")).fill_null(0)
    return frame.sort(alone, short > 0, due, "group", descending=[True, True, True, False])


def largest_groups(frame: pl.DataFrame, group: str, size: str, rest: str) -> pl.DataFrame:
    """The largest groups by name; what is beyond `GROUPS_SHOWN` is named `rest`.

    Args:
        frame: `group`, `size` and anything else.
        group: column with the name of the group (null becomes "").
        size: column with its size, added up.
        rest: the name of all others together.
    """
    named = frame.with_columns(pl.col(group).cast(pl.String).fill_null(""))
    sizes = (
        named.group_by(group).agg(pl.col(size).sum()).sort(size, group, descending=[True, False])
    )
    if sizes.height <= GROUPS_SHOWN:
        return named
    kept = sizes[group].head(GROUPS_SHOWN - 1).to_list()
    return named.with_columns(
        pl.when(pl.col(group).is_in(kept)).then(pl.col(group)).otherwise(pl.lit(rest)).alias(group)
    )


def ages(now: pl.DataFrame, before: pl.DataFrame, by: str, rest: str) -> pl.DataFrame:
    """Open cases by group and age, now and a week ago.

    Args:
        now: `by`, `age_bucket`, `value`.
        before: the same a week ago.
        by: the column that splits them.
        rest: the name of all groups beyond the largest.

    Returns:
        `group`, `bucket`, `value`, `before`, `total` (of the group, now); a row for every bucket of
        every group, largest group first. A group that was only there a week ago has zeros now.
    """
    both = pl.concat(
        [
            now.select(by, "age_bucket", "value", before=pl.lit(0.0)),
            before.select(by, "age_bucket", value=pl.lit(0.0), before="value"),
        ]
    ).with_columns(size=pl.max_horizontal("value", "before"))
    summed = (
        largest_groups(both, by, "size", rest)
        .group_by(group=by, bucket="age_bucket")
        .agg(pl.col("value", "before").sum())
    )
    buckets = pl.DataFrame({"bucket": AGE_BUCKETS}, schema={"bucket": pl.String()})
    grid = summed.select("group").unique().join(buckets, how="cross")
    total = pl.col("value").sum().over("group")
    position = pl.col("bucket").replace_strict({name: i for i, name in enumerate(AGE_BUCKETS)})
    return (
        grid.join(summed, on=["group", "bucket"], how="left")
        .with_columns(pl.col("value", "before").fill_null(0.0))
        .with_columns(total=total)
        .sort(
            pl.col("group") == rest,
            "total",
            "group",
            position,
            descending=[False, True, False, False],
        )
    )
