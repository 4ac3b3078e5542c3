"""Facts and marts in memory, in the place of the warehouse."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from data_access.contracts import TABLES
from data_access.marts.schemas import MARTS


class Facts:
    """Tables by `namespace.name`; those not given are empty, columns not given are null."""

    def __init__(self, **tables: pl.DataFrame) -> None:
        """Frames by `facts_mentions`, `marts_cases` and so on."""
        self.tables = tables

    def scan(
        self,
        table: str,
        *,
        namespace: str = "facts",
        schema: Mapping[str, pl.DataType] | None = None,
        snapshot_id: int | None = None,
    ) -> pl.LazyFrame:
        """The table in the columns of its contract or mart."""
        del snapshot_id
        columns = schema or (
            MARTS[table].columns if namespace == "marts" else TABLES[table].stored_dtypes()
        )
        given = self.tables.get(f"{namespace}_{table}")
        if given is None:
            return pl.LazyFrame(schema=dict(columns))
        return given.lazy().select(
            (pl.col(name) if name in given.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in columns.items()
        )

    def exists(self, table: str, namespace: str = "facts") -> bool:
        """Whether it was given."""
        return f"{namespace}_{table}" in self.tables

    def snapshot_id(self, table: str, namespace: str = "facts") -> int | None:
        """A number that names what was given."""
        return 1 if self.exists(table, namespace) else None
