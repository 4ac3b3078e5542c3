"""A change of a ratio taken apart by segments: rate, mix, new and lost. Pure.

The effects are those of `data_access.metrics.change` (Kitagawa 1955, midpoint form); they add up to
the change exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import polars as pl

from data_access.metrics import Kpi
from data_access.metrics.change import decompose
from data_access.metrics.differences import Estimated, differ
from data_access.metrics.intervals import byar, wilson

SMALLEST = 10
"""Rows that a segment needs in both periods before it is named."""

NAMED = 3
CLEAR = 0.15
"""How much more of a change than of the rows the named segments must hold to explain it."""

_ALMOST_ALL = 0.9


@dataclass(frozen=True)
class Segment:
    """What one segment did."""

    name: str | None
    kind: Literal["common", "new", "lost"]
    now: float | None
    before: float | None
    n_now: int
    n_before: int
    share_now: float
    """Of all rows."""
    share_before: float
    rate: float
    mix: float
    differs: bool
    """Whether its own rate changed by more than noise; new and lost ones: whether they count."""

    @property
    def total(self) -> float:
        """Its effect."""
        return self.rate + self.mix


@dataclass(frozen=True)
class Movement:
    """A change, split along one dimension."""

    by: str
    segments: tuple[Segment, ...]
    """The largest effect first."""

    @cached_property
    def total(self) -> float:
        """Now − before."""
        return sum(one.total for one in self.segments)

    @cached_property
    def rate(self) -> float:
        """What segments did that were there before and now."""
        return sum(one.rate for one in self._kind("common"))

    @cached_property
    def mix(self) -> float:
        """What their changed shares did."""
        return sum(one.mix for one in self._kind("common"))

    @cached_property
    def new(self) -> float:
        """What segments did that were not there before."""
        return sum(one.total for one in self._kind("new"))

    @cached_property
    def lost(self) -> float:
        """What segments did that are gone."""
        return sum(one.total for one in self._kind("lost"))

    def leaders(self) -> list[Segment]:
        """The segments that may be named for the rates: same way as the change, and no noise."""
        return [
            one
            for one in self._kind("common")
            if one.rate * self.total > 0
            and one.differs
            and (one.now or 0) != (one.before or 0)
            and abs(one.rate) >= 0.1 * abs(self.total)
        ][:NAMED]

    def shifted(self) -> list[Segment]:
        """The segments whose share moved the whole most, the way that the mix did.

        Those that grew, if there are any: where more came from tells more than where less did.
        """
        found = [one for one in self._kind("common") if one.mix * self.mix > 0]
        found = [one for one in found if min(one.n_now, one.n_before) >= SMALLEST]
        found = [one for one in found if one.share_now > one.share_before] or found
        ranked = sorted(found, key=lambda one: -abs(one.mix))
        return [one for one in ranked if abs(one.mix) >= 0.25 * abs(self.mix)][:NAMED]

    def come(self) -> list[Segment]:
        """New segments that matter, the largest effect first."""
        return [one for one in self._kind("new") if one.n_now >= SMALLEST][:NAMED]

    def gone(self) -> list[Segment]:
        """Lost segments that matter."""
        return [one for one in self._kind("lost") if one.n_before >= SMALLEST][:NAMED]

    def explained(self) -> float:
        """How much of the change is in a few segments, over and above their part of the rows."""
        if not self.total:
            return 0.0
        leaders = self.leaders() + self.come() + self.gone()
        beyond = [
            one.total / self.total - (one.share_now + one.share_before) / 2 for one in leaders
        ]
        return sum(sorted((part for part in beyond if part > 0), reverse=True)[:NAMED])

    def paradox(self) -> bool:
        """Simpson's: all segments went one way, the whole the other."""
        known = [one for one in self._kind("common") if min(one.n_now, one.n_before) >= SMALLEST]
        now = sum(one.share_now for one in known)
        before = sum(one.share_before for one in known)
        if len(known) < 2 or min(now, before) < _ALMOST_ALL:
            return False
        moves = [(one.now or 0.0) - (one.before or 0.0) for one in known]
        against = [move * self.total < 0 for move in moves]
        return all(against) and abs(self.total) > 0

    def _kind(self, kind: str) -> list[Segment]:
        return [one for one in self.segments if one.kind == kind]


def movement(
    kpi: Kpi,
    by: str,
    now: pl.DataFrame,
    before: pl.DataFrame,
    shared: tuple[float, float] | None = None,
) -> Movement | None:
    """Take a change apart; None where one of the periods has nothing to compare.

    Args:
        kpi: whose numbers these are.
        by: the dimension.
        now: segment, numerator, denominator; one row per segment.
        before: the same of the earlier period.
        shared: the denominators where all segments share one.
    """
    rows = decompose(now, before, scale=kpi.scale, shared=shared)  # type: ignore[arg-type]
    if rows.is_empty() or rows["effect"].null_count():
        return None
    sums = {"now": _certain(kpi, now), "before": _certain(kpi, before)}
    total_now, total_before = rows["n_now"].sum() or 1, rows["n_before"].sum() or 1
    segments = tuple(
        Segment(
            name=row["segment"],
            kind=row["kind"],
            now=row["value_now"],
            before=row["value_before"],
            n_now=int(row["n_now"]),
            n_before=int(row["n_before"]),
            share_now=row["n_now"] / total_now,
            share_before=row["n_before"] / total_before,
            rate=row["rate_effect"],
            mix=row["mix_effect"],
            differs=_differs(row, sums, unsplit=shared is not None),
        )
        for row in rows.iter_rows(named=True)
    )
    return Movement(by, segments)


def clearest(movements: Sequence[Movement]) -> Movement | None:
    """The dimension to tell a change by: a paradox first, then where few segments hold most of it.

    None of them stands out: the first one with more than one segment, else the first one.
    """
    if not movements:
        return None
    paradox = next((one for one in movements if one.paradox()), None)
    if paradox is not None:
        return paradox
    best = max(movements, key=lambda one: one.explained())
    if best.explained() >= CLEAR:
        return best
    return next((one for one in movements if len(one.segments) > 1), movements[0])


def _differs(
    row: dict[str, Any], sums: dict[str, dict[str | None, Estimated]], *, unsplit: bool
) -> bool:
    if min(row["n_now"], row["n_before"]) < SMALLEST:
        return False
    if unsplit:
        return True
    now, before = (sums[when].get(row["segment"]) for when in ("now", "before"))
    if now is None or before is None:
        return True
    return differ(now, before) is not False


def _certain(kpi: Kpi, frame: pl.DataFrame) -> dict[str | None, Estimated]:
    """Segment to its rate and interval; empty where sums alone do not tell the interval."""
    if kpi.interval not in ("wilson", "byar"):
        return {}
    hits, n = pl.col("numerator"), pl.col("denominator")
    low, high = (wilson if kpi.interval == "wilson" else byar)(hits, n)
    rows = frame.filter(n > 0).select(
        "segment", value=hits / n * kpi.scale, low=low * kpi.scale, high=high * kpi.scale
    )
    return {
        segment: Estimated(value, least, most) for segment, value, least, most in rows.iter_rows()
    }
