"""Has somebody set the clock? The wall clock against one that nobody can set."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta


def steady() -> float:
    """Seconds since the machine was started, time asleep included where the system tells."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class ClockWatch:
    """Notices jumps of the wall clock beyond `tolerance`; threads may share one.

    After a jump it asks to wait for `settle`: a clock that was set wrong is often set right soon,
    and a day that was judged because a clock ran ahead for a minute would never be judged again.
    """

    def __init__(
        self,
        wall: Callable[[], datetime],
        monotonic: Callable[[], float],
        *,
        tolerance: timedelta = timedelta(minutes=5),
        settle: timedelta = timedelta(minutes=2),
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._tolerance, self._settle = tolerance, settle
        self._guard = threading.Lock()
        self._last: tuple[datetime, float] | None = None
        self._quiet_until: float | None = None

    def jumped(self) -> timedelta | None:
        """By how much the clock was set since the last call, forwards positive; None: not."""
        with self._guard:
            now, steadily = self._wall(), self._monotonic()
            last, self._last = self._last, (now, steadily)
            if last is None:
                return None
            jump = (now - last[0]) - timedelta(seconds=steadily - last[1])
            if abs(jump) <= self._tolerance:
                return None
            self._quiet_until = steadily + self._settle.total_seconds()
            return jump

    @property
    def settled(self) -> bool:
        """Whether the clock has not jumped for a while."""
        return self._quiet_until is None or self._monotonic() >= self._quiet_until
