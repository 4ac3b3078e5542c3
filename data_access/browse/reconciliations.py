"""Questions to the warehouse about other products' definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.period_cases import PeriodCases, period_cases
from data_access.clocks import timeline
from data_access.metrics.filters import DIMENSIONS, GRAINS, Filter
from data_access.presets.case_history import history
from data_access.presets.catalogue import preset
from data_access.presets.definition import Preset, PresetError, Statistic
from data_access.presets.reconciling import Reconciliation, compare
from data_access.presets.recorded import (
    NAME,
    RECORDED,
    Comparison,
    compare_recorded,
    product_of,
    reconcile_recorded,
    turned,
)
from data_access.presets.statistic import mean_of, quantile_of
from data_access.presets.times import Measuring
from data_access.presets.verdicts import Verdicts, verdicts
from data_access.rollups.days import local_day, period

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

MOST_CASES = 50_000
"""Of more cases an even sample is compared: every switch measures all of them again."""


@dataclass(frozen=True)
class Found:
    """A reconciliation and the cases it rests on."""

    reconciliation: Reconciliation
    of_cases: int
    """Cases in the period."""
    taken: int
    """Cases compared: all, or an even sample of them."""


def preset_statistics(
    warehouse: Warehouse,
    where: Filter,
    *,
    metric: str,
    made_by: Preset,
    by: Sequence[str] = (),
    as_of: datetime,
    zone: str,
) -> pl.DataFrame:
    """A time metric by a product's definition.

    Returns:
        `by`…, n, median_s, p90_s, mean_s, running (of n, clocks that still run), left_out; one row
        per group, sorted; a single row without `by`.

    Raises:
        PresetError: no such metric, or a dimension that cases do not have.
    """
    dimensions = [name for name in by if name not in GRAINS]
    strange = [name for name in dimensions if name not in DIMENSIONS]
    if strange:
        known = ", ".join((*DIMENSIONS, *GRAINS))
        raise PresetError(f"Cases have no dimension {strange[0]!r}. Known: {known}.")
    made = made_by.definition(metric)
    cases = period_cases(warehouse, where, as_of=as_of, zone=zone, by=dimensions)
    times = _measuring(cases, metric).times(made)
    groups = cases.own.select(
        "source",
        "case_id",
        **{f"#{name}": _group(name, zone) for name in by},
    ).collect()
    rows = times.join(groups, on=["source", "case_id"], how="left")
    parts = rows.partition_by([f"#{name}" for name in by], as_dict=True) if by else {(): rows}
    shown = [
        {
            **dict(zip(by, key, strict=True)),
            "n": part["value_s"].count(),
            "median_s": quantile_of(part, 0.5),
            "p90_s": quantile_of(part, 0.9),
            "mean_s": mean_of(part),
            "running": part.filter(pl.col("value_s").is_not_null(), ~pl.col("ended")).height,
            "left_out": part["value_s"].null_count(),
        }
        for key, part in parts.items()
    ]
    schema = {
        **{name: groups.schema[f"#{name}"] for name in by},
        "n": pl.Int64(),
        "median_s": pl.Float64(),
        "p90_s": pl.Float64(),
        "mean_s": pl.Float64(),
        "running": pl.Int64(),
        "left_out": pl.Int64(),
    }
    found = pl.DataFrame(shown, schema=schema)
    return found.sort(by) if by else found


def _group(name: str, zone: str) -> pl.Expr:
    if name not in GRAINS:
        return pl.col(f"by_{name}")
    return period(name, local_day(pl.col("created_at"), zone))


def reconciliation(
    warehouse: Warehouse,
    where: Filter,
    *,
    metric: str,
    left: str,
    right: str,
    statistic: Statistic,
    as_of: datetime,
    zone: str,
    limit: int | None = MOST_CASES,
) -> Found:
    """The gap between two definitions over the cases of a filter, by cause.

    Args:
        warehouse: facts and marts.
        where: which cases, by creation.
        metric: one of `METRICS`.
        left: a preset's name, or `recorded` for the source's own figures.
        right: the same; not both can be `recorded`.
        statistic: of both numbers.
        as_of: what is known.
        zone: zone that the filter's days are cut in.
        limit: of more cases an even sample is taken; None: all.

    Raises:
        PresetError: unknown names, a product without the metric, figures that no source records.
    """
    recorded = [name == NAME for name in (left, right)]
    if all(recorded):
        raise PresetError("Compare the source's own figure with a preset, not with itself.")
    if any(recorded) and metric not in RECORDED:
        raise PresetError(
            f"No source records {metric} per case. Recorded are: {', '.join(RECORDED)}."
        )
    known = [
        None if own else preset(name) for own, name in zip(recorded, (left, right), strict=True)
    ]
    for made in known:
        if made is not None:
            made.definition(metric)
    cases = period_cases(warehouse, where, as_of=as_of, zone=zone, limit=limit)
    measuring = _measuring(cases, metric)
    old, new = known
    if old is not None and new is not None:
        found = compare(
            measuring, old, new, old.definition(metric), new.definition(metric), statistic
        )
    else:
        other = new if old is None else old
        assert other is not None
        found = reconcile_recorded(
            cases.own, measuring, other, through=_product(cases), statistic=statistic
        )
        found = found if old is None else turned(found)
    return Found(found, cases.of_cases, cases.taken)


def recorded_comparison(
    warehouse: Warehouse,
    where: Filter,
    *,
    metric: str,
    made_by: Preset,
    as_of: datetime,
    zone: str,
    limit: int | None = MOST_CASES,
) -> Comparison:
    """The minutes that the source recorded beside those that a definition gives.

    Raises:
        PresetError: the product has no such metric.
    """
    made = made_by.definition(metric)
    cases = period_cases(warehouse, where, as_of=as_of, zone=zone, limit=limit)
    times = _measuring(cases, metric).times(made)
    return compare_recorded(cases.own, times, metric=metric, hours=made.hours)


def flag_verdicts(
    warehouse: Warehouse, where: Filter, *, target_s: float, as_of: datetime, zone: str
) -> Verdicts:
    """The SLA flag that the source recorded beside our resolution clock."""
    cases = period_cases(warehouse, where, as_of=as_of, zone=zone)
    return verdicts(cases.own, _measuring(cases, "first_resolution").past, target_s=target_s)


def _measuring(cases: PeriodCases, metric: str) -> Measuring:
    told = timeline(cases.own, cases.events, cases.messages)
    return Measuring(history(cases.own, told, cases.as_of), metric, cases.hours)


def _product(cases: PeriodCases) -> Preset | None:
    """The product that all cases come from, by the names of their feeds."""
    products = {getattr(product_of(source), "name", None) for source in cases.sources}
    return preset(products.pop() or "") if len(products) == 1 and None not in products else None
