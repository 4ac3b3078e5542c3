"""The KPI catalogue: every number Afterwatch shows, declared once as data.

Pages, alerts, the command line and `docs/metrics.md` read these declarations; no formula stands
anywhere else. A numerator or denominator is `cohort.measure`, see `data_access.rollups.cohorts`.
"""

from __future__ import annotations

from collections.abc import Mapping

from data_access.metrics.catalogue.clocks import CLOCKS
from data_access.metrics.catalogue.costs import COSTS
from data_access.metrics.catalogue.kpi import Better, Interval, Kpi, Unit
from data_access.metrics.catalogue.parcels import PARCELS
from data_access.metrics.catalogue.returns import RETURNS
from data_access.metrics.catalogue.service import SERVICE
from data_access.metrics.catalogue.vendor import VENDOR
from data_access.metrics.catalogue.voice import VOICE
from data_access.metrics.catalogue.waiting import WAITING

CATALOGUE: Mapping[str, Kpi] = {
    kpi.name: kpi
    for kpi in (*SERVICE, *CLOCKS, *WAITING, *PARCELS, *RETURNS, *VOICE, *COSTS, *VENDOR)
}
"""Every KPI by name, in the order of the documentation."""

__all__ = ["CATALOGUE", "Better", "Interval", "Kpi", "Unit"]
