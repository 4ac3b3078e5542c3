"""What the sections of a report are built from: numbers as of one instant, and what was recorded.

Nothing here reads a clock, and nothing but `metrics` reads a table: the same context gives the same
document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, cast

import polars as pl

from dashboard.formats import in_currency
from dashboard.reports.document import Say
from dashboard.reports.periods import Period
from dashboard.reports.record import Record
from dashboard.reports.template import Template
from data_access.metrics import CATALOGUE, Filter, Kpi, Metrics, Query
from data_access.metrics.catalogue import Unit


@dataclass(frozen=True)
class Context:
    """What one report is made from."""

    template: Template
    period: Period
    metrics: Metrics
    """Bound to the snapshots of the report's inputs: `Metrics.pinned`."""
    as_of: datetime
    zone: str
    currency: str
    targets: Mapping[str, float]
    record: Record
    """What the state database knew when the report was made: incidents, crises, causes …"""
    missing: tuple[Say, ...] = ()
    """Feeds that were late."""
    _answers: dict[Query, pl.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    def kpi(self, name: str) -> Kpi:
        """A KPI with the target that this report judges it by, and its money in its currency."""
        declared = CATALOGUE[name]
        if declared.in_currency:
            unit = in_currency(declared.unit, self.currency)
            declared = replace(declared, unit=cast("Unit", unit))
        return replace(declared, target=self.targets[name]) if name in self.targets else declared

    def ask(
        self,
        name: str,
        *by: str,
        first: date | None = None,
        last: date | None = None,
        **where: Any,
    ) -> pl.DataFrame:
        """`Metrics.kpi` over days `first` to `last` (the period's, if neither is given).

        Args:
            name: the KPI.
            by: dimensions or `week`, `month`, `day`.
            first: first day included; None with a `last`: from the beginning.
            last: last day included.
            where: fields of `Filter`, each a tuple of values.
        """
        if first is None and last is None:
            first, last = self.period.first, self.period.last
        query = Query(
            name, by, Filter(start=first, end=last, **where), self.as_of, self.zone, self.currency
        )
        if query not in self._answers:
            self._answers[query] = self.metrics.kpi(query)
        return self._answers[query]
