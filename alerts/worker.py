"""The worker process. APScheduler only wakes it; what is due stands in the database.

One worker leads at a time, by a lease row with a fencing token; further ones stand by and take over
within one lease. A crash loses nothing: the next tick finds the same slots due.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.blocking import BlockingScheduler

from alerts import heartbeat
from alerts.lease import Lease, LeaseLost, acquire, release, renew
from alerts.tick import TickReport, WorkerServices, refresh_numbers, settle_rules

log = logging.getLogger("afterwatch.worker")

LEASE_NAME = "worker"
LEASE_TTL = timedelta(seconds=30)
HOUSEKEEPING_SECONDS = 3600
_WATCH_SECONDS = 1.0


@dataclass(frozen=True)
class ExtraJob:
    """Work that a home adds, done by the leader only: `work(now)` every `seconds`."""

    name: str
    seconds: float
    work: Callable[[datetime], None]


class Worker:
    """One process that wants to lead."""

    def __init__(self, services: WorkerServices) -> None:
        self._services = services
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._lease: Lease | None = None
        self._guard = threading.Lock()
        self._started_at = services.clock()
        self._ticks = 0
        self.stop = threading.Event()

    def lead(self) -> Lease | None:
        """Renew the lease, or try to get it; None while another worker leads."""
        with self._guard:
            engine, now = self._services.engine, self._services.clock()
            if self._lease is not None and not renew(engine, self._lease, now):
                log.warning("another worker leads now; standing by")
                self._lease = None
            if self._lease is None:
                self._lease = acquire(engine, LEASE_NAME, self._holder, LEASE_TTL, now)
                if self._lease is not None:
                    log.info("leading, fence %d", self._lease.fence)
            return self._lease

    def tick(self) -> TickReport | None:
        """Refresh, evaluate, beat; None while another worker leads."""
        lease = self.lead()
        if lease is None:
            return None
        faults: list[str] = []
        self._beat(faults)
        try:
            refresh_numbers(self._services)
        except Exception as error:
            log.exception("the numbers could not be refreshed")
            faults.append(f"refresh: {error}")
        try:
            report = settle_rules(self._services, lease, self.stop.is_set)
        except LeaseLost as lost:
            log.warning("%s", lost)
            return None
        self._ticks += 1
        done = TickReport(report.slots, (*faults, *report.faults))
        self._beat(done.faults)
        return done

    def housekeep(self) -> None:
        """Expire snapshots, compact files, remove orphans; the leader only."""
        if self.lead() is not None:
            hours = self._services.settings.keep_snapshots_hours
            self._services.warehouse.housekeep(
                now=self._services.clock(), keep=timedelta(hours=hours)
            )

    def extra(self, job: ExtraJob) -> None:
        """Do a home's own work; the leader only."""
        if self.lead() is not None and not self.stop.is_set():
            job.work(self._services.clock())

    def leave(self) -> None:
        """Give leadership up."""
        with self._guard:
            if self._lease is not None:
                release(self._services.engine, self._lease)
                self._lease = None

    def _beat(self, faults: Sequence[str]) -> None:
        detail = {"holder": self._holder, "ticks": self._ticks, "faults": list(faults)}
        now = self._services.clock()
        heartbeat.beat(self._services.engine, now, self._started_at, detail)


def run_once(services: WorkerServices) -> TickReport | None:
    """One tick in this process; None if another worker leads."""
    worker = Worker(services)
    try:
        return worker.tick()
    finally:
        worker.leave()


def run(
    services: WorkerServices,
    extra_jobs: Sequence[ExtraJob] = (),
    *,
    stop: threading.Event | None = None,
) -> int:
    """Work until SIGTERM or SIGINT (or until `stop` is set, where the caller owns the signals).

    Returns:
        Exit status: 0 after a clean end, 1 if the scheduler died (a supervisor should restart).
    """
    worker = Worker(services)
    if stop is not None:
        worker.stop = stop
    else:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop.set())
    scheduler = _schedule(worker, services.settings.tick_seconds, extra_jobs)
    thread = threading.Thread(target=scheduler.start, name="scheduler", daemon=True)
    thread.start()
    # The scheduler's own `running` stays true when its thread has died, so the thread is watched.
    while thread.is_alive() and not worker.stop.wait(_WATCH_SECONDS):
        pass
    died = not worker.stop.is_set()
    if died:
        log.error("the scheduler died")
    else:
        scheduler.shutdown(wait=True)
        thread.join()
    worker.leave()
    return 1 if died else 0


def _schedule(
    worker: Worker, tick_seconds: float, extra_jobs: Sequence[ExtraJob]
) -> BlockingScheduler:
    scheduler = BlockingScheduler(
        timezone=UTC,
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(4 + len(extra_jobs))},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
    )
    scheduler.add_listener(_tell, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    soon = datetime.now(UTC)
    renewal = LEASE_TTL.total_seconds() / 3
    scheduler.add_job(worker.tick, "interval", seconds=tick_seconds, id="tick", next_run_time=soon)
    scheduler.add_job(worker.lead, "interval", seconds=renewal, id="lease")
    scheduler.add_job(worker.housekeep, "interval", seconds=HOUSEKEEPING_SECONDS, id="housekeeping")
    for job in extra_jobs:
        scheduler.add_job(worker.extra, "interval", [job], seconds=job.seconds, id=job.name)
    return scheduler


def _tell(event: JobEvent) -> None:
    if event.code == EVENT_JOB_ERROR:
        log.error("job %s failed: %s", event.job_id, event.exception)
    elif event.code == EVENT_JOB_MISSED:
        log.warning("job %s was missed", event.job_id)
    else:
        log.info("job %s is still running; this wake-up is left out", event.job_id)
