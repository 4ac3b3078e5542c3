"""What follows when the rules were evaluated: timers, messages, escalations, a look back.

Each part is done whatever became of the others. Messages are planned here and sent by a job of
their own, so that a slow mail server never delays an evaluation.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from alerts import audit, escalations, group_timers
from alerts.audit import Depth, Overdue
from alerts.handling import Policy
from alerts.lease import Lease, LeaseLost
from alerts.notify import config as configs
from alerts.notify import notifier
from alerts.notify.config import Config, ConfigError

log = logging.getLogger("afterwatch.worker")

_T = TypeVar("_T")


class Configured:
    """`alerting.yaml` of a home, read again when it changes.

    A file that breaks leaves the last good one in force. Without a good one nothing is planned and
    nothing is lost: what is due stays due, and the audit finds it.
    """

    def __init__(self, home: Path, *, public_url: str = "") -> None:
        self._path, self._public_url = home / configs.FILE_NAME, public_url
        self._stamp: object = self  # unlike any file's, so that it is read at first
        self._good: Config | None = None
        self.fault: str | None = None
        """What is wrong with the file as it is now."""

    def read(self) -> Config | None:
        """The configuration in force; None if there never was a good one."""
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._good = self._load(stamp is not None)
                self.fault = None
            except ConfigError as error:
                self.fault = str(error)
                log.warning("%s", error)
        return self._good

    def _load(self, present: bool) -> Config:
        if not present:
            return configs.default(public_url=self._public_url)
        return configs.load(self._path, public_url=self._public_url)


def _stamp(path: Path) -> object:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@dataclass(frozen=True)
class Followed:
    """What was done and what was found; `faults` are messages for a person."""

    faults: tuple[str, ...]
    overdue: tuple[Overdue, ...]
    depth: Depth


def follow_up(
    engine: Engine, lease: Lease, config: Config | None, now: datetime, since: datetime
) -> Followed:
    """Timers, notifier, escalations, audit; a part that fails does not stop the next.

    Args:
        engine: state database.
        lease: proof of leadership.
        config: what is in force; None: nothing is planned.
        now: the wall clock.
        since: when this worker began to lead.

    Raises:
        LeaseLost: another worker leads.
    """
    faults: list[str] = []
    parts: list[tuple[str, Callable[[], object]]] = [
        ("timers of incidents", lambda: group_timers.run_due(engine, lease, Policy(), now)),
    ]
    if config is not None:
        parts += [
            ("messages", lambda: _notify(engine, lease, config, now)),
            ("escalations", lambda: escalations.run_due(engine, lease, config, now)),
        ]
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
