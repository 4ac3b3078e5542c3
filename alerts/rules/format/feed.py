"""`feed`: a source whose data are late against its own rhythm."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from alerts.rules.format.every_kind import Common, check_words
from alerts.rules.format.fields import Duration


class FeedRule(Common):
    """A source has been silent for `factor` times its longest usual gap, and at least so long.

    There is one alert per source. While it is open, the rules that read this source take nothing
    for cleared. A source silent for `retire_after` is taken to be gone for good.
    """

    kind: Literal["feed"]
    factor: float = Field(default=2.0, gt=1, le=20)
    min_silence: Duration = timedelta(hours=26)
    min_arrivals: int = Field(default=7, ge=3, le=100)
    retire_after: Duration = timedelta(days=30)

    @model_validator(mode="after")
    def _consistent(self) -> FeedRule:
        if self.retire_after <= self.min_silence:
            raise ValueError("retire_after must be longer than min_silence")
        check_words(self, self.own_fields)
        return self

    @property
    def by(self) -> tuple[str, ...]:
        """One slice per source."""
        return ("source",)

    @property
    def subject(self) -> str:
        """What it watches."""
        return "arrivals"

    @property
    def own_fields(self) -> tuple[str, ...]:
        """What the texts of this kind may name."""
        return ("silent", "usual")
