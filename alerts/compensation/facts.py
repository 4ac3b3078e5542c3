"""Reading facts and marts of one moment, and noting which snapshots were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import polars as pl
from sqlalchemy import Engine

from data_access.contracts import TABLES
from data_access.marts.schemas import MARTS
from data_access.marts.state import read_state
from data_access.warehouse import Warehouse

READ = ("orders", "order_lines", "refunds", "returns", "compensations", "fx_rates")
"""Facts that candidates are found in."""
READ_MARTS = ("orders", "parcels", "return_lines", "cases")
"""Marts that candidates are found in."""


class Load(Protocol):
    """Gives a table: facts by default, marts by their namespace."""

    def __call__(self, table: str, namespace: str = "facts") -> pl.LazyFrame:
        """The table's rows."""
        ...


@dataclass(frozen=True)
class Pinned:
    """A `Load` over snapshots that do not move; `snapshots` is stored with a batch."""

    warehouse: Warehouse
    snapshots: dict[str, int | None] = field(default_factory=dict)

    def __call__(self, table: str, namespace: str = "facts") -> pl.LazyFrame:
        """The table's rows as they were in its snapshot; none if it was never written then."""
        snapshot = self.snapshots.get(f"{namespace}.{table}")
        schema = TABLES[table].stored_dtypes() if namespace == "facts" else MARTS[table].columns
        if snapshot is None:
            return pl.LazyFrame(schema=schema)
        return self.warehouse.scan(table, namespace=namespace, snapshot_id=snapshot, schema=schema)


def pinned(warehouse: Warehouse, engine: Engine) -> Pinned:
    """The newest facts, and the marts as the last finished refresh left them."""
    state = read_state(engine)
    facts = {f"facts.{name}": warehouse.snapshot_id(name) for name in READ}
    marts = {f"marts.{name}": state.marts.get(name) if state else None for name in READ_MARTS}
    return Pinned(warehouse, facts | marts)
