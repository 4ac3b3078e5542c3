"""What a running process works with: settings, state database, warehouse, metrics and a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from dashboard.settings import Settings
from data_access.metrics import Metrics
from data_access.state.engine import migrate, open_state
from data_access.warehouse import Warehouse, open_warehouse

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The system clock, in UTC; the only place where the application reads it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Services:
    """Handed to every page, callback and command; nothing is global."""

    settings: Settings
    engine: Engine
    warehouse: Warehouse
    metrics: Metrics
    clock: Clock


def open_services(settings: Settings, *, clock: Clock = utc_now) -> Services:
    """Open (and on first use make) the home that the settings name."""
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_state(settings.database_url)
    migrate(engine)
    warehouse = open_warehouse(settings.database_url, settings.warehouse_root)
    metrics = Metrics(
        warehouse, engine, zone=settings.time_zone, currency=settings.currency, clock=clock
    )
    return Services(settings, engine, warehouse, metrics, clock)
