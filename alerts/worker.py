"""The worker process. APScheduler only wakes it; what is due stands in the database.

One worker leads at a time, by a lease row with a fencing token; further ones stand by and take over
within one lease. A crash loses nothing: the next tick finds the same slots, messages and steps due.

Jobs: the tick (numbers, rules, what follows), the sender (a slow mail server delays nothing else),
steps of crisis runs (an effect may take its time), the stages of rule versions (so may a
backtest), renewal of the lease, housekeeping, and what a home adds.
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

from alerts import drills, heartbeat, library, stages
from alerts.clock_watch import ClockWatch, steady
from alerts.crisis import proposals
from alerts.dead_man import DeadMan
from alerts.event_log import Entry, append
from alerts.follow_up import follow_up
from alerts.leadership import Leadership
from alerts.lease import Lease, LeaseLost, fenced
from alerts.notify.config import Config
from alerts.notify.current import Current
from alerts.progress import Progress
from alerts.reviews import forced
from alerts.runs import job as runs_job
from alerts.sending import Sending
from alerts.tick import (
    TickReport,
    Turn,
    WorkerServices,
    refresh_numbers,
    register_rules,
    settle_rules,
)

log = logging.getLogger("afterwatch.worker")

LEASE_NAME = "worker"
LEASE_TTL = timedelta(seconds=30)
HOUSEKEEPING_SECONDS = 3600
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the wall clock may be set before it counts as a jump."""
CLOCK_SETTLE = timedelta(minutes=2)
_SEND_SECONDS = 5.0
_WATCH_SECONDS = 1.0


@dataclass(frozen=True)
class ExtraJob:
    """Work that a home adds, done by the leader only: `work(now, lease)` every `seconds`.

    What it writes, it writes through `alerts.lease.fenced(engine, lease)`.
    """

    name: str
    seconds: float
    work: Callable[[datetime, Lease], None]


