"""Columns of what goes into the presets and of what comes out."""

from __future__ import annotations

import polars as pl

from data_access.time_zones import INSTANT

CASE = ["source", "case_id"]

CONTEXT: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "created_at": INSTANT,
    "spam": pl.Boolean(),
    "merged_into": pl.String(),
    "deleted": pl.Boolean(),
    "calendar_id": pl.String(),
}
"""What is needed of a case row; a column that is missing counts as null."""

SPANS: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "instance": pl.Int64(),
    "starts_at": INSTANT,
    "ends_at": INSTANT,
    "ended": pl.Boolean(),
    "why": pl.String(),
}
"""What a clock ran over: one row per case, or per turn or solve. `ends_at` is `as_of` where the
clock still runs (`ended` false); `why` says why there is nothing to measure."""

TIMES: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "instance": pl.Int64(),
    "value_s": pl.Float64(),
    "ended": pl.Boolean(),
    "why": pl.String(),
}
"""Measured times in seconds; null where `why` says why the row is left out."""

REASONS = (
    "deleted",
    "spam",
    "merged",
    "agent_started",
    "calendar_missing",
    "open",
    "no_customer_message",
    "solved_without_reply",
    "unsolved",
)
"""Why a row is left out, the first that holds."""
