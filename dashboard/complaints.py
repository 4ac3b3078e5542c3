"""What the complaints screen shows, as declarations, and which cells are too small to judge."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

MEASURES = ("rate", "count")
FEWEST_ORDERS = 20
MOST_MARKETS = 24
MOST_CATEGORIES = 12
MOST_REASONS = 12
FEWEST_WEEKS = 13
MOST_WEEKS = 26


def judge(cells: pl.DataFrame, overall: float | None) -> pl.DataFrame:
    """Mark the cells that are too small to judge with a column `small`.

    Too small: fewer than 20 orders; or an interval wider than the value that holds the overall
    rate, so that the cell could as well be like all others. A cell whose whole interval lies above
    or below the overall rate is shown however wide it is: a surge begins small.

    Args:
        cells: `value`, `low`, `high` (per 1,000 orders), `n` (orders).
        overall: the rate of all cells together; None if there is none.
    """
    usual = pl.lit(overall, pl.Float64)
    unsure = (
        (pl.col("high") - pl.col("low") > pl.col("value"))
        & (pl.col("low") <= usual)
        & (usual <= pl.col("high"))
    )
    small = (
        (pl.col("n") < FEWEST_ORDERS) | pl.col("value").is_null() | unsure.fill_null(value=False)
    )
    return cells.with_columns(small=small.fill_null(value=True))


def busiest(cells: pl.DataFrame, by: str, most: int) -> list[str]:
    """The values of a dimension with the most contacts, most first."""
    return (
        cells.group_by(by)
        .agg(pl.col("numerator").sum())
        .sort(["numerator", by], descending=[True, False])
        .head(most)[by]
        .to_list()
    )


def weeks_shown(first: date, last: date) -> tuple[date, date]:
    """First and last day of the weekly picture: whole weeks, 13 to 26, ending with the period."""
    monday = last - timedelta(days=last.weekday())
    weeks = (monday - (first - timedelta(days=first.weekday()))).days // 7 + 1
    shown = min(MOST_WEEKS, max(FEWEST_WEEKS, weeks))
    return monday - timedelta(days=7 * (shown - 1)), last


def week_days(monday: date, last: date) -> tuple[date, date]:
    """The days of one week of that picture; the newest may be unfinished."""
    return monday, min(monday + timedelta(days=6), last)
