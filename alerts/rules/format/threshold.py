"""`threshold`: a number, or the bound of its interval, beyond a limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from alerts.rules.format.every_kind import Common, check_words
from alerts.rules.format.fields import Duration, Strict, distinct
from alerts.rules.format.proportion import check_delay


class Parity(Strict):
    """Compare each value of a dimension with one of them, as if their work were the same."""

    dimension: str = Field(min_length=1)
    reference: str = Field(min_length=1)
    strata: tuple[str, ...] = Field(default=(), max_length=3)


class ThresholdSignal(Strict):
    """Which number, split by what; with `parity` the ratio of its shares to the reference's."""

    kpi: str = Field(min_length=1)
    by: tuple[str, ...] = Field(default=(), max_length=4)
    of: Literal["value", "low", "high"] = "value"
    parity: Parity | None = None

    @model_validator(mode="after")
    def _distinct(self) -> ThresholdSignal:
        distinct(self.by, "by")
        if self.parity is not None and self.by != (self.parity.dimension,):
            raise ValueError(
                f"parity compares the values of one dimension: write by: [{self.parity.dimension}]"
            )
        if self.parity is not None and self.parity.dimension in self.parity.strata:
            raise ValueError("parity.strata must not hold the compared dimension itself")
        return self


class ThresholdRule(Common):
    """`signal.of` is below (or above) the limit: a number, or by default the KPI's own target."""

    kind: Literal["threshold"]
    signal: ThresholdSignal
    window_days: int = Field(ge=1, le=92)
    delay: Duration = timedelta(0)
    below: float | None = None
    above: float | None = None
    target: bool = False
    clear: float | None = None
    min_n: int = Field(default=30, ge=1)

    @model_validator(mode="after")
    def _consistent(self) -> ThresholdRule:
        given = [self.below is not None, self.above is not None, self.target]
        if sum(given) != 1:
            raise ValueError(
                "say what to compare with by exactly one of below, above and target: true "
                "(the KPI's own target)"
            )
        if self.clear is not None:
            if self.below is not None and self.clear < self.below:
                raise ValueError(f"clear {self.clear:g} must not be under below {self.below:g}")
            if self.above is not None and self.clear > self.above:
                raise ValueError(f"clear {self.clear:g} must not be over above {self.above:g}")
        check_delay(self.delay)
        check_words(self, self.own_fields)
        return self

    @property
    def by(self) -> tuple[str, ...]:
        """Dimensions of the slices."""
        return self.signal.by

    @property
    def subject(self) -> str:
        """The KPI it watches."""
        return self.signal.kpi

    @property
    def own_fields(self) -> tuple[str, ...]:
        """What the texts of this kind may name."""
        return ("window_days", "n", "value", "low", "high", "limit", "reference")
