"""Rows of many files put together by kind, and tables that still say where each row came from.

API answers repeat records: the same ticket stands on several pages, and pages overlap. Here the
newest version of each is found, whatever page it is on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import orjson
import polars as pl

from data_access.contracts import TABLES
from data_access.distinct import any_repeated
from data_access.sources.assembling import finish, made, parse
from data_access.sources.base import Problem, Table, problems_frame, refused
from data_access.sources.fields import Field
from data_access.sources.records import Records

_FLUSH = 100_000
PLACE = ("_file", "_row")


class Gathering:
    """Text rows of several kinds, each with the file and the place in it.

    `kinds` names the columns of each kind. Rows of a JSON page are numbered from 1 through the
    file, rows of other files by their line.
    """

    def __init__(self, kinds: Mapping[str, Sequence[str]]) -> None:
        self._columns = {kind: tuple(names) for kind, names in kinds.items()}
        self._pending: dict[str, list[tuple[object, ...]]] = {kind: [] for kind in kinds}
        self._frames: dict[str, list[pl.DataFrame]] = {kind: [] for kind in kinds}

    def add(self, kind: str, values: tuple[object, ...], file: str, row: int) -> None:
        """Add one row; values in the order of the kind's columns, of any JSON type."""
        pending = self._pending[kind]
        pending.append((*values, file, row))
        if len(pending) >= _FLUSH:
            self._flush(kind)

    def add_frame(self, kind: str, records: Records, names: Mapping[str, str]) -> None:
        """Add the rows of a delimited file; `names` gives the source column by the kind's."""
        frame = records.frame.select("_row", **{name: pl.col(old) for name, old in names.items()})
        wanted = [
            pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String).alias(name)
            for name in self._columns[kind]
        ]
        self._frames[kind].append(
            frame.select(*wanted, pl.lit(records.file).alias("_file"), "_row")
        )

    def frame(self, kind: str) -> pl.DataFrame:
        """Give all rows of a kind: its columns as text, `_file`, `_row`."""
        self._flush(kind)
        schema = dict.fromkeys(self._columns[kind], pl.String())
        empty = pl.DataFrame(schema={**schema, "_file": pl.String(), "_row": pl.Int64()})
        return pl.concat([empty, *self._frames[kind]])

    def _flush(self, kind: str) -> None:
        rows = self._pending[kind]
        if not rows:
            return
        *values, files, places = zip(*rows, strict=True)
        made = [
            _texts(name, column) for name, column in zip(self._columns[kind], values, strict=True)
        ]
        where = [pl.Series("_file", files, pl.String), pl.Series("_row", places, pl.Int64)]
        self._frames[kind].append(pl.DataFrame([*made, *where]))
        self._pending[kind] = []


def _texts(name: str, values: Sequence[object]) -> pl.Series:
    """JSON values as text: most columns hold text alone or whole numbers alone."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int} and all(abs(value) < 2**62 for value in values if isinstance(value, int)):
        return pl.Series(name, values, dtype=pl.Int64).cast(pl.String)
    texts = values if kinds <= {str} else [_text(value) for value in values]
    made = pl.Series(name, texts, dtype=pl.String)
    empty = made == ""
    return made.set(empty, None) if empty.any() else made


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()


def newest(
    rows: pl.DataFrame, key: Sequence[str], order: Sequence[pl.Expr]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the newest row of each key, in the order of the files, and the other rows.

    `order` says which row is newer; of equally new ones the content decides, so that it does not
    matter which page came first. Rows without a key are all kept.
    """
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in key)
    if not any_repeated(rows.filter(known), key):
        return rows, rows.clear()
    numbered = rows.with_row_index("#n").with_columns(
        expression.alias(f"#order{place}") for place, expression in enumerate(order)
    )
    doubled = numbered.filter(known & pl.struct(key).is_duplicated())
    by = [name for name in numbered.columns if name.startswith("#order")]
    content = [name for name in rows.columns if name not in {*key, *PLACE}]
    last = doubled.sort([*by, *content, *PLACE], nulls_last=False).unique(
        key, keep="last", maintain_order=True
    )
    others = doubled.join(last, on="#n", how="anti", maintain_order="left")
    kept = numbered.join(others, on="#n", how="anti", maintain_order="left")
    return kept.select(rows.columns), others.select(rows.columns)


def assemble_placed(
    table: str,
    rows: pl.DataFrame,
    fields: Sequence[Field],
    *,
    notes: Iterable[Problem] = (),
    unreadable: Sequence[Problem] = (),
) -> Table:
    """Make a canonical table of rows that carry `_file` and `_row` themselves."""
    good, problems = parse_placed(rows, fields)
    dtypes = TABLES[table].dtypes()
    frame = good.select(
        *(pl.col(made(f.column)).cast(dtypes[f.column]).alias(f.column) for f in fields), *PLACE
    )
    return finish(table, frame, problems, notes=notes, unreadable=unreadable)


def parse_placed(rows: pl.DataFrame, fields: Sequence[Field]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Parse rows that carry `_file` and `_row` themselves: good rows, and problems of the others.

    The good rows keep their columns and have the finished ones under `made(column)`.
    """
    numbered = rows.drop(PLACE).with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("_row"))
    good, problems = parse(Records("", numbered), fields)
    places = rows.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("#n"),
        pl.col("_file").alias("#file"),
        pl.col("_row").alias("#row"),
    )
    return _placed(good, places), _placed(problems, places).select(problems.columns)


def _placed(frame: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    found = frame.join(places, left_on="_row", right_on="#n", how="left", maintain_order="left")
    return found.with_columns(pl.col("#file").alias("_file"), pl.col("#row").alias("_row")).drop(
        "#file", "#row"
    )


def with_refused(table: Table, refusals: pl.DataFrame) -> Table:
    """Add the problems of rows that were refused before the table was made."""
    problems = pl.concat([table.problems, refusals])
    return Table(table.name, table.frame, problems, read=table.frame.height + refused(problems))


def with_repeats(table: Table, key: str, repeats: pl.DataFrame, id_column: str) -> Table:
    """Account for older versions of records that went in.

    Each becomes a copy of the row that went in, which the import counts as unchanged; where that
    row was refused, so is the older one: it would look current.
    """
    if repeats.is_empty():
        return table
    older = repeats.select(pl.col(id_column).alias(key), *PLACE)
    content = table.frame.drop(PLACE).unique(key, keep="last", maintain_order=True)
    copies = older.join(content, on=key, how="inner", maintain_order="left")
    lost = older.join(content, on=key, how="anti", maintain_order="left")
    refusals = problems_frame(
        [
            Problem(
                table.name,
                row["_file"],
                row["_row"],
                id_column,
                row[key],
                "a newer version of the same record cannot be read",
                "Repair the newer version; an older one would look current.",
                orjson.dumps({id_column: row[key]}).decode(),
            )
            for row in lost.iter_rows(named=True)
        ]
    )
    frame = pl.concat([copies.select(table.frame.columns), table.frame])
    problems = pl.concat([table.problems, refusals])
    return Table(table.name, frame, problems, read=frame.height + refused(problems))
