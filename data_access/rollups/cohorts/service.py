"""Cases: created, solved, open; and the clocks that run inside them."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from data_access.rollups.cohort import Cohort, came_between
from data_access.rollups.cohorts.deadlines import FIRST_RESPONSE, RESOLUTION, TURN
from data_access.rollups.cohorts.dimensions import CASE_CUTS, CASE_DIMS
from data_access.rollups.cohorts.measures import col, every, flag, true
from data_access.rollups.days import AsOf

REOPEN_WINDOW = timedelta(days=14)

_CREATED_CUTS: tuple[tuple[str, ...], ...] = (
    *CASE_CUTS[:5],
    ("market", "region"),
    ("continent", "hour_of_week"),
    *CASE_CUTS[5:],
    ("carrier", "lane"),
    ("market", "reason"),
    ("market", "hour_of_week"),
    ("market", "category", "channel"),
)


def countable(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The cases that count anywhere."""
    gone = true(col("is_spam")) | true(col("deleted")) | col("merged_into").is_not_null()
    return rows.filter(~gone)


def _tainted(_: AsOf) -> pl.Expr:
    return col("dq").is_not_null()


def _judged(_: AsOf) -> pl.Expr:
    return col("fr_target_s").is_not_null() | col("res_target_s").is_not_null()


def _paused(as_of: AsOf) -> pl.Expr:
    return _judged(as_of) & as_of.passed(col("paused_waiting_at"))


def _changes_verdict(before: AsOf, after: AsOf) -> pl.Expr:
    return (
        FIRST_RESPONSE.came(before, after)
        | RESOLUTION.came(before, after)
        | came_between(col("paused_waiting_at"), before, after)
    )


def _reopen_due(as_of: AsOf) -> pl.Expr:
    return as_of.passed(col("first_solved_at") + REOPEN_WINDOW)


def _reopened(as_of: AsOf) -> pl.Expr:
    again = col("first_reopened_at") <= col("first_solved_at") + REOPEN_WINDOW
    return _reopen_due(as_of) & true(again)


def _flow(spells: pl.LazyFrame) -> pl.LazyFrame:
    """+1 where a case was opened or reopened, −1 where it was solved or closed."""
    opened = spells.with_columns(at=col("open_from"), sign=pl.lit(1, dtype=pl.Int64))
    ended = spells.filter(col("open_to").is_not_null()).with_columns(
        at=col("open_to"), sign=pl.lit(-1, dtype=pl.Int64)
    )
    return pl.concat([opened, ended])


SERVICE = (
    Cohort(
        "cases_created",
        "cases",
        "created_at",
        (*CASE_DIMS, "hour_of_week"),
        {
            "n": every,
            "tainted": _tainted,
            **FIRST_RESPONSE.measures("fr"),
            **RESOLUTION.measures("res"),
            "fr_waiting": FIRST_RESPONSE.waiting,
            "res_waiting": RESOLUTION.waiting,
            "judged": _judged,
            "judged_tainted": lambda as_of: _judged(as_of) & _tainted(as_of),
            "paused": _paused,
            "vendor_n": flag(col("vendor_sla_met").is_not_null()),
            "vendor_met": flag(col("vendor_sla_met")),
        },
        _CREATED_CUTS,
        prepare=countable,
        ripens=_changes_verdict,
    ),
    Cohort(
        "cases_solved",
        "cases",
        "first_solved_at",
        CASE_DIMS,
        {
            "n": every,
            "reopen_due": _reopen_due,
            "reopened": _reopened,
            "reopen_waiting": lambda as_of: ~_reopen_due(as_of),
            "reopen_tainted": lambda as_of: _reopen_due(as_of) & _tainted(as_of),
        },
        CASE_CUTS,
        prepare=countable,
        ripens=lambda before, after: came_between(
            col("first_solved_at") + REOPEN_WINDOW, before, after
        ),
    ),
    Cohort(
        "backlog",
        "open_spells",
        "at",
        CASE_DIMS,
        {
            "net": lambda _: col("sign"),
            "tainted": lambda as_of: pl.when(_tainted(as_of)).then(col("sign")).otherwise(0),
        },
        CASE_CUTS,
        prepare=_flow,
    ),
    Cohort(
        "clocks_started",
        "clocks",
        "started_at",
        CASE_DIMS,
        {
            name: measure
            for clock, deadline in TURN.items()
            for name, measure in deadline.measures(clock).items()
        },
        CASE_CUTS,
        prepare=countable,
        ripens=lambda before, after: came_between(col("due_at"), before, after),
    ),
)
