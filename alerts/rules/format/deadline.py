"""`deadline`: rows that stand in a state longer than they may."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from alerts.rules.format.every_kind import Common, check_words
from alerts.rules.format.fields import Duration, Strict, distinct


class DeadlineSignal(Strict):
    """Which state, split by what."""

    state: str = Field(min_length=1)
    by: tuple[str, ...] = Field(default=(), max_length=4)

    @model_validator(mode="after")
    def _distinct(self) -> DeadlineSignal:
        distinct(self.by, "by")
        return self


class DeadlineRule(Common):
    """At least `min_rows` rows, and that share of all in the state, are older than allowed.

    `older_than` counts from the start of the state, or from its own deadline where it has one
    (a promised answer): then 0h is the deadline itself.
    """

    kind: Literal["deadline"]
    signal: DeadlineSignal
    older_than: Duration
    forget_after: Duration = timedelta(days=60)
    min_rows: int = Field(default=5, ge=1)
    min_share: float = Field(default=0.0, ge=0, le=1)
    clear_rows: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> DeadlineRule:
        if self.clear_rows >= self.min_rows:
            raise ValueError(
                f"clear_rows {self.clear_rows} must be below min_rows {self.min_rows}: else an "
                "alert would open and clear on the same number"
            )
        if self.forget_after <= self.older_than:
            raise ValueError("forget_after must be longer than older_than: else no row is left")
        check_words(self, self.own_fields)
        return self

    @property
    def by(self) -> tuple[str, ...]:
        """Dimensions of the slices."""
        return self.signal.by

    @property
    def subject(self) -> str:
        """The state it watches."""
        return self.signal.state

    @property
    def own_fields(self) -> tuple[str, ...]:
        """What the texts of this kind may name."""
        return ("n", "share", "oldest", "allowed")
