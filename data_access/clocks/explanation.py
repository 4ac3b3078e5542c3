"""Why a clock shows what it shows: its time cut into what counted and what did not."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from data_access.calendars import Hours
from data_access.clocks.measuring import Measured
from data_access.clocks.schemas import INTERVALS

_BOUNDS = ["starts_at", "ends_at"]


def explained(measured: Measured, hours: Hours, as_of: datetime) -> pl.DataFrame:
    """INTERVALS: the segments up to `as_of`, further cut by opening hours and days off.

    The intervals of a run cover the time from its start to its end, or to `as_of`, without a gap;
    what is counted adds up to its `elapsed_s`. `reason` is `running`, `paused` (`detail`: the
    status), `out_of_hours`, `holiday` or `holiday_tentative` (`detail`: the name), or
    `calendar_missing` where no hours are known of the calendar that should count.
    """
    until = pl.col("ends_at").fill_null(as_of)
    rows = (
        measured.segments.with_row_index("part")
        .with_columns(ends_at=pl.min_horizontal(until, pl.lit(as_of)))
        .filter(pl.col("starts_at") < pl.col("ends_at"))
    )
    running = rows["counted"]
    plain = rows.filter(~running | rows["calendar"].is_null())
    paused = pl.col("state") == "paused"
    whole = plain.with_columns(
        version=pl.lit(None, dtype=pl.Date),
        reason=pl.when("counted")
        .then(pl.lit("running"))
        .when(paused)
        .then(pl.lit("paused"))
        .otherwise(pl.lit("calendar_missing")),
        detail=pl.when(paused).then("status"),
    )
    by_hours = _by_hours(rows.filter(running & rows["calendar"].is_not_null()), hours)
    return (
        pl.concat([whole, by_hours], how="diagonal")
        .sort("part", "starts_at")
        .select(pl.col(name).cast(dtype) for name, dtype in INTERVALS.items())
    )


def _by_hours(rows: pl.DataFrame, hours: Hours) -> pl.DataFrame:
    """Counted segments on a calendar: open time, days off, and the rest."""
    nothing = pl.lit(None, dtype=pl.String)
    opened = hours.intervals.select("calendar", "version", _from="opens_at", _to="closes_at")
    closed = hours.closures.select(
        "calendar",
        detail="name",
        reason=pl.when("tentative").then(pl.lit("holiday_tentative")).otherwise(pl.lit("holiday")),
        _from="starts_at",
        _to="ends_at",
    )
    inside, outside = _split(rows, opened)
    off, shut = _split(outside, closed)
    no_version = pl.lit(None, dtype=pl.Date)
    return pl.concat(
        [
            inside.with_columns(reason=pl.lit("running"), detail=nothing),
            off.with_columns(counted=pl.lit(value=False), version=no_version),
            shut.with_columns(
                counted=pl.lit(value=False),
                version=no_version,
                reason=pl.lit("out_of_hours"),
                detail=nothing,
            ),
        ],
        how="diagonal",
    )


def _split(rows: pl.DataFrame, windows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The parts of rows inside windows of their calendar, with the windows' columns; and the rest.

    Args:
        rows: starts_at, ends_at, calendar and whatever else, disjoint within `part`.
        windows: calendar, _from, _to and whatever else, disjoint within a calendar.
    """
    numbered = rows.with_row_index("_row")
    inside = (
        numbered.join(windows, on="calendar", how="inner")
        .filter((pl.col("_from") < pl.col("ends_at")) & (pl.col("_to") > pl.col("starts_at")))
        .with_columns(
            starts_at=pl.max_horizontal("starts_at", "_from"),
            ends_at=pl.min_horizontal("ends_at", "_to"),
        )
        .drop("_from", "_to")
        .sort("_row", "starts_at")
    )
    edges = pl.concat(
        [
            numbered.select("_row", at="starts_at", ends=pl.lit(value=False)),
            inside.select("_row", at="ends_at", ends=pl.lit(value=False)),
            inside.select("_row", at="starts_at", ends=pl.lit(value=True)),
            numbered.select("_row", at="ends_at", ends=pl.lit(value=True)),
        ]
    )
    # Gaps lie between the end of one window and the start of the next: the nth of either list.
    nth = pl.int_range(pl.len()).over("_row")
    starts = edges.filter(~pl.col("ends")).sort("_row", "at").with_columns(nth=nth)
    ends = edges.filter("ends").sort("_row", "at").with_columns(nth=nth)
    gaps = starts.select("_row", "nth", starts_at="at").join(
        ends.select("_row", "nth", ends_at="at"), on=["_row", "nth"], how="inner"
    )
    rest = (
        gaps.filter(pl.col("starts_at") < pl.col("ends_at"))
        .join(numbered.drop(_BOUNDS), on="_row", how="inner")
        .drop("nth")
    )
    return inside.drop("_row"), rest.select(rows.columns)
