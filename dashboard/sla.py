"""What the SLA screen shows, as declarations: its promises, and hours of the week in blocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from data_access.metrics import Filter
from data_access.metrics.intervals import wilson
from data_access.metrics.plan import dimensions

KPIS = ("first_response_within_target", "resolution_within_target", "on_time_delivery")
"""The promises a reader can choose between; the first is the default."""

SHORT = {
    "first_response": KPIS[0],
    "resolution": KPIS[1],
    "delivery": KPIS[2],
}
"""How the address names them; full names are understood as well."""

LATE_LIST = {KPIS[0]: "/cases", KPIS[1]: "/cases", KPIS[2]: "/rows/parcels"}
"""Promise to the list of what it is about."""

LATE_VIEW = {KPIS[0]: "first_response_late", KPIS[1]: "resolution_late", KPIS[2]: "late"}
"""Promise to the view of that list that shows where it was broken."""

LEVEL_KPIS = KPIS[:2]
HOURS_KPI = KPIS[0]
BLOCK_HOURS = 4
"""Attainment by single hour of the week would rest on a handful of cases."""

FEWEST_IN_BLOCK = 10
PATTERN_WEEKS = 13
LEVELS = (1, 2, 3, 4, 5)
HOURS = 168


def chosen_kpi(name: str | None) -> str:
    """The KPI that an address names; the default for anything else."""
    if name in KPIS:
        return str(name)
    return SHORT.get(name or "", KPIS[0])


def strange(where: Filter, kpi: str) -> list[str]:
    """The dimensions of a filter that the KPI does not have: parcels have no channel."""
    return [name for name in where.values() if name not in dimensions(kpi)]


def understood(where: Filter, kpi: str) -> Filter:
    """The filter without those dimensions."""
    empty: dict[str, Any] = dict.fromkeys(strange(where, kpi), ())
    return replace(where, **empty)


def pattern_days(first: date, last: date) -> tuple[date, date, float]:
    """First and last day of the weekly pattern (13 weeks at least) and how many weeks that is."""
    start = min(first, last - timedelta(days=7 * PATTERN_WEEKS - 1))
    return start, last, ((last - start).days + 1) / 7


def every_hour(contacts: pl.DataFrame) -> pl.DataFrame:
    """Contacts with a row for hours in which nobody wrote: that is 0, not unknown.

    Args:
        contacts: `continent`, `hour_of_week`, `value`.
    """
    hours = pl.DataFrame({"hour_of_week": range(HOURS)}, schema={"hour_of_week": pl.Int64})
    return (
        contacts.select("continent")
        .unique(maintain_order=True)
        .join(hours, how="cross")
        .join(
            contacts.select("continent", "hour_of_week", "value"),
            on=["continent", "hour_of_week"],
            how="left",
            nulls_equal=True,
        )
        .with_columns(pl.col("value").fill_null(0))
        .sort("continent", "hour_of_week")
    )


def blocks(attained: pl.DataFrame) -> pl.DataFrame:
    """Attainment by continent and block of hours, with intervals (Wilson) from summed counts.

    Args:
        attained: `continent`, `hour_of_week`, `numerator`, `denominator`.

    Returns:
        `continent`, `hour_of_week` (first hour of the block), `value`, `low`, `high`, `n`.
    """
    hits, n = pl.col("numerator"), pl.col("denominator")
    low, high = wilson(hits, n)
    return (
        attained.group_by(
            "continent",
            hour_of_week=pl.col("hour_of_week") // BLOCK_HOURS * BLOCK_HOURS,
        )
        .agg(hits.sum(), n.sum())
        .with_columns(value=pl.when(n > 0).then(hits / n), low=low, high=high, n=n)
        .select("continent", "hour_of_week", "value", "low", "high", "n")
        .sort("continent", "hour_of_week")
    )
