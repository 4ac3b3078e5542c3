"""Counts that cannot be judged are refused before anything is learned from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from alerts.judging.model import JudgeError

MEASURES = ("y", "n", "exposure", "oldest")


def check_series(
    series: pl.DataFrame, days: Sequence[date], *, rule_id: str, by: Sequence[str], most: int
) -> None:
    """Refuse what would make every number after it wrong.

    Raises:
        JudgeError: too many segments; a count that is negative or not finite; a day ahead.
    """
    if series.is_empty():
        return
    count = series.select(by).n_unique() if by else 1
    if count > most:
        raise JudgeError(
            f"{rule_id} splits into {count:,} segments, more than max_segments = {most:,}; split "
            "by less or raise the limit."
        )
    for name in MEASURES:
        if name not in series.columns:
            continue
        column = pl.col(name)
        wrong = series.filter((column < 0) | column.is_nan() | column.is_infinite())
        if wrong.height:
            row = wrong.row(0, named=True)
            raise JudgeError(
                f"{rule_id}: {_place(row, by)} has {name} = {row[name]}, which is no count; "
                "check the import behind it."
            )
    ahead = series.filter(pl.col("day") > max(days))
    if ahead.height:
        row = ahead.row(0, named=True)
        raise JudgeError(
            f"{rule_id}: {_place(row, by)} lies after the judged day {max(days)}; check the clock "
            "of the source."
        )


def _place(row: dict[str, object], by: Sequence[str]) -> str:
    return f"{' · '.join(str(row[name]) or 'unknown' for name in by) or 'all'} on {row['day']}"
