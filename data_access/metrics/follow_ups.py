"""What follows an order weeks later, and how much of it is in: reviews and requests to return.

From orders old enough to have had their time (13 to 39 weeks before `as_of`) it is read how many
get a review (or how many of their lines are asked back) within 13 weeks, and after how many days.
A young week is then told by what is in and what is to be expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from data_access.metrics.numbers import Numbers
from data_access.rollups.days import AsOf, end_of_day

HORIZON = timedelta(weeks=13)
"""What comes later than that is not waited for."""

HISTORY = timedelta(weeks=26)
LEAST = 30
"""So many of them must have come in the past before anything is expected."""


@dataclass(frozen=True)
class FollowUp:
    """Reviews, or lines asked back, of the orders of a period."""

    kind: str
    """`reviews` or `returns`."""
    seen: int
    """How many are in, of orders of the period."""
    expected: float
    """How many there will be in the end, as far as the past tells."""
    median_days: int
    """From order to review or request: half came within so many days, in the past."""
    most_days: int
    """Nine in ten came within so many days."""

    @property
    def share_seen(self) -> float:
        """Share of what is expected that is in; 1 at the most."""
        return min(self.seen / self.expected, 1.0) if self.expected > 0 else 1.0


def follow_ups(numbers: Numbers, as_of: AsOf, first: date, last: date) -> list[FollowUp]:
    """What is to follow the orders of some days; nothing where the past does not tell.

    Args:
        numbers: the marts.
        as_of: what was known when, and the zone of the days.
        first: first day of the period.
        last: last day, included.
    """
    period = (end_of_day(first - timedelta(days=1), as_of.zone), end_of_day(last, as_of.zone))
    past = (as_of.instant - HORIZON - HISTORY, as_of.instant - HORIZON)
    found = (_reviews(numbers, as_of, past, period), _returns(numbers, as_of, past, period))
    return [one for one in found if one is not None]


_Span = tuple[datetime, datetime]


def _reviews(numbers: Numbers, as_of: AsOf, past: _Span, period: _Span) -> FollowUp | None:
    orders = numbers.mart("orders").select("source", "order_id", "placed_at")
    reviews = numbers.mart("reviews").filter(_from(pl.col("at"), past[0], as_of.instant))
    first = reviews.group_by("source", "order_id").agg(pl.col("at").min())
    return _follow_up("reviews", orders, first, as_of, past, period)


def _returns(numbers: Numbers, as_of: AsOf, past: _Span, period: _Span) -> FollowUp | None:
    lines = numbers.mart("lines").select("source", "order_id", "placed_at")
    asked = numbers.mart("return_lines").filter(
        _from(pl.col("requested_at"), past[0], as_of.instant)
    )
    # One row per line asked back; which line of the order it was does not matter for the lag.
    requests = asked.select("source", "order_id", at="requested_at")
    return _follow_up("returns", lines, requests, as_of, past, period)


def _follow_up(
    kind: str,
    begun: pl.LazyFrame,
    events: pl.LazyFrame,
    as_of: AsOf,
    past: _Span,
    period: _Span,
) -> FollowUp | None:
    """Match what followed with what it follows; both by source and order."""
    placed = pl.col("placed_at")
    wanted = begun.filter(
        _from(placed, *past) | (_from(placed, *period) & (placed <= pl.lit(as_of.instant)))
    ).with_columns(old=placed < pl.lit(past[1]))
    sizes = dict(wanted.group_by("old").agg(pl.len()).collect().iter_rows())
    orders = wanted.unique(["source", "order_id"])
    lag = pl.col("at") - placed
    followed = (
        events.join(orders, on=["source", "order_id"], how="inner")
        .with_columns(lag=lag)
        .filter((pl.col("lag") >= timedelta()) & (pl.col("lag") <= HORIZON))
        .select("old", "lag")
        .collect()
    )
    lags = followed.filter("old")["lag"].dt.total_days()
    if lags.len() < LEAST or not sizes.get(True):
        return None
    median, most = lags.quantile(0.5, "nearest"), lags.quantile(0.9, "nearest")
    assert median is not None
    assert most is not None
    return FollowUp(
        kind=kind,
        seen=followed.height - lags.len(),
        expected=sizes.get(False, 0) * lags.len() / sizes[True],
        median_days=int(median),
        most_days=int(most),
    )


def _from(instant: pl.Expr, first: datetime, before: datetime) -> pl.Expr:
    return (instant >= pl.lit(first)) & (instant < pl.lit(before))
