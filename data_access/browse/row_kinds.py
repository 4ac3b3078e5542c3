"""The lists behind numbers: parcels, returns, reviews, survey answers, orders, the cases counted.

A list is a cohort's rows, a view those that one of the cohort's own measures counts, or those that
it leaves out for one reason. There is no second formula here, so a list has as many rows as the
number it stands behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from data_access.metrics.exclusions import POPULATIONS, Population
from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.cohorts.deadlines import CLOCKS_OF_TURNS
from data_access.rollups.cohorts.waiting import WAITS
from data_access.rollups.days import AsOf


@dataclass(frozen=True)
class RowView:
    """Rows of a cohort: those that `counted` counts and `without` does not; None: no condition."""

    cohort: str
    counted: str | None = None
    without: str | None = None
    left_out: str | None = None
    """Rows that `counted` does not count, for this reason."""
    watched: bool = False
    """All rows of the population, not those alone of which `counted` is true: whose wait goes on
    counts as well."""

    @property
    def population(self) -> Population | None:
        """Where the rows that count are taken from, if that is declared."""
        return POPULATIONS.get(f"{self.cohort}.{self.counted}")

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
    def every(self) -> Mapping[str, RowView]:
        """The views, and for each of them one per reason to leave a row out: `due-waiting`."""
        hidden = {
            f"{name}-{code}": replace(view, left_out=code)
            for name, view in self.views.items()
            if view.population is not None and view.without is None
            for code in view.population.codes
        }
        return {**self.views, **hidden}

    @property
    def default(self) -> str:
        """The view of an address that names none."""
        return next(iter(self.views))

    @property
    def cohort(self) -> Cohort:
        """A cohort of the list: they share mart and anchor."""
        return COHORTS[self.views[self.default].cohort]


_GOODS = ("market", "region", "lane", "carrier", "category", "product", "language")
_SERVICE = ("level", "channel", "priority", "team", "reason", *_GOODS)
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


def _turns(clock: str) -> RowKind:
    """The list of the runs of one clock."""
    due = f"{clock}_due"
    return RowKind(
        "turn",
        {
            "due": RowView("clocks_started", due),
            "met": RowView("clocks_started", f"{clock}_met"),
            "missed": RowView("clocks_started", due, without=f"{clock}_met"),
        },
        ("turn", "source", "case_id", "started_at", "due_at", "stopped_at", *_SERVICE),
        ("case_id",),
        {"turn": lambda _: pl.format("{} · {}", "case_id", "instance")},
    )


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
            "csat_top": RowView("surveys_csat", "top"),
            "csat_low": RowView("surveys_csat", "n", without="top"),
            "nps": RowView("surveys_nps", "n"),
            "detractors": RowView("surveys_nps", "detractors"),
        },
        ("response_id", "source", "kind", "case_id", "order_id", "answered_at", "score", "level",
         "channel", "priority", "team", "reason", *_GOODS),
        ("response_id", "case_id", "order_id"),
    ),
    "cases": RowKind(
        "case_id",
        {
            "all": RowView("cases_created", "n"),
            "fr_due": RowView("cases_created", "fr_due"),
            "fr_met": RowView("cases_created", "fr_met"),
            "fr_missed": RowView("cases_created", "fr_due", without="fr_met"),
            "res_due": RowView("cases_created", "res_due"),
            "res_met": RowView("cases_created", "res_met"),
            "res_missed": RowView("cases_created", "res_due", without="res_met"),
            "judged": RowView("cases_created", "judged"),
            "paused": RowView("cases_created", "paused"),
            "vendor": RowView("cases_created", "vendor_n"),
            "vendor_met": RowView("cases_created", "vendor_met"),
        },
        ("case_id", "source", "order_id", "created_at", "first_response_at", "first_solved_at",
         "status", "subject", *_SERVICE),
        ("case_id", "order_id", "subject"),
    ),
    "solved": RowKind(
        "case_id",
        {
            "due": RowView("cases_solved", "reopen_due"),
            "reopened": RowView("cases_solved", "reopened"),
        },
        ("case_id", "source", "order_id", "created_at", "first_solved_at", "first_reopened_at",
         "status", "subject", *_SERVICE),
        ("case_id", "order_id", "subject"),
    ),
    "orders": RowKind(
        "order_id",
        {"all": RowView("orders_placed", "n")},
        ("order_id", "source", "placed_at", "total_minor", "currency", *_GOODS),
        ("order_id",),
    ),
    "lines": RowKind(
        "line_id",
        {"sold": RowView("sales_lines", "n")},
        ("line_id", "source", "order_id", "placed_at", "lot", "qty", "value_minor", "currency",
         *_GOODS),
        ("line_id", "order_id", "lot"),
    ),
    "sent_back": RowKind(
        "return_line_id",
        {
            "all": RowView("sales_returned", "n"),
            "defective": RowView("sales_returned", "defective"),
        },
        ("return_line_id", "source", "return_id", "order_id", "order_placed_at", "requested_at",
         "lot", "reason", "qty", "value_minor", "currency", *_GOODS),
        ("return_line_id", "return_id", "order_id", "lot"),
    ),
    "delivered": RowKind(
        "shipment_id",
        {"all": RowView("parcels_delivered", "n")},
        ("shipment_id", "source", "order_id", "tracking_no", "created_at", "delivered_at",
         *_GOODS),
        ("shipment_id", "order_id", "tracking_no"),
    ),
    "costs": RowKind(
        "entry",
        {
            "all": RowView("costs_incurred", "n"),
            "booked": RowView("costs_incurred", "booked_n"),
            "given": RowView("costs_incurred", "given_n"),
        },
        ("entry", "source", "cost_id", "cost_kind", "ref_id", "case_id", "order_id", "return_id",
         "at", "value_minor", "currency", "channel", "reason", *_GOODS),
        ("cost_id", "ref_id", "case_id", "order_id", "return_id"),
        # One number may stand for a cost, a compensation and a refund.
        {"entry": lambda _: pl.format("{} · {}", "cost_id", "cost_kind")},
    ),
    "voices": RowKind(
        "entry",
        {
            "all": RowView("voices_heard", "n"),
            "messages": RowView("voices_heard", "messages"),
            "angry": RowView("voices_heard", "angry"),
        },
        ("entry", "source", "voice_id", "medium", "case_id", "order_id", "at", "anger", "channel",
         "team", "reason", *_GOODS),
        ("voice_id", "case_id", "order_id"),
        {"entry": lambda _: pl.format("{} · {}", "voice_id", "medium")},
    ),
    **{clock: _turns(clock) for clock in CLOCKS_OF_TURNS},
    **{
        wait: RowKind(
            "case_id",
            {"watched": RowView(wait, "ended", watched=True)},
            ("case_id", "source", "order_id", "created_at", "first_response_at", "first_solved_at",
             "status", "subject", *_SERVICE),
            ("case_id", "order_id", "subject"),
        )
        for wait in WAITS
    },
}  # fmt: skip
"""Every list by the name that stands in its address."""
