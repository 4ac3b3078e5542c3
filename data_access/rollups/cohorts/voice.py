"""What customers say: reviews and survey answers."""

from __future__ import annotations

import polars as pl

from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts.dimensions import CASE_CUTS, CASE_DIMS, ORDER_CUTS, ORDER_DIMS
from data_access.rollups.cohorts.measures import amount, col, every, flag

VOICE = (
    Cohort(
        "reviews_written",
        "reviews",
        "at",
        ORDER_DIMS,
        {
            "n": flag(col("rating").is_not_null()),
            "low": flag(col("rating") <= 2),
            "sum": amount("rating"),
        },
        ORDER_CUTS,
    ),
    Cohort(
        "surveys_csat",
        "surveys",
        "answered_at",
        CASE_DIMS,
        {"n": every, "top": flag(col("score") >= 4)},
        CASE_CUTS,
        prepare=lambda rows: rows.filter(col("kind") == "csat"),
    ),
    Cohort(
        "surveys_nps",
        "surveys",
        "answered_at",
        CASE_DIMS,
        {
            "n": every,
            "promoters": flag(col("score") >= 9),
            "detractors": flag(col("score") <= 6),
            "net": lambda _: (
                (col("score") >= 9).cast(pl.Int64) - (col("score") <= 6).cast(pl.Int64)
            ),
        },
        CASE_CUTS,
        prepare=lambda rows: rows.filter(col("kind") == "nps"),
    ),
)
