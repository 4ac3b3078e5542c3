"""Over which spans of time a definition's clock ran: starts and stops, no hours counted yet."""

from __future__ import annotations

import polars as pl

from data_access.presets.case_history import History
from data_access.presets.definition import Definition, Replies
from data_access.presets.schemas import CASE, SPANS

_COUNTED: dict[Replies, list[str]] = {
    "human": ["agent"],
    "human_and_bot": ["agent", "bot"],
    "any": ["agent", "bot", "system"],
}


def first_responses(past: History, made: Definition) -> pl.DataFrame:
    """`SPANS` from the start to the first reply that counts, one per case."""
    started = past.cases.join(
        past.customer.group_by(CASE).agg(asked_at=pl.col("at").min()), on=CASE, how="left"
    ).with_columns(begin=_begin(made))
    answered = (
        _replies(past, made)
        .join(started.select(*CASE, "begin"), on=CASE, how="inner")
        .filter(pl.col("at") >= pl.col("begin"))
        .group_by(CASE)
        .agg(reply_at=pl.col("at").min())
    )
    rows = started.join(answered, on=CASE, how="left")
    if made.start == "last_customer_message":
        rows = _from_last_message(rows, past)
    rows = rows.join(_first_solve_after(past, rows), on=CASE, how="left")
    solved_first = (pl.col("solved_at") < pl.col("reply_at")).fill_null(value=False)
    withdrawn = solved_first & pl.lit(made.after_solve != "counts")
    replied = pl.col("reply_at").is_not_null() & ~withdrawn
    left = withdrawn | (~replied & _resting(past, made))
    watched = pl.lit(made.after_solve == "watched")
    why = (
        pl.when(pl.col("begin").is_null())
        .then(pl.lit("no_customer_message"))
        .when(left & ~watched)
        .then(pl.lit("solved_without_reply"))
    )
    return _spans(
        rows,
        past,
        starts="begin",
        stops=pl.when(replied).then("reply_at"),
        watched_until=pl.when(left & watched).then("solved_at"),
        why=why,
    )


def _begin(made: Definition) -> pl.Expr:
    """Where a first response starts; a case without any message of the customer at its creation."""
    created = pl.col("created_at")
    if made.start == "created":
        return created
    # Of a case that we opened the customer's part begins with their answer.
    return pl.coalesce("asked_at", pl.when(~pl.col("agent_started")).then(created))


def _replies(past: History, made: Definition) -> pl.DataFrame:
    counted = past.replies.filter(pl.col("by").is_in(_COUNTED[made.replies])).select(*CASE, "at")
    if made.agent_started != "opening_counts":
        return counted
    opened = past.cases.filter(pl.col("opening_at").is_not_null()).select(*CASE, at="opening_at")
    return pl.concat([counted, opened]).sort(*CASE, "at")


def _from_last_message(rows: pl.DataFrame, past: History) -> pl.DataFrame:
    """The start moved to the last message of the customer before the reply."""
    last = (
        past.customer.join(rows.select(*CASE, "reply_at"), on=CASE, how="inner")
        .filter(pl.col("at") <= pl.col("reply_at").fill_null(past.as_of))
        .group_by(CASE)
        .agg(last_at=pl.col("at").max())
    )
    return rows.join(last, on=CASE, how="left").with_columns(
        begin=pl.max_horizontal("begin", "last_at")
    )


def _first_solve_after(past: History, rows: pl.DataFrame) -> pl.DataFrame:
    ends = pl.concat([past.solves.select(*CASE, "at"), past.waived])
    return (
        ends.join(rows.select(*CASE, "begin"), on=CASE, how="inner")
        .filter(pl.col("at") >= pl.col("begin"))
        .group_by(CASE)
        .agg(solved_at=pl.col("at").min())
    )


def _resting(past: History, made: Definition) -> pl.Expr:
    """Cases without a reply that nobody is expected to answer any more."""
    if made.after_solve != "counts":
        return pl.col("solved_at").is_not_null()
    ended = past.statuses.filter(
        pl.col("ends_at").is_null(), pl.col("status").is_in(["solved", "closed"])
    )
    keys = ended.select(key=pl.concat_str(CASE, separator="\0"))["key"]
    return pl.concat_str(CASE, separator="\0").is_in(keys.implode())


