"""The cases open now, kept in memory: else every list of open cases would read all spells again.

What is kept belongs to one snapshot and holds from a day before it was first asked for on. Earlier
instants are read from the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import polars as pl

from data_access.browse.selection import until
from data_access.marts.schemas import MARTS

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

KEY = ("source", "case_id")
MOST_KEPT = 500_000
"""More spells than this are not worth their memory."""

_EARLIER = timedelta(days=1)


@dataclass(frozen=True)
class _Kept:
    """Spells open at or after an instant, as of one snapshot of the mart."""

    snapshot: int | None
    start: datetime
    spells: pl.DataFrame


_kept: WeakKeyDictionary[Warehouse, _Kept] = WeakKeyDictionary()


def open_cases(warehouse: Warehouse, as_of: datetime) -> pl.LazyFrame:
    """`source`, `case_id` of the cases open at an instant: those the backlog counts."""
    found = _spells(warehouse, as_of)
    spells = _scan(warehouse).filter(until(as_of)) if found is None else found.spells.lazy()
    ended = pl.col("open_to").is_null() | (pl.col("open_to") > as_of)
    return spells.filter(pl.col("open_from") <= as_of, ended).select(KEY)


def _spells(warehouse: Warehouse, as_of: datetime) -> _Kept | None:
    """What is kept and holds at `as_of`; None where it has to be read."""
    snapshot = warehouse.snapshot_id("open_spells", "marts")
    found = _kept.get(warehouse)
    if found is None or found.snapshot != snapshot:
        start = as_of - _EARLIER
        late = pl.col("open_to").is_null() | (pl.col("open_to") > start)
        spells = _scan(warehouse).filter(late).head(MOST_KEPT + 1).collect()
        found = _Kept(snapshot, start, spells)
        _kept[warehouse] = found
    fits = found.spells.height <= MOST_KEPT and as_of >= found.start
    return found if fits else None


def _scan(warehouse: Warehouse) -> pl.LazyFrame:
    spells = warehouse.scan("open_spells", namespace="marts", schema=MARTS["open_spells"].columns)
    return spells.select(*KEY, "open_from", "open_to", "part")
