"""How many rows stood in a state, and longer than they may, at the end of each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl

from data_access.overdue.states import State, Tables
from data_access.rollups.days import local_day


def overdue(
    tables: Tables,
    state: State,
    by: Sequence[str],
    *,
    limit: timedelta,
    forget_after: timedelta,
    first: date,
    last: date,
    zone: str,
) -> pl.DataFrame:
    """How many rows stood in the state, and longer than `limit`, at the end of each day.

    Args:
        tables: marts and facts.
        state: which rows.
        by: dimensions; null is given as "".
        limit: how long they may.
        forget_after: rows older than this are taken to be abandoned and no longer count.
        first: first day.
        last: last day.
        zone: zone that days end in.

    Returns:
        `by`, `day`, `y` (over their time), `n` (in the state), `oldest` (hours since `since` of the
        oldest of them; null where y is 0); sorted. Days without a row in the state are missing.
    """
    spells = _spells(tables, state, by, limit=limit, forget_after=forget_after, first=first,
                     last=last, zone=zone)  # fmt: skip
    ends = (pl.col("day") + pl.duration(days=1)).cast(pl.Datetime("us"))
    slot = ends.dt.replace_time_zone(zone, non_existent="null", ambiguous="earliest")
    age = slot.dt.convert_time_zone("UTC") - pl.col("since")
    late = (
        _daily(spells, "late_from")
        .group_by(*by, "day")
        .agg(
            y=pl.len().cast(pl.Float64),
            oldest=(age.dt.total_seconds() / 3600).max(),
        )
    )
    held = _daily(spells, "begin_on").group_by(*by, "day").agg(n=pl.len().cast(pl.Float64))
    found = held.join(late, on=[*by, "day"], how="left").with_columns(pl.col("y").fill_null(0.0))
    return found.select(*by, "day", "y", "n", "oldest").sort([*by, "day"])


def overdue_rows(
    tables: Tables,
    state: State,
    labels: Mapping[str, str],
    *,
    limit: timedelta,
    forget_after: timedelta,
    day: date,
    zone: str,
    most: int,
) -> pl.DataFrame:
    """The oldest rows over their time at the end of a day: `id`, `since`."""
    spells = _spells(tables, state, tuple(labels), limit=limit, forget_after=forget_after,
                     first=day, last=day, zone=zone, extra=("id",))  # fmt: skip
    own = [pl.col(name) == value for name, value in labels.items()]
    return (
        spells.filter(pl.col("late_from") <= day, pl.col("until_on") > day, *own)
        .select("id", "since")
        .sort("since", "id")
        .head(most)
    )


def _spells(
    tables: Tables,
    state: State,
    by: Sequence[str],
    *,
    limit: timedelta,
    forget_after: timedelta,
    first: date,
    last: date,
    zone: str,
    extra: Sequence[str] = (),
) -> pl.DataFrame:
    """Rows in the state within the days, with the days they are in it and over their time.

    A row counts on a day whose end lies inside its spell: from the day it began to the one before
    the day it ended.
    """
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    rows = state.rows(tables, start)
    gone = pl.col("since") + forget_after
    until = pl.min_horizontal(pl.col("until"), gone)
    late = pl.max_horizontal(pl.col("begin"), pl.col("since") + limit)
    after = pl.lit(last + timedelta(days=1))
    return (
        rows.select(
            *(pl.col(name).cast(pl.String).fill_null("") for name in by),
            *extra,
            "since",
            begin_on=pl.max_horizontal(local_day(pl.col("begin"), zone), pl.lit(first)),
            late_from=pl.max_horizontal(local_day(late, zone), pl.lit(first)),
            until_on=pl.min_horizontal(local_day(until, zone), after),
        )
        .filter(pl.col("begin_on") < pl.col("until_on"))
        .collect()
    )


def _daily(spells: pl.DataFrame, start: str) -> pl.DataFrame:
    """One row per spell and day from `start` to the day before it ended."""
    return (
        spells.filter(pl.col(start) < pl.col("until_on"))
        .with_columns(day=pl.date_ranges(start, "until_on", closed="left"))
        .explode("day")
    )
