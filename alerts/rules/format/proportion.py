"""`proportion`: a share that got worse than it used to be."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from alerts.rules.format.every_kind import Common, check_words
from alerts.rules.format.fields import Duration, Strict, distinct
from alerts.rules.format.surge import check_baseline


class ProportionSignal(Strict):
    """Which share, split by what."""

    kpi: str = Field(min_length=1)
    by: tuple[str, ...] = Field(max_length=4)

    @model_validator(mode="after")
    def _distinct(self) -> ProportionSignal:
        distinct(self.by, "by")
        return self


class ProportionRule(Common):
    """A share got worse than usual; worse is what the KPI's `better` says.

    All numbers are about the *bad* share: late parcels of due ones, dissatisfied answers of all.
    Points are percentage points as a fraction, `min_relative` is a share of the usual bad share.
    """

    kind: Literal["proportion"]
    signal: ProportionSignal
    hierarchy: bool = False
    window_days: int = Field(ge=1, le=28)
    baseline_weeks: int = Field(default=12, ge=8, le=104)
    gap_weeks: int = Field(default=1, ge=0, le=26)
    delay: Duration = timedelta(0)
    min_n: int = Field(default=30, ge=1)
    min_points: float = Field(default=0.02, gt=0, lt=1)
    min_relative: float = Field(default=0.25, ge=0, le=100)
    min_excess: float = Field(default=5, ge=0)
    clear_points: float = Field(default=0.01, ge=0)
    alpha: float = Field(default=0.001, gt=0, le=0.1)
    fdr: float = Field(default=0.05, gt=0, le=1)

    @model_validator(mode="after")
    def _consistent(self) -> ProportionRule:
        if self.clear_points >= self.min_points:
            raise ValueError(
                f"clear_points {self.clear_points:g} must be below min_points "
                f"{self.min_points:g}: else an alert would open and clear on the same number"
            )
        check_baseline(self.window_days, self.baseline_weeks, self.gap_weeks)
        check_delay(self.delay)
        if self.hierarchy and len(self.signal.by) < 2:
            raise ValueError("hierarchy needs at least two dimensions in signal.by")
        check_words(self, self.own_fields)
        return self

    @property
    def by(self) -> tuple[str, ...]:
        """Dimensions of the finest slices."""
        return self.signal.by

    @property
    def subject(self) -> str:
        """The KPI it watches."""
        return self.signal.kpi

    @property
    def own_fields(self) -> tuple[str, ...]:
        """What the texts of this kind may name."""
        return ("window_days", "n", "value", "usual")


def check_delay(delay: timedelta) -> None:
    """Refuse a delay that is not in whole days.

    Raises:
        ValueError: saying so.
    """
    if delay % timedelta(days=1):
        raise ValueError("delay is in whole days, such as 14d")
