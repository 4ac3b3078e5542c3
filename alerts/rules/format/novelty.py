"""`novelty`: a reason, product or other value that nobody knew, in more than a few rows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from alerts.rules.format.common import Common, check_words, grouped_by
from alerts.rules.format.fields import Strict


class NoveltySignal(Strict):
    """Which count, and the dimension whose new values are told."""

    kpi: str = Field(min_length=1)
    of: str = Field(min_length=1)


class NoveltyRule(Common):
    """A value not seen in the weeks before is now in at least `min_rows` rows."""

    kind: Literal["novelty"]
    signal: NoveltySignal
    window_days: int = Field(default=7, ge=1, le=28)
    baseline_weeks: int = Field(default=26, ge=8, le=104)
    min_rows: int = Field(default=5, ge=2)

    @model_validator(mode="after")
    def _consistent(self) -> NoveltyRule:
        check_words(self, self.by, self.own_fields)
        return self

    @property
    def by(self) -> tuple[str, ...]:
        """The one dimension of the slices."""
        return (self.signal.of,)

    @property
    def subject(self) -> str:
        """The KPI it counts."""
        return self.signal.kpi

    @property
    def own_fields(self) -> tuple[str, ...]:
        """What the texts of this kind may name."""
        return ("window_days", "baseline_weeks")

    @property
    def group_by(self) -> tuple[str, ...]:
        """Dimensions that tell incidents apart."""
        return grouped_by(self, self.by)
