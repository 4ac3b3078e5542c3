"""Source rows as they were read, before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import polars as pl

from data_access.sources.base import Problem


@dataclass(frozen=True)
class Records:
    """The rows of one file.

    `frame` holds the source columns (text, or the types of a Parquet file) and `_row`;
    `problems` the rows that could not be read at all, under no table yet.
    """

    file: str
    frame: pl.DataFrame
    problems: tuple[Problem, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Names of the source columns."""
        return [name for name in self.frame.columns if name != "_row"]

    @property
    def read(self) -> int:
        """Rows in the file, read or not."""
        return self.frame.height + len({problem.row for problem in self.problems})


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
