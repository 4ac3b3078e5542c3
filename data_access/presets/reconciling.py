"""The same cases under two definitions, and the gap between the two numbers by cause.

The definitions are turned into each other one switch at a time. What a switch changes depends on
which others are made already, so its effect is averaged over the orders; see `attribution`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from data_access.calendars import Hours
from data_access.clocks import timeline
from data_access.presets.attribution import effects
from data_access.presets.case_history import history
from data_access.presets.definition import Definition, Preset, Statistic
from data_access.presets.schemas import CASE
from data_access.presets.statistic import value_of
from data_access.presets.times import Measuring

CAUSES: Mapping[str, str] = {
    "start_of_clock": "start",
    "out_of_hours": "hours",
    "last_schedule": "schedule",
    "bot_replies": "replies",
    "agent_started": "agent_started",
    "solved_without_reply": "after_solve",
    "turns": "turns",
    "reopened": "stop",
    "solved_time": "solved_time",
    "closed_unsolved": "closed_counts",
    "statuses": "statuses",
    "merged": "merged",
    "spam": "spam",
    "deleted": "deleted",
    "open_cases": "open_cases",
}
"""Cause to the field of a definition that it switches, in the documented order."""

TOP = 5
"""Cases named for each cause."""

EFFECTS: dict[str, pl.DataType] = {
    "cause": pl.String(),
    "effect_s": pl.Float64(),
    "cases": pl.Int64(),
}
TOP_CASES: dict[str, pl.DataType] = {
    "cause": pl.String(),
    "source": pl.String(),
    "case_id": pl.String(),
    "instance": pl.Int64(),
    "left_s": pl.Float64(),
    "right_s": pl.Float64(),
}


@dataclass(frozen=True)
class Side:
    """One of the two numbers."""

    name: str
    title: str
    value_s: float | None
    n: int
    """Times behind the value; those that still run included, where they count."""
    left_out: Mapping[str, int]
    """Rows left out, by reason."""
    definition: Definition | None
    """None for the source's own figure."""


@dataclass(frozen=True)
class Reconciliation:
    """Two numbers for the same cases and what makes the difference.

    Attributes:
        metric: the time metric.
        statistic: of both numbers.
        left: the number that is explained away from.
        right: the number that is explained towards.
        gap_s: right minus left; None where one of them is missing.
        causes: `EFFECTS`, greatest first; `effect_s` adds up to `gap_s`, `cases` is how many rows
            the switch alone changes.
        top: `TOP_CASES`, in the order of the causes; of each those that the switch alone changes
            most, null on the side where the row is left out.
        of_cases: cases looked at.
    """

    metric: str
    statistic: Statistic
    left: Side
    right: Side
    gap_s: float | None
    causes: pl.DataFrame
    top: pl.DataFrame
    of_cases: int


def reconcile(
    own: pl.LazyFrame,
    events: pl.LazyFrame,
    messages: pl.LazyFrame,
    *,
    metric: str,
    left: Preset,
    right: Preset,
    statistic: Statistic,
    hours: Hours,
    as_of: datetime,
) -> Reconciliation:
    """Take the gap between two presets apart; arguments as for `preset_times`.

    Raises:
        PresetError: one of the products has no such metric.
    """
    old, new = left.definition(metric), right.definition(metric)
    measuring = Measuring(history(own, timeline(own, events, messages), as_of), metric, hours)
    return compare(measuring, left, right, old, new, statistic)


def compare(
    measuring: Measuring,
    left: Preset,
    right: Preset,
    old: Definition,
    new: Definition,
    statistic: Statistic,
) -> Reconciliation:
    """The same over cases that are folded already."""
    changes = switches(old, new)

    def times(made: frozenset[str]) -> pl.DataFrame:
        # Not kept: 64 frames of all cases would take more memory than working them out again time.
        return measuring.times(switched(old, new, made))

    found = effects(changes, lambda made: value_of(times(made), statistic))
    ends = times(frozenset()), times(frozenset(changes))
    sides = [
        side(preset.name, preset.title, made, rows, statistic)
        for preset, made, rows in zip((left, right), (old, new), ends, strict=True)
    ]
    alone = {name: _changed(ends[0], times(frozenset({name})), name) for name in changes}
    a, b = (one.value_s for one in sides)
    gap = None if a is None or b is None else b - a
    if found is None:
        # Every order passes a state without a value: all that can be said is the whole gap.
        found = {} if gap is None or not changes else {"together": gap}
    causes = effect_rows(found, {name: rows.height for name, rows in alone.items()})
    named = [alone[name] for name in causes["cause"] if name in alone] or list(alone.values())
    return Reconciliation(
        measuring.metric,
        statistic,
        sides[0],
        sides[1],
        gap,
        causes,
        pl.concat([pl.DataFrame(schema=TOP_CASES), *(rows.head(TOP) for rows in named)]),
        measuring.past.cases.height,
    )


def switches(old: Definition, new: Definition) -> tuple[str, ...]:
    """The causes that tell two definitions apart, in the documented order."""
    differ = [name for name, held in CAUSES.items() if getattr(old, held) != getattr(new, held)]
    if old.hours == new.hours == "calendar" and "last_schedule" in differ:
        differ.remove("last_schedule")
    return tuple(differ)


def switched(old: Definition, new: Definition, made: frozenset[str]) -> Definition:
    """`old` with the fields of the causes `made` taken from `new`."""
    return replace(old, **{CAUSES[name]: getattr(new, CAUSES[name]) for name in made})


def side(
    name: str, title: str, made: Definition | None, rows: pl.DataFrame, statistic: Statistic
) -> Side:
    """One number with what is behind it."""
    reasons = rows.filter(pl.col("why").is_not_null()).group_by("why").len().sort("why")
    return Side(
        name,
        title,
        value_of(rows, statistic),
        rows["value_s"].count(),
        dict(reasons.iter_rows()),
        made,
    )


def effect_rows(found: Mapping[str, float], counts: Mapping[str, int]) -> pl.DataFrame:
    """`EFFECTS`, greatest first."""
    rows = [(name, effect, counts.get(name, 0)) for name, effect in found.items()]
    rows.sort(key=lambda row: (-abs(row[1]), row[0]))
    return pl.DataFrame(rows, schema=EFFECTS, orient="row")


def _changed(old: pl.DataFrame, new: pl.DataFrame, cause: str) -> pl.DataFrame:
    """Rows whose seconds or place in the number differ, those that differ most first."""
    key = [*CASE, "instance"]
    both = old.select(*key, left_s="value_s", was="ended").join(
        new.select(*key, right_s="value_s", now="ended"), on=key, how="full", coalesce=True
    )
    known = pl.col("left_s").is_not_null() | pl.col("right_s").is_not_null()
    differs = pl.col("left_s").ne_missing(pl.col("right_s")) | (
        pl.col("was").ne_missing(pl.col("now")) & known
    )
    size = (pl.col("right_s").fill_null(0) - pl.col("left_s").fill_null(0)).abs()
    return (
        both.filter(differs)
        .with_columns(size=size, cause=pl.lit(cause))
        .sort("size", *key, descending=[True, False, False, False])
        .select(*TOP_CASES)
    )
