"""A real worker over made-up numbers, for `test_worker_crash` to kill.

Its clock stands one day behind the next slot that is due, so that every tick settles one day: a
months of slots in seconds. Leases run out at once, so two of these fight for every slot.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from sqlalchemy import Engine

from alerts import store, tick, worker
from alerts.slots import day_of, slot_of
from data_access.state.engine import migrate, open_state
from tests.alerts import fakes

HISTORY = 70
SLOTS = 120


def numbers() -> fakes.FakeMetrics:
    """Three markets with surges now and then; the same in every process."""
    rng = np.random.default_rng(1)
    counts = {}
    for number, market in enumerate(("DE", "FR", "JP")):
        series = rng.poisson(20, HISTORY + SLOTS).astype(float)
        for start in range(HISTORY + 3 * number, HISTORY + SLOTS, 17):
            series[start : start + 3] *= 4
        counts[market] = series.tolist()
    return fakes.FakeMetrics(counts, datetime(2040, 1, 1, tzinfo=UTC))


def simulated(engine: Engine) -> Callable[[], datetime]:
    """A clock at which exactly the next slot is due, until all are settled."""
    end = slot_of(fakes.FIRST + timedelta(days=HISTORY + SLOTS - 1), "UTC")

    def clock() -> datetime:
        last = store.last_slot(engine, "test-surge")
        if last is None:
            # The slots before the history end are skipped over by starting right there.
            return slot_of(fakes.FIRST + timedelta(days=HISTORY - 1), "UTC") + timedelta(hours=1)
        return min(slot_of(day_of(last, "UTC") + timedelta(days=1), "UTC"), end) + timedelta(
            hours=1
        )

    return clock


def services(url: str, home: Path) -> SimpleNamespace:
    """What a worker needs, without a warehouse."""
    engine = open_state(url)
    migrate(engine)
    settings = SimpleNamespace(
        home=home, time_zone="UTC", tick_seconds=0.02, keep_snapshots_hours=1
    )
    return SimpleNamespace(
        settings=settings,
        engine=engine,
        warehouse=None,
        metrics=numbers(),
        clock=simulated(engine),
    )


def bare() -> None:
    """Only the rule of the test, no marts to refresh, and leases that run out at once."""
    worker.LEASE_TTL = timedelta(0)
    tick.builtin = dict
    worker.refresh_numbers = lambda _services: None


if __name__ == "__main__":
    bare()
    made = services(sys.argv[1], Path(sys.argv[2]))
    # Until the worker has its own handler, being told to stop is a clean end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("ready", flush=True)
    sys.exit(worker.run(made))
