"""What a case's events say: when it was answered, when it was open.

Events are folded into open and ended: a solved, closed or merged event (or a status of solved or
closed) ends a case, a reopened event (or any other status) opens it. Only changes count, so an
event told twice, or a closed case that nobody solved, needs no special care. What happened before
the case was created is not counted. Of events at the same instant, opening ones come first.
"""

from __future__ import annotations

import polars as pl

_CASE = ["source", "case_id"]
_ENDED = ["solved", "closed"]


def _after_creation(rows: pl.LazyFrame, cases: pl.LazyFrame) -> pl.LazyFrame:
    created = cases.select(*_CASE, "created_at")
    return rows.join(created, on=_CASE, how="inner").filter(pl.col("at") >= pl.col("created_at"))


def first_responses(
    cases: pl.LazyFrame, events: pl.LazyFrame, messages: pl.LazyFrame
) -> pl.LazyFrame:
    """source, case_id, first_response_at: the first public message of a person on our side.

    Bots, notes and messages marked as not public do not count; a case without any event or message
    has no row, one that nobody answered has a null.
    """
    public = pl.col("public").fill_null(value=True)
    told = events.select(
        *_CASE,
        "at",
        answer=(pl.col("type") == "agent_msg")
        & public
        & (pl.col("actor_role").fill_null("agent") == "agent"),
    )
    written = messages.select(
        *_CASE,
        "at",
        answer=(pl.col("direction") == "out")
        & public
        & (pl.col("author_role").fill_null("agent") == "agent"),
    )
    seen = _after_creation(pl.concat([told, written]), cases)
    return seen.group_by(_CASE).agg(first_response_at=pl.col("at").filter(pl.col("answer")).min())


def changes(cases: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """source, case_id, at, open, until: every change between open and ended, in order.

    `until` is the instant of the next change, null for the last one. Creation opens a case.
    """
    kind, to = pl.col("type"), pl.col("to")
    is_status = (kind == "status") & to.is_not_null()
    ends = kind.is_in([*_ENDED, "merged"]) | (is_status & to.is_in(_ENDED))
    opens = (kind == "reopened") | (is_status & ~to.is_in(_ENDED))
    told = _after_creation(
        events.filter(ends | opens).select(*_CASE, "at", open=opens), cases
    ).select(*_CASE, "at", "open")
    created = cases.select(*_CASE, at="created_at", open=pl.lit(value=True))
    ordered = pl.concat([created, told]).sort(
        [*_CASE, "at", "open"], descending=[False, False, False, True]
    )
    same = _same_case(1)
    turned = ordered.filter((pl.col("open") != pl.col("open").shift(1)) | ~same)
    return turned.with_columns(until=pl.when(_same_case(-1)).then(pl.col("at").shift(-1)))


def _same_case(shift: int) -> pl.Expr:
    """Whether the neighbouring row of a sorted frame is of the same case."""
    return pl.all_horizontal(
        (pl.col(name) == pl.col(name).shift(shift)).fill_null(value=False) for name in _CASE
    )


def outcomes(cases: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """Per case: first_solved_at, last_solved_at, first_reopened_at, reopen_count, closed_at."""
    at, is_open = pl.col("at"), pl.col("open")
    turned = changes(cases, events)
    first_end = at.filter(~is_open).min()
    folded = turned.group_by(_CASE).agg(
        first_solved_at=first_end,
        last_solved_at=at.filter(~is_open).max(),
        first_reopened_at=at.filter(is_open & (at >= first_end)).min(),
        reopen_count=(is_open.sum().cast(pl.Int64) - 1),
        _ended=~(is_open.sort_by(at, is_open.not_()).last()),
    )
    closed = (
        _after_creation(
            events.filter(
                (pl.col("type") == "closed")
                | ((pl.col("type") == "status") & (pl.col("to") == "closed"))
            ),
            cases,
        )
        .group_by(_CASE)
        .agg(closed_at=at.max())
    )
    return (
        folded.join(closed, on=_CASE, how="left")
        .with_columns(closed_at=pl.when("_ended").then("closed_at"))
        .drop("_ended")
    )


def spells(cases: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """source, case_id, open_from, open_to: the times a case was open; null: it still is."""
    return (
        changes(cases, events)
        .filter(pl.col("open") & ((pl.col("until") > pl.col("at")) | pl.col("until").is_null()))
        .select(*_CASE, open_from="at", open_to="until")
    )
