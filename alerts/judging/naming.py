"""Which slices explain a new excess, among those that breach.

Two opinions. First the localisation of `alerts.detection.localise`, which weighs every slice of the
leaves against all others and names the fewest that explain the excess; one that also breaches in
its own series is taken. Then, for what breaches and is not explained yet, the slice whose own count
is least likely under its expectation, until nothing is left that would be worth telling. A leaf
that surges alone beats its parents, which hold it together with calm leaves; a parent whose
children all grew a little beats each of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from alerts.detection.localise import localise
from alerts.detection.tail import upper_tail
from alerts.judging.model import Child, Labels, inside, key_of
from alerts.judging.scoring import CountRule, Table, worth_telling

MOST = 20
"""Slices named on one day; more are told the next day."""
CHILDREN = 12
"""Finer slices told with one."""

Named = tuple[Table, int, tuple[Child, ...]]
Row = tuple[Table, int]


def name_slices(rule: CountRule, tables: Sequence[Table], *, leaves: Table) -> list[Named]:
    """The slices that explain what breaches, with the leaves inside each, the surest first."""
    waiting = [
        (table, index)
        for table in tables
        for index, breach in enumerate(table.judged["breach"])
        if breach
    ]
    if not waiting:
        return []
    rest = leaves.judged.select(*leaves.dims, "y", "mu", "excess", told=pl.lit(value=False))
    named: list[Named] = []
    for row in [*_localised(leaves, waiting), None]:
        while len(named) < MOST:
            asked = waiting if row is None else [row] if row in waiting else []
            picked = _strongest(rule, asked, rest)
            if picked is None:
                break
            labels = labels_of(*picked)
            own = rest.filter(inside(labels), ~pl.col("told"))
            named.append((*picked, tuple(_children(own, leaves.dims, labels))))
            rest = rest.with_columns(told=pl.col("told") | inside(labels))
            # What overlaps is judged without it from the next slot on, when it is watched.
            waiting = [other for other in waiting if not _overlap(labels, labels_of(*other))]
            if row is not None:
                break
    return named


def _overlap(one: Labels, other: Labels) -> bool:
    """Whether two slices can share a leaf."""
    return all(one[name] == other[name] for name in one.keys() & other.keys())


def labels_of(table: Table, index: int) -> dict[str, str]:
    """What a row of a table fixes."""
    row = table.judged.row(index, named=True)
    return {name: row[name] for name in table.dims}


def _localised(leaves: Table, breaching: Sequence[Row]) -> Iterator[Row]:
    """The breaching rows that the localisation names, the strongest first."""
    at = {key_of(labels_of(*row)): row for row in breaching}
    numbers = leaves.judged.select(
        *leaves.dims,
        "y",
        pl.col("mu").fill_null(0.0).fill_nan(0.0).clip(0.0),
        phi=pl.col("phi").fill_null(1.0).fill_nan(1.0).clip(1.0),
    )
    found = localise(numbers, leaves.dims).found
    for row in found.select(leaves.dims).iter_rows(named=True):
        fixed = {name: value for name, value in row.items() if value is not None}
        if key_of(fixed) in at:
            yield at[key_of(fixed)]


def _strongest(rule: CountRule, rows: Sequence[Row], leaves: pl.DataFrame) -> Row | None:
    """The row with the largest likelihood ratio that is worth telling without what was named."""
    best: tuple[float, int, Row] | None = None
    for table, index in rows:
        y, mu, phi = _left(table, index, leaves)
        ratio = _ratio(y, mu, phi)
        if ratio <= 0 or not worth_telling(rule, y, mu) or _chance(y, mu, phi) > rule.alpha:
            continue
        place = (ratio, -len(table.dims), (table, index))
        if best is None or place[:2] > best[:2]:
            best = place
    return None if best is None else best[2]


def _left(table: Table, index: int, leaves: pl.DataFrame) -> tuple[float, float, float]:
    """Count, expectation and dispersion of a slice without the leaves that others explain.

    The slice's own model knows better than the sum of its leaves', so what these are expected to
    hold is taken from it.
    """
    row = table.judged.row(index, named=True)
    told = leaves.filter(inside(labels_of(table, index)), "told")
    y = float(row["y"]) - float(told["y"].sum())
    mu = float(row["mu"]) - float(told["mu"].sum())
    return y, max(mu, 0.0), max(float(row["phi"]), 1.0)


def _chance(y: float, mu: float, phi: float) -> float:
    """P(Y ≥ y)."""
    return float(upper_tail(np.array([y]), np.array([mu]), np.array([phi]))[0])


def _ratio(y: float, mu: float, phi: float) -> float:
    """Log likelihood ratio of a Poisson count against its expectation, tempered by dispersion."""
    if y <= mu or mu <= 0:
        return 0.0
    return (y * math.log(y / mu) - (y - mu)) / phi


def _children(own: pl.DataFrame, leaf: Sequence[str], labels: Labels) -> Iterator[Child]:
    if set(leaf) == set(labels):
        return
    rows = own.filter(pl.col("excess") > 0).sort(
        "excess", *leaf, descending=[True, *(False for _ in leaf)]
    )
    for row in rows.head(CHILDREN).iter_rows(named=True):
        yield Child({name: row[name] for name in leaf}, row["y"], row["mu"], row["excess"])
