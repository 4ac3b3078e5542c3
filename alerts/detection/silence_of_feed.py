"""A source whose data are late against its own rhythm.

The rhythm is the gaps between the imports that brought something: a nightly export has gaps of a
day, an hourly one of an hour, and one that rests at weekends now and then of three days. Late is
who has been silent for `factor` times the longest gap of the last arrivals but one (so that a
single long outage does not excuse the next), and at least for `min_silence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

REMEMBERED = 60
"""Arrivals of a source that tell its rhythm."""


class Reason(StrEnum):
    """Why a source breaches or does not."""

    SILENT = "feed_silent"
    UNKNOWN = "rhythm_unknown"
    RETIRED = "feed_retired"
    ON_TIME = "on_time"


@dataclass(frozen=True)
class FeedSpec:
    """Numbers of the rule."""

    factor: float = 2.0
    min_silence: timedelta = timedelta(hours=26)
    min_arrivals: int = 7
    retire_after: timedelta = timedelta(days=30)


def score(arrivals: pl.DataFrame, spec: FeedSpec, at: datetime) -> pl.DataFrame:
    """Judge each source at an instant.

    Args:
        arrivals: `source`, `at` (UTC) of every import that brought something.
        spec: the rule's numbers.
        at: the instant; later arrivals are not known yet.

    Returns:
        `source`, `silent` (hours since the last arrival), `usual` (longest usual gap in hours, null
        while the rhythm is unknown), `limit` (hours of silence allowed), `y` (silent), `mu`
        (usual), `increase`, `excess` (hours over the limit), `breach`, `cleared`, `why`.
    """
    known = arrivals.filter(pl.col("at") <= at).sort("source", "at")
    recent = known.group_by("source", maintain_order=True).tail(REMEMBERED)
    gap = pl.col("at").diff().dt.total_seconds() / 3600
    rhythm = (
        recent.group_by("source", maintain_order=True)
        .agg(last=pl.col("at").last(), arrivals=pl.len(), gaps=gap.drop_nulls().sort())
        .with_columns(
            usual=pl.when(pl.col("arrivals") >= spec.min_arrivals).then(
                pl.col("gaps").list.get(-2, null_on_oob=True)
            ),
            silent=(pl.lit(at) - pl.col("last")).dt.total_seconds() / 3600,
        )
    )
    least = spec.min_silence.total_seconds() / 3600
    limit = pl.max_horizontal(pl.col("usual") * spec.factor, pl.lit(least))
    retired = pl.col("silent") > spec.retire_after.total_seconds() / 3600
    unknown = pl.col("usual").is_null()
    late = pl.col("silent") > pl.col("limit")
    return (
        rhythm.with_columns(limit=limit)
        .with_columns(
            breach=late & ~unknown & ~retired,
            cleared=~late | retired,
            why=pl.when(unknown)
            .then(pl.lit(str(Reason.UNKNOWN)))
            .when(retired)
            .then(pl.lit(str(Reason.RETIRED)))
            .when(late)
            .then(pl.lit(str(Reason.SILENT)))
            .otherwise(pl.lit(str(Reason.ON_TIME))),
            y=pl.col("silent"),
            mu=pl.col("usual"),
            increase=pl.col("silent") / pl.col("usual") - 1,
            excess=pl.col("silent") - pl.col("limit"),
        )
        .select(
            "source", "last", "silent", "usual", "limit", "y", "mu", "increase", "excess",
            "breach", "cleared", "why",
        )
        .sort("source")
    )  # fmt: skip
