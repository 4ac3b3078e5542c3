"""What customers say: reviews and survey answers."""

from __future__ import annotations

import polars as pl

from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts.dimensions import (
    CASE_CUTS,
    CASE_DIMS,
    ORDER_CUTS,
    ORDER_DIMS,
    PLACE,
)
from data_access.rollups.cohorts.measures import amount, col, every, flag, true

ANGRY = 80
"""From this score on a message counts as angry: the operating point of the scoring."""

_TENTHS = (col("anger") * 10).round().cast(pl.Int64)
_MESSAGE = true(col("medium") == "message")


def _heard(voices: pl.LazyFrame) -> pl.LazyFrame:
    """Spam is nobody's anger, and what the source deleted was never said."""
    return voices.filter(~(true(col("is_spam")) | true(col("deleted"))))


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
    Cohort(
        "voices_heard",
        "voices",
        "at",
        (*PLACE, "channel", "team", "reason", "source"),
        {
            "n": every,
            "anger": lambda _: _TENTHS,
            "squares": lambda _: _TENTHS * _TENTHS,
            "messages": flag(_MESSAGE),
            "angry": flag(_MESSAGE & (col("anger") >= ANGRY)),
        },
        (
            (),
            ("source",),
            ("market",),
            ("channel",),
            ("carrier",),
            ("language",),
            ("category",),
            ("market", "reason"),
            ("category", "reason"),
        ),
        prepare=_heard,
    ),
)
