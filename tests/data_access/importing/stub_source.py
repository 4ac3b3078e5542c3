"""A source that gives what a test hands it, and rows to hand to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from data_access.contracts import TABLES
from data_access.sources.base import Problem, SourceOptions, Table, problems_frame

NOW = datetime(2024, 6, 1, tzinfo=UTC)
KEY = b"the key of the tests"
OPTIONS = SourceOptions(zone=None, mapping=None, source_name=None, hash_key=KEY, now=NOW)


@dataclass(frozen=True)
class StubSource:
    """Gives the tables it holds, whatever the path."""

    tables: Sequence[Table]
    name: str = "stub"
    doc: str = "for tests"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:  # noqa: ARG002
        yield from self.tables


def table(
    name: str, rows: Sequence[dict[str, Any]], problems: Sequence[Problem] = (), file: str = "f.csv"
) -> Table:
    """Rows as a source gives them; line 1 is the header, a row may name its own `_row`."""
    dtypes = TABLES[name].dtypes()
    names = [column for column in dtypes if any(column in row for row in rows)]
    schema = {n: pl.String() if isinstance(dtypes[n], pl.Enum) else dtypes[n] for n in names}
    frame = pl.DataFrame([{n: row.get(n) for n in names} for row in rows], schema=schema)
    lines = [row.get("_row", line) for line, row in enumerate(rows, start=2)]
    frame = frame.with_columns(
        pl.lit(file).alias("_file"), pl.Series("_row", lines, dtype=pl.Int64)
    )
    refused = len({(p.file, p.row) for p in problems if p.row is not None})
    return Table(name, frame, problems_frame(problems), frame.height + refused)


def problem(line: int | None, **raw: Any) -> Problem:
    """A row whose date could not be read."""
    text = json.dumps(raw or {"placed_at": "32.13.2024"}, ensure_ascii=False)
    return Problem(
        "orders", "f.csv", line, "placed_at", "32.13.2024", "no date", "Write 2024-12-31.", text
    )


def order(number: object, **more: Any) -> dict[str, Any]:
    """An order of January 2024."""
    placed = datetime(2024, 1, 1, tzinfo=UTC)
    return {"order_id": str(number), "placed_at": placed, "total": 1, "currency": "EUR"} | more
