"""Declared days: public holidays, promotions and what follows them, per market.

A merchant knows these days beforehand. The count model learns one effect per kind and series; a
kind that was never seen before makes its days less certain, not higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

Codes = NDArray[np.int64]

SCHEMA = {"market": pl.String, "day": pl.Date, "kind": pl.String}


@dataclass(frozen=True, eq=False)
class EventCalendar:
    """`days` has `market` (null: every market), `day` and `kind` (`holiday`, `promotion`, …).

    Kinds are the merchant's own words. Where a day is of several kinds, the rarest one counts: a
    promotion on a holiday is a promotion.
    """

    days: pl.DataFrame

    def __post_init__(self) -> None:
        missing = [name for name in SCHEMA if name not in self.days.columns]
        if missing:
            raise ValueError(f"The event calendar has no column {', '.join(missing)}.")
        for name in ("day", "kind"):
            if self.days[name].null_count():
                raise ValueError(f"The event calendar has a row without {name}; give one.")

    def codes(self, market: str | None, days: Sequence[date]) -> Codes:
        """0 for a usual day, else the number of its kind (1, 2 … in order of their names).

        `market` None asks for the days of every market only.
        """
        of_market = pl.col("market").is_null()
        if market is not None:
            of_market = of_market | (pl.col("market") == market)
        often = self.days.group_by("kind").agg(pl.len()).sort("len", "kind", descending=True)
        number = {kind: at for at, kind in enumerate(sorted(often["kind"]), start=1)}
        own = self.days.filter(of_market)
        codes = np.zeros(len(days), dtype=np.int64)
        for kind in often["kind"]:
            marked = set(own.filter(pl.col("kind") == kind)["day"])
            codes[[day in marked for day in days]] = number[kind]
        return codes


def none() -> EventCalendar:
    """No declared days."""
    return EventCalendar(pl.DataFrame(schema=SCHEMA))
