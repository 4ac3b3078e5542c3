"""Every slice of a set of leaves: which dimensions it fixes, which leaves it holds.

A leaf is one combination of values (market × carrier × language, say). A slice fixes some of the
dimensions and leaves the others open; *everything* fixes none. Only slices that hold a leaf exist,
so their number is bounded by the data and not by the product of the dimensions' sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_FIXED = 4
"""Dimensions a slice may fix: nobody acts on a finer one, and their number doubles with each."""


@dataclass(frozen=True)
class Candidates:
    """Slices, those with the fewest fixed dimensions first.

    `members` is slices × leaves (sparse, ones), `first` a leaf of each slice, `fixed` which
    dimensions a slice fixes (slices × dims), `rivals` how many slices fix the same ones.
    """

    members: sparse.csr_matrix
    first: Ints
    fixed: NDArray[np.bool_]
    rivals: Floats


def codes_of(leaves: pl.DataFrame, dims: tuple[str, ...]) -> Ints:
    """Each leaf's value per dimension as a number from 0: leaves × dims."""
    if not dims:
        return np.zeros((leaves.height, 0), dtype=np.int64)
    ranked = [leaves[dim].rank("dense").cast(pl.Int64).to_numpy() - 1 for dim in dims]
    return np.stack(ranked, axis=1).astype(np.int64)


def candidates(codes: Ints, y: Floats, mu: Floats, *, max_fixed: int = MAX_FIXED) -> Candidates:
    """All slices in which something is in excess and more than one case happened.

    The others can explain nothing: what is expected only rises while slices are named. They still
    count as rivals.
    """
    leaves, dims = codes.shape
    columns, rows, first, fixed, rivals = [], [], [], [], []
    made = 0
    for size in range(min(max_fixed, dims) + 1):
        for picked in combinations(range(dims), size):
            number, slices = _numbered(codes[:, list(picked)])
            cases = np.bincount(number, y, slices)
            expected = np.bincount(number, mu, slices)
            worth = (cases > expected) & (cases >= 2)
            place = np.cumsum(worth) - 1 + made
            inside = np.flatnonzero(worth[number])
            columns.append(inside)
            rows.append(place[number[inside]])
            kept = int(worth.sum())
            example = np.zeros(slices, dtype=np.int64)
            example[number] = np.arange(leaves)
            first.append(example[worth])
            mask = np.zeros((kept, dims), dtype=np.bool_)
            mask[:, list(picked)] = True
            fixed.append(mask)
            rivals.append(np.full(kept, float(slices)))
            made += kept
    column, row = np.concatenate(columns), np.concatenate(rows)
    members = sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(made, leaves))
    return Candidates(members, np.concatenate(first), np.concatenate(fixed), np.concatenate(rivals))


def _numbered(codes: Ints) -> tuple[Ints, int]:
    """Rows that agree in every column get the same number; and how many numbers there are."""
    number = np.zeros(len(codes), dtype=np.int64)
    count = 1
    for column in codes.T:
        mixed = number * (int(column.max(initial=0)) + 1) + column
        _, number = np.unique(mixed, return_inverse=True)
        count = int(number.max(initial=-1)) + 1
    return number, max(count, 1)


def matching(leaves: pl.DataFrame, dims: tuple[str, ...], labels: Mapping[str, object]) -> Ints:
    """Numbers of the leaves that a slice with these labels holds (a missing or null one: any)."""
    inside = np.ones(leaves.height, dtype=np.bool_)
    for dim in dims:
        if labels.get(dim) is not None:
            inside &= (leaves[dim] == labels[dim]).fill_null(value=False).to_numpy()
    return np.flatnonzero(inside)
