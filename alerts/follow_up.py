"""What follows when the rules were evaluated: timers, messages, escalations, a look back.

Each part is done whatever became of the others. Messages are planned here and sent by a job of
their own, so that a slow mail server never delays an evaluation.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine

from alerts import audit, digest, escalations, group_timers
from alerts.audit import Depth, Overdue
from alerts.handling import Policy
from alerts.lease import Lease, LeaseLost
from alerts.notify import notifier
from alerts.notify.config import Config

log = logging.getLogger("afterwatch.worker")

_T = TypeVar("_T")


@dataclass(frozen=True)
class Followed:
    """What was done and what was found; `faults` are messages for a person."""

    faults: tuple[str, ...]
    overdue: tuple[Overdue, ...]
    depth: Depth


def follow_up(
    engine: Engine, lease: Lease, config: Config, now: datetime, since: datetime
) -> Followed:
    """Timers, notifier, escalations, audit; a part that fails does not stop the next.

    Args:
        engine: state database.
        lease: proof of leadership.
        config: what is in force.
        now: the wall clock.
        since: when this worker began to lead.

    Raises:
        LeaseLost: another worker leads.
    """
    faults: list[str] = []
    parts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("timers of incidents", lambda: group_timers.run_due(engine, lease, Policy(), now)),
        ("messages", lambda: _notify(engine, lease, config, now)),
        ("escalations", lambda: escalations.run_due(engine, lease, config, now)),
        ("digest", lambda: digest.run_due(engine, lease, config, now)),
    )
    for name, work in parts:
        _isolated(name, work, faults)
    found = _isolated("audit", lambda: audit.overdue(engine, now, since), faults) or []
    _isolated("audit", lambda: audit.report(engine, lease, found, now), faults)
    depth = _isolated("outbox", lambda: audit.depth(engine), faults)
    return Followed(tuple(faults), tuple(found), depth or Depth(0, 0))


def _notify(engine: Engine, lease: Lease, config: Config, now: datetime) -> None:
    report = notifier.run_due(engine, lease, config, now, begin=escalations.begin)
    if report.faults:
        raise FaultsError(report.faults)


class FaultsError(Exception):
    """Some of a part's work failed; the others of it were done."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))


def _isolated(name: str, work: Callable[[], _T], faults: list[str]) -> _T | None:
    try:
        return work()
    except LeaseLost:
        raise
    except Exception as error:
        log.exception("%s failed", name)
        faults.append(f"{name}: {error}")
        return None
