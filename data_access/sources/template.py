"""Our own templates: a folder of CSV or Parquet files named like the canonical tables.

Columns are named like the contract's; optional ones may be missing. Times carry an offset or are
UTC, amounts are minor units. Parquet columns that have the contract's type pass as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_access.contracts import TABLES
from data_access.contracts.contract import ColumnInfo
from data_access.sources import fields as f
from data_access.sources.assembling import assemble
from data_access.sources.base import Problem, SourceError, SourceOptions, Table, chosen_zone, note
from data_access.sources.fields import Field
from data_access.sources.folders import ENDINGS, stem_of
from data_access.sources.mapping import unknown
from data_access.sources.parsing import trimmed
from data_access.sources.reading import read_records
from data_access.sources.records import Records
from data_access.time_zones import INSTANT, to_utc


@dataclass(frozen=True)
class Template:
    """The source `template`."""

    name: str = "template"
    doc: str = "Folder of CSV or Parquet files named like our tables (see docs/data.md)"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:
        """Give every table found; notes tell of files and columns that are not ours."""
        files, strangers = table_files(path)
        zone = chosen_zone(options) or "UTC"
        for table, file in files.items():
            made = read_table(table, read_records(file), zone, strangers)
            strangers = []
            yield made


SOURCE = Template()


def table_files(path: Path) -> tuple[dict[str, Path], list[Problem]]:
    """Give the files by table, in the order of import, and notes about other files.

    Raises SourceError if there is nothing to import or two files are for one table.
    """
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder. Check the path.")
    if path.is_file():
        files = [path]
    else:
        files = sorted(p for p in path.iterdir() if p.name.lower().endswith(ENDINGS))
    found: dict[str, Path] = {}
    others: list[Path] = []
    for file in files:
        table = stem_of(file)
        if table not in TABLES:
            others.append(file)
        elif table in found:
            raise SourceError(
                f"{path}: both {found[table].name} and {file.name} are for the table {table}."
                " Keep one of them."
            )
        else:
            found[table] = file
    if not found:
        hint = f"{others[0].name}: {unknown('table', stem_of(others[0]), TABLES)}" if others else ""
        raise SourceError(
            f"{path}: no file is named like one of our tables, such as orders.csv or"
            f" cases.parquet. {hint or 'There is no CSV or Parquet file at all.'}"
        )
    ordered = {table: found[table] for table in TABLES if table in found}
    first = next(iter(ordered))
    notes = [
        note(first, file.name, f"not imported: {unknown('table', stem_of(file), TABLES)}")
        for file in others
    ]
    return ordered, notes


def read_table(table: str, records: Records, zone: str, notes: list[Problem]) -> Table:
    """Read one file as one table; raise SourceError if a column that must be there is missing."""
    columns = TABLES[table].columns
    strange = [name for name in records.columns if name not in columns]
    missing = [name for name, info in columns.items() if not info.nullable]
    missing = [name for name in missing if name not in records.columns]
    if missing:
        raise SourceError(
            f"{records.file}: the table {table} needs the column {', '.join(missing)}."
            f" Found: {', '.join(records.columns)}."
            + "".join(f" {unknown('column', name, columns)}" for name in strange[:1])
        )
    remarks = [
        note(table, records.file, f"ignored: {unknown('column', name, columns)}")
        for name in strange
    ]
    frame = records.frame
    fields = [
        _field(info, frame.schema[name], zone)
        for name, info in columns.items()
        if name in frame.columns
    ]
    return assemble(table, records, fields, notes=[*notes, *remarks], unreadable=records.problems)


def _field(info: ColumnInfo, dtype: pl.DataType, zone: str) -> Field:
    if dtype == pl.String:
        return _from_text(info, zone)
    column = pl.col(info.name)
    if dtype in (info.dtype, pl.Null):
        return f.computed(info.name, column, info.name)
    if isinstance(dtype, pl.Datetime) and info.dtype == INSTANT:
        moment = to_utc(column, zone) if dtype.time_zone is None else column.cast(INSTANT)
        return f.computed(info.name, moment, info.name)
    if dtype.is_nested():
        raise SourceError(
            f"The column {info.name} holds {dtype}. Write it as {info.dtype}, one value a row."
        )
    # Anything else must come through a lossless cast; what does not is refused row by row.
    value = column.cast(info.dtype, strict=False)
    return Field(
        info.name,
        value if not dtype.is_float() or not info.dtype.is_integer() else _whole(column),
        column.cast(pl.String),
        f"not {_NAMES.get(info.kind, 'a value')} of the column {info.name}",
        f"Write the column as {info.dtype}.",
        (info.name,),
    )


_NAMES = {"count": "a whole number", "money": "whole minor units", "choice": "one of the values"}


def _whole(column: pl.Expr) -> pl.Expr:
    return pl.when(column == column.round()).then(column).cast(pl.Int64, strict=False)


def _from_text(info: ColumnInfo, zone: str) -> Field:  # noqa: PLR0911 - one line for each kind
    name = info.name
    match info.kind:
        case "instant":
            return f.instant(name, name, zone)
        case "date":
            return f.day(name, name)
        case "number":
            return f.number(name, name)
        case "count":
            return f.count(name, name)
        case "money":
            return f.money(name, name, pl.lit(None, dtype=pl.String), minor=True)
        case "currency":
            return f.currency(name, name)
        case "flag":
            return f.flag(name, name)
        case "choice":
            return _choice(info)
        case "country":
            return f.country(name, name)
        case "language":
            return f.language(name, name)
        case _:
            return f.text(name, name)


def _choice(info: ColumnInfo) -> Field:
    """Read a choice exactly as the contract spells it, which is the fast way."""
    text = trimmed(info.name)
    return Field(
        info.name,
        text.cast(info.dtype, strict=False),
        text,
        f"not one of {', '.join(info.allowed)}",
        "Correct the value; the templates know these words alone.",
        (info.name,),
    )
