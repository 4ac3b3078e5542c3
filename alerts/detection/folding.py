"""Which alerts are one incident: those whose excess a named slice already explains.

An alert belongs to the slice that explains most of its excess if the named slices together explain
at least `EXPLAINED` of it, or at least `PARTLY` and what is left would surprise nobody. That folds
children (the same incident seen closer), parents (seen from further away) and cousins (the same
leaves cut another way), and leaves alone a child that is worse than its parent explains.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from alerts.detection import tail
from alerts.detection.localise import Slices
from alerts.detection.slices import matching

EXPLAINED = 0.8
"""Share of an alert's excess which, explained, makes it part of the incident."""
PARTLY = 0.5
"""Share that is enough where the rest is not surprising."""
SURPRISING = 0.01
"""P below which the rest is surprising."""


def fold(alerts: pl.DataFrame, slices: Slices) -> pl.DataFrame:
    """The alerts with `slice` (row of `slices.found`; null: stands alone) and `explained`.

    Args:
        alerts: dimensions of the leaves, null where an alert does not fix one.
        slices: the slices found in the same window.

    `explained` is the share of the alert's excess that all slices explain; null where there is no
    excess. A slice that is itself among the alerts is folded into itself.
    """
    rows = [_judged(row, slices) for row in alerts.iter_rows(named=True)]
    return alerts.with_columns(
        pl.Series("slice", [slice_ for slice_, _ in rows], dtype=pl.Int64),
        pl.Series("explained", [share for _, share in rows], dtype=pl.Float64),
    )


def _judged(labels: Mapping[str, object], slices: Slices) -> tuple[int | None, float | None]:
    inside = matching(slices.leaves, slices.dims, labels)
    y, mu, phi = (slices.leaves[name].to_numpy()[inside] for name in ("y", "mu", "phi"))
    excess = float(y.sum() - mu.sum())
    explained = slices.attributed[inside].sum(axis=0)
    if excess <= 0:
        return None, None
    share = float(explained.sum()) / excess
    if not explained.size or share < PARTLY:
        return None, share
    most = int(np.argmax(explained))
    if share >= EXPLAINED:
        return most, share
    fitted = mu.sum() + explained.sum()
    dispersion = float((phi * mu).sum() / mu.sum()) if mu.sum() > 0 else float(phi.max())
    rest = tail.upper_tail(np.array([y.sum()]), np.array([fitted]), np.array([dispersion]))
    return (most if rest[0] > SURPRISING else None), share


def breakdown(slices: Slices, slice_: int) -> pl.DataFrame:
    """Every value of every open dimension inside one slice, the largest excess first.

    Columns `dimension`, `value`, `y`, `mu`, `excess` and `share` (of the slice's excess).
    """
    labels = slices.found.select(slices.dims).row(slice_, named=True)
    inside = slices.leaves[matching(slices.leaves, slices.dims, labels)]
    whole = float((inside["y"] - inside["mu"]).sum())
    parts = [
        inside.group_by(pl.col(dim).alias("value"))
        .agg(pl.col("y", "mu").sum())
        .select(
            pl.lit(dim).alias("dimension"),
            "value",
            "y",
            "mu",
            excess=pl.col("y") - pl.col("mu"),
            share=(pl.col("y") - pl.col("mu")) / whole,
        )
        .sort("excess", "value", descending=[True, False])
        for dim in slices.dims
        if labels[dim] is None
    ]
    numbers = dict.fromkeys(("y", "mu", "excess", "share"), pl.Float64)
    empty = pl.DataFrame(schema={"dimension": pl.String, "value": pl.String, **numbers})
    return pl.concat([empty, *parts])
