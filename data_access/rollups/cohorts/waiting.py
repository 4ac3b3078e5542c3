"""How long customers wait: cases by when they came in and how long it took until it ended.

The rollups hold only waits that have ended, in log-buckets; who waits still has an age that grows
by the minute, so those are read from the mart (`data_access.metrics.waiting`). All hours count: a
customer does not stop waiting at closing time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts.dimensions import CASE_DIMS
from data_access.rollups.cohorts.measures import col, flag, true
from data_access.rollups.cohorts.service import countable
from data_access.rollups.days import AsOf
from data_access.rollups.histogram import bucket

_CUTS: tuple[tuple[str, ...], ...] = (
    (),
    ("source",),
    ("market",),
    ("channel",),
    ("category",),
    ("language",),
    ("carrier",),
)


@dataclass(frozen=True)
class Wait:
    """The columns of the mart `cases` that tell of one wait."""

    started_at: str
    stopped_at: str
    withdrawn_at: str
    target_s: str

    @property
    def judged(self) -> pl.Expr:
        """Whether anybody can tell how long it took."""
        return col(self.started_at).is_not_null() & col(self.target_s).is_not_null()

    @property
    def ended_at(self) -> pl.Expr:
        """When it was over, one way or the other; null while it goes on."""
        return pl.min_horizontal(self.stopped_at, self.withdrawn_at)

    @property
    def stopped(self) -> pl.Expr:
        """Whether it ended with what the customer waited for."""
        return true(col(self.stopped_at) == self.ended_at)

    def age_bucket(self, until: pl.Expr) -> pl.Expr:
        """Bucket of the time from the start to some instant."""
        seconds = (until - col(self.started_at)).dt.total_milliseconds() / 1000
        return bucket(seconds.clip(0))

    def known(self, cases: pl.LazyFrame) -> pl.LazyFrame:
        """The cases whose wait can be told."""
        return countable(cases).filter(self.judged)

    def over(self, cases: pl.LazyFrame) -> pl.LazyFrame:
        """Those whose wait has ended, with `ended_at` and its bucket."""
        ended = self.known(cases).with_columns(ended_at=self.ended_at)
        held = ended.filter(col("ended_at").is_not_null())
        return held.with_columns(bucket=self.age_bucket(col("ended_at")))

    def going_on(self, cases: pl.LazyFrame, as_of: AsOf) -> pl.LazyFrame:
        """Those who wait as of then."""
        return self.known(cases).filter(
            as_of.passed(col("created_at"))
            & as_of.passed(col(self.started_at))
            & ~as_of.passed(self.ended_at)
        )


WAITS: Mapping[str, Wait] = {
    "first_responses": Wait("fr_started_at", "first_response_at", "fr_withdrawn_at", "fr_target_s"),
    "resolutions": Wait("created_at", "first_solved_at", "res_withdrawn_at", "res_target_s"),
}
"""Cohort to the wait it is about."""

WAITING = tuple(
    Cohort(
        name,
        "cases",
        "created_at",
        CASE_DIMS,
        {
            "ended": flag(wait.stopped),
            "withdrawn": flag(~wait.stopped),
            "tainted": flag(col("dq").is_not_null()),
        },
        _CUTS,
        known_at="ended_at",
        keys={"bucket": pl.Int32()},
        prepare=wait.over,
    )
    for name, wait in WAITS.items()
)
