"""`surge`: a count far above what was to be expected."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from alerts.detection.surge import SurgeSpec
from alerts.rules.format.every_kind import Common, check_words
from alerts.rules.format.fields import Strict, distinct


class Exposure(Strict):
    """What the count is proportional to: the denominator of another KPI."""

    denominator_of: str = Field(min_length=1)


class SurgeSignal(Strict):
    """Which count, split by what."""

    kpi: str = Field(min_length=1)
    by: tuple[str, ...] = Field(min_length=1, max_length=4)
    exposure: Exposure | None = None

    @model_validator(mode="after")
    def _distinct(self) -> SurgeSignal:
        distinct(self.by, "by")
        return self


class SurgeRule(Common):
    """A count is half as high again as expected, surprisingly so, and by enough cases to matter."""

    kind: Literal["surge"]
    signal: SurgeSignal
    hierarchy: bool = False
    window_days: Literal[1, 2, 3, 4, 7, 14]
    windows: tuple[Literal[1, 2, 4, 7, 14], ...] = ()
    baseline_weeks: int = Field(default=8, ge=8, le=104)
    gap_weeks: int = Field(default=0, ge=0, le=26)
    min_increase: float = Field(default=0.5, gt=0, le=100)
    clear_increase: float = Field(default=0.2, ge=0)
    min_excess: float = Field(default=5, ge=0)
    alpha: float = Field(default=0.001, gt=0, le=0.1)
    fdr: float = Field(default=0.05, gt=0, le=1)

    @model_validator(mode="after")
    def _consistent(self) -> SurgeRule:
        if self.clear_increase >= self.min_increase:
            raise ValueError(
                f"clear_increase {self.clear_increase:g} must be below min_increase "
                f"{self.min_increase:g}: else an alert would open and clear on the same number"
            )
        distinct(tuple(map(str, self.windows)), "windows")
        check_baseline(max(self.spec.lengths), self.baseline_weeks, self.gap_weeks)
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
        """The KPI it counts."""
        return self.signal.kpi

    @property
    def own_fields(self) -> tuple[str, ...]:
        """What the texts of this kind may name."""
        return ("window_days", "exposure")

    @property
    def spec(self) -> SurgeSpec:
        """The numbers the detector works with."""
        return SurgeSpec(
            window_days=self.window_days,
            windows=self.windows,
            baseline_weeks=self.baseline_weeks,
            gap_weeks=self.gap_weeks,
            min_increase=self.min_increase,
            alpha=self.alpha,
            fdr=self.fdr,
            min_excess=self.min_excess,
            clear_increase=self.clear_increase,
        )


def check_baseline(window_days: int, baseline_weeks: int, gap_weeks: int) -> None:
    """Refuse windows that contradict each other.

    Raises:
        ValueError: saying which one to change.
    """
    if 7 * baseline_weeks < 2 * window_days:
        raise ValueError(
            f"baseline_weeks {baseline_weeks} is too short for window_days {window_days}: "
            "learn from at least two windows"
        )
    if gap_weeks > baseline_weeks:
        raise ValueError(
            f"gap_weeks {gap_weeks} is longer than baseline_weeks {baseline_weeks}: most of the "
            "past would be left out; shorten the gap or lengthen the baseline"
        )
