"""Rows of one import that share a natural key: at most one of them goes in."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_access.contracts import Contract
from data_access.distinct import any_repeated
from data_access.quarantine import REFUSED_DTYPES

_NUMBER = "row_number"


@dataclass(frozen=True)
class Settled:
    """One row per natural key, and what became of the others."""

    rows: pl.DataFrame
    repeated: int
    """Rows equal to the one that goes in; they count as unchanged."""
    refused: pl.DataFrame
    """Earlier rows that say something else, as `quarantine.REFUSED_DTYPES`, one entry a row."""


def settle_duplicates(contract: Contract, rows: pl.DataFrame) -> Settled:
    """Let the last row of each natural key in.

    Args:
        contract: gives key and content columns.
        rows: valid rows in the order of the source, with `_file` and `_row`.
    """
    key = list(contract.key)
    if not any_repeated(rows, key):
        return Settled(rows, 0, pl.DataFrame(schema=REFUSED_DTYPES))
    doubled = rows.select(key).is_duplicated()
    numbered = rows.with_row_index(_NUMBER)
    groups = numbered.filter(doubled)
    last = groups.unique(key, keep="last", maintain_order=True)
    earlier = groups.join(last, on=_NUMBER, how="anti", maintain_order="left")
    paired = earlier.join(last, on=key, how="left", suffix="_kept", maintain_order="left")
    content = [name for name in contract.columns if name not in key]
    differs = pl.any_horizontal(
        pl.lit(False),
        *(pl.col(name).ne_missing(pl.col(f"{name}_kept")) for name in content),
    )
    other = paired.filter(differs)
    kept = numbered.join(earlier.select(_NUMBER), on=_NUMBER, how="anti", maintain_order="left")
    return Settled(
        kept.drop(_NUMBER), earlier.height - other.height, _refusals(contract, key, other)
    )


def _refusals(contract: Contract, key: list[str], other: pl.DataFrame) -> pl.DataFrame:
    named = ", ".join(key)
    return other.select(
        pl.col("_file").alias("file"),
        pl.col("_row").cast(pl.Int64).alias("row"),
        pl.lit(named).alias("column"),
        pl.concat_str([pl.col(name).cast(pl.String) for name in key], separator=", ").alias(
            "value"
        ),
        pl.lit(f"a later row has the same {named} and says something else").alias("reason"),
        pl.format(
            "Line {} of {} has the same key and went in instead of line {} of {}: "
            "remove one of the two, or give each row its own key.",
            pl.col("_row_kept"),
            pl.col("_file_kept"),
            pl.col("_row"),
            pl.col("_file"),
        ).alias("advice"),
        pl.struct(list(contract.columns)).struct.json_encode().alias("raw"),
    ).cast(REFUSED_DTYPES)  # type: ignore[arg-type]
