"""Numbers out: the KPI catalogue and the questions it answers."""

from data_access.metrics.catalogue import CATALOGUE, Kpi
from data_access.metrics.explanation import Account, Explanation
from data_access.metrics.filters import (
    DIMENSIONS,
    Filter,
    Query,
    QueryError,
    UnknownDimension,
    UnknownKpi,
)
from data_access.metrics.query import Metrics

__all__ = [
    "CATALOGUE",
    "DIMENSIONS",
    "Account",
    "Explanation",
    "Filter",
    "Kpi",
    "Metrics",
    "Query",
    "QueryError",
    "UnknownDimension",
    "UnknownKpi",
]