def next_responses(past: History, made: Definition) -> pl.DataFrame:
    """`SPANS` of turns: from a message that waits to the next reply, in the order of the case."""
    marks = pl.concat(
        [
            past.customer.select(*CASE, "at", what=pl.lit(0)),
            _replies(past, made).select(*CASE, "at", what=pl.lit(1)),
            past.solves.select(*CASE, "at", what=pl.lit(2)),
            past.waived.select(*CASE, "at", what=pl.lit(2)),
        ],
        how="vertical_relaxed",
    ).sort(*CASE, "at", "what")
    if made.after_solve == "counts":
        marks = marks.filter(pl.col("what") != 2)
    ends = pl.col("what") > 0
    marks = marks.with_columns(
        # Everything up to and with the next reply or solve belongs to one turn.
        turn=(ends.cast(pl.Int64).cum_sum() - ends.cast(pl.Int64)).over(CASE)
    )
    asked = pl.col("at").filter(~ends)
    begin = asked.max() if made.start == "last_customer_message" else asked.min()
    turns = (
        marks.group_by(*CASE, "turn")
        .agg(begin=begin, end=pl.col("at").filter(ends).min(), what=pl.col("what").max())
        .sort(*CASE, "turn")
        .with_columns(
            earlier=(pl.col("what") == 1).cast(pl.Int64).cum_sum().over(CASE)
            - (pl.col("what") == 1).cast(pl.Int64)
        )
        .filter(pl.col("begin").is_not_null())
    )
    if made.turns == "follow_ups":
        turns = turns.filter(pl.col("earlier") > 0)
    rows = turns.with_columns(instance=pl.int_range(1, pl.len() + 1).over(CASE)).join(
        past.cases.select(CASE), on=CASE, how="inner"
    )
    solved, watched = pl.col("what") == 2, pl.lit(made.after_solve == "watched")
    return _spans(
        rows,
        past,
        starts="begin",
        stops=pl.when(pl.col("what") == 1).then("end"),
        watched_until=pl.when(solved & watched).then("end"),
        why=pl.when(solved & ~watched).then(pl.lit("solved_without_reply")),
    )


def resolutions(past: History, made: Definition) -> pl.DataFrame:
    """`SPANS` from the start to the solve that counts, or to each of them."""
    asked = past.customer.group_by(CASE).agg(asked_at=pl.col("at").min())
    started = past.cases.join(asked, on=CASE, how="left").with_columns(
        begin=_begin(made).fill_null(pl.col("created_at"))
    )
    counted = past.solves if made.closed_counts else past.solves.filter(~pl.col("closed"))
    solves = counted.sort(*CASE, "at")
    resting = past.statuses.filter(pl.col("ends_at").is_null()).select(
        *CASE, "status", rests=pl.col("status").is_in(["solved", "closed"])
    )
    if made.stop == "each_solve":
        ends = solves.with_columns(instance=pl.int_range(1, pl.len() + 1).over(CASE))
        counts = ends.group_by(CASE).agg(instance=pl.len().cast(pl.Int64) + 1)
        waiting = started.join(counts, on=CASE, how="left").select(
            *CASE, pl.lit(None, ends.schema["at"]).alias("at"), pl.col("instance").fill_null(1)
        )
        waiting = waiting.join(resting.filter(~pl.col("rests")), on=CASE, how="semi")
        ends = pl.concat([ends.select(waiting.columns), waiting])
    else:
        pick = pl.col("at").min() if made.stop == "first_solve" else pl.col("at").max()
        ends = solves.group_by(CASE).agg(at=pick).with_columns(instance=pl.lit(1, pl.Int64))
        ends = started.select(CASE).join(ends, on=CASE, how="left")
    rows = ends.join(started, on=CASE, how="inner").join(resting, on=CASE, how="left")
    done = pl.col("at").is_not_null()
    if made.stop == "last_solve":
        done &= pl.col("rests")
    unsolved = pl.col("at").is_null() & pl.col("rests")
    return _spans(
        rows.with_columns(pl.col("instance").fill_null(1)),
        past,
        starts="begin",
        stops=pl.when(done).then(pl.max_horizontal("at", "begin")),
        why=pl.when(unsolved).then(pl.lit("unsolved")),
    )


def lifetimes(past: History) -> pl.DataFrame:
    """`SPANS` from creation until the case rests: what time in a status is summed over."""
    last = past.statuses.filter(pl.col("ends_at").is_null()).select(
        *CASE, "status", rested_at="starts_at"
    )
    rests = pl.col("status").is_in(["solved", "closed"])
    return _spans(
        past.cases.join(last, on=CASE, how="inner"),
        past,
        starts="created_at",
        stops=pl.when(rests).then("rested_at"),
        why=pl.lit(None, pl.String),
    )


def _spans(
    rows: pl.DataFrame,
    past: History,
    *,
    starts: str,
    stops: pl.Expr,
    why: pl.Expr,
    watched_until: pl.Expr | None = None,
) -> pl.DataFrame:
    """The rows as `SPANS`; one that did not stop is known until `watched_until`, else `as_of`."""
    if "instance" not in rows.columns:
        rows = rows.with_columns(instance=pl.lit(1, pl.Int64))
    now = pl.lit(past.as_of, SPANS["ends_at"])
    return (
        rows.with_columns(
            _stop=stops, why=why, _until=now if watched_until is None else watched_until
        )
        .select(
            *CASE,
            "instance",
            starts_at=starts,
            ends_at=pl.when(pl.col("why").is_null()).then(pl.coalesce("_stop", "_until", now)),
            ended=pl.col("_stop").is_not_null(),
            why="why",
        )
        .cast(SPANS)  # type: ignore[arg-type]
        .sort(*CASE, "instance")
    )
