"""Facts, marts and rollups as Apache Iceberg tables, read by Polars."""

from data_access.warehouse.catalog import Warehouse, open_warehouse
from data_access.warehouse.housekeeping import HousekeepReport
from data_access.warehouse.merging import MergeCounts

__all__ = ["HousekeepReport", "MergeCounts", "Warehouse", "open_warehouse"]
