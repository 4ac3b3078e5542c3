"""The lists behind numbers that are not about cases: parcels, returns, reviews, survey answers.

A list is a cohort's rows, a view those that one of the cohort's own measures counts. There is no
second formula here, so a list has as many rows as the number it stands behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import AsOf


@dataclass(frozen=True)
class RowView:
    """Rows of a cohort: those that `counted` counts and `without` does not; None: no condition."""

    cohort: str
    counted: str | None = None
    without: str | None = None

    def holds(self, as_of: AsOf) -> pl.Expr:
        """Whether a row belongs to the view as of then."""
        measures = COHORTS[self.cohort].measures
        kept = pl.lit(value=True)
        if self.counted is not None:
            kept &= measures[self.counted](as_of)
        return kept if self.without is None else kept & ~measures[self.without](as_of)


@dataclass(frozen=True)
class RowKind:
    """One list: which rows it can show, what it says of each and how it can be searched."""

    key: str
    """Tells rows of one source apart."""
    views: Mapping[str, RowView]
    """All of one mart and anchored alike; the first is the default."""
    columns: tuple[str, ...]
    """What a row holds, and what it may be sorted by."""
    searched: tuple[str, ...]
    derived: Mapping[str, Callable[[AsOf], pl.Expr]] = field(default_factory=dict)
    """Columns that the mart does not hold, or holds as of its own instant."""

    @property
    def default(self) -> str:
        """The view of an address that names none."""
        return next(iter(self.views))

    @property
    def cohort(self) -> Cohort:
        """A cohort of the list: they share mart and anchor."""
        return COHORTS[self.views[self.default].cohort]


_GOODS = ("market", "region", "lane", "carrier", "category", "product", "language")
_PARCELS = COHORTS["parcels_promised"].measures


def _standing(as_of: AsOf) -> pl.Expr:
    """`on_time` or `late`; null as long as (or where) the promise cannot be judged."""
    return (
        pl.when(_PARCELS["on_time"](as_of))
        .then(pl.lit("on_time"))
        .when(_PARCELS["late"](as_of))
        .then(pl.lit("late"))
    )


def _delivered_on(as_of: AsOf) -> pl.Expr:
    ahead = (pl.col("delivered_at") > pl.lit(as_of.instant)).fill_null(value=False)
    return pl.when(~ahead & (pl.col("delivered_on") <= pl.lit(as_of.today))).then("delivered_on")


ROW_KINDS: Mapping[str, RowKind] = {
    "parcels": RowKind(
        "shipment_id",
        {
            "all": RowView("parcels_promised"),
            "due": RowView("parcels_promised", "due"),
            "late": RowView("parcels_promised", "late"),
            "on_time": RowView("parcels_promised", "on_time"),
        },
        ("shipment_id", "source", "order_id", "tracking_no", "created_at", "promised_on",
         "delivered_on", "standing", *_GOODS),
        ("shipment_id", "order_id", "tracking_no"),
        {"standing": _standing, "delivered_on": _delivered_on},
    ),
    "returns": RowKind(
        "return_line_id",
        {"all": RowView("return_lines_requested", "n")},
        ("return_line_id", "source", "return_id", "order_id", "requested_at", "reason", "qty",
         "value_minor", "currency", "grade", "disposition", *_GOODS),
        ("return_line_id", "return_id", "order_id"),
    ),
    "reviews": RowKind(
        "review_id",
        {
            "all": RowView("reviews_written", "n"),
            "low": RowView("reviews_written", "low"),
        },
        ("review_id", "source", "order_id", "at", "rating", *_GOODS),
        ("review_id", "order_id"),
    ),
    "surveys": RowKind(
        "response_id",
        {
            "csat": RowView("surveys_csat", "n"),
            "csat_low": RowView("surveys_csat", "n", without="top"),
            "nps": RowView("surveys_nps", "n"),
            "detractors": RowView("surveys_nps", "detractors"),
        },
        ("response_id", "source", "kind", "case_id", "order_id", "answered_at", "score", "level",
         "channel", "priority", "team", "reason", *_GOODS),
        ("response_id", "case_id", "order_id"),
    ),
}  # fmt: skip
"""Every list by the name that stands in its address."""
