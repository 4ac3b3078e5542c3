"""Measures of the kinds that every cohort uses."""

from __future__ import annotations

import polars as pl

from data_access.rollups.cohort import Measure
from data_access.rollups.days import AsOf


def col(name: str) -> pl.Expr:
    """The column `name`."""
    return pl.col(name)


def true(condition: pl.Expr) -> pl.Expr:
    """The condition, false where it is unknown."""
    return condition.fill_null(value=False)


def every(_: AsOf) -> pl.Expr:
    """Counts each row."""
    # A literal would be added up once per group, not once per row.
    return col("source").is_not_null()


def flag(condition: pl.Expr) -> Measure:
    """Counts rows that meet a condition which time does not change."""
    return lambda _: true(condition)


def amount(column: str, condition: pl.Expr | None = None) -> Measure:
    """Adds a column up, of the rows that meet the condition."""
    value = col(column).fill_null(0)
    return lambda _: value if condition is None else pl.when(condition).then(value).otherwise(0)
