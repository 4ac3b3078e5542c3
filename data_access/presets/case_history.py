"""A case's events as the presets need them: statuses, solves, schedules, who wrote when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from data_access.calendars import calendar_key
from data_access.clocks.states import group, normal
from data_access.presets.schemas import CASE, CONTEXT

OPENING = timedelta(minutes=1)
"""A public message of an agent this soon after creation, before any of the customer, opened the
case: exports write the ticket and its first message in one go, a second or so apart."""

_ENDED = ("solved", "closed")


@dataclass(frozen=True)
class History:
    """What is known of the cases at `as_of`, ready to be measured.

    Attributes:
        cases: source, case_id, created_at, merged, spam, deleted, agent_started, opening_at.
        customer: source, case_id, at: messages of the customer, in order.
        replies: source, case_id, at, by (agent | bot | system): public messages of our side, the
            opening one left out.
        statuses: source, case_id, status, starts_at, ends_at (null: still): spells, in order.
        solves: source, case_id, at, closed: changes into solved or closed; `closed` where nobody
            solved it first.
        waived: source, case_id, at: when somebody said that no reply is needed, or that the case is
            over: solving one that is solved already is no solve, but ends a wait.
        schedules: source, case_id, calendar, starts_at, ends_at (null: still).
        as_of: instant that all of it holds for.
    """

    cases: pl.DataFrame
    customer: pl.DataFrame
    replies: pl.DataFrame
    statuses: pl.DataFrame
    solves: pl.DataFrame
    waived: pl.DataFrame
    schedules: pl.DataFrame
    as_of: datetime


def history(own: pl.LazyFrame, timeline: pl.LazyFrame, as_of: datetime) -> History:
    """Fold cases and their timeline (see `data_access.clocks`) into a history as of an instant."""
    held = own.collect_schema().names()
    cases = (
        own.with_columns(
            pl.lit(None, dtype).alias(name) for name, dtype in CONTEXT.items() if name not in held
        )
        .select(pl.col(name).cast(dtype) for name, dtype in CONTEXT.items())
        .filter(pl.col("created_at") <= as_of)
        .sort(CASE)
        .collect()
    )
    told = (
        timeline.filter(pl.col("at") <= as_of)
        .with_columns(pl.col("kind").cast(pl.String), pl.col("role").cast(pl.String))
        .collect()
    )
    told = told.join(cases.select(CASE), on=CASE, how="semi")
    customer = _customer(told)
    written = _written(told)
    opened = _openings(cases, told, customer, written)
    statuses = _statuses(cases, told)
    flagged = cases.join(opened, on=CASE, how="left").select(
        *CASE,
        "created_at",
        merged=pl.col("merged_into").is_not_null(),
        spam=pl.col("spam").fill_null(value=False),
        deleted=pl.col("deleted").fill_null(value=False),
        agent_started="agent_started",
        opening_at="opening_at",
    )
    replies = written.join(opened, on=CASE, how="left").filter(
        pl.col("opening_at").is_null() | (pl.col("at") > pl.col("opening_at"))
    )
    return History(
        flagged.sort(CASE),
        customer,
        replies.select(*CASE, "at", "by").sort(*CASE, "at", "by"),
        statuses,
        _solves(statuses),
        _waived(told),
        _schedules(cases, told),
        as_of,
    )


def _customer(told: pl.DataFrame) -> pl.DataFrame:
    """Messages of customers; one they did not show to everybody is theirs all the same."""
    return told.filter(pl.col("kind") == "customer_msg").select(*CASE, "at").sort(*CASE, "at")


def _written(told: pl.DataFrame) -> pl.DataFrame:
    """Public messages of our side: source, case_id, at, by, said (its publicity is recorded)."""
    ours = told.filter(
        pl.col("kind").is_in(["agent_msg", "bot_msg"]), pl.col("public").fill_null(value=True)
    )
    plain = pl.when(pl.col("kind") == "bot_msg").then(pl.lit("bot")).otherwise(pl.lit("agent"))
    role = pl.when(pl.col("role").is_in(["agent", "bot", "system"])).then("role")
    by = (
        pl.when((pl.col("kind") == "bot_msg") & (role == "agent"))
        .then(pl.lit("bot"))
        .otherwise(pl.coalesce(role, plain))
    )
    return ours.select(*CASE, "at", by=by, said=pl.col("public").is_not_null())


def _openings(
    cases: pl.DataFrame, told: pl.DataFrame, customer: pl.DataFrame, written: pl.DataFrame
) -> pl.DataFrame:
    """source, case_id, agent_started, opening_at (null: nothing public) of every case.

    Whoever created a case is recorded, or else our side wrote at its creation, before the
    customer did. Sources without messages (publicity unknown) tell of answers by proxies, which
    open nothing.
    """
    asked = customer.group_by(CASE).agg(asked_at=pl.col("at").min())
    creator = (
        told.filter(pl.col("kind") == "created")
        .sort(*CASE, "at", "role", nulls_last=True)
        .group_by(CASE, maintain_order=True)
        .agg(creator=pl.col("role").drop_nulls().first())
    )
    by_agent = written.filter((pl.col("by") == "agent") & pl.col("said"))
    first = by_agent.group_by(CASE).agg(wrote_at=pl.col("at").min())
    noted = (
        told.filter(pl.col("kind") == "note", pl.col("role") == "agent")
        .group_by(CASE)
        .agg(noted_at=pl.col("at").min())
    )
    rows = cases.select(*CASE, "created_at")
    for more in (asked, creator, first, noted):
        rows = rows.join(more, on=CASE, how="left")

    def opens(column: str) -> pl.Expr:
        soon = pl.col(column) <= pl.col("created_at") + OPENING
        unasked = pl.col("asked_at").is_null() | (pl.col("asked_at") > pl.col(column))
        return (soon & unasked).fill_null(value=False)

    started = (
        pl.when(pl.col("creator").is_in(["agent", "customer"]))
        .then(pl.col("creator") == "agent")
        .otherwise(opens("wrote_at") | opens("noted_at"))
    )
    return rows.select(
        *CASE,
        agent_started=started,
        opening_at=pl.when(started & opens("wrote_at")).then("wrote_at"),
    )


def _statuses(cases: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Status spells. At one instant a case is opened before it is ended, as everywhere."""
    kind, to = pl.col("kind"), pl.col("to")
    was = pl.when(pl.col("from").is_not_null()).then(group(normal(pl.col("from"))))
    status = (
        pl.when((kind == "status") & to.is_not_null())
        .then(group(normal(to)))
        .when(kind == "solved")
        .then(pl.lit("solved"))
        .when(kind.is_in(["closed", "merged"]))
        .then(pl.lit("closed"))
        .when(kind == "reopened")
        .then(pl.lit("open"))
    )
    rank = (
        pl.when(kind == "reopened")
        .then(0)
        .when(pl.col("now") == "solved")
        .then(2)
        .when(pl.col("now") == "closed")
        .then(3)
        .otherwise(1)
    )
    changes = (
        told.with_columns(now=status)
        .filter(pl.col("now").is_not_null())
        .with_columns(rank=rank)
        .select(*CASE, "at", "now", "rank", before=pl.when(kind == "status").then(was))
    )
    began = changes.sort(*CASE, "at", "rank").group_by(CASE).agg(pl.col("before").first())
    first = cases.join(began, on=CASE, how="left").select(
        *CASE,
        at="created_at",
        now=pl.col("before").fill_null("new"),
        rank=pl.lit(-1, pl.Int32),
    )
    ordered = pl.concat([first, changes.select(first.columns)], how="vertical_relaxed").sort(
        *CASE, "at", "rank", "now"
    )
    same = _same(1)
    return (
        ordered.filter(~same | (pl.col("now") != pl.col("now").shift(1)))
        .with_columns(ends_at=pl.when(_same(-1)).then(pl.col("at").shift(-1)))
        .select(*CASE, status="now", starts_at="at", ends_at="ends_at")
    )


