"""Summing a cohort's measures: over the smallest rollup that can answer, else over the mart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from data_access.marts.continents import continent_of, continents
from data_access.metrics.filters import GRAINS
from data_access.metrics.numbers import Cut, Numbers
from data_access.rollups.cohort import Cohort
from data_access.rollups.days import AsOf, period
from data_access.rollups.partial import added, cohort_rows, partial


@dataclass(frozen=True)
class Request:
    """Which sums of a cohort: split `by` dimensions and grains, of the rows `where`."""

    cohort: Cohort
    measures: tuple[str, ...]
    by: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    first: date | None
    last: date | None
    as_of: AsOf
    keys: tuple[str, ...] = ()
    """Keys of the cohort to keep apart (currency, bucket)."""

    @property
    def dims(self) -> set[str]:
        """The dimensions a rollup must have."""
        return (set(self.by) | set(self.where)) - set(GRAINS)

    @property
    def groups(self) -> list[str]:
        """Columns of the result besides the measures."""
        return [*self.by, *self.keys]


def sums(numbers: Numbers, request: Request) -> pl.DataFrame:
    """`by`, `keys` and Int64 measures; without groups exactly one row."""
    cut = covering_cut(request) if numbers.state.known == request.as_of else None
    if cut is not None and numbers.holds(request.cohort, cut, request.measures):
        return from_cut(numbers.cut(request.cohort, cut), request)
    return from_mart(numbers.mart(request.cohort.mart), request)


def covering_cut(request: Request) -> tuple[str, ...] | None:
    """The smallest cut with all dimensions of the request; a market tells its continent."""
    for cut in request.cohort.cuts:
        held = {*cut, "continent"} if "market" in cut else set(cut)
        if request.dims <= held:
            return cut
    return None


def from_cut(cut: Cut, request: Request) -> pl.DataFrame:
    """The sums from a rollup that covers the request."""
    frame = cut.between(request.first, request.last)
    where = dict(request.where)
    by = list(request.by)
    if "continent" not in cut.dims and "market" in cut.dims:
        if "continent" in where:
            wanted = where.pop("continent")
            frame = frame.filter(_on_continents(frame, wanted))
        by = list(dict.fromkeys("market" if name == "continent" else name for name in by))
    for name, values in where.items():
        frame = frame.filter(one_of(name, values, frame.schema[name]))
    groups = [*by, *request.keys]
    rows = _with_periods(frame.lazy(), request.by)
    found = added(rows, groups, request.measures).collect()
    texts = [name for name in groups if isinstance(found.schema[name], pl.Enum)]
    found = found.with_columns(pl.col(texts).cast(pl.String))
    if by != list(request.by):
        found = found.with_columns(continent=continent_of("market"))
        found = added(found.lazy(), request.groups, request.measures).collect()
    return found.select(*request.groups, *request.measures)


def from_mart(mart: pl.LazyFrame, request: Request) -> pl.DataFrame:
    """The sums from the rows themselves."""
    rows = cohort_rows(mart, request.cohort, request.as_of, request.first, request.last)
    schema = request.cohort.dim_types
    for name, values in request.where.items():
        rows = rows.filter(one_of(name, values, schema[name]))
    rows = _with_periods(rows, request.by)
    found = partial(rows, request.cohort, request.by, request.as_of, request.measures)
    return (
        added(found, request.groups, request.measures)
        .select(*request.groups, *request.measures)
        .collect()
    )


def one_of(name: str, values: Sequence[str], dtype: pl.DataType) -> pl.Expr:
    """Whether a dimension has one of the values; "" stands for unknown."""
    column = pl.col(name)
    named = [value for value in values if value]
    if isinstance(dtype, pl.Enum):
        known = set(dtype.categories)
        found = column.is_in([value for value in named if value in known])
    elif dtype.is_integer():
        found = column.is_in([int(value) for value in named if value.isascii() and value.isdigit()])
    else:
        found = column.is_in(named)
    found = found.fill_null(value=False)
    return found | column.is_null() if "" in values else found


def _on_continents(frame: pl.DataFrame, wanted: Sequence[str]) -> pl.Expr:
    dtype, known = frame.schema["market"], continents()
    assert isinstance(dtype, pl.Enum)
    markets = [market for market in dtype.categories if known.get(market, "") in wanted]
    return one_of("market", [*markets, *(("",) if "" in wanted else ())], dtype)


def _with_periods(rows: pl.LazyFrame, by: Sequence[str]) -> pl.LazyFrame:
    return rows.with_columns(
        **{grain: period(grain, pl.col("day")) for grain in by if grain in GRAINS}
    )
