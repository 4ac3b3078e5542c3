"""What is wrong with a case's record, as rows: case, check, at, detail."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from data_access.clocks.schemas import INSTANT
from data_access.clocks.timeline import APART, is_answer

FOUND: dict[str, pl.DataType] = {
    "case": pl.UInt32(),
    "check": pl.String(),
    "at": INSTANT,
    "detail": pl.String(),
}
LATE = timedelta(minutes=5)
"""How much later than its import something may have happened: clocks differ a little."""


def findings(rows: pl.DataFrame, check: str, detail: pl.Expr | None = None) -> pl.DataFrame:
    """Rows (case, at) as findings of one check."""
    said = pl.lit(None, dtype=pl.String) if detail is None else detail
    return rows.select("case", pl.lit(check).alias("check"), "at", detail=said).cast(FOUND)  # type: ignore[arg-type]


def _by_kind(rows: pl.DataFrame, check: str) -> pl.DataFrame:
    """One finding per case and kind of thing: since when."""
    found = rows.group_by("case", "kind").agg(pl.col("at").min())
    return findings(found, check, pl.col("kind").cast(pl.String))


def of_records(recorded: pl.DataFrame, ordered: pl.DataFrame) -> pl.DataFrame:
    """Findings about how things were recorded.

    Args:
        recorded: rows as `timeline.recorded` gives them.
        ordered: those of them at or after creation, as `timeline.ordered` gives them.
    """
    before = recorded.filter(pl.col("at") < pl.col("created_at"))
    later = recorded.filter(pl.col("at") > pl.col("ingested_at") + LATE)
    return pl.concat(
        [
            _by_kind(before, "event_before_creation"),
            _by_kind(ordered.filter("twice"), "duplicate_event"),
            _by_kind(later, "clock_skew"),
            _by_kind(ordered.filter((pl.col("apart") > APART) & is_answer()), "clock_skew"),
        ]
    )
