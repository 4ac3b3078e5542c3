"""Answers to questions about KPIs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import Engine

from data_access.metrics.filters import Filter, Query

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse


class Metrics:
    """Built once per process; safe to share between threads."""

    def __init__(
        self,
        warehouse: Warehouse,
        engine: Engine,
        *,
        zone: str = "UTC",
        currency: str = "EUR",
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._engine = engine
        self._zone = zone
        self._currency = currency
        self._clock = clock

    def kpi(self, query: Query) -> pl.DataFrame:
        """Rows of `<by…>, value, n, low, high, unit, as_of, fresh_at`, sorted by `<by…>`."""
        raise NotImplementedError

    def movers(
        self, kpi: str, by: str, now_: Filter, before: Filter, *, limit: int = 5
    ) -> pl.DataFrame:
        """The segments that moved a KPI most between two periods, and how."""
        raise NotImplementedError

    def version(self) -> str:
        """Changes when any number may have changed."""
        raise NotImplementedError

    def fresh_at(self) -> datetime | None:
        """When the newest import in these numbers was made; None before the first refresh."""
        raise NotImplementedError

    def as_of(self) -> datetime:
        """The instant that numbers without an own `as_of` hold for."""
        raise NotImplementedError

    def values(self, dimension: str) -> list[str]:
        """The values a dimension takes, for the filter bar."""
        raise NotImplementedError
