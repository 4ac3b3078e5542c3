"""The next hours: what falls due, by group and clock, and who is there to answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from dashboard.service import CLOCKS, COUNTS, HORIZONS
from data_access.browse.service_roster import Roster, on_shift, primary, speaking
from data_access.metrics import Filter


@dataclass(frozen=True)
class Outlook:
    """What is known about the next hours.

    Attributes:
        due: running clocks: `case_id`, `source`, `clock`, `due_at`, dimensions.
        crew: the shifts that the filter speaks of.
        now: this instant.
        minutes: how far staff is looked at; one of `HORIZONS`.
        per_hour: answers per agent and hour; None: not known.
    """

    due: pl.DataFrame
    crew: Roster
    now: datetime
    minutes: int
    per_hour: float | None

    @property
    def end(self) -> datetime:
        """The end of the time looked at."""
        return self.now + timedelta(minutes=self.minutes)

    @property
    def rostered(self) -> bool:
        """Whether there is a roster that reaches beyond now; else nobody can say who is there."""
        return self.crew.ends is not None and self.crew.ends > self.now

    @property
    def within(self) -> pl.DataFrame:
        """The clocks that end in it."""
        return self.due.filter(pl.col("due_at") <= self.end)


def by_group(outlook: Outlook, by: str) -> pl.DataFrame:
    """Demand beside staff, the most pressing group first: columns of `demand` and `staff`."""
    groups = demand(outlook.due, by, outlook.now)
    there = staff(groups["group"].to_list(), outlook, by)
    return pressing(groups.join(there, on="group", how="left"), outlook.minutes)


def whole(outlook: Outlook) -> dict[str, Any]:
    """The same of all groups together; an agent counts once, whatever they speak."""
    everything = demand(outlook.due.with_columns(everything=pl.lit("")), "everything", outlook.now)
    counts = {name: int(everything[name].sum()) for name in COUNTS}
    shifts = outlook.crew.shifts
    if not outlook.rostered:
        return {**counts, "here": None, "within": None, "capacity": None}
    window = on_shift(shifts, outlook.now, outlook.end)
    hours, per_hour = float(window["hours"].sum()), outlook.per_hour
    return {
        **counts,
        "here": on_shift(shifts, outlook.now, outlook.now).height,
        "within": window.height,
        "capacity": None if per_hour is None else hours * per_hour,
    }


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


def staff(groups: Sequence[str], outlook: Outlook, by: str) -> pl.DataFrame:
    """Who is there to answer, by group; an agent counts for every language they speak.

    Args:
        groups: teams or languages ("" unknown).
        outlook: the shifts, the time, the pace.
        by: `team` or `language`; for anything else, or without a roster, staff is null.

    Returns:
        `group`, `here` (agents on shift now), `within` (at least part of the time), `hours` of
        theirs in it, `capacity`: hours x answers per hour.
    """
    crew, per_hour = outlook.crew, outlook.per_hour
    known = outlook.rostered and (by == "team" or (by == "language" and telling(crew)))
    window = on_shift(crew.shifts, outlook.now, outlook.end)
    here = on_shift(crew.shifts, outlook.now, outlook.now)
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
