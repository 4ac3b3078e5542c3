"""A real worker under the real clock, to be frozen; arguments: URL HOME TTL TICK."""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts import worker
from tests.crash import worker_process

if __name__ == "__main__":
    url, home, ttl, tick = sys.argv[1:]
    worker_process.bare()
    worker.LEASE_TTL = timedelta(seconds=float(ttl))
    made = worker_process.services(url, Path(home), 0.0)
    made.clock = lambda: datetime.now(UTC)
    made.settings.tick_seconds = float(tick)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("ready", flush=True)
    sys.stdin.readline()
    sys.exit(worker.run(made))
