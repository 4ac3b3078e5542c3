"""The clock of a crisis: the wall clock, or in a drill a masked one that runs faster.

Everything that a crisis stores (due times, signatures, log entries) runs by it. Only leases and
messages run by the wall clock, since other processes and other people's servers live by that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from data_access.state import schema


@dataclass(frozen=True)
class DrillClock:
    """`masked_start` at `real_start`, then `speed` times as fast as the wall clock."""

    real_start: datetime
    masked_start: datetime
    speed: float

    def at(self, wall: datetime) -> datetime:
        """What the drill's clock shows when the wall clock shows `wall`."""
        return self.masked_start + (wall - self.real_start) * self.speed

    def wall(self, masked: datetime) -> datetime:
        """When the wall clock will show what the drill's clock calls `masked`."""
        return self.real_start + (masked - self.masked_start) / self.speed


def of_drill(row: Any) -> DrillClock:
    """The clock of a row of `drill`."""
    return DrillClock(row.real_start, row.masked_start, row.speed)


def now_of(connection: Connection, crisis_id: int, wall: datetime) -> datetime:
    """What the clock of a crisis shows; `wall` itself unless it is a drill that runs.

    A drill that has ended stands still at its end.
    """
    drill, crisis = schema.drill, schema.crisis
    row = connection.execute(
        select(drill).join(crisis, crisis.c.drill_id == drill.c.id).where(crisis.c.id == crisis_id)
    ).first()
    if row is None:
        return wall
    clock = of_drill(row)
    return clock.at(wall if row.ended_at is None else min(wall, row.ended_at))
