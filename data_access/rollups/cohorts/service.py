"""Cases: created, solved, open."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from data_access.rollups.cohort import Cohort, Measure, came_between
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


def _countable(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.filter(~col("is_spam") & col("merged_into").is_null())


def _deadline(target: str) -> pl.Expr:
    return col("created_at") + pl.duration(seconds=col(target))


def _due(target: str) -> Measure:
    return lambda as_of: as_of.passed(_deadline(target))


def _met(target: str, reached: str) -> Measure:
    in_time = true(col(reached) <= _deadline(target))
    return lambda as_of: as_of.passed(_deadline(target)) & in_time


def _deadline_came(before: AsOf, after: AsOf) -> pl.Expr:
    return came_between(_deadline("fr_target_s"), before, after) | came_between(
        _deadline("res_target_s"), before, after
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
            "fr_due": _due("fr_target_s"),
            "fr_met": _met("fr_target_s", "first_response_at"),
            "res_due": _due("res_target_s"),
            "res_met": _met("res_target_s", "first_solved_at"),
            "vendor_n": flag(col("vendor_sla_met").is_not_null()),
            "vendor_met": flag(col("vendor_sla_met")),
        },
        _CREATED_CUTS,
        prepare=_countable,
        ripens=_deadline_came,
    ),
    Cohort(
        "cases_solved",
        "cases",
        "first_solved_at",
        CASE_DIMS,
        {"n": every, "reopen_due": _reopen_due, "reopened": _reopened},
        CASE_CUTS,
        prepare=_countable,
        ripens=lambda before, after: came_between(
            col("first_solved_at") + REOPEN_WINDOW, before, after
        ),
    ),
    Cohort(
        "backlog",
        "open_spells",
        "at",
        CASE_DIMS,
        {"net": lambda _: col("sign")},
        CASE_CUTS,
        prepare=_flow,
    ),
)
