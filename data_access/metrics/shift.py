"""How the make-up of a total changed between two periods, and whether that is more than noise."""

from __future__ import annotations

import polars as pl

from data_access.metrics.intervals import wilson


def share_shift(now: pl.DataFrame, before: pl.DataFrame, by: str) -> pl.DataFrame:
    """Each segment's share of the total now and before, with an interval of the difference.

    The interval is Newcombe's hybrid score interval for two independent shares (Newcombe 1998,
    Statistics in Medicine 17, method 10): square-and-add of the two Wilson intervals.

    Args:
        now: columns `by` and `value` (counts, at least 0), one row per segment.
        before: the same for the earlier period; may be empty.
        by: name of the segment column.

    Returns:
        `segment` (null where unknown), `n_now`, `n_before`, `share_now`, `share_before`, `change`
        (share now − share before), `low`, `high` (95 %), `certain` (the interval leaves out 0).
        Sorted by `n_now`, largest first, then by segment. Shares of an empty total are null, and so
        is what follows from them.
    """
    both = (
        _counts(now, by, "n_now")
        .join(
            _counts(before, by, "n_before"),
            on="segment",
            how="full",
            coalesce=True,
            nulls_equal=True,
        )
        .with_columns(pl.col("n_now", "n_before").fill_null(0))
    )
    ends: dict[str, pl.Expr] = {}
    for name in ("now", "before"):
        hits, total = pl.col(f"n_{name}"), pl.col(f"n_{name}").sum()
        low, high = wilson(hits, total)
        ends[f"share_{name}"] = pl.when(total > 0).then(hits / total)
        ends[f"_low_{name}"], ends[f"_high_{name}"] = low, high
    p, q = pl.col("share_now"), pl.col("share_before")
    down = ((p - pl.col("_low_now")).pow(2) + (pl.col("_high_before") - q).pow(2)).sqrt()
    up = ((pl.col("_high_now") - p).pow(2) + (q - pl.col("_low_before")).pow(2)).sqrt()
    return (
        both.with_columns(**ends)
        .with_columns(change=p - q)
        .with_columns(low=pl.col("change") - down, high=pl.col("change") + up)
        .with_columns(certain=(pl.col("low") > 0) | (pl.col("high") < 0))
        .select(
            "segment",
            "n_now",
            "n_before",
            "share_now",
            "share_before",
            "change",
            "low",
            "high",
            "certain",
        )
        .sort(["n_now", "segment"], descending=[True, False], nulls_last=True)
    )


def _counts(frame: pl.DataFrame, by: str, name: str) -> pl.DataFrame:
    if frame.is_empty():
        return pl.DataFrame(schema={"segment": pl.String, name: pl.Int64})
    return frame.select(
        pl.col(by).cast(pl.String).alias("segment"), pl.col("value").cast(pl.Int64).alias(name)
    )
