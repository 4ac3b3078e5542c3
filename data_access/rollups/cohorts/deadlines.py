"""When a deadline counts, as of an instant: the one rule behind every attainment.

It has passed once `due_at` has come, whether or not the clock was stopped. It was met where the
clock had been stopped by then. A clock withdrawn by then (solved without a reply, merged, no reply
needed) makes no promise any more and is left out; withdrawn later it is one that was missed. So
nothing that happens after the deadline changes the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_access.rollups.cohort import Measure, came_between
from data_access.rollups.cohorts.measures import true
from data_access.rollups.days import AsOf


@dataclass(frozen=True)
class Deadline:
    """The columns of a mart that tell of one deadline; `of` is the condition on its rows."""

    due_at: str
    stopped_at: str
    withdrawn_at: str
    of: pl.Expr | None = None

    def due(self, as_of: AsOf) -> pl.Expr:
        """Whether it has passed and counts."""
        passed = as_of.passed(pl.col(self.due_at)) & ~self.left_out()
        return passed if self.of is None else passed & self.of

    def met(self, as_of: AsOf) -> pl.Expr:
        """Whether it counts and the clock had been stopped by then."""
        return self.due(as_of) & true(pl.col(self.stopped_at) <= pl.col(self.due_at))

    def tainted(self, as_of: AsOf) -> pl.Expr:
        """Whether it counts in a case that a data-quality check has something to say about."""
        return self.due(as_of) & pl.col("dq").is_not_null()

    def waiting(self, as_of: AsOf) -> pl.Expr:
        """Whether it lies ahead and will count."""
        set_ = pl.col(self.due_at).is_not_null() & ~as_of.passed(pl.col(self.due_at))
        ahead = set_ & ~self.left_out()
        return ahead if self.of is None else ahead & self.of

    def left_out(self) -> pl.Expr:
        """Whether the clock was withdrawn before its deadline."""
        return true(pl.col(self.withdrawn_at) < pl.col(self.due_at))

    def came(self, before: AsOf, after: AsOf) -> pl.Expr:
        """Whether it came between two instants."""
        return came_between(pl.col(self.due_at), before, after)

    def measures(self, prefix: str) -> dict[str, Measure]:
        """`<prefix>_due`, `<prefix>_met` and `<prefix>_tainted`."""
        return {
            f"{prefix}_due": self.due,
            f"{prefix}_met": self.met,
            f"{prefix}_tainted": self.tainted,
        }


FIRST_RESPONSE = Deadline("fr_due_at", "first_response_at", "fr_withdrawn_at")
RESOLUTION = Deadline("res_due_at", "first_solved_at", "res_withdrawn_at")
CLOCKS_OF_TURNS = (
    "next_response",
    "vip_response",
    "marketplace_response",
    "marketplace_platform",
    "solution",
)
"""The clocks of the mart `clocks`: a case may have several instances of each."""
TURN = {
    clock: Deadline("due_at", "stopped_at", "withdrawn_at", pl.col("clock") == clock)
    for clock in CLOCKS_OF_TURNS
}
