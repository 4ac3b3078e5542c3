"""Every cohort with its measures: the only place where rows are turned into counts."""

from __future__ import annotations

from collections.abc import Mapping

from data_access.rollups.cohort import Cohort
from data_access.rollups.cohorts.costs import COSTS
from data_access.rollups.cohorts.parcels import PARCELS
from data_access.rollups.cohorts.sales import SALES
from data_access.rollups.cohorts.service import SERVICE
from data_access.rollups.cohorts.voice import VOICE
from data_access.rollups.cohorts.waiting import WAITING

COHORTS: Mapping[str, Cohort] = {
    cohort.name: cohort for cohort in (*SALES, *SERVICE, *WAITING, *PARCELS, *VOICE, *COSTS)
}
"""Every cohort by name."""
