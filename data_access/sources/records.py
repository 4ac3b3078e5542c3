"""Source rows as they were read, before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import orjson
import polars as pl

from data_access.sources.base import Problem


@dataclass(frozen=True)
class Records:
    """The rows of one file.

    `frame` holds the source columns (text, or the types of a Parquet file) and `_row`;
    `problems` the rows that could not be read at all, under no table yet. `typed` says that the
    file has types of its own, and that null tokens have not been looked for.
    """

    file: str
    frame: pl.DataFrame
    problems: tuple[Problem, ...] = ()
    typed: bool = False

    @property
    def columns(self) -> list[str]:
        """Names of the source columns."""
        return [name for name in self.frame.columns if name != "_row"]

    @property
    def read(self) -> int:
        """Rows in the file, read or not."""
        return self.frame.height + len({problem.row for problem in self.problems})


def as_text(records: Records, null: tuple[str, ...] = ()) -> Records:
    """Write typed columns (of a Parquet file) as text, so that one set of rules reads them all.

    Whole floats lose their `.0` (ids are often stored so), times become ISO 8601.
    """
    typed = {
        name: dtype
        for name, dtype in records.frame.schema.items()
        if name != "_row" and dtype != pl.String
    }
    frame = records.frame.with_columns(_text(name, dtype) for name, dtype in typed.items())
    if null and records.typed:
        empty = pl.col(records.columns)
        frame = frame.with_columns(pl.when(~empty.is_in(list(null))).then(empty))
    return replace(records, frame=frame)


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        whole = (column == column.round()) & (column.abs() < 2**53)
        digits = pl.when(whole).then(column).cast(pl.Int64).cast(pl.String)
        return digits.fill_null(column.fill_nan(None).cast(pl.String))
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string("iso:strict")
    if isinstance(dtype, pl.List | pl.Struct | pl.Array):
        return pl.struct(column).struct.json_encode()
    if dtype == pl.Binary:
        return column.bin.encode("hex")
    return column.cast(pl.String)


def raw_json(row: object) -> str:
    """Write a source row as JSON, for the quarantine."""
    return orjson.dumps(row, default=str).decode()


def unique_names(names: list[str]) -> list[str]:
    """Name columns that have no name by position and number repeated names."""
    given: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = name.strip() or f"column_{place}"
        # The numbering of the DataFrame libraries, under which copies of such files circulate.
        candidates = (plain, *(f"{plain}_duplicated_{n}" for n in range(len(names))))
        given.append(next(c for c in candidates if c not in given))
    return given
