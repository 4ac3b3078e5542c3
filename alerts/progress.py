"""Is anything still moving? What each job does now and since when, on a clock nobody can set."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Stuck:
    """A job that has not moved on for too long."""

    job: str
    step: str
    seconds: float


class Progress:
    """Told by jobs at each step they take; asked by the thread that watches."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._running: dict[str, tuple[str, float]] = {}

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """While a job runs."""
        self.step(name, "begin")
        try:
            yield
        finally:
            with self._guard:
                self._running.pop(name, None)

    def step(self, name: str, step: str) -> None:
        """A job goes on to `step`."""
        with self._guard:
            self._running[name] = (step, self._monotonic())

    def stuck(self, longest: float) -> Stuck | None:
        """The job that has been at one step for the longest, if that is more than `longest` s."""
        now = self._monotonic()
        with self._guard:
            found = [Stuck(job, step, now - at) for job, (step, at) in self._running.items()]
        worst = max(found, key=lambda one: one.seconds, default=None)
        return worst if worst is not None and worst.seconds > longest else None
