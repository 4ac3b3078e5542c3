"""What reports keep of operations, as of the cut: crises, incidents, alerts, causes, promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from alerts.notify.config import Config
from dashboard.reports.operations import causes, crises, incidents, promises, warnings
from dashboard.reports.periods import Period


def _crises(engine: Engine, _config: Config, period: Period, zone: str, cut: datetime) -> Any:
    with engine.connect() as connection:
        return crises.gather(connection, period.before().ends_at(zone), cut)


def _incidents(engine: Engine, _config: Config, period: Period, zone: str, cut: datetime) -> Any:
    starts, ends = period.before().ends_at(zone), period.ends_at(zone)
    with engine.connect() as connection:
        return incidents.gather(connection, starts, ends, cut)


def _alert_quality(
    engine: Engine, _config: Config, period: Period, zone: str, cut: datetime
) -> Any:
    return warnings.gather(engine, period, zone, cut)


def _causes(engine: Engine, config: Config, period: Period, zone: str, cut: datetime) -> Any:
    with engine.connect() as connection:
        return causes.gather(connection, config.home, period.before().ends_at(zone), cut)


def _promises(engine: Engine, _config: Config, period: Period, zone: str, cut: datetime) -> Any:
    with engine.connect() as connection:
        return promises.gather(connection, period, zone, cut)


PARTS: Mapping[str, Callable[[Engine, Config, Period, str, datetime], Any]] = {
    "crises": _crises,
    "incidents": _incidents,
    "alert_quality": _alert_quality,
    "causes": _causes,
    "promises": _promises,
}
"""Part to how it is gathered; see `dashboard.reports.recording`."""
