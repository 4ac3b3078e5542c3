"""From a waiting question to its answer: customer turns, and escalations.

A turn starts with the oldest unanswered message; messages after it belong to the same turn. It
ends with an answer, or is withdrawn by what makes an answer unnecessary. At the same instant a
question comes before its answer, and an answer before a withdrawal.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from data_access.clocks.schemas import CASE
from data_access.clocks.timeline import is_answer

_ASKS, _ANSWERS, _WITHDRAWS = 0, 1, 2
_WITHDRAWALS = ("no_reply_needed", "merged", "solved", "closed")


def marks(rows: pl.DataFrame, ends: pl.DataFrame, asked_at_creation: pl.DataFrame) -> pl.DataFrame:
    """Everything that starts or ends a customer turn: case, at, does, by.

    Args:
        rows: the timeline.
        ends: when it was said to have ended, see `states.changes`.
        asked_at_creation: case, created_at of those whose creation is the question.
    """
    told = rows.select(
        "case",
        "at",
        does=pl.when(pl.col("kind") == "customer_msg")
        .then(_ASKS)
        .when(is_answer())
        .then(_ANSWERS)
        .when(pl.col("kind").is_in(["no_reply_needed", "merged"]))
        .then(_WITHDRAWS)
        .cast(pl.Int8),
        by=pl.when(is_answer())
        .then(pl.lit("agent"))
        .when(pl.col("kind").is_in(["no_reply_needed", "merged"]))
        .then(pl.col("kind").cast(pl.String)),
    ).filter(pl.col("does").is_not_null())
    ended = ends.filter(pl.col("by") != "merged").select(
        "case", "at", does=pl.lit(_WITHDRAWS, dtype=pl.Int8), by="by"
    )
    asked = asked_at_creation.select(
        "case",
        at="created_at",
        does=pl.lit(_ASKS, dtype=pl.Int8),
        by=pl.lit(None, dtype=pl.String),
    )
    return _in_order(pl.concat([told, ended, asked]))


def escalations(rows: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """The same for escalations: asked by escalating, answered by a solution, proposed or made."""
    told = rows.filter(pl.col("kind").is_in(["escalated", "solution_proposed", "merged"])).select(
        "case",
        "at",
        does=pl.when(pl.col("kind") == "escalated")
        .then(_ASKS)
        .when(pl.col("kind") == "merged")
        .then(_WITHDRAWS)
        .otherwise(_ANSWERS)
        .cast(pl.Int8),
        by=pl.when(pl.col("kind") == "merged")
        .then(pl.lit("merged"))
        .when(pl.col("kind") == "solution_proposed")
        .then(actor()),
    )
    solved = ends.filter(pl.col("by") != "merged").select(
        "case", "at", does=pl.lit(_ANSWERS, dtype=pl.Int8), by=actor()
    )
    return _in_order(pl.concat([told, solved]))


def actor() -> pl.Expr:
    """Who stopped a clock, as far as that matters: agent, bot or nobody we know."""
    role = pl.col("role").cast(pl.String)
    return pl.when(role.is_in(["agent", "bot"])).then(role)


def _in_order(found: pl.DataFrame) -> pl.DataFrame:
    rank = pl.col("by").replace_strict(
        {name: rank for rank, name in enumerate(_WITHDRAWALS)}, default=9, return_dtype=pl.Int8
    )
    return found.sort("case", "at", "does", rank, "by", nulls_last=True)


def turns(found: pl.DataFrame, withdrawn_by: Collection[str] | None = None) -> pl.DataFrame:
    """Turns in order: case, nth (0 …), started_at, ended_at, fulfilled, by; nulls while waiting.

    Args:
        found: marks in order.
        withdrawn_by: the withdrawals that count; None: all that were marked.
    """
    if withdrawn_by is not None:
        found = found.filter(
            (pl.col("does") != _WITHDRAWS) | pl.col("by").is_in(list(withdrawn_by))
        )
    asks = pl.col("does") == _ASKS
    same_case = (pl.col("case") == pl.col("case").shift(1)).fill_null(value=False)
    repeats = asks & same_case & asks.shift(1).fill_null(value=False)
    kept = found.filter(~repeats)
    next_of_case = pl.col("case").shift(-1) == pl.col("case")
    return (
        kept.with_columns(
            ended_at=pl.when(next_of_case).then(pl.col("at").shift(-1)),
            fulfilled=pl.when(next_of_case).then(pl.col("does").shift(-1) == _ANSWERS),
            by=pl.when(next_of_case).then(pl.col("by").shift(-1)),
        )
        .filter(pl.col("does") == _ASKS)
        .select(
            "case",
            nth=pl.int_range(pl.len()).over("case"),
            started_at="at",
            ended_at="ended_at",
            fulfilled="fulfilled",
            by="by",
        )
    )


def asked_at_creation(own: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The cases whose creation is the question: something is told of them, but no customer message.

    Not those that an agent created: nobody asked anything.
    """
    asked = rows.filter(pl.col("kind") == "customer_msg")
    ours = rows.filter((pl.col("kind") == "created") & (pl.col("role") == "agent"))
    return (
        own.select("case", "created_at")
        .join(rows.select("case").unique(), on="case", how="semi")
        .join(asked, on="case", how="anti")
        .join(ours, on="case", how="anti")
    )


def agent_started(timeline: pl.LazyFrame, key: Sequence[str] = CASE) -> pl.LazyFrame:
    """`key` of the cases that we began: our public word came before any customer's.

    Where no customer message is recorded at all: those that an agent created.
    """
    at, asked = pl.col("at"), pl.col("kind") == "customer_msg"
    return (
        timeline.group_by(key)
        .agg(
            asked=at.filter(asked).min(),
            said=at.filter(is_answer()).min(),
            ours=((pl.col("kind") == "created") & (pl.col("role") == "agent")).any(),
        )
        .filter(
            pl.when(pl.col("asked").is_null())
            .then("ours")
            .otherwise(pl.col("said") < pl.col("asked"))
        )
        .select(key)
    )
