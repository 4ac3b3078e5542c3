"""Which rows could have counted, and why some of them do not: declared once per measure.

A population is all rows of a mart whose anchor lies in the period. Of its exclusions the first that
holds is the reason; a row without a reason is counted. A test proves that rows = counted + sum of
the exclusions, so the list of reasons is complete and no row has two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from data_access.marts.schemas import MARTS
from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.cohorts.deadlines import FIRST_RESPONSE, RESOLUTION, TURN, Deadline
from data_access.rollups.cohorts.waiting import WAITS, Wait
from data_access.rollups.days import AsOf

Holds = Callable[[AsOf], pl.Expr]
"""Whether a row of the mart is left out, as of an instant."""

WAITING = "waiting"
"""The code of rows that are too young to be judged: they will count later."""


@dataclass(frozen=True)
class Exclusion:
    """One reason to leave a row out; `code` is what the dashboard words."""

    code: str
    holds: Holds


@dataclass(frozen=True)
class Population:
    """The rows that a measure is taken from."""

    cohort: str
    exclusions: tuple[Exclusion, ...] = ()
    among: pl.Expr | None = None
    """Which rows of the mart it is about at all (answers to one kind of survey)."""

    @property
    def base(self) -> Cohort:
        """The cohort, before anything is left out."""
        cohort = COHORTS[self.cohort]
        # A row of the mart is there from its anchor on; when a wait ended is derived from it.
        known_at = cohort.known_at if cohort.known_at in MARTS[cohort.mart].columns else None
        return replace(cohort, prepare=self._rows, known_at=known_at)

    @property
    def codes(self) -> tuple[str, ...]:
        """The reasons in the order they are looked at."""
        return tuple(exclusion.code for exclusion in self.exclusions)

    def reason(self, as_of: AsOf) -> pl.Expr:
        """Code of the first exclusion that holds; null: the row counts."""
        found = pl.lit(None, dtype=pl.String)
        for exclusion in reversed(self.exclusions):
            holds = exclusion.holds(as_of).fill_null(value=False)
            found = pl.when(holds).then(pl.lit(exclusion.code)).otherwise(found)
        return found

    def _rows(self, mart: pl.LazyFrame) -> pl.LazyFrame:
        return mart if self.among is None else mart.filter(self.among)


def _always(condition: pl.Expr) -> Holds:
    return lambda _: condition


def _not(measure: str) -> Holds:
    cohort, _, name = measure.partition(".")
    return lambda as_of: ~COHORTS[cohort].measures[name](as_of).fill_null(value=False)


def _called_off(_: AsOf) -> pl.Expr:
    """Cancelled before anybody handed it over."""
    never = pl.col("shipped_at").is_null() & pl.col("delivered_on").is_null()
    return (pl.col("cancelled_at") < pl.col("shipped_at")) | (
        pl.col("cancelled_at").is_not_null() & never
    )


def _promise_ahead(as_of: AsOf) -> pl.Expr:
    return pl.col("promised_on") >= pl.lit(as_of.today)


_PROMISES = COHORTS["parcels_promised"].measures
_PARCELS = (
    Exclusion("called_off", _called_off),
    Exclusion(WAITING, _promise_ahead),
    Exclusion("not_handed_over", _not("parcels_promised.due")),
)
_COUNTED_CASES = (
    Exclusion("spam", _always(pl.col("is_spam"))),
    Exclusion("deleted", _always(pl.col("deleted"))),
    Exclusion("merged", _always(pl.col("merged_into").is_not_null())),
)


def _ahead(deadline: Deadline) -> tuple[Exclusion, ...]:
    """Why a deadline does not count (yet)."""
    return (
        Exclusion("withdrawn", _always(deadline.left_out())),
        Exclusion("paused", _always(pl.col(deadline.due_at).is_null())),
        Exclusion(WAITING, lambda as_of: ~as_of.passed(pl.col(deadline.due_at))),
    )


def _judged(deadline: Deadline, target: str) -> Population:
    unasked = pl.col("agent_started").fill_null(value=False) & pl.col("fr_started_at").is_null()
    started = [Exclusion("agent_started", _always(unasked))] if deadline is FIRST_RESPONSE else []
    unjudged = Exclusion("unjudged", _always(pl.col(target).is_null()))
    return Population("cases_created", (*_COUNTED_CASES, *started, unjudged, *_ahead(deadline)))


def _turns(clock: str, deadline: Deadline) -> Population:
    unjudged = Exclusion("unjudged", _always(pl.col("target_s").is_null()))
    return Population(
        "clocks_started",
        (*_COUNTED_CASES, unjudged, *_ahead(deadline)),
        among=pl.col("clock") == clock,
    )


def _watched(cohort: str, wait: Wait) -> Population:
    """Cases whose wait is followed, however far it has come."""
    begun = Exclusion("agent_started", lambda as_of: ~as_of.passed(pl.col(wait.started_at)))
    unjudged = Exclusion("unjudged", _always(pl.col(wait.target_s).is_null()))
    return Population(cohort, (*_COUNTED_CASES, unjudged, begun))


_HEARD = _COUNTED_CASES[:2]
_ANY = AsOf(datetime(1970, 1, 1, tzinfo=UTC), "UTC")
"""For measures that time does not change."""
_COSTS = COHORTS["costs_incurred"].measures

POPULATIONS: Mapping[str, Population] = {
    "cases_created.n": Population("cases_created", _COUNTED_CASES),
    "cases_created.fr_due": _judged(FIRST_RESPONSE, "fr_target_s"),
    "cases_created.res_due": _judged(RESOLUTION, "res_target_s"),
    "cases_created.judged": Population(
        "cases_created",
        (*_COUNTED_CASES, Exclusion("unjudged", _not("cases_created.judged"))),
    ),
    **{f"{cohort}.ended": _watched(cohort, wait) for cohort, wait in WAITS.items()},
    **{f"clocks_started.{clock}_due": _turns(clock, told) for clock, told in TURN.items()},
    "cases_created.vendor_n": Population(
        "cases_created",
        (*_COUNTED_CASES, Exclusion("no_flag", _not("cases_created.vendor_n"))),
    ),
    "cases_solved.reopen_due": Population(
        "cases_solved",
        (*_COUNTED_CASES, Exclusion(WAITING, _not("cases_solved.reopen_due"))),
    ),
    "orders_placed.n": Population("orders_placed"),
    "sales_lines.n": Population("sales_lines", (Exclusion("no_quantity", _not("sales_lines.n")),)),
    "parcels_promised.due": Population("parcels_promised", _PARCELS),
    "parcels_promised.late": Population(
        "parcels_promised",
        (*_PARCELS, Exclusion("on_time", _PROMISES["on_time"])),
    ),
    "parcels_delivered.n": Population(
        "parcels_delivered",
        (
            Exclusion(
                "delivered_before_order",
                lambda _: ~(pl.col("delivered_at") >= pl.col("created_at")).fill_null(value=False),
            ),
        ),
    ),
    "return_lines_requested.n": Population("return_lines_requested"),
    "reviews_written.n": Population(
        "reviews_written", (Exclusion("unrated", _not("reviews_written.n")),)
    ),
    "voices_heard.n": Population("voices_heard", _HEARD),
    "voices_heard.messages": Population(
        "voices_heard", _HEARD, among=pl.col("medium") == "message"
    ),
    "costs_incurred.n": Population("costs_incurred"),
    "costs_incurred.booked_n": Population("costs_incurred", among=_COSTS["booked_n"](_ANY)),
    "costs_incurred.given_n": Population("costs_incurred", among=_COSTS["given_n"](_ANY)),
    "surveys_csat.n": Population("surveys_csat", among=pl.col("kind") == "csat"),
    "surveys_nps.n": Population("surveys_nps", among=pl.col("kind") == "nps"),
}
"""Measure (`cohort.measure`) that a number divides by, or counts, to where it is taken from."""

_SHARES_ROWS: Mapping[str, str] = {
    "sales_lines.value": "sales_lines.n",
    "return_lines_requested.value": "return_lines_requested.n",
    "costs_incurred.value": "costs_incurred.n",
    "costs_incurred.booked_value": "costs_incurred.booked_n",
    "costs_incurred.given_value": "costs_incurred.given_n",
}
"""Amounts to the measure that counts their rows."""


def population_of(measure: str) -> tuple[str, Population] | None:
    """The counting measure behind `measure` and its population; None for levels (backlog)."""
    counting = _SHARES_ROWS.get(measure, measure)
    return (counting, POPULATIONS[counting]) if counting in POPULATIONS else None
