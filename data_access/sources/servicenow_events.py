"""What happened to each incident, told from consecutive rows of its event log."""

from __future__ import annotations

import polars as pl

from data_access.contracts import TABLES
from data_access.sources.assembling import made

NEW, RESOLVED = "New", "Resolved"
_SOLVED_AT, _CLOSED_AT = made("resolved"), made("closed")
_OPENED, _UPDATED, _CHANGE = made("opened"), made("updated"), made("change")
_REOPENED, _STATE = made("reopened"), made("state")


def events_of(log: pl.DataFrame) -> pl.DataFrame:
    """Give the events of a log that is sorted by number and change.

    The log has the export's columns and the finished ones of the source. Events have the columns
    of `case_events` and `_row`, the line they come from; ids are the number, the change's own
    number and the type, so that the same log always gives the same ids.
    """
    rows = _beside_the_row_before(log)
    first, last = pl.col("#nth") == 0, pl.col("#nth") == pl.col("#of") - 1
    updated = pl.col(_UPDATED)
    state, was = pl.col("#state"), pl.col("#was_state")
    answered = (state != NEW) & (pl.col("#answers") == 1)
    # An earlier solution is real if the case was reopened later; its time is that of its row.
    given_up = (
        (state == RESOLVED) & was.ne_missing(state) & (pl.col(_REOPENED) < pl.col("#reopened_last"))
    )
    parts = [
        _event(rows.filter(first), "created", pl.col(_OPENED), role=None),
        _event(rows.filter(_differs(state, was, first, NEW)), "status", updated, was, state),
        _event(
            rows.filter(_differs(pl.col("assignment_group"), pl.col("#was_group"), first, None)),
            "assign",
            updated,
            pl.col("#was_group"),
            pl.col("assignment_group"),
        ),
        _event(
            rows.filter(pl.col("priority").ne(pl.col("#was_priority"))),
            "priority",
            updated,
            pl.col("#was_priority"),
            pl.col("priority"),
        ),
        _event(rows.filter(answered), "agent_msg", updated),
        _event(rows.filter(given_up & ~last), "solved", updated),
        _event(rows.filter(pl.col(_REOPENED) > pl.col("#was_reopened")), "reopened", updated),
        _event(rows.filter(last & pl.col(_SOLVED_AT).is_not_null()), "solved", pl.col(_SOLVED_AT)),
        _event(rows.filter(last & pl.col(_CLOSED_AT).is_not_null()), "closed", pl.col(_CLOSED_AT)),
    ]
    return pl.concat(parts).sort("_row", "event_id")


def _beside_the_row_before(log: pl.DataFrame) -> pl.DataFrame:
    mine = "number"
    state = pl.col(_STATE).forward_fill().over(mine)
    rows = log.with_columns(
        state.alias("#state"),
        pl.int_range(pl.len()).over(mine).alias("#nth"),
        pl.len().over(mine).alias("#of"),
        pl.col("assignment_group").shift().over(mine).alias("#was_group"),
        pl.col("priority").shift().over(mine).alias("#was_priority"),
        pl.col(_REOPENED).shift().over(mine).alias("#was_reopened"),
        pl.col(_REOPENED).max().over(mine).alias("#reopened_last"),
        pl.int_range(pl.len()).over(mine, _CHANGE).alias("#again"),
    )
    return rows.with_columns(
        pl.col("#state").shift().over(mine).alias("#was_state"),
        (pl.col("#state") != NEW).fill_null(False).cum_sum().over(mine).alias("#answers"),
    )


def _differs(value: pl.Expr, before: pl.Expr, first: pl.Expr, plain: str | None) -> pl.Expr:
    """Say where a value is new; on the first row, where it is not the plain one."""
    starts = value.is_not_null() & (value.ne_missing(pl.lit(plain, dtype=pl.String)))
    return pl.when(first).then(starts).otherwise(value.is_not_null() & value.ne_missing(before))


def _event(
    rows: pl.DataFrame,
    kind: str,
    at: pl.Expr,
    before: pl.Expr | None = None,
    after: pl.Expr | None = None,
    *,
    role: str | None = "agent",
) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.String)
    again = pl.when(pl.col("#again") > 0).then(pl.format(".{}", "#again")).otherwise(pl.lit(""))
    dtypes = TABLES["case_events"].dtypes()
    return rows.select(
        pl.format("{}-{}{}-{}", "number", _CHANGE, again, pl.lit(kind)).alias("event_id"),
        pl.col("number").alias("case_id"),
        at.alias("at"),
        pl.lit(kind).cast(dtypes["type"]).alias("type"),
        (pl.col("sys_updated_by") if role else nothing).alias("actor_id"),
        pl.lit(role, dtype=pl.String).cast(dtypes["actor_role"]).alias("actor_role"),
        (nothing if before is None else before).alias("from"),
        (nothing if after is None else after).alias("to"),
        pl.lit(None, dtype=pl.Boolean).alias("public"),
        pl.col("_row"),
    )
