"""Looking rows up in another table by id, in the same source first."""

from __future__ import annotations

import polars as pl


def unique_by(lookup: pl.LazyFrame, key: str, *, order: str | None = None) -> pl.LazyFrame:
    """One row per source and `key`: the first by `order` (earliest, nulls last)."""
    named = lookup.filter(pl.col(key).is_not_null())
    if order is None:
        return named.unique(["source", key], keep="any")
    return named.sort(order, nulls_last=True, maintain_order=True).unique(
        ["source", key], keep="first", maintain_order=True
    )


def link(frame: pl.LazyFrame, lookup: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Add the columns of `lookup`, which has one row per `source` and `key`.

    A helpdesk and a shop are two sources that speak of one order: where the row's own source does
    not know the id, the row of another source counts, if only one other source knows it.
    """
    payload = [name for name in lookup.collect_schema().names() if name not in {"source", key}]
    elsewhere = (
        lookup.filter(pl.len().over(key) == 1)
        .drop("source")
        .rename({name: f"{name}__elsewhere" for name in payload})
    )
    known = lookup.with_columns(__known=pl.lit(True))
    joined = frame.join(known, on=["source", key], how="left").join(elsewhere, on=key, how="left")
    return joined.with_columns(
        pl.when(pl.col("__known").is_null())
        .then(pl.col(f"{name}__elsewhere"))
        .otherwise(pl.col(name))
        .alias(name)
        for name in payload
    ).drop("__known", *(f"{name}__elsewhere" for name in payload))
