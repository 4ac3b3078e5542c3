"""From a question to the sums it needs: names checked, days and defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from data_access.metrics.catalogue import CATALOGUE, Kpi
from data_access.metrics.filters import (
    DIMENSIONS,
    GRAINS,
    Query,
    QueryError,
    UnknownDimension,
    UnknownKpi,
)
from data_access.metrics.sums import Request
from data_access.money import MINOR_UNITS
from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import AsOf
from data_access.time_zones import known_zone

AGE = "age_bucket"
HOUR = "hour_of_week"


@dataclass(frozen=True)
class Plan:
    """A checked question."""

    kpi: Kpi
    by: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    first: date | None
    last: date
    as_of: AsOf
    currency: str

    @property
    def grain(self) -> str | None:
        """The period it is split by, if any."""
        return next((name for name in self.by if name in GRAINS), None)

    def request(self, cohort: Cohort, measures: tuple[str, ...]) -> Request:
        """The sums of one cohort; dimensions it does not have neither split nor filter."""
        known = {*cohort.dims, *GRAINS}
        return Request(
            cohort=cohort,
            measures=measures,
            by=tuple(name for name in self.by if name in known),
            where={name: values for name, values in self.where.items() if name in known},
            first=self.first,
            last=self.last,
            as_of=self.as_of,
        )


def find(name: str) -> Kpi:
    """The KPI of that name.

    Raises:
        UnknownKpi: with the known names.
    """
    if name not in CATALOGUE:
        raise UnknownKpi(name, tuple(CATALOGUE))
    return CATALOGUE[name]


def source_of(measure: str) -> tuple[Cohort, str]:
    """Cohort and measure of a `cohort.measure` of the catalogue."""
    cohort, _, name = measure.partition(".")
    return COHORTS[cohort], name


def dimensions(kpi: str) -> tuple[str, ...]:
    """The dimensions a KPI can be filtered and split by, in the order of the filter bar."""
    held = source_of(find(kpi).numerator)[0].dims
    return tuple(name for name in DIMENSIONS if name in held)


def splits(kpi: str) -> tuple[str, ...]:
    """Everything a KPI can be split by: its dimensions, periods, and age or hour of week."""
    declared = find(kpi)
    extra = [AGE] if declared.stock else []
    if HOUR in source_of(declared.numerator)[0].dims:
        extra.append(HOUR)
    return (*dimensions(kpi), *GRAINS, *extra)


def plan(query: Query, known: AsOf, zone: str, currency: str) -> Plan:
    """Check a question and fill in what it leaves open.

    Args:
        query: the question.
        known: as of when the rollups hold.
        zone: reporting zone, for questions without one.
        currency: reporting currency, likewise.

    Raises:
        QueryError: the KPI or a dimension is unknown, or the parts do not fit together.
    """
    kpi = find(query.kpi)
    may_split, may_filter = splits(query.kpi), dimensions(query.kpi)
    for name in query.by:
        if name not in may_split:
            raise UnknownDimension(query.kpi, name, may_split)
    where = query.where.values()
    for name in where:
        if name not in may_filter:
            raise UnknownDimension(query.kpi, name, may_filter)
    if len([name for name in query.by if name in GRAINS]) > 1:
        raise QueryError("Split by one of day, week and month at a time.")
    if len(set(query.by)) < len(query.by):
        raise QueryError("Each dimension can be split by once.")
    start, end = query.where.start, query.where.end
    if start is not None and end is not None and end < start:
        raise QueryError(f"The period ends ({end}) before it starts ({start}).")
    if query.zone is not None and not known_zone(query.zone):
        raise QueryError(f"{query.zone!r} is no IANA time zone; use a name such as Europe/Berlin.")
    if query.currency is not None and query.currency not in MINOR_UNITS:
        raise QueryError(f"{query.currency!r} is no ISO 4217 currency code; use EUR, USD, JPY …")
    instant = query.as_of or known.instant
    if instant.tzinfo is None:
        raise QueryError("as_of needs a time zone, for example 2026-03-02T09:00:00Z.")
    as_of = AsOf(instant, query.zone or zone)
    last = as_of.today if end is None else min(end, as_of.today)
    return Plan(kpi, query.by, where, start, last, as_of, query.currency or currency)


def with_keys(request: Request, *keys: str, by: tuple[str, ...] | None = None) -> Request:
    """The same request with some keys of the cohort kept apart."""
    return replace(request, keys=keys, by=request.by if by is None else by)
