"""`novelty`: a reason, product or word that nobody knew, from more than a few customers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from alerts.detection.novelty import NoveltySpec
from alerts.rules.format.every_kind import Common, check_words
from alerts.rules.format.fields import Strict, distinct

TERM = "term"
"""Instead of a dimension: the words of the subject."""


class NoveltySignal(Strict):
    """Which cases, whose values are told when they are new, and within what."""

    kpi: Literal["contacts"] = "contacts"
    of: str = Field(min_length=1)
    by: tuple[str, ...] = Field(default=(), max_length=2)

    @model_validator(mode="after")
    def _distinct(self) -> NoveltySignal:
        distinct((*self.by, self.of), "by and of together")
        return self


class NoveltyRule(Common):
    """A value hardly seen in the weeks before now comes in several cases of several customers."""

    kind: Literal["novelty"]
    signal: NoveltySignal
    window_days: int = Field(default=7, ge=1, le=28)
    baseline_weeks: int = Field(default=12, ge=8, le=52)
    max_known: int = Field(default=2, ge=0, le=100)
    min_rows: int = Field(default=5, ge=2)
    min_customers: int = Field(default=3, ge=1)
    alpha: float = Field(default=0.001, gt=0, le=0.1)
    fdr: float = Field(default=0.05, gt=0, le=1)

    @model_validator(mode="after")
    def _consistent(self) -> NoveltyRule:
        if self.min_customers > self.min_rows:
            raise ValueError(
                f"min_customers {self.min_customers} is above min_rows {self.min_rows}: each "
                "customer has a case at least"
            )
        if 7 * self.baseline_weeks < 2 * self.window_days:
            raise ValueError(
                f"baseline_weeks {self.baseline_weeks} is too short for window_days "
                f"{self.window_days}: learn from at least two windows"
            )
        check_words(self, self.own_fields)
        return self

    @property
    def by(self) -> tuple[str, ...]:
        """Dimensions of the slices: what it is new within, and the value itself."""
        return (*self.signal.by, self.signal.of)

    @property
    def subject(self) -> str:
        """The KPI it counts."""
        return self.signal.kpi

    @property
    def own_fields(self) -> tuple[str, ...]:
        """What the texts of this kind may name."""
        return ("window_days", "baseline_weeks", "customers", "known")

    @property
    def spec(self) -> NoveltySpec:
        """The numbers the detector works with."""
        return NoveltySpec(
            window_days=self.window_days,
            baseline_weeks=self.baseline_weeks,
            max_known=self.max_known,
            min_cases=self.min_rows,
            min_customers=self.min_customers,
            alpha=self.alpha,
            fdr=self.fdr,
        )
