"""How many seconds of a span count: statuses, opening hours, schedules."""

from __future__ import annotations

import polars as pl

from data_access.calendars import Hours
from data_access.presets.case_history import History
from data_access.presets.definition import Definition
from data_access.presets.schemas import CASE

_ENDED = ["solved", "closed"]
_KEY = [*CASE, "instance"]


def counted_seconds(
    spans: pl.DataFrame, past: History, made: Definition, hours: Hours
) -> pl.DataFrame:
    """source, case_id, instance, counted_s: what the definition counts of each span.

    Null where a calendar is not known. A span none of whose statuses count has 0 seconds.
    """
    open_spans = spans.filter(pl.col("ends_at").is_not_null())
    pieces = _in_statuses(open_spans, past, made)
    if made.hours == "business":
        pieces = _on_schedules(pieces, past, made)
        worked = hours.worked(pieces["calendar"], pieces["starts_at"], pieces["ends_at"])
        pieces = pieces.with_columns(us=worked)
    else:
        lasted = (pl.col("ends_at") - pl.col("starts_at")).dt.total_microseconds()
        pieces = pieces.with_columns(us=lasted.clip(0))
    summed = pieces.group_by(_KEY).agg(
        # A sum over unknown calendars is unknown, not what the known ones give.
        us=pl.when(pl.col("us").is_null().any()).then(None).otherwise(pl.col("us").sum()),
        _any=pl.lit(value=True),
    )
    return (
        open_spans.select(_KEY)
        .join(summed, on=_KEY, how="left")
        .select(
            *_KEY,
            counted_s=pl.when(pl.col("_any").is_null()).then(0).otherwise(pl.col("us")) / 1_000_000,
        )
    )


def _in_statuses(spans: pl.DataFrame, past: History, made: Definition) -> pl.DataFrame:
    """The spans cut to the stays in statuses that count."""
    if not made.statuses and made.solved_time:
        return spans.select(*_KEY, "starts_at", "ends_at")
    status = pl.col("status")
    wanted = status.is_in(made.statuses) if made.statuses else ~status.is_in(_ENDED)
    return _cut(spans, past.statuses.filter(wanted), past)


def _on_schedules(pieces: pl.DataFrame, past: History, made: Definition) -> pl.DataFrame:
    """The pieces with the calendar they are counted on."""
    if made.schedule == "in_force":
        return _cut(pieces, past.schedules, past, "calendar")
    # The schedule in force at the end of a piece holds for all of it.
    return pieces.sort("ends_at").join_asof(
        past.schedules.select(*CASE, "calendar", since="starts_at").sort("since"),
        left_on="ends_at",
        right_on="since",
        by=CASE,
        strategy="backward",
        check_sortedness=False,
    )


def _cut(pieces: pl.DataFrame, spells: pl.DataFrame, past: History, *extra: str) -> pl.DataFrame:
    """Where pieces and spells of the same case overlap."""
    until = pl.col("spell_ends").fill_null(pl.max_horizontal(pl.lit(past.as_of), "ends_at"))
    met = pieces.join(
        spells.select(*CASE, *extra, spell_starts="starts_at", spell_ends="ends_at"),
        on=CASE,
        how="inner",
    )
    return (
        met.with_columns(
            starts_at=pl.max_horizontal("starts_at", "spell_starts"),
            ends_at=pl.min_horizontal("ends_at", until),
        )
        .filter(pl.col("ends_at") > pl.col("starts_at"))
        .select(*_KEY, *extra, "starts_at", "ends_at")
    )
