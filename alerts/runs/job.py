"""The worker's job at runs: what is due, one step at a time, each with the time of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from alerts.lease import Lease
from alerts.notify.config import Config
from alerts.runs.executor import RunReport, RunServices, run_due

MOST = 200
"""Steps in one turn; the next turn comes within seconds."""


def work(
    engine: Engine,
    lease: Lease,
    services: RunServices,
    config: Config,
    clock: Callable[[], datetime],
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> RunReport:
    """Everything that is due by now.

    A step that a slow effect held up does not make the next one look at an old clock.

    Raises:
        LeaseLost: another worker leads.
    """
    steps = lost = told = 0
    faults: list[str] = []
    while steps < MOST and not stopping():
        done = run_due(engine, lease, services, config, clock(), most=1, stopping=stopping)
        steps, lost, told = steps + done.steps, lost + done.lost, told + done.told
        faults += done.faults
        if not done.steps:
            break
    return RunReport(steps, lost, told, tuple(dict.fromkeys(faults)))
