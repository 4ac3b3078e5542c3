"""What the clock of a crisis shows, from a row that was joined with its drill. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alerts.crisis.clock import of_drill


def shown(row: Any, wall: datetime) -> datetime:
    """The clock of a crisis when the wall clock shows `wall`; see `alerts.crisis.clock.now_of`."""
    if row.real_start is None:
        return wall
    return of_drill(row).at(wall if row.ended_at is None else min(wall, row.ended_at))
