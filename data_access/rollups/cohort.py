"""A cohort: which rows of a mart belong to which day, and what is summed over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from data_access.rollups.days import AsOf

Measure = Callable[[AsOf], pl.Expr]
"""Integer (or Boolean) expression over a row of the mart; its sum is the measure."""


def _as_they_are(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows


def _when_anchored(anchor: str) -> Callable[[AsOf, AsOf], pl.Expr]:
    return lambda before, after: came_between(pl.col(anchor), before, after)


def came_between(instant: pl.Expr, before: AsOf, after: AsOf) -> pl.Expr:
    """Whether an instant was still ahead at `before` and is past at `after`; null where unknown.

    Bare comparisons, so that whole row groups can be skipped.
    """
    return (instant > pl.lit(before.instant)) & (instant <= pl.lit(after.instant))


@dataclass(frozen=True)
class Cohort:
    """Rows of `mart`, counted on the day of `anchor`.

    A row exists once `known_at` (by default the anchor) has come. `cuts` are the dimension sets
    that rollups are kept for, from the smallest to the largest; `keys` are kept in all of them.
    """

    name: str
    mart: str
    anchor: str
    dims: tuple[str, ...]
    measures: Mapping[str, Measure]
    cuts: tuple[tuple[str, ...], ...]
    known_at: str | None = None
    keys: Mapping[str, pl.DataType] = field(default_factory=dict)
    prepare: Callable[[pl.LazyFrame], pl.LazyFrame] = _as_they_are
    """Rows of the mart to rows of the cohort: filters and derived columns."""
    ripens: Callable[[AsOf, AsOf], pl.Expr] | None = None
    """Rows whose measures may differ between two instants, besides those whose anchor came."""

    @property
    def dim_types(self) -> dict[str, pl.DataType]:
        """Types of the dimensions."""
        numbers = {"level", "hour_of_week"}
        return {name: pl.Int64() if name in numbers else pl.String() for name in self.dims}

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Columns of the rollup table: the cut's name, day, dimensions, keys, measures, part."""
        return {
            "cut": pl.String(),
            "day": pl.Date(),
            **self.dim_types,
            **self.keys,
            **{name: pl.Int64() for name in self.measures},
            "part": pl.Int32(),
        }

    def may_change(self, before: AsOf, after: AsOf) -> pl.Expr:
        """Rows that count differently as of `after` than as of `before`."""
        known = _when_anchored(self.known_at or self.anchor)(before, after)
        return known if self.ripens is None else known | self.ripens(before, after)


def cut_name(dims: tuple[str, ...]) -> str:
    """How a cut is called in the rollup table."""
    return ",".join(dims) or "all"
