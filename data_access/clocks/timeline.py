"""One row per thing that happened to a case, however many sources tell of it.

Events and messages are two records of the same things: what both tell is there once, and so is
what stands twice under different ids. Rows at the same instant stand in a fixed order (`ORDER`),
so that the order in which a source lists them never matters.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from data_access.clocks.schemas import CASE, INSTANT, KIND, ROLE, TIMELINE

ORDER = (
    "created",
    "level",
    "priority",
    "schedule",
    "sla_applied",
    "assign",
    "tag",
    "customer_msg",
    "bot_msg",
    "agent_msg",
    "note",
    "reopened",
    "status",
    "escalated",
    "solution_proposed",
    "merged",
    "solved",
    "closed",
    "no_reply_needed",
)
"""Which of two events at the same instant comes first: attributes, then a question before its
answer, an opening before an end."""

APART = timedelta(minutes=2)
"""How far apart an event and the message it tells of may be."""

_RANK = {kind: rank for rank, kind in enumerate(ORDER)}


def numbered(cases: pl.LazyFrame) -> pl.LazyFrame:
    """The cases in the order of their keys, numbered by `case`; never created, never there."""
    return (
        cases.filter(pl.all_horizontal(pl.col(*CASE, "created_at").is_not_null()))
        .with_columns(pl.col(CASE).cast(pl.String), pl.col("created_at").cast(INSTANT))
        .sort(CASE)
        .unique(CASE, keep="first", maintain_order=True)
        .with_row_index("case")
    )


def recorded(keys: pl.LazyFrame, events: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """Everything events and messages record about the numbered cases `keys`, in no order.

    case, created_at, at, kind, rank, public, role, from, to, by_message, ingested_at (null where
    the frames do not tell).
    """
    told = events.select(
        *CASE,
        "at",
        kind=pl.col("type").cast(KIND),
        public=pl.col("public"),
        role=pl.col("actor_role").cast(ROLE),
        **{"from": pl.col("from").cast(pl.String), "to": pl.col("to").cast(pl.String)},
        by_message=pl.lit(value=False),
        ingested_at=_ingested(events),
    )
    nothing = pl.lit(None, dtype=pl.String)
    written = messages.select(
        *CASE,
        "at",
        kind=pl.when(pl.col("direction") == "in")
        .then(pl.lit("customer_msg"))
        .otherwise(pl.lit("agent_msg"))
        .cast(KIND),
        public=pl.col("public"),
        role=pl.when(pl.col("direction") == "out").then(pl.col("author_role").cast(ROLE)),
        **{"from": nothing, "to": nothing},
        by_message=pl.lit(value=True),
        ingested_at=_ingested(messages),
    )
    automatic = (pl.col("kind") == "agent_msg") & pl.col("role").is_in(["bot", "system"])
    return (
        pl.concat([told, written])
        .filter(pl.col("at").is_not_null() & pl.col("kind").is_not_null())
        .join(keys.select("case", *CASE, "created_at"), on=CASE, how="inner")
        .drop(CASE)
        .with_columns(
            kind=pl.when(automatic).then(pl.lit("bot_msg").cast(KIND)).otherwise(pl.col("kind"))
        )
        .with_columns(rank=pl.col("kind").replace_strict(_RANK, return_dtype=pl.UInt8))
    )


def _ingested(frame: pl.LazyFrame) -> pl.Expr:
    known = "ingested_at" in frame.collect_schema()
    return pl.col("ingested_at").cast(INSTANT) if known else pl.lit(None, dtype=INSTANT)


def ordered(rows: pl.DataFrame) -> pl.DataFrame:
    """The recorded rows at or after creation in their final order, each with how it is told.

    Adds `twice` (the row before tells the very same), `told_too` (a message of which an event
    tells) and `apart` (how far a message is from the event that tells of it, if they do not agree);
    an event takes over what only its message of the same instant knows: who wrote it and whether
    the customer could see it.
    """
    hidden = ~pl.col("public").fill_null(value=True)
    kept = rows.filter(pl.col("at") >= pl.col("created_at")).sort(
        "case", "at", "rank", "by_message", "from", "to", hidden, "public", "role", nulls_last=True
    )
    same = _same("case", "at", "rank")
    alike = same & _same_or_null("from", "to") & _same("by_message")
    told = _heard(kept.with_columns(run=(~same).cum_sum())).with_columns(
        twice=alike & ~pl.col("by_message"), told_too=same & pl.col("by_message")
    )
    apart = _apart(told)
    return told.with_columns(
        apart=apart, told_too=pl.col("told_too") | (apart <= APART).fill_null(value=False)
    )


def _heard(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `heard`, whether a message of the same `run` follows an event, and what it tells."""
    word = pl.when("by_message").then(pl.int_range(pl.len())).backward_fill()
    its = rows.select(pl.col("run", "public", "role").gather(word))
    heard = (its["run"] == rows["run"]).fill_null(value=False) & ~rows["by_message"]
    own, theirs = rows.select("public", "role"), its.select("public", "role")
    return rows.with_columns(
        heard.alias("heard"),
        *(
            own[name].zip_with(~heard | own[name].is_not_null(), theirs[name])
            for name in ("public", "role")
        ),
    ).drop("run")


