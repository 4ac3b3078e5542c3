"""When a case was open, from the changes of status that the clock engine found."""

from __future__ import annotations

import polars as pl

_CASE = ["source", "case_id"]


def _turns(changes: pl.DataFrame) -> pl.DataFrame:
    """source, case_id, at, ended, until: changes between open and ended only, in order.

    Args:
        changes: CHANGES of the clock engine, in order of case and time.
    """
    same = _same_case(1)
    turned = changes.filter((pl.col("ended") != pl.col("ended").shift(1)) | ~same)
    return turned.select(
        *_CASE, "at", "ended", until=pl.when(_same_case(-1)).then(pl.col("at").shift(-1))
    )


def _same_case(shift: int) -> pl.Expr:
    """Whether the neighbouring row is of the same case."""
    return pl.all_horizontal(
        (pl.col(name) == pl.col(name).shift(shift)).fill_null(value=False) for name in _CASE
    )


def outcomes(changes: pl.DataFrame) -> pl.DataFrame:
    """Per case: last_solved_at, first_reopened_at, reopen_count, closed_at (of cases ended now)."""
    at, ended = pl.col("at"), pl.col("ended")
    first_end = at.filter(ended).min()
    folded = (
        _turns(changes)
        .group_by(_CASE, maintain_order=True)
        .agg(
            last_solved_at=at.filter(ended).max(),
            first_reopened_at=at.filter(~ended & (at >= first_end)).min(),
            reopen_count=(~ended).sum().cast(pl.Int64) - 1,
            over=ended.last(),
        )
    )
    closed = changes.filter(status="closed").group_by(_CASE).agg(closed_at=at.max())
    return (
        folded.join(closed, on=_CASE, how="left")
        .with_columns(closed_at=pl.when("over").then("closed_at"))
        .drop("over")
    )


def spells(changes: pl.DataFrame) -> pl.DataFrame:
    """source, case_id, open_from, open_to: the times a case was open; null: it still is."""
    return (
        _turns(changes)
        .filter(~pl.col("ended") & ((pl.col("until") > pl.col("at")) | pl.col("until").is_null()))
        .select(*_CASE, open_from="at", open_to="until")
    )
