"""Which slices explain a new excess: greedy, by likelihood ratio, among those that breach.

The slice whose own row is least likely under its expectation is named first; its leaves are taken
out, the others are looked at again without them, and so on while something still breaches. A leaf
that surges alone beats its parents, because they hold it together with leaves that are calm; a
parent whose children all grew a little beats each of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import polars as pl

from alerts.judging.model import Child, inside
from alerts.judging.scoring import CountRule, Table, worth_telling

MOST = 20
"""Slices named on one day; more are told the next day."""
CHILDREN = 12
"""Finer slices told with one."""

Named = tuple[Table, int, tuple[Child, ...]]


def name_slices(rule: CountRule, tables: Sequence[Table], *, leaves: Table) -> list[Named]:
    """The slices that explain what breaches, with the leaves inside each, the surest first."""
    waiting = [
        (table, index)
        for table in tables
        for index, breach in enumerate(table.judged["breach"])
        if breach
    ]
    rest = leaves.judged.select(*leaves.dims, "y", "mu", "excess")
    named: list[Named] = []
    while waiting and len(named) < MOST:
        judged = [(*_left(table, index, rest), table, index) for table, index in waiting]
        strong = [
            (ratio, table, index)
            for ratio, y, mu, table, index in judged
            if worth_telling(rule, y, mu)
        ]
        if not strong:
            break
        ratio, table, index = max(strong, key=lambda one: (one[0], -len(one[1].dims)))
        if ratio <= 0:
            break
        labels = _labels(table, index)
        own = rest.filter(inside(labels))
        named.append((table, index, tuple(_children(own, leaves.dims, table.dims))))
        rest = rest.filter(~inside(labels))
        waiting = [(t, i) for _, t, i in strong if (t, i) != (table, index)]
    return named


def _left(table: Table, index: int, rest: pl.DataFrame) -> tuple[float, float, float]:
    """Likelihood ratio, count and expectation of a slice without what others explain already."""
    left = rest.filter(inside(_labels(table, index)))
    y, fitted = float(left["y"].sum()), float(left["mu"].sum())
    row = table.judged.row(index, named=True)
    whole = y >= row["y"]
    # The slice's own model knows better than the sum of its leaves', as long as none is taken out.
    mu = float(row["mu"]) if whole else fitted
    return _ratio(y, mu, float(row["phi"])), y, mu


def _ratio(y: float, mu: float, phi: float) -> float:
    """Log likelihood ratio of a Poisson count against its expectation, tempered by dispersion."""
    if y <= mu or mu <= 0:
        return 0.0
    return (y * math.log(y / mu) - (y - mu)) / max(phi, 1.0)


def _labels(table: Table, index: int) -> dict[str, str]:
    row = table.judged.row(index, named=True)
    return {name: row[name] for name in table.dims}


def _children(own: pl.DataFrame, leaf: Sequence[str], dims: Sequence[str]) -> Iterator[Child]:
    if set(leaf) == set(dims):
        return
    rows = own.filter(pl.col("excess") > 0).sort(
        "excess", *leaf, descending=[True, *(False for _ in leaf)]
    )
    for row in rows.head(CHILDREN).iter_rows(named=True):
        yield Child({name: row[name] for name in leaf}, row["y"], row["mu"], row["excess"])
