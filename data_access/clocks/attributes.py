"""Level, calendar and tier of a case as they were at an instant.

The newest event up to then tells; before the first event what that one says it came from; else
what is stored with the case today.
"""

from __future__ import annotations

import polars as pl

NO_LEVEL = -1
NO_CALENDAR = ""


def with_first_values(own: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The cases with `level` and `calendar_id` as they were at creation."""
    levels, calendars = _told(rows)
    return (
        own.join(_origin(levels, "level"), on="case", how="left", maintain_order="left")
        .join(_origin(calendars, "calendar_id"), on="case", how="left", maintain_order="left")
        .with_columns(
            level=pl.coalesce("from_level", "level", NO_LEVEL),
            calendar_id=pl.coalesce("from_calendar_id", "calendar_id", pl.lit(NO_CALENDAR)),
        )
        .drop("from_level", "from_calendar_id")
    )


def _told(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Events that set a level and events that set a calendar: case, at, rank, from, to."""
    shown = ["case", "at", "rank", "from", "to"]
    told = rows.filter(pl.col("to").is_not_null())
    levels = told.filter(pl.col("kind") == "level").select(
        "case", "at", "rank", *(_level(name) for name in ("from", "to"))
    )
    calendars = told.filter(pl.col("kind") == "schedule").select(shown)
    return levels.filter(pl.col("to").is_not_null()), calendars


def _level(name: str) -> pl.Expr:
    number = pl.col(name).str.extract(r"^\D*([1-5])\b").cast(pl.Int64, strict=False)
    return number.alias(name)


def _origin(told: pl.DataFrame, name: str) -> pl.DataFrame:
    first = told.unique("case", keep="first", maintain_order=True)
    return first.select("case", pl.col("from").alias(f"from_{name}"))


def stretches(own: pl.DataFrame, changes: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The life of every case in stretches of one status, level and calendar, in order.

    case, starts_at, ends_at (null: the last one), status, group, level, calendar_id. They begin at
    creation and leave no gap; none is empty.

    Args:
        own: the cases as `with_first_values` gives them, in the order of `case`.
        changes: as `states.changes` gives them.
        rows: the timeline.
    """
    levels, calendars = _told(rows)
    at_first = own.select("case", at="created_at", level="level", calendar_id="calendar_id")
    parts = [
        changes.select("case", "at", "status", "group"),
        at_first,
        levels.select("case", "at", level="to"),
        calendars.select("case", "at", calendar_id="to"),
    ]
    facts = ["status", "group", "level", "calendar_id"]
    filled = (
        pl.concat(parts, how="diagonal")
        .sort("case", "at", maintain_order=True)
        .with_columns(pl.col(facts).forward_fill())
    )
    # At creation the status comes first and level and calendar after it: the last row has it all.
    same_case = pl.col("case") == pl.col("case").shift(-1)
    last = ~(same_case & (pl.col("at") == pl.col("at").shift(-1))).fill_null(value=False)
    return (
        filled.filter(last)
        .with_columns(ends_at=pl.when(same_case).then(pl.col("at").shift(-1)))
        .rename({"at": "starts_at"})
        .select("case", "starts_at", "ends_at", *facts)
    )
