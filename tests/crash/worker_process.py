"""A real worker over made-up numbers, for `test_worker_crash` to kill; it starts when told to.

Its clock stands where exactly the next slot is due and jumps a day when that is settled: months of
slots in seconds. A jump ends every lease, so two of these fight for every slot.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from sqlalchemy import Engine

from alerts import gate, stages, store, tick, worker
from alerts.slots import slot_of
from data_access.state.engine import migrate, open_state
from tests.alerts import fakes

HISTORY = 70
SLOTS = 80
NEVER_JUMPS = timedelta(days=10_000)
"""Tolerance of a clock that does nothing but jump."""


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


def simulated(engine: Engine, began: float) -> Callable[[], datetime]:
    """A clock at which exactly the next slot is due, until all are settled.

    Between jumps it runs with the real one since `began`, so that a killed leader's lease ends.
    """
    first, last = (
        slot_of(fakes.FIRST + timedelta(days=days), "UTC")
        for days in (HISTORY - 1, HISTORY + SLOTS - 1)
    )

    def clock() -> datetime:
        settled = store.last_slot(engine, "test-surge")
        # A new rule starts a fortnight back; a clock must not.
        due = first if settled is None else min(max(settled + timedelta(days=1), first), last)
        return due + timedelta(hours=1, seconds=time.time() - began)

    return clock


def services(url: str, home: Path, began: float) -> SimpleNamespace:
    """What a worker needs, without a warehouse."""
    engine = open_state(url)
    migrate(engine)
    return SimpleNamespace(
        settings=fakes.settings(home, tick_seconds=0.1),
        engine=engine,
        warehouse=None,
        metrics=numbers(),
        clock=simulated(engine, began),
    )


def bare(put: Callable[[object, str, object], object] = setattr) -> None:
    """Only the rule of the test, no marts to refresh, short leases, and a gate that is open.

    Without documents no crisis is proposed; runs of playbooks have crash tests of their own.
    """
    put(worker, "LEASE_TTL", timedelta(seconds=1))
    put(worker, "CLOCK_TOLERANCE", NEVER_JUMPS)
    put(tick, "builtin", dict)
    put(gate, "GATE_DAYS", 0)
    put(stages, "BACKTEST_DAYS", 1)
    put(worker, "refresh_numbers", lambda _services: None)
    put(worker.library, "register", lambda *_given: [])


if __name__ == "__main__":
    bare()
    made = services(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
    # Until the worker has its own handler, being told to stop is a clean end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("ready", flush=True)
    sys.stdin.readline()
    sys.exit(worker.run(made))
