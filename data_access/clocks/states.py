"""What status a case had when, from its events alone.

Only changes count, so that a solution told by two events is one. Four or more changes within one
second are a machine arguing with itself: only what came out of it counts.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from data_access.clocks.findings import findings
from data_access.contracts.cases import CASE_STATUS

ENDED = ("solved", "closed")
PING_PONG = 4
PING_PONG_WITHIN = timedelta(seconds=1)

_GROUPS = {
    **{status: status for status in CASE_STATUS},
    "resolved": "solved",
    "completed": "solved",
    "done": "solved",
    "cancelled": "closed",
    "hold": "on_hold",
    "awaiting_vendor": "on_hold",
    "awaiting_problem": "on_hold",
    "waiting": "pending",
    "awaiting_user_info": "pending",
    "awaiting_evidence": "pending",
    "waiting_on_customer": "pending",
}
"""Status by the words sources use for it; any other word is an open case."""


def normal(status: pl.Expr) -> pl.Expr:
    """A status as pause states name it: small letters, words joined by underscores."""
    return status.str.strip_chars().str.to_lowercase().str.replace_all(r"[\s\-]+", "_")


def group(status: pl.Expr) -> pl.Expr:
    """Which of the six statuses a normal status stands for."""
    return status.replace_strict(_GROUPS, default="open", return_dtype=pl.String)


def changes(
    own: pl.DataFrame, rows: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Every change of status, every end that was told, changing something or not; and findings.

    Changes in order, the first of a case at its creation: case, at, status (normal; an ended one by
    its group), group, ended, entry (it was open before), by (kind of the event or null), role.
    Ends in no order: case, at, by, role.

    Args:
        own: case, created_at.
        rows: the timeline, each thing once, by `case`.
    """
    told = _told(rows).pipe(_sorted, _first(own, rows))
    turned = told.filter(~_stays())
    burst, finding = _bursts(turned)
    net = turned.filter(~burst).filter(~_stays())
    opened = ~pl.col("ended").shift(1).fill_null(value=False)
    entry = pl.col("ended") & pl.col("by").is_not_null() & opened
    undone = turned.filter(burst).select("case", "at")
    again = told.filter("ended").join(undone, on=["case", "at"], how="anti")
    ends = pl.concat(
        [frame.select("case", "at", "by", "role") for frame in (net.filter("ended"), again)]
    )
    return net.with_columns(entry=entry).drop("order"), ends, finding


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("kind").cast(pl.String)
    told = rows.filter(
        ((pl.col("kind") == "status") & pl.col("to").is_not_null())
        | pl.col("kind").is_in(["solved", "reopened", "closed", "merged"])
    ).with_columns(kind=kind, status=normal(pl.col("to")))
    reopened = pl.when(group(pl.col("status")).is_in(ENDED)).then(None).otherwise("status")
    status = (
        pl.when(kind == "status")
        .then("status")
        .when(kind == "solved")
        .then(pl.lit("solved"))
        .when(kind == "reopened")
        .then(reopened.fill_null("open"))
        .otherwise(pl.lit("closed"))
    )
    named = told.with_columns(status=status).with_columns(group=group(pl.col("status")))
    ended = pl.col("group").is_in(ENDED)
    by = pl.when(kind == "status").then(pl.when(ended).then("group")).otherwise(kind)
    return named.select(
        "case",
        "at",
        "group",
        "role",
        status=pl.when(ended).then("group").otherwise("status"),
        ended=ended,
        by=by,
        order=pl.col("rank") + 1,
    )


def _first(own: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The status at creation: of the created event, else the one the first change came from."""
    named = rows.filter(
        ((pl.col("kind") == "created") & pl.col("to").is_not_null()) | (pl.col("kind") == "status")
    ).select(
        "case",
        status=normal(pl.when(pl.col("kind") == "created").then("to").otherwise("from")),
    )
    first = named.unique("case", keep="first", maintain_order=True).filter(
        pl.col("status").is_not_null() & ~group(pl.col("status")).is_in(ENDED)
    )
    status = pl.col("status").fill_null("new")
    return (
        own.select("case", at="created_at")
        .join(first, on="case", how="left")
        .select(
            "case",
            "at",
            status=status,
            group=group(status),
            role=pl.lit(None, dtype=rows.schema["role"]),
            ended=pl.lit(value=False),
            by=pl.lit(None, dtype=pl.String),
            order=pl.lit(0, dtype=pl.UInt8),
        )
    )


def _sorted(told: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """In order; at one instant the first status, then open ones, merged, solved and closed."""
    place = (
        pl.when(~pl.col("ended"))
        .then(0)
        .when(pl.col("by") == "merged")
        .then(1)
        .when(pl.col("group") == "solved")
        .then(2)
        .otherwise(3)
    )
    columns = first.columns
    return pl.concat([first, told.select(columns)]).sort(
        "case", "at", place, "order", "status", "by", "role", nulls_last=True
    )


def _stays() -> pl.Expr:
    """Whether a row says what the row before it said; the first row of a case never does."""
    return (pl.col("status") == pl.col("status").shift(1)).fill_null(value=False) & (
        pl.col("order") > 0
    )


def _bursts(turned: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Which changes are taken back within a burst, and a finding for each burst."""
    at, more = pl.col("at"), PING_PONG - 1
    real = pl.col("order") > 0
    same = (pl.col("case") == pl.col("case").shift(-more)) & real
    begins = (same & (at.shift(-more) - at <= PING_PONG_WITHIN)).fill_null(value=False)
    member = pl.any_horizontal(
        pl.col("begins").shift(step).fill_null(value=False) for step in range(PING_PONG)
    )
    goes_on = (
        pl.col("member")
        & pl.col("member").shift(-1)
        & (pl.col("case") == pl.col("case").shift(-1))
        & (at.shift(-1) - at <= PING_PONG_WITHIN)
    ).fill_null(value=False)
    marked = turned.with_columns(begins=begins).with_columns(member=member)
    marked = marked.with_columns(taken_back=goes_on)
    nth = (~pl.col("taken_back").shift(1).fill_null(value=False)).cum_sum()
    members = marked.with_columns(nth=nth).filter("member")
    found = members.group_by("case", "nth", maintain_order=True)
    detail = found.agg(pl.col("at").first(), pl.col("status").str.join(" > "))
    return marked["taken_back"], findings(detail, "status_ping_pong", pl.col("status"))
