"""What every list of rows shares: the order of its rows, and search in their texts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

Sort = Sequence[tuple[str, bool]]
"""Column and whether descending, strongest first."""


def ordered(sort: Sort, columns: Sequence[str], ties: Sort) -> tuple[list[str], list[bool]]:
    """Columns to sort by and whether descending: those asked for, then what breaks ties.

    Raises:
        ValueError: a column that the list does not have.
    """
    unknown = [name for name, _ in sort if name not in columns]
    if unknown:
        known = ", ".join(columns)
        raise ValueError(f"The list cannot be sorted by {unknown[0]!r}; known: {known}")
    given = [*sort, *((name, down) for name, down in ties if name not in dict(sort))]
    return [name for name, _ in given], [down for _, down in given]


def containing(text: str, columns: Sequence[str]) -> pl.Expr:
    """Rows with `text` in one of the columns, upper and lower case alike."""
    # As Polars folds the columns; `casefold` would look for "ss" where they hold "ß".
    needle = text.lower()
    return pl.any_horizontal(
        pl.col(name).str.to_lowercase().str.contains(needle, literal=True) for name in columns
    ).fill_null(value=False)
