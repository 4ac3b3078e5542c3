"""One denormalised row per subject, with every dimension and instant that numbers need."""

from data_access.marts.refreshing import RefreshReport, rebuild_rollups, refresh
from data_access.marts.schemas import MARTS, Mart

__all__ = ["MARTS", "Mart", "RefreshReport", "rebuild_rollups", "refresh"]