def _apart(rows: pl.DataFrame) -> pl.Series:
    """How far messages are from the events that tell the same at another time.

    Where a case has as many events of a kind without a message as messages without an event, the
    nth of either are taken for one.
    """
    nothing = pl.Series("apart", [None], dtype=pl.Duration("us")).new_from_index(0, rows.height)
    lone = (
        rows.with_row_index("row")
        .filter(
            pl.col("kind").is_in(["customer_msg", "agent_msg", "bot_msg"])
            & ~pl.any_horizontal("twice", "told_too", "heard")
        )
        .select("row", "case", "rank", "at", "by_message", answer=is_answer())
    )
    like = ["case", "rank", "answer"]
    messages = lone.filter("by_message")
    events = lone.filter(~pl.col("by_message")).join(messages, on=like, how="semi")
    counts = [side.group_by(like).agg(n=pl.len()) for side in (events, messages)]
    equal = counts[0].join(counts[1], on=[*like, "n"], how="semi")
    nth = pl.int_range(pl.len()).over(like)
    pairs = (
        messages.join(equal, on=like, how="semi", maintain_order="left")
        .with_columns(nth=nth)
        .join(events.with_columns(nth=nth), on=[*like, "nth"], how="inner", suffix="_told")
    )
    return nothing.scatter(pairs["row"], (pairs["at"] - pairs["at_told"]).abs())


def _same(*names: str, shift: int = 1) -> pl.Expr:
    return pl.all_horizontal(
        (pl.col(name) == pl.col(name).shift(shift)).fill_null(value=False) for name in names
    )


def _same_or_null(*names: str) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in names)


def once(rows: pl.DataFrame) -> pl.DataFrame:
    """Of rows as `ordered` gives them those that tell something new."""
    return rows.filter(~pl.col("twice") & ~pl.col("told_too"))


def timeline(cases: pl.LazyFrame, events: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """TIMELINE: what happened to the cases at or after their creation, each thing once, in order.

    Args:
        cases: source, case_id, created_at.
        events: facts `case_events`.
        messages: facts `messages`.
    """
    keys = numbered(cases.select(*CASE, "created_at"))
    return (
        recorded(keys, events, messages)
        .pipe(lambda rows: once(ordered(rows.collect())).lazy())
        .join(keys.select("case", *CASE), on="case", how="inner", maintain_order="left")
        .select(pl.col(name).cast(dtype) for name, dtype in TIMELINE.items())
    )


def is_answer() -> pl.Expr:
    """Whether a row of the timeline is a public message of a person on our side."""
    return (
        (pl.col("kind") == "agent_msg")
        & pl.col("public").fill_null(value=True)
        & (pl.col("role").is_null() | (pl.col("role") == "agent"))
    )