class Worker:
    """One process that wants to lead."""

    def __init__(
        self, services: WorkerServices, *, monotonic: Callable[[], float] = steady
    ) -> None:
        self._services, self._monotonic = services, monotonic
        settings = services.settings
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._leadership = Leadership(
            services.engine,
            LEASE_NAME,
            self._holder,
            LEASE_TTL,
            clock=services.clock,
            monotonic=monotonic,
        )
        self._clock_watch = ClockWatch(
            services.clock, monotonic, tolerance=CLOCK_TOLERANCE, settle=CLOCK_SETTLE
        )
        self._configured = Current(settings.home, public_url=settings.public_url)
        self._sending = Sending()
        self._dead_man = DeadMan(settings.dead_man_url)
        self._detail: dict[str, object] = {"faults": []}
        self._sender_faults: tuple[str, ...] = ()
        self._run_faults: tuple[str, ...] = ()
        self._started_at = services.clock()
        self._ticks = 0
        self.progress = Progress(monotonic)
        self.stop = threading.Event()

    def lead(self) -> Lease | None:
        """Renew the lease, or try to get it; None while another worker leads."""
        return self._leadership.lead()

    def tick(self, *, with_stages: bool = False) -> TickReport | None:
        """Refresh, evaluate, follow up, beat; None while another worker leads.

        `with_stages`: also move rule versions on, which is a job of its own otherwise.
        """
        with self.progress.job("tick"):
            lease = self.lead()
            if lease is None:
                return None
            try:
                return self._tick(lease, with_stages)
            except LeaseLost as lost:
                log.warning("%s", lost)
                return None

    def _tick(self, lease: Lease, with_stages: bool) -> TickReport:
        began = self._monotonic()
        self._beat(lease)
        faults = self._clock_faults(lease)
        if faults:  # who acts by a clock that is wrong closes days and wakes people for nothing
            self._ticks += 1
            self._detail = {**self._detail, "faults": faults}
            self._beat(lease)
            return TickReport(0, tuple(faults))
        self._step("refresh")
        fresh = self._try("refresh", lambda: refresh_numbers(self._services), faults)
        # What ships lives from the first tick on; backtests are a job of their own.
        settled = self._evaluate(lease, with_stages or self._ticks == 0)
        self._step("crises")
        config = self._configured.config()
        self._crises(lease, config, faults)
        self._step("follow up")
        faults += [*settled.faults, *self._configured.faults]
        engine, now = self._services.engine, self._services.clock()
        since = self._leadership.since or now
        after = follow_up(engine, lease, config, now, since)
        done = TickReport(
            settled.slots, (*faults, *after.faults, *self._sender_faults, *self._run_faults)
        )
        self._ticks += 1
        self._detail = {
            "faults": list(done.faults),
            "overdue": [str(one) for one in after.overdue],
            "waiting": after.depth.waiting,
            "dead_letters": after.depth.dead,
            "tick_seconds": round(self._monotonic() - began, 3),
            "leading_since": since.isoformat(),
            "dead_man_failing": self._dead_man.failing,
        }
        self._beat(lease)
        if fresh and not after.overdue:
            self._dead_man.ping()
        return done

    def _evaluate(self, lease: Lease, with_stages: bool) -> TickReport:
        """Register rules and settle what is due of them."""
        self._step("rules")
        turn = Turn(lease, self.stop.is_set, self._step)
        faults: list[str] = []
        self._try("rules", lambda: faults.extend(register_rules(self._services, lease)), faults)
        if with_stages:
            self._try("stages", self.move_stages, faults)
        settled = settle_rules(self._services, turn)
        return TickReport(settled.slots, (*faults, *settled.faults))

    def _crises(self, lease: Lease, config: Config, faults: list[str]) -> None:
        """Take over documents that crises are led by, propose crises and look at open ones."""
        services, now = self._services, self._services.clock()
        engine, home = services.engine, services.settings.home

        def documents() -> None:
            faults.extend(str(fault) for fault in library.register(engine, home, now))

        def crises() -> None:
            faults.extend(proposals.run_due(engine, lease, services, config, now).faults)

        self._try("documents", documents, faults)
        self._try("crises", crises, faults)
        self._try("causes", lambda: forced.run_due(engine, lease, services, config, now), faults)

    def _clock_faults(self, lease: Lease) -> list[str]:
        """Why nothing is done by the clock now: it was set, or was set a moment ago."""
        jump = self._clock_watch.jumped()
        if jump is not None:
            seconds = round(jump.total_seconds())
            log.warning("the clock was set by %+d s", seconds)
            now = self._services.clock()
            payload = {"seconds": seconds}
            with fenced(self._services.engine, lease) as connection:
                entry = Entry(now, "worker", "clock_jumped", "worker", "worker", payload)
                append(connection, [entry])
        if self._clock_watch.settled:
            return []
        return ["The clock was set; everything waits until it has been steady for a while."]

    def send(self) -> None:
        """Send what lies in the outbox; the leader only."""
        with self.progress.job("sender"):
            lease = self._leadership.trusted()
            config = self._configured.config()
            if lease is None or self.stop.is_set() or self._clock_faults(lease):
                return
            engine, clock = self._services.engine, self._services.clock
            try:
                report = self._sending.send(engine, lease, config, clock, stopping=self.stop.is_set)
                self._sender_faults = report.faults
            except LeaseLost as lost:
                log.warning("%s", lost)

    def run_steps(self) -> None:
        """Do what is due of the runs of playbooks; the leader only."""
        with self.progress.job("runs"):
            lease = self._leadership.trusted()
            if lease is None or self.stop.is_set() or self._clock_faults(lease):
                return
            services, config = self._services, self._configured.config()
            try:
                drills.run_due(services.engine, lease, services.clock())
                report = runs_job.work(
                    services.engine,
                    lease,
                    services,
                    config,
                    services.clock,
                    stopping=self._between_steps,
                )
                self._run_faults = report.faults
            except LeaseLost as lost:
                log.warning("%s", lost)

    def _between_steps(self) -> bool:
        """Whether to stop; each step has the whole time that a job may stand at one place."""
        self.progress.step("runs", "next step")
        return self.stop.is_set()

    def move_stages(self) -> None:
        """Backtest rule versions that wait for it, and move them on; the leader only."""
        lease = self._leadership.trusted()
        if lease is not None and not self.stop.is_set():
            stages.run_due(self._services, lease, self._services.clock(), self.stop.is_set)

    def housekeep(self) -> None:
        """Expire snapshots, compact files, remove orphans; the leader only."""
        if self.lead() is not None:
            hours = self._services.settings.keep_snapshots_hours
            self._services.warehouse.housekeep(
                now=self._services.clock(), keep=timedelta(hours=hours)
            )

    def do(self, job: ExtraJob) -> None:
        """Do a home's own work; the leader only."""
        lease = self.lead()
        if lease is None or self.stop.is_set() or self._clock_faults(lease):
            return
        try:
            job.work(self._services.clock(), lease)
        except LeaseLost as lost:
            log.warning("%s", lost)

    def leave(self) -> None:
        """Give leadership up."""
        self._leadership.leave()

    def _step(self, step: str) -> None:
        self.progress.step("tick", step)

    def _try(self, name: str, work: Callable[[], object], faults: list[str]) -> bool:
        try:
            work()
        except LeaseLost:
            raise
        except Exception as error:
            log.exception("%s failed", name)
            faults.append(f"{name}: {error}")
            return False
        return True

    def _beat(self, lease: Lease) -> None:
        """A sign of life, with what the last tick found."""
        detail = {"holder": self._holder, "ticks": self._ticks, **self._detail}
        now = self._services.clock()
        heartbeat.beat(self._services.engine, now, self._started_at, detail, lease=lease)


