"""From source rows and fields to a canonical table: rows that were read, rows that were refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from data_access import privacy
from data_access.contracts import TABLES
from data_access.sources.base import Problem, Table, no_problems, problems_frame, refused
from data_access.sources.fields import Field
from data_access.sources.records import Records, raw_json

_PERSONAL = frozenset(
    name
    for contract in TABLES.values()
    for name, info in contract.columns.items()
    if info.kind in {"personal_key", "actor"}
)
"""Canonical columns whose source columns hold ids of persons."""


def parse(records: Records, fields: Sequence[Field]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the rows of which every field can be read, and the problems of the others.

    The first frame has the source columns and, under `made(column)`, the finished ones.
    """
    frame = (
        records.frame.lazy()
        .with_columns(field.value.alias(made(field.column)) for field in fields)
        # The rows are in memory already: streaming them would cost as much again.
        .collect(engine="in-memory")
    )
    # Where nothing is null nothing failed, and most columns need no second look.
    failing = [
        field
        for field in fields
        if field.text is not None and frame[made(field.column)].null_count()
    ]
    if not failing:
        return frame, no_problems()
    flagged = frame.with_columns(_failed(field).alias(f"?{field.column}") for field in failing)
    flags = [f"?{field.column}" for field in failing]
    wrong = flagged.filter(pl.any_horizontal(flags))
    if wrong.is_empty():
        return frame, no_problems()
    return frame.filter(~flagged.select(pl.any_horizontal(flags)).to_series()), _refusals(
        records, wrong, fields, failing
    )


def made(column: str) -> str:
    """Name of a finished column while it stands beside the source's, whose names are free."""
    return f"={column}"


def assemble(
    table: str,
    records: Records,
    fields: Sequence[Field],
    *,
    notes: Iterable[Problem] = (),
    unreadable: Sequence[Problem] = (),
) -> Table:
    """Make the canonical table of the records; rows with a value that cannot be read are refused.

    `unreadable` are rows of the file that never became records and that this table answers for.
    """
    frame, problems = parse(records, fields)
    dtypes = TABLES[table].dtypes()
    rows = frame.select(
        *(pl.col(made(f.column)).cast(dtypes[f.column]).alias(f.column) for f in fields),
        pl.lit(records.file).alias("_file"),
        pl.col("_row"),
    )
    return finish(table, rows, problems, notes=notes, unreadable=unreadable)


def finish(
    table: str,
    rows: pl.DataFrame,
    problems: pl.DataFrame,
    *,
    notes: Iterable[Problem] = (),
    unreadable: Sequence[Problem] = (),
) -> Table:
    """Put together the rows, the problems met on the way and what is to be said about the files."""
    others = [replace(problem, table=table) for problem in (*unreadable, *notes)]
    everything = pl.concat([problems_frame(others), problems]) if others else problems
    return Table(table, rows, everything, read=rows.height + refused(everything))


def _failed(field: Field) -> pl.Expr:
    assert field.text is not None
    return field.text.is_not_null() & pl.col(made(field.column)).is_null()


def _raw(records: Records, wrong: pl.DataFrame, fields: Sequence[Field]) -> pl.Series:
    """The wrong rows as JSON: the columns that are read, for in the others may be anybody.

    A column that customers or actors are told by, under whatever name, is left out as well.
    """
    read = {name for field in fields for name in field.sources}
    who = {name for field in fields if field.column in _PERSONAL for name in field.sources}
    hidden = {name for name in who if not privacy.is_customer_id(name)}
    shown = [name for name in records.columns if name in read and not name.startswith("#")]
    rows = wrong.select("_row", *shown).with_columns(
        pl.lit("[removed]").alias(name) for name in shown if name in hidden
    )
    texts = [raw_json(row) for row in rows.drop("_row").iter_rows(named=True)] if shown else []
    return pl.Series("raw", texts or ["{}"] * wrong.height, dtype=pl.String)


def _refusals(
    records: Records, wrong: pl.DataFrame, fields: Sequence[Field], failing: Sequence[Field]
) -> pl.DataFrame:
    """One problem for each value of the wrong rows that could not be read."""
    wrong = wrong.with_columns(_raw(records, wrong, fields).alias("\x00raw"))
    parts = []
    for field in failing:
        assert field.text is not None
        mine = wrong.filter(pl.col(f"?{field.column}"))
        if mine.height:
            parts.append(
                mine.select(
                    pl.lit(records.file).alias("_file"),
                    pl.col("_row").cast(pl.Int64),
                    pl.lit(" + ".join(field.sources) or field.column).alias("column"),
                    field.text.cast(pl.String).alias("value"),
                    pl.lit(field.reason).alias("reason"),
                    pl.lit(field.advice).alias("advice"),
                    pl.col("\x00raw").alias("raw"),
                )
            )
    return pl.concat(parts).sort("_row", maintain_order=True)
