"""How Polars columns are stored in Iceberg."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from urllib.parse import unquote, urlparse

import polars as pl
from pyiceberg.expressions import BooleanExpression, In
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import (
    BooleanType,
    DateType,
    DoubleType,
    FloatType,
    IcebergType,
    IntegerType,
    LongType,
    NestedField,
    StringType,
    TimestampType,
    TimestamptzType,
)

PART = "part"
"""Every table is partitioned by this Int32 column: `yyyymm` of a time in UTC, 0 for no time."""

TABLE_PROPERTIES: Mapping[str, str] = {
    "write.parquet.compression-codec": "zstd",
    # A worker commits every few seconds: without these, readers would open a year of metadata.
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "10",
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "8",
}

_ICEBERG: Mapping[pl.DataType, IcebergType] = {
    pl.String(): StringType(),
    pl.Boolean(): BooleanType(),
    pl.Int32(): IntegerType(),
    pl.Int64(): LongType(),
    pl.Float32(): FloatType(),
    pl.Float64(): DoubleType(),
    pl.Date(): DateType(),
    pl.Datetime("us"): TimestampType(),
    pl.Datetime("us", "UTC"): TimestamptzType(),
}


def stored_dtype(dtype: pl.DataType) -> pl.DataType:
    """The dtype under which Iceberg can hold `dtype`.

    Enums and categories become text, small and unsigned integers the next signed one.

    Raises:
        TypeError: for dtypes that have no counterpart (lists, durations, decimals).
    """
    if isinstance(dtype, pl.Enum | pl.Categorical):
        return pl.String()
    if dtype in (pl.Int8, pl.Int16, pl.UInt8, pl.UInt16):
        return pl.Int32()
    if dtype in (pl.UInt32, pl.UInt64):
        return pl.Int64()
    if isinstance(dtype, pl.Datetime):
        return pl.Datetime("us", "UTC" if dtype.time_zone else None)
    if dtype not in _ICEBERG:
        raise TypeError(f"Columns of {dtype} cannot be stored in the warehouse.")
    return dtype


def stored(rows: pl.DataFrame) -> pl.DataFrame:
    """The frame with every column in the dtype it is stored under."""
    casts = {
        name: target
        for name, dtype in rows.schema.items()
        if (target := stored_dtype(dtype)) != dtype
    }
    return rows.cast(casts) if casts else rows  # type: ignore[arg-type]


def iceberg_schema(dtypes: Mapping[str, pl.DataType], docs: Mapping[str, str]) -> Schema:
    """The Iceberg schema of columns in stored dtypes; every column is optional."""
    return Schema(
        *(
            NestedField(
                field_id=number,
                name=name,
                field_type=_ICEBERG[dtype],
                required=False,
                doc=docs.get(name) or None,
            )
            for number, (name, dtype) in enumerate(dtypes.items(), start=1)
        )
    )


def polars_dtypes(schema: Schema) -> dict[str, pl.DataType]:
    """Dtypes of a stored table's columns, in its order."""
    known = {iceberg: dtype for dtype, iceberg in _ICEBERG.items()}
    return {field.name: known[field.field_type] for field in schema.fields}


def partition_spec(schema: Schema) -> PartitionSpec:
    """Partitioning by `part` itself."""
    source = schema.find_field(PART).field_id
    return PartitionSpec(
        PartitionField(source_id=source, field_id=1000, transform=IdentityTransform(), name=PART)
    )


def in_parts(parts: Collection[int]) -> BooleanExpression:
    """The Iceberg filter for the rows of some partitions."""
    # PyIceberg's own signature hides behind pydantic's, and differently in each environment.
    is_in: Callable[..., BooleanExpression] = In
    return is_in(PART, set(parts))


def local_path(place: str) -> Path:
    """The path of a file that Iceberg names by address."""
    parsed = urlparse(place)
    return Path(unquote(parsed.path)) if parsed.scheme == "file" else Path(place)


def month_part(time: str | None) -> pl.Expr:
    """`part` of a row: `yyyymm` of the UTC instant `time`, 0 for none."""
    if time is None:
        return pl.lit(0, dtype=pl.Int32).alias(PART)
    moment = pl.col(time)
    return (
        (moment.dt.year() * 100 + moment.dt.month().cast(pl.Int32)).fill_null(0).cast(pl.Int32)
    ).alias(PART)
