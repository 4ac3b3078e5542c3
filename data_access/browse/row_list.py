"""Pages of the rows behind a number, found by the cohort that counts them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.listing import Sort, containing, ordered
from data_access.browse.row_kinds import ROW_KINDS, RowKind
from data_access.marts.schemas import MARTS
from data_access.metrics.explanation import LEFT_OUT, population_rows
from data_access.metrics.filters import DIMENSIONS, Filter
from data_access.metrics.sums import one_of
from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import AsOf
from data_access.rollups.partial import cohort_rows

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse


def row_page(
    warehouse: Warehouse,
    where: Filter,
    *,
    kind: str,
    view: str,
    sort: Sort,
    offset: int,
    limit: int,
    as_of: datetime,
    zone: str = "UTC",
    text: str = "",
) -> tuple[pl.DataFrame, int]:
    """One page of a list and how many rows there are.

    Args:
        warehouse: where the marts are.
        where: dimensions and days (of the cohort's anchor); dimensions that the rows do not have
            are left out, see `without_effect`.
        kind: a name of `ROW_KINDS`.
        view: one of its views, or of its `every`.
        sort: newest first where empty; ties are broken by newest, then by key and source.
        offset: rows to skip.
        limit: rows to give.
        as_of: what is known.
        zone: zone that the filter's days are cut in.
        text: only rows whose numbers contain it, upper and lower case alike.

    Raises:
        KeyError: there is no such list or view.
        ValueError: a sort column that the list does not have.
    """
    known, chosen = _chosen(warehouse, where, kind, view, AsOf(as_of, zone), text)
    order, descending = _order(known, sort)
    total = chosen.select(pl.len()).collect().item()
    page = chosen.sort(order, descending=descending, nulls_last=True).slice(offset, limit).collect()
    return page, total


def export_rows(
    warehouse: Warehouse,
    where: Filter,
    *,
    kind: str,
    view: str,
    sort: Sort,
    as_of: datetime,
    zone: str = "UTC",
    text: str = "",
) -> pl.DataFrame:
    """Every row of the list in its order: exactly what the screen shows, unpaged."""
    known, chosen = _chosen(warehouse, where, kind, view, AsOf(as_of, zone), text)
    order, descending = _order(known, sort)
    return chosen.sort(order, descending=descending, nulls_last=True).collect()


def without_effect(where: Filter, *, kind: str, view: str) -> tuple[str, ...]:
    """The dimensions of the filter that the rows do not have: parcels have no channel."""
    held = COHORTS[ROW_KINDS[kind].every[view].cohort].dims
    return tuple(name for name in where.values() if name not in held)


def _chosen(
    warehouse: Warehouse, where: Filter, kind: str, view: str, as_of: AsOf, text: str
) -> tuple[RowKind, pl.LazyFrame]:
    known = ROW_KINDS[kind]
    wanted = known.every[view]
    cohort = COHORTS[wanted.cohort]
    mart = warehouse.scan(cohort.mart, namespace="marts", schema=MARTS[cohort.mart].columns)
    # As a KPI does: a promise for tomorrow is no part of the period that ends today.
    last = as_of.today if where.end is None else min(where.end, as_of.today)
    population = wanted.population
    if population is not None and (wanted.watched or wanted.left_out is not None):
        judged = population_rows(mart, population, as_of, where.values(), where.start, last)
        rows = judged.filter(pl.col(LEFT_OUT).eq_missing(pl.lit(wanted.left_out)))
    else:
        rows = cohort_rows(mart, cohort, as_of, where.start, last).filter(
            wanted.holds(as_of), *_dimensions(where, cohort)
        )
    if text:
        rows = rows.filter(containing(text, known.searched))
    derived = {name: make(as_of) for name, make in known.derived.items()}
    return known, rows.with_columns(**derived).select(known.columns)


def _dimensions(where: Filter, cohort: Cohort) -> list[pl.Expr]:
    types = cohort.dim_types
    values = where.values()
    return [one_of(name, values[name], types[name]) for name in DIMENSIONS
            if name in values and name in types]  # fmt: skip


def _order(kind: RowKind, sort: Sort) -> tuple[list[str], list[bool]]:
    ties = ((kind.cohort.anchor, True), (kind.key, False), ("source", False))
    return ordered(sort, kind.columns, ties)