def _waived(told: pl.DataFrame) -> pl.DataFrame:
    """Every word that nothing is waited for."""
    kind, to = pl.col("kind"), pl.col("to")
    over = (kind == "status") & to.is_not_null() & group(normal(to)).is_in(_ENDED)
    said = kind.is_in(["no_reply_needed", *_ENDED]) | over.fill_null(value=False)
    return told.filter(said).select(*CASE, "at").sort(*CASE, "at")


def _solves(statuses: pl.DataFrame) -> pl.DataFrame:
    was = pl.when(_same(1)).then(pl.col("status").shift(1))
    return (
        statuses.with_columns(was=was)
        .filter(
            pl.col("status").is_in(_ENDED),
            ~pl.col("was").is_in(_ENDED).fill_null(value=False),
        )
        .select(*CASE, at="starts_at", closed=pl.col("status") == "closed")
    )


def _schedules(cases: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Spells of calendars; before the first change the one it names, else the present one."""
    moved = told.filter(pl.col("kind") == "schedule").sort(*CASE, "at", "to", nulls_last=True)
    began = moved.group_by(CASE).agg(before=pl.col("from").sort_by("at").first(), n=pl.len())
    first = cases.join(began, on=CASE, how="left").select(
        *CASE,
        at="created_at",
        calendar_id=pl.coalesce("before", "calendar_id"),
    )
    ordered = (
        pl.concat([first, moved.select(*CASE, "at", calendar_id="to")])
        .with_columns(_nth=pl.int_range(pl.len()))
        .sort(*CASE, "at", "_nth")
    )
    return ordered.with_columns(ends_at=pl.when(_same(-1)).then(pl.col("at").shift(-1))).select(
        *CASE,
        calendar=calendar_key(pl.col("source"), pl.col("calendar_id")),
        starts_at="at",
        ends_at="ends_at",
    )


def _same(shift: int) -> pl.Expr:
    """Whether the neighbouring row of a sorted frame is of the same case."""
    return pl.all_horizontal(
        (pl.col(name) == pl.col(name).shift(shift)).fill_null(value=False) for name in CASE
    )
