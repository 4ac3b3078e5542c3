"""Reading what the state database says about a period, once and at one moment.

Each area of a report has a module `recording_<area>.py` (or one that names a single `PART`) with
`PARTS: {name: gather}`. A part is plain JSON, sorted, free of the clock: it becomes an input of the
report and is what a rebuild reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import Engine

from alerts import event_log
from alerts.notify.config import Config
from dashboard import reports
from dashboard.reports.periods import Period
from dashboard.reports.record import Record
from data_access.state.engine import writing

Gather = Callable[[Engine, Config, Period, str, datetime], Any]
"""`gather(engine, config, period, zone, cut)`: what was so at the cut, as plain JSON."""

_PREFIX, _SUFFIX = "recording_", "_record"
_ATTEMPTS = 3


class RecordingError(ValueError):
    """A part is no plain JSON, or two modules gather the same one."""


@cache
def parts() -> Mapping[str, Gather]:
    """What every area gathers, by name.

    Raises:
        RecordingError: two modules gather a part of one name.
    """
    found: dict[str, Gather] = {}
    for module in _modules():
        own = getattr(module, "PARTS", None) or {module.PART: module.gather}
        for name, gather in own.items():
            if name in found:
                raise RecordingError(f"the part {name!r} is gathered twice")
            found[name] = gather
    return found


def record(engine: Engine, config: Config, period: Period, zone: str, cut: datetime) -> Record:
    """All parts, as they were between two entries of the event log.

    Everything that people or the worker do to what is recorded is logged in the same transaction,
    so parts that were read while nothing was logged belong together. Where something always comes
    between, writers are held for the moment of reading.

    Args:
        engine: state database.
        config: the configuration in force.
        period: what the report is about.
        zone: its reporting zone.
        cut: nothing later than this is in it.
    """
    for _ in range(_ATTEMPTS):
        before = _head(engine)
        found = _gathered(engine, config, period, zone, cut)
        if _head(engine) == before:
            return found
    with writing(engine) as connection:
        event_log.lock(connection)
        return _gathered(engine, config, period, zone, cut)


def plain(name: str, part: Any) -> Any:
    """The part as JSON keeps it.

    Raises:
        RecordingError: it holds something that JSON does not.
    """
    try:
        return json.loads(json.dumps(part, sort_keys=True, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise RecordingError(f"the part {name!r} is no plain JSON: {error}") from error


def _gathered(engine: Engine, config: Config, period: Period, zone: str, cut: datetime) -> Record:
    known = parts()
    return Record(
        {
            name: plain(name, known[name](engine, config, period, zone, cut))
            for name in sorted(known)
        }
    )


def _head(engine: Engine) -> event_log.Head:
    with engine.connect() as connection:
        return event_log.head(connection)


def _modules() -> Iterator[Any]:
    names = sorted(module.name for module in iter_modules(reports.__path__))
    for name in names:
        if name.startswith(_PREFIX) or name.endswith(_SUFFIX):
            yield import_module(f"{reports.__name__}.{name}")