def run_once(services: WorkerServices, extra_jobs: Sequence[ExtraJob] = ()) -> TickReport | None:
    """One tick in this process, then what lies in the outbox; None if another worker leads."""
    worker = Worker(services)
    try:
        if worker.lead() is None:
            return None
        report = worker.tick(with_stages=True)
        worker.run_steps()
        for job in extra_jobs:
            worker.do(job)
        worker.send()
        return report
    finally:
        worker.leave()


def run(
    services: WorkerServices,
    extra_jobs: Sequence[ExtraJob] = (),
    *,
    stop: threading.Event | None = None,
    abort: Callable[[int], None] = os._exit,
) -> int:
    """Work until SIGTERM or SIGINT (or until `stop` is set, where the caller owns the signals).

    Args:
        services: what the worker works with.
        extra_jobs: what a home adds.
        stop: set to end it.
        abort: ends the process at once, where a thread hangs that nobody can end.

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
    longest = max(
        60.0 * services.settings.stuck_after_minutes, 3.0 * services.settings.tick_seconds
    )
    # The scheduler's own `running` stays true when its thread has died, so the thread is watched.
    while thread.is_alive() and not worker.stop.wait(_WATCH_SECONDS):
        stuck = worker.progress.stuck(longest)
        if stuck is not None:
            # Its thread cannot be ended; the lease runs out by itself, for the database may hang.
            log.error("%s hangs at %r for %.0f s", stuck.job, stuck.step, stuck.seconds)
            abort(1)
            worker.stop.set()
            scheduler.shutdown(wait=False)
            return 1
    died = not worker.stop.is_set()
    if died:
        log.error("the scheduler died")
    else:
        scheduler.pause()  # else it hands jobs to threads that are being ended
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
        executors={"default": ThreadPoolExecutor(7 + len(extra_jobs))},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
    )
    scheduler.add_listener(_tell, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    soon = datetime.now(UTC)
    renewal = LEASE_TTL.total_seconds() / 3
    sending = min(tick_seconds, _SEND_SECONDS)
    for name, seconds, work, start in (
        ("tick", tick_seconds, worker.tick, soon),
        ("stages", tick_seconds, worker.move_stages, None),
        ("sender", sending, worker.send, soon),
        ("runs", sending, worker.run_steps, soon),
        ("lease", renewal, worker.lead, None),
        ("housekeeping", HOUSEKEEPING_SECONDS, worker.housekeep, None),
    ):
        started = {} if start is None else {"next_run_time": start}
        scheduler.add_job(work, "interval", seconds=seconds, id=name, **started)
    for job in extra_jobs:
        scheduler.add_job(worker.do, "interval", [job], seconds=job.seconds, id=job.name)
    return scheduler


def _tell(event: JobEvent) -> None:
    if event.code == EVENT_JOB_ERROR:
        log.error("job %s failed: %s", event.job_id, event.exception)
    elif event.code == EVENT_JOB_MISSED:
        log.warning("job %s was missed", event.job_id)
    else:
        log.info("job %s is still running; this wake-up is left out", event.job_id)
