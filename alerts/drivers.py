"""What grew most inside a slice, dimension by dimension, against the weeks before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from alerts.judging.specs import direction_of, kpi_of
from alerts.reading import Numbers
from alerts.rule_checks import known_dims
from alerts.rules import Rule
from alerts.rules.format.threshold import ThresholdRule
from data_access.metrics import Filter, Query

DRIVER_DIMS = ("reason", "carrier", "region", "product", "lane", "channel", "category", "market")
"""Dimensions searched for what drives an alert; of equals the first is told first."""
DRIVERS_PER_DIM = 3
_WEEKS = 8
"""Weeks compared with, for rules that learn nothing."""


def drivers(
    rule: Rule,
    labels: Mapping[str, str],
    window: Filter,
    opened: date | None,
    *,
    slot: datetime,
    metrics: Numbers,
) -> list[dict[str, Any]]:
    """What has most more bad rows than the same length of the weeks before had.

    During an episode these are the weeks before it, else it would be compared with itself. Of a
    share the bad rows are compared with the former share of today's.
    """
    kpi = kpi_of(rule)
    if kpi is None or kpi.stock or (isinstance(rule, ThresholdRule) and rule.signal.parity):
        return []
    known = known_dims(kpi.name)
    if not set(labels) <= set(known):  # a word of the subject is no dimension
        return []
    fixed_dims: dict[str, Any] = {name: (value,) for name, value in labels.items()}
    inside = replace(window, **fixed_dims)
    assert inside.start is not None
    assert inside.end is not None
    length = (inside.end - inside.start).days + 1
    weeks = getattr(rule, "baseline_weeks", _WEEKS)
    until = min(inside.start, opened - timedelta(days=length - 1)) if opened else inside.start
    before = replace(inside, start=until - timedelta(days=7 * weeks), end=until - timedelta(days=1))
    fixed = length / (7 * weeks)
    found: list[list[dict[str, Any]]] = []
    for dim in DRIVER_DIMS:
        if dim in labels or dim not in known or rule.by == (dim,):
            continue
        now_rows, old_rows = (
            _bad(metrics.kpi(Query(kpi.name, (dim,), where, slot)), dim, rule)
            for where in (inside, before)
        )
        grown = (
            now_rows.join(old_rows, on=dim, how="left", suffix="_old")
            .with_columns(mu=_expected(fixed, share=kpi.denominator is not None))
            .with_columns(mu=pl.col("mu").fill_null(0.0).fill_nan(0.0).round(2))
            .with_columns(excess=pl.col("y") - pl.col("mu"))
            .filter(pl.col("excess") > 0, pl.col(dim) != "")
            .sort("excess", dim, descending=[True, False])
            .head(DRIVERS_PER_DIM)
        )
        named = pl.lit(dim).alias("dimension")
        found.append(
            grown.select(named, pl.col(dim).alias("value"), "y", "mu", "excess").to_dicts()
        )
    # A dimension whose foremost value explains most of the excess says most about the cause.
    told = [rows for rows in found if rows]
    told.sort(key=lambda rows: -float(rows[0]["excess"]))
    return [row for rows in told for row in rows]


def _bad(rows: pl.DataFrame, dim: str, rule: Rule) -> pl.DataFrame:
    """`dim`, `y` (bad rows), `n` (of how many; null for counts)."""
    kpi = kpi_of(rule)
    name = pl.col(dim).cast(pl.String).fill_null("")
    if kpi is None or kpi.denominator is None:
        return rows.select(
            name, y=pl.col("value").cast(pl.Float64), n=pl.lit(None, dtype=pl.Float64)
        )
    hits, n = pl.col("numerator").cast(pl.Float64), pl.col("denominator").cast(pl.Float64)
    bad = n - hits if direction_of(rule) == "down" else hits
    return rows.select(name, y=bad, n=n)


def _expected(fixed: float, *, share: bool) -> pl.Expr:
    """Bad rows that the weeks before would give: their number, or their share of today's rows."""
    return pl.col("n") * pl.col("y_old") / pl.col("n_old") if share else pl.col("y_old") * fixed
