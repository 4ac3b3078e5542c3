"""Is the tower alive: how old the newest data are, and when the worker last gave a sign."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine

from alerts import heartbeat
from dashboard.languages import _

Pulse = Literal["ok", "watch", "breach", "none"]

LATE = timedelta(minutes=2)
"""A worker beats every few seconds: two minutes without a sign are worth a look."""
STOPPED = timedelta(minutes=10)


def is_stale(fresh_at: datetime | None, now: datetime, after_minutes: int) -> bool:
    """Whether the newest data are older than the settings allow; no data are not stale."""
    return fresh_at is not None and now - fresh_at > timedelta(minutes=after_minutes)


def worker(engine: Engine, now: datetime) -> Pulse:
    """State of the worker: `ok`, `watch` (late), `breach` (stopped), `none` (never seen)."""
    last = heartbeat.read(engine)
    return judge(last.at if last else None, now)


def judge(last: datetime | None, now: datetime) -> Pulse:
    """State of a worker whose last sign was at `last`."""
    if last is None:
        return "none"
    age = now - last
    return "ok" if age <= LATE else "watch" if age <= STOPPED else "breach"


def worker_name(state: Pulse) -> str:
    """The word for a state; the colour alone says nothing."""
    return {
        "ok": _("Worker running"),
        "watch": _("Worker late"),
        "breach": _("Worker stopped"),
        "none": _("No worker yet"),
    }[state]
