"""What a world is generated from: seed, instant, size, and the instants of its story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from data_access.sample import company
from data_access.sample.calendar import Offsets, Promotion, offsets, promotions
from data_access.sample.draw import DAY, stream
from data_access.sample.incidents import Incident, incidents

HISTORY_DAYS = 730
HORIZON_DAYS = 45
FULL_SIZE = 125_000
"""Orders at which the incidents have the sizes they are described with."""


@dataclass(frozen=True)
class Plan:
    """Seed, the instant the history ends, and the number of orders up to then."""

    seed: int
    now: datetime
    orders: int

    @property
    def now_s(self) -> float:
        """The instant the history ends, in seconds since 1970."""
        return self.now.timestamp()

    @property
    def end_s(self) -> float:
        """Where the story ends: nothing is placed or asked after it."""
        return self.now_s + HORIZON_DAYS * DAY

    @property
    def first_day(self) -> date:
        """First day with orders."""
        return self.now.date() - timedelta(days=HISTORY_DAYS)

    @property
    def last_day(self) -> date:
        """Last day with orders."""
        return self.now.date() + timedelta(days=HORIZON_DAYS)

    @property
    def scale(self) -> float:
        """Size relative to the full company."""
        return self.orders / FULL_SIZE

    @cached_property
    def incidents(self) -> dict[str, Incident]:
        """The injected incidents by name."""
        return incidents(self.now)

    @cached_property
    def promotions(self) -> list[Promotion]:
        """The sales of the span, the launch that comes before the customs hold included."""
        hold = self.incidents["customs_hold"]
        launch = (hold.starts_at - timedelta(days=8)).date()
        local = Promotion(
            f"launch-week-pl-{launch.year}", launch, launch + timedelta(days=7), 2.8,
            "Launch week for electronics in Poland", "波兰电子新品周", ("PL",),
            "Electronics",
        )  # fmt: skip
        return [*promotions(self.first_day, self.last_day), local]

    def offsets(self, zones: Sequence[str]) -> Offsets:
        """Offsets from UTC for the zones, wide enough for everything that follows an order."""
        return offsets(
            zones, self.first_day - timedelta(days=3), self.last_day + timedelta(days=120)
        )

    @cached_property
    def market_offsets(self) -> Offsets:
        """Offsets of the markets, in their order."""
        return self.offsets([market.zone for market in company.MARKETS])

    def stream(self, name: str) -> np.random.Generator:
        """The random generator of one part."""
        return stream(self.seed, name)
