"""Which weeks a change is told between: a rule for each signal. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from dashboard.reports.periods import Period
from dashboard.reports.series import WEEKS, Spot
from dashboard.reports.signals import BASELINE, Judged
from data_access.metrics.differences import Estimated, differ
from data_access.metrics.process_limits import RUN

USUAL = 0.5
"""Nearer to the mean than to a limit."""

_DAYS = timedelta(days=6)


@dataclass(frozen=True)
class Windows:
    """Two spans of whole weeks, days inclusive."""

    kind: Literal["week_before", "usual", "weeks_before", "period_before"]
    """This week against the one before; against the 26 before; several weeks against those; a
    month or quarter against the one before."""
    now: tuple[date, date]
    before: tuple[date, date]

    @property
    def weeks_now(self) -> int:
        """How many weeks are told."""
        return _weeks(self.now)

    @property
    def weeks_before(self) -> int:
        """How many weeks they are compared with."""
        return _weeks(self.before)


def windows(judged: Judged) -> Windows | None:
    """The weeks to compare, None where no change is to be told.

    A week beyond its limits is compared with the week before if that one was as usual (nearer to
    the mean than to a limit) and the two differ by more than noise, else with the 26 weeks before;
    a shift or a run of weeks with the 26 weeks before it; a target missed or regained anew with the
    week before, if the two differ.
    """
    strongest = judged.strongest
    weeks = judged.series.weeks
    if strongest is None or judged.series.now.provisional:
        return None
    match strongest.code:
        case "beyond_limits":
            return _week_before(judged) or _against_baseline("usual", weeks, 1)
        case "level_shift":
            return _against_baseline("weeks_before", weeks, WEEKS)
        case "run_of_eight":
            return _against_baseline("weeks_before", weeks, RUN)
        case _:
            return _week_before(judged) if judged.news else None


def of_periods(now: Period, before: Period) -> Windows:
    """A month or quarter against the one before."""
    return Windows("period_before", (now.first, now.last), (before.first, before.last))


def _week_before(judged: Judged) -> Windows | None:
    now, before = judged.series.weeks[-1], judged.series.weeks[-2]
    if now.value is None or before.value is None or before.provisional:
        return None
    side = judged.strongest.side if judged.strongest is not None else None
    way = "above" if now.value > before.value else "below"
    unusual = judged.limits is not None and judged.limits.distance([before.value]) > USUAL
    if side not in (None, way) or (side is not None and unusual):
        return None
    differs = differ(
        Estimated(now.value, now.low, now.high), Estimated(before.value, before.low, before.high)
    )
    if differs is False:
        return None
    return Windows(
        "week_before", (now.start, now.start + _DAYS), (before.start, before.start + _DAYS)
    )


def _against_baseline(
    kind: Literal["usual", "weeks_before"], weeks: tuple[Spot, ...], length: int
) -> Windows | None:
    told = weeks[-length:]
    known = [spot.start for spot in weeks[:-length][-BASELINE:] if spot.value is not None]
    if not known:
        return None
    ended = told[0].start - timedelta(days=1)
    return Windows(kind, (told[0].start, told[-1].start + _DAYS), (min(known), ended))


def _weeks(span: tuple[date, date]) -> int:
    return ((span[1] - span[0]).days + 1) // 7
