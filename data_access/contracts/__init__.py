"""The canonical tables: each declared once, everything else is derived from the declaration."""

from data_access.contracts.contract import LINEAGE, TABLES, ColumnInfo, Contract

__all__ = ["LINEAGE", "TABLES", "ColumnInfo", "Contract"]
