"""Avoidable cost: what contacts beyond the rate of a good week cost. Pure.

For each reason the rate is contacts for 1,000 orders. A *good* period is the lower quartile of the
periods before: as good as the best quarter of them, so it has been reached. What is above is
avoidable:

    avoidable contacts = max(0, contacts - good rate x orders of the period)
    avoidable cost     = cost of the reason x avoidable contacts / contacts
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

FEWEST_PERIODS = 4
"""Periods with orders without which nobody knows what a good one is."""


@dataclass(frozen=True)
class Reason:
    """One reason in the period.

    Attributes:
        reason: its code.
        contacts: how many.
        expected: contacts of a good period with as many orders; None: too little is known.
        minor: what it cost; None: nothing was booked to any reason.
    """

    reason: str
    contacts: int
    expected: float | None
    minor: int | None

    @property
    def beyond(self) -> float | None:
        """Avoidable contacts."""
        return None if self.expected is None else max(self.contacts - self.expected, 0.0)

    @property
    def avoidable(self) -> int | None:
        """Avoidable cost in minor units."""
        if self.minor is None or self.beyond is None or not self.contacts:
            return None
        return round(self.minor * self.beyond / self.contacts)


def reasons(
    counts: pl.DataFrame, bucket: str, start: date, cost: pl.DataFrame | None, scale: int
) -> list[Reason]:
    """Every reason with contacts in the period, by code.

    Args:
        counts: `reason`, `bucket`, `numerator` (contacts), `denominator` (orders of the bucket);
            of the period and of those before.
        bucket: name of the column that tells periods apart.
        start: its value from which on rows are of the period; a quarter has three months.
        cost: `reason`, `value` in units of the currency, of the period; None: nobody books any.
        scale: minor units in a unit.
    """
    known = counts.filter(pl.col("reason").is_not_null() & (pl.col("reason") != ""))
    orders = counts.group_by(bucket).agg(pl.col("denominator").max().fill_null(0)).sort(bucket)
    before = orders.filter((pl.col(bucket) < start) & (pl.col("denominator") > 0))
    sold = int(orders.filter(pl.col(bucket) >= start)["denominator"].sum())
    now = (
        known.filter(pl.col(bucket) >= start)
        .group_by("reason")
        .agg(pl.col("numerator").sum())
        .filter(pl.col("numerator") > 0)
        .sort("reason")
    )
    spent = {} if cost is None else dict(cost.select("reason", "value").iter_rows())
    return [
        Reason(
            reason,
            int(contacts),
            _expected(known.filter(pl.col("reason") == reason), before, bucket, sold),
            None if cost is None else round((spent.get(reason) or 0.0) * scale),
        )
        for reason, contacts in now.iter_rows()
    ]


def _expected(own: pl.DataFrame, before: pl.DataFrame, bucket: str, sold: int) -> float | None:
    if before.height < FEWEST_PERIODS or not sold:
        return None
    # A period in which nobody asked has no row, and a rate of nought.
    rates = before.join(own.select(bucket, "numerator"), on=bucket, how="left").select(
        pl.col("numerator").fill_null(0) / pl.col("denominator")
    )
    good = rates.to_series().quantile(0.25, interpolation="lower")
    return None if good is None else good * sold
