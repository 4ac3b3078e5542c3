"""What every source gives: canonical rows, the rows it refused, notes about the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

import polars as pl

from data_access.time_zones import known_zone

PROBLEM_DTYPES: dict[str, pl.DataType] = {
    "_file": pl.String(),
    "_row": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "advice": pl.String(),
    "raw": pl.String(),
}
"""Columns of `Table.problems`."""


@dataclass(frozen=True)
class Problem:
    """One row that cannot go in, or (with `row` None) one note about a file.

    `row` is the physical line of the row's first character, 1 being the first line of the file;
    in formats without lines (Parquet) it is the number of the row. `raw` is the source row as JSON.
    """

    table: str
    file: str
    row: int | None
    column: str | None
    value: str | None
    reason: str
    advice: str
    raw: str


@dataclass(frozen=True)
class Table:
    """What a source gives for one canonical table.

    `frame` has columns of the contract with its dtypes (a column the source does not know may be
    missing) plus `_file` and `_row`. `problems` has the columns of `PROBLEM_DTYPES`; a row of it
    with `_row` null is a note about the file and refuses nothing. One refused row may have several
    problems. `read` is the number of rows of this table in the source, so that
    `read == frame.height + refused(problems)` always.
    """

    name: str
    frame: pl.DataFrame
    problems: pl.DataFrame
    read: int


class SourceError(Exception):
    """A file or folder that cannot be used at all.

    `message` names the file, says what was found there and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class SourceOptions:
    """What the person who imports may say about the files.

    `zone` is the IANA zone of times without one; `hash_key` keys the hashes of customer keys.
    """

    zone: str | None
    mapping: Path | None
    source_name: str | None
    hash_key: bytes
    now: datetime


def chosen_zone(options: SourceOptions) -> str | None:
    """Give the zone a person chose, if any; raise SourceError if it is no zone."""
    if options.zone is not None and not known_zone(options.zone):
        raise SourceError(
            f"{options.zone!r} is no time zone. Use an IANA name such as Europe/Berlin or UTC."
        )
    return options.zone


@runtime_checkable
class Source(Protocol):
    """A reader of one format; `doc` is one line for the list of sources."""

    @property
    def name(self) -> str:
        """Name on the command line."""
        ...

    @property
    def doc(self) -> str:
        """One line for the list of sources."""
        ...

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:
        """Give the tables found at `path`; raise SourceError if nothing there can be used."""
        ...


def problems_frame(problems: Sequence[Problem]) -> pl.DataFrame:
    """Turn problems into the frame that `Table.problems` holds."""
    rows = [astuple(problem)[1:] for problem in problems]
    return pl.DataFrame(rows, schema=PROBLEM_DTYPES, orient="row")


def no_problems() -> pl.DataFrame:
    """Give an empty frame of problems."""
    return pl.DataFrame(schema=PROBLEM_DTYPES)


def note(table: str, file: str, text: str, advice: str = "") -> Problem:
    """Make a note about a file: something a person should know that refuses no row."""
    return Problem(table, file, None, None, None, text, advice, "")


def refused(problems: pl.DataFrame) -> int:
    """Count the distinct source rows that `problems` refuses; notes refuse none."""
    rows = problems.filter(pl.col("_row").is_not_null())
    return rows.select("_file", "_row").unique().height
