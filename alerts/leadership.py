"""Holding on to the lease, or waiting for it; one object per process, used by all its threads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from alerts.lease import Held, Lease, acquire, held, release, renew

log = logging.getLogger("afterwatch.worker")


class Leadership:
    """Whether this process leads.

    A wall clock can be set, so two things are measured with a clock that cannot. Whoever waits
    takes the lease when its row did not change for a whole `ttl`, though the wall clock was put
    back and calls it fresh. Whoever leads and did not renew for a whole `ttl`, because the process
    was frozen, must win the row again before it acts; what it began before is refused by the fence.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        holder: str,
        ttl: timedelta,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._engine, self._name, self._holder, self._ttl = engine, name, holder, ttl
        self._clock, self._monotonic = clock, monotonic
        self._guard = threading.Lock()
        self._lease: Lease | None = None
        self._renewed = 0.0
        self._seen: Held | None = None
        self._seen_since = 0.0
        self.since: datetime | None = None
        """Since when this process leads, by the wall clock."""

    def lead(self) -> Lease | None:
        """Renew the lease, or try to get it; None while another process leads."""
        with self._guard:
            began = self._monotonic()
            if self._lease is not None and not renew(self._engine, self._lease, self._clock()):
                log.warning("another worker leads now; standing by")
                self._lease = self.since = None
            if self._lease is None:
                self._lease = self._acquire(began)
            if self._lease is not None:
                self._renewed = began
            return self._lease

    def trusted(self) -> Lease | None:
        """The lease if it was renewed within its time; else as `lead`."""
        lease, age = self._lease, self._monotonic() - self._renewed
        if lease is not None and age < self._ttl.total_seconds() / 2:
            return lease
        return self.lead()

    def leave(self) -> None:
        """Give leadership up."""
        with self._guard:
            if self._lease is not None:
                release(self._engine, self._lease)
                self._lease = self.since = None

    def _acquire(self, began: float) -> Lease | None:
        found = held(self._engine, self._name)
        if found != self._seen:
            self._seen, self._seen_since = found, began
        dead = found is not None and began - self._seen_since > self._ttl.total_seconds()
        now = self._clock()
        lease = acquire(
            self._engine,
            self._name,
            self._holder,
            self._ttl,
            now,
            unchanged=found if dead else None,
        )
        if lease is not None:
            log.info("leading, fence %d", lease.fence)
            self.since = now
        return lease
