"""Rows of `case_events` made of what a helpdesk's export tells."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from data_access.contracts import TABLES
from data_access.sources.gathering import PLACE

ENDED = ("solved", "closed")
NOTHING = pl.lit(None, dtype=pl.String)


def events(
    rows: pl.DataFrame,
    kind: str | pl.Expr,
    *,
    case: str,
    at: str,
    tail: pl.Expr,
    actor: str | None = None,
    role: pl.Expr | None = None,
    before: pl.Expr | None = None,
    after: pl.Expr | None = None,
    public: pl.Expr | None = None,
) -> pl.DataFrame:
    """Give one event a row; the id is the case and `tail`, the same in every import.

    Args:
        rows: carry `_file` and `_row`; those without an instant give no event.
        kind: type of event.
        case: column with the case.
        at: column with the instant.
        tail: what tells the event from the others of its case.
        actor: column with who did it.
        role: role of the actor at that moment.
        before: value before.
        after: value after.
        public: whether the customer could see it.
    """
    dtypes = TABLES["case_events"].dtypes()
    made = rows.filter(pl.col(at).is_not_null()).select(
        pl.format("{}-{}", pl.col(case), tail).alias("event_id"),
        pl.col(case).alias("case_id"),
        pl.col(at).alias("at"),
        (pl.lit(kind) if isinstance(kind, str) else kind).alias("type"),
        (NOTHING if actor is None else pl.col(actor)).alias("actor_id"),
        (NOTHING if role is None else role).alias("actor_role"),
        (NOTHING if before is None else before).alias("from"),
        (NOTHING if after is None else after).alias("to"),
        (pl.lit(None, dtype=pl.Boolean) if public is None else public).alias("public"),
        *PLACE,
    )
    return made.cast({name: dtypes[name] for name in ("type", "actor_role", "at")})


def status_kind(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Type of the event that a change of status is: solved, closed, reopened or plainly status."""
    ended = list(ENDED)
    return (
        pl.when(after.is_in(ended))
        .then(after)
        .when(before.is_in(ended))
        .then(pl.lit("reopened"))
        .otherwise(pl.lit("status"))
    )


def message_kind(role: pl.Expr, public: pl.Expr) -> pl.Expr:
    """Type of the event that a message is; one of unknown authors counts as the customer's side."""
    return (
        pl.when(~public.fill_null(value=True))
        .then(pl.lit("note"))
        .when(role.is_in(["bot", "system"]))
        .then(pl.lit("bot_msg"))
        .when(role == "agent")
        .then(pl.lit("agent_msg"))
        .otherwise(pl.lit("customer_msg"))
    )


def direction(role: pl.Expr) -> pl.Expr:
    """From or to the customer; what an unknown author wrote counts as coming in."""
    inward = role.is_null() | (role == "customer")
    return pl.when(inward).then(pl.lit("in")).otherwise(pl.lit("out"))


def seconds(at: str) -> pl.Expr:
    """The instant in the id of an event that an export tells only as it stands now.

    A later export may tell of another one, which must not take its place.
    """
    return pl.col(at).dt.epoch("s").cast(pl.String)


def in_order(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Give all events, each once, in the order of the files."""
    every = pl.concat(parts)
    return every.sort(*PLACE, "event_id").unique("event_id", keep="last", maintain_order=True)
