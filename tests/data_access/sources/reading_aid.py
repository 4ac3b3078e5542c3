"""What the tests of sources share: options, writing a file and reading it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from data_access.contracts import TABLES
from data_access.sources.base import PROBLEM_DTYPES, Source, SourceOptions, Table, refused

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def options(*, zone: str | None = None, mapping: Path | None = None) -> SourceOptions:
    return SourceOptions(zone, mapping, None, b"key of the tests", NOW)


def read(source: Source, path: Path, given: SourceOptions | None = None) -> dict[str, Table]:
    """Read everything and check what every source promises."""
    tables: dict[str, Table] = {}
    for table in source.read(path, given or options()):
        assert table.read == table.frame.height + refused(table.problems)
        assert dict(table.problems.schema) == PROBLEM_DTYPES
        dtypes = TABLES[table.name].dtypes()
        assert {n: t for n, t in table.frame.schema.items() if n in dtypes} == {
            n: t for n, t in dtypes.items() if n in table.frame.columns
        }
        assert set(table.frame.columns) - set(dtypes) == {"_file", "_row"}
        tables[table.name] = table
    return tables


def notes(table: Table) -> list[str]:
    return [row["reason"] for row in table.problems.iter_rows(named=True) if row["_row"] is None]


def problems(table: Table) -> list[tuple[int, str, str]]:
    """Row, column and value of every refusal."""
    return [
        (row["_row"], row["column"], row["value"])
        for row in table.problems.iter_rows(named=True)
        if row["_row"] is not None
    ]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
