"""Which of many surprising slices become new incidents.

Only slices without an open incident are asked: an open one is surprising again every day, and by
Benjamini–Hochberg each sure rejection lowers the bar for all others ("free riding"). Slices are
asked level by level, parents before children (Yekutieli 2008, JASA 103:309): a child is asked only
where no admitted or open parent explains it, that is, where it is still surprising after its
expectation was raised by the parent's increase. Two guards, both among the slices of one level:

- `fdr`: the Benjamini–Hochberg q, the expected share of false ones among those admitted;
- `false_incidents`: p times the number of slices asked, the expected number of false ones.

The second is the one to give a manager with a budget of calls: it stays where it is on days when
much happens, while the first grows lax. Over many days they find about as much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from alerts.detection import tail

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

EXPLAINED = 0.01
"""P, given the parent's increase, above which the parent explains a child."""


class JudgedError(ValueError):
    """Judged slices that cannot be asked; the message names the column."""


@dataclass
class _Asked:
    codes: Ints
    levels: Ints
    p: Floats
    ongoing: Flags
    q: Floats
    admitted: Flags
    explained_by: Ints


def admit(
    judged: pl.DataFrame,
    dims: tuple[str, ...],
    *,
    ongoing: Flags,
    fdr: float = 0.05,
    false_incidents: float | None = None,
) -> pl.DataFrame:
    """Admit new incidents of one slot.

    Args:
        judged: one row per slice: `dims` (null: any value), `y`, `mu`, `phi`, `p` (null: not
            judged).
        dims: the dimensions; a slice that fixes fewer is a parent of those that agree with it.
        ongoing: which rows have an open incident.
        fdr: largest q.
        false_incidents: largest expected number of false new incidents per slot, shared evenly by
            the levels; None: no such limit.

    Returns:
        `judged` with `q` (null: not asked), `admitted` and `explained_by` (row number of the parent
        that explains it; null: none).
    """
    missing = [name for name in (*dims, "y", "mu", "phi", "p") if name not in judged.columns]
    if missing:
        raise JudgedError(f"judged slices have no column {missing[0]!r}.")
    if len(ongoing) != judged.height:
        raise JudgedError(f"{len(ongoing)} marks of open incidents for {judged.height} slices.")
    y, mu, phi = (judged[name].to_numpy().astype(np.float64) for name in ("y", "mu", "phi"))
    asked = _prepare(judged, dims, ongoing)
    levels = np.unique(asked.levels)
    for level in levels:
        rows = np.flatnonzero(
            (asked.levels == level) & ~np.isnan(asked.p) & ~ongoing & (asked.explained_by < 0)
        )
        if rows.size:
            q = tail.false_discovery_rate(asked.p[rows])
            asked.q[rows] = q
            good = q <= fdr
            if false_incidents is not None:
                good &= asked.p[rows] * rows.size <= false_incidents / len(levels)
            asked.admitted[rows[good]] = True
        parents = (asked.levels == level) & (asked.admitted | ongoing)
        for parent in np.flatnonzero(parents & (y > mu)):
            _explain(asked, int(parent), y, mu, phi)
    return judged.with_columns(
        q=pl.Series(asked.q).fill_nan(None),
        admitted=pl.Series(asked.admitted),
        explained_by=pl.Series(
            [None if at < 0 else int(at) for at in asked.explained_by], dtype=pl.Int64
        ),
    )


def _prepare(judged: pl.DataFrame, dims: tuple[str, ...], ongoing: Flags) -> _Asked:
    """Values as numbers (0: any) and levels (fixed dimensions) of every slice."""
    height = judged.height
    codes = np.zeros((height, len(dims)), dtype=np.int64)
    for at, dim in enumerate(dims):
        codes[:, at] = judged[dim].rank("dense").fill_null(0).to_numpy()
    p = judged["p"].cast(pl.Float64).fill_null(float("nan")).to_numpy().copy()
    return _Asked(
        codes,
        (codes > 0).sum(axis=1),
        p,
        ongoing,
        np.full(height, np.nan),
        np.zeros(height, dtype=np.bool_),
        np.full(height, -1, dtype=np.int64),
    )


def _explain(asked: _Asked, parent: int, y: Floats, mu: Floats, phi: Floats) -> None:
    """Mark the children that the parent's increase accounts for."""
    fixed = asked.codes[parent] > 0
    same = (asked.codes[:, fixed] == asked.codes[parent, fixed]).all(axis=1)
    open_to = same & (asked.levels > asked.levels[parent]) & (asked.explained_by < 0)
    children = np.flatnonzero(open_to & ~asked.ongoing)
    if not children.size or mu[parent] <= 0:
        return
    raised = mu[children] * y[parent] / mu[parent]
    rest = tail.upper_tail(y[children], raised, phi[children])
    asked.explained_by[children[rest > EXPLAINED]] = parent
