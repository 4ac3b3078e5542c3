"""What a person asks for: a period, dimension values, a KPI and how to split it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

DIMENSIONS = (
    "market",
    "continent",
    "region",
    "lane",
    "carrier",
    "category",
    "product",
    "lot",
    "channel",
    "language",
    "priority",
    "team",
    "reason",
    "level",
    "cost_kind",
    "source",
)
"""Every dimension a filter may name, in the order of the filter bar."""

GRAINS = ("day", "week", "month")
"""Periods of the reporting zone; a week is an ISO week, named by its Monday."""


@dataclass(frozen=True)
class Filter:
    """What the filter bar says. Empty tuples do not filter; the value "" means *unknown*."""

    start: date | None = None
    """First day included, in the reporting zone."""
    end: date | None = None
    """Last day included."""
    market: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    lane: tuple[str, ...] = ()
    carrier: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    lot: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    cost_kind: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    continent: tuple[str, ...] = ()

    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The dimensions that are filtered, with the values that pass."""
        named = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: named[name] for name in DIMENSIONS if named[name]}


@dataclass(frozen=True)
class Query:
    """One question to `Metrics.kpi`."""

    kpi: str
    by: tuple[str, ...] = ()
    """Dimensions, `day`, `week` or `month`, `age_bucket` (backlog), `hour_of_week` (contacts and
    attainment; with `continent` only)."""
    where: Filter = Filter()
    as_of: datetime | None = None
    """What was known then; None: as of the last refresh."""
    zone: str | None = None
    """Zone that days are cut in; None: the reporting zone."""
    currency: str | None = None
    """Currency that money of several currencies is converted to; None: the reporting currency."""


class QueryError(ValueError):
    """A question that cannot be answered; the message says what can."""


class UnknownKpi(QueryError):  # noqa: N818 - the architecture's name
    """No such KPI."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no KPI {name!r}. Known: {', '.join(known)}.")


class UnknownDimension(QueryError):  # noqa: N818 - the architecture's name
    """A dimension that the KPI does not have."""

    def __init__(self, kpi: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{kpi} has no dimension {name!r}. It knows: {', '.join(known)}.")
        self.known = known
