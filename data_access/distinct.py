"""Each distinct text worked on once, and proof that texts are distinct."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl


def map_distinct(texts: pl.Series, function: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply an elementwise function to the distinct texts; null stays null.

    Arrow numbers the distinct texts as it finds them, so that no result is looked up again.
    """
    numbered = texts.to_arrow().dictionary_encode()
    results = function(pl.Series(texts.name, numbered.dictionary, dtype=pl.String))
    return results.gather(pl.Series(numbered.indices, dtype=pl.UInt32))


def any_repeated(rows: pl.DataFrame, key: Sequence[str]) -> bool:
    """Whether two rows share a key."""
    # Most exports are in the order of their ids, which shows at a glance.
    if any(_ascending(rows[name]) for name in key):
        return False
    return bool(rows.select(key).is_duplicated().any())


def _ascending(values: pl.Series) -> bool:
    """Whether each text is longer than the one before, or as long and greater: 9, 10, 11."""
    if values.dtype != pl.String or values.null_count() or len(values) < 2:
        return False
    before, after = values[:-1], values[1:]
    shorter, longer = before.str.len_bytes(), after.str.len_bytes()
    return bool(((longer > shorter) | ((longer == shorter) & (after > before))).all())
