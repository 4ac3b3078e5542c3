"""What a merge will do: which rows are new, which replace an older version, which stay."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_access.contracts import Contract
from data_access.distinct import any_repeated
from data_access.warehouse.storage import PART

_OLD = "__stored"


@dataclass(frozen=True)
class MergeCounts:
    """Rows of one merge by outcome, and the partitions that changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    parts: frozenset[int] = frozenset()


@dataclass(frozen=True)
class MergePlan:
    """What to write: rows in stored dtypes with lineage, none twice."""

    counts: MergeCounts
    write: pl.DataFrame
    """New and changed rows."""
    rewrite: frozenset[int]
    """Partitions that hold an older version of a changed row."""
    keep: pl.DataFrame
    """What else is in those partitions and stays."""


def plan_merge(contract: Contract, rows: pl.DataFrame, stored: pl.LazyFrame) -> MergePlan:
    """Compare incoming rows with the stored ones by natural key and content.

    Lineage columns are not compared. A row whose partition time changed leaves its old partition.

    Args:
        contract: the table's contract.
        rows: incoming rows in stored dtypes with lineage; each natural key at most once.
        stored: the table as it is.
    """
    key = ["source", *contract.key]
    keys = rows.select(key)
    if any_repeated(rows, key):
        raise ValueError(f"{contract.name}: rows to merge hold a natural key twice")
    # Keys first: wide columns are read only in partitions that hold a row we know.
    known = (
        stored.filter(pl.col("source").is_in(keys["source"].unique().to_list()))
        .select(*key, PART)
        .join(keys.lazy(), on=key, how="semi")
        .collect()
    )
    if known.is_empty():
        counts = MergeCounts(new=rows.height, parts=_parts(rows))
        return MergePlan(counts, rows, frozenset(), rows.clear())
    content = [name for name in contract.columns if name not in contract.key]
    older = (
        stored.filter(pl.col(PART).is_in(known[PART].unique().to_list()))
        .select(*key, *content, pl.col(PART).alias(_OLD))
        .join(keys.lazy(), on=key, how="semi")
        .collect()
    )
    paired = rows.join(older, on=key, how="left", suffix=_OLD, maintain_order="left")
    is_known = pl.col(_OLD).is_not_null()
    differs = pl.any_horizontal(
        pl.lit(False),
        *(pl.col(name).ne_missing(pl.col(name + _OLD)) for name in content),
    )
    outcome = paired.select((~is_known).alias("new"), (is_known & differs).alias("changed"))
    rewritten = paired.filter(outcome["changed"])[_OLD]
    write = rows.filter(outcome["new"] | outcome["changed"])
    rewrite = frozenset(rewritten.unique().to_list())
    replaced = rows.filter(outcome["changed"]).select(key)
    keep = (
        stored.filter(pl.col(PART).is_in(list(rewrite)))
        .join(replaced.lazy(), on=key, how="anti")
        .select(rows.columns)
        .collect()
        if rewrite
        else rows.clear()
    )
    new, changed = int(outcome["new"].sum()), int(outcome["changed"].sum())
    counts = MergeCounts(new, changed, rows.height - new - changed, _parts(write) | rewrite)
    return MergePlan(counts, write, rewrite, keep)


def _parts(rows: pl.DataFrame) -> frozenset[int]:
    return frozenset(rows[PART].unique().to_list())
