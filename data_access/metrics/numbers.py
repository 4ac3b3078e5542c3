"""One consistent set of marts and rollups, as the last finished refresh left it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

import polars as pl

from data_access.marts.schemas import MARTS
from data_access.marts.state import RefreshState
from data_access.metrics.currency import published
from data_access.metrics.pinning import naming_tables, present, unknown_table
from data_access.rollups.cohort import Cohort, cut_name
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.cohorts.waiting import WAITS
from data_access.rollups.days import AsOf
from data_access.warehouse import Warehouse

KEPT_BYTES = 192 * 1024**2
"""Memory that rollups may take in a process."""

_Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Cut:
    """A rollup in memory: one row per day and combination of `dims`, sorted by day."""

    dims: tuple[str, ...]
    frame: pl.DataFrame

    def between(self, first: date | None, last: date | None) -> pl.DataFrame:
        """The rows of some days, found by bisection."""
        days = self.frame["day"]
        low = 0 if first is None else int(days.search_sorted(first, side="left"))
        high = self.frame.height if last is None else int(days.search_sorted(last, side="right"))
        return self.frame.slice(low, max(high - low, 0))


@dataclass(frozen=True)
class Pin:
    """That numbers are read of an old refresh, whose tables may lack what was declared since."""

    from_rows: frozenset[str] = frozenset()
    """Cohorts whose rollups were summed by another definition than today's: not to be used."""
    lacking: set[tuple[str, str, int, tuple[str, ...]]] = field(default_factory=set)
    """Found out on the way: namespace, table, snapshot, columns it does not have."""


class Numbers:
    """Reads the snapshots that `state` names, and keeps the cuts it has read."""

    def __init__(
        self,
        warehouse: Warehouse,
        state: RefreshState,
        previous: Numbers | None = None,
        *,
        pin: Pin | None = None,
    ) -> None:
        self.state = state
        self._pin = pin
        self._warehouse = warehouse
        self._lock = Lock()
        self._cuts: OrderedDict[_Key, Cut] = OrderedDict()
        self._outdated: dict[_Key, tuple[int | None, Cut]] = {}
        self._rates: pl.DataFrame | None = None
        self._open: pl.DataFrame | None = None
        self._waiting: dict[str, pl.DataFrame] = {}
        self._values: dict[tuple[str, str], list[str]] = {}
        if previous is not None:
            for key, cut in list(previous._cuts.items()):  # noqa: SLF001
                snapshot = previous.state.rollups.get(key[0])
                if snapshot == state.rollups.get(key[0]):
                    self._cuts[key] = cut
                else:
                    self._outdated[key] = (snapshot, cut)
            if previous.state.facts.get("fx_rates") == state.facts.get("fx_rates"):
                self._rates = previous._rates  # noqa: SLF001

    def mart(self, name: str) -> pl.LazyFrame:
        """A mart; empty if it was never written. Pinned: without columns declared since."""
        snapshot = self.state.marts.get(name)
        if self._pin is not None and name not in self.state.marts:
            raise unknown_table("marts", name, self.state.as_of.isoformat())
        if snapshot is None:
            return MARTS[name].empty()
        columns = MARTS[name].columns
        held = self._held("marts", name, snapshot, columns)
        schema = {column: columns[column] for column in held}
        return self._warehouse.scan(name, namespace="marts", snapshot_id=snapshot, schema=schema)

    def holds(self, cohort: Cohort, dims: tuple[str, ...], measures: Collection[str]) -> bool:
        """Whether the rollup has this cut and these measures; only an old one may not."""
        if self._pin is None:
            return True
        snapshot = self.state.rollups.get(cohort.name)
        if cohort.name in self._pin.from_rows or snapshot is None:
            return False
        wanted = {*dims, *cohort.keys, *measures}
        if len(self._held("rollups", cohort.name, snapshot, wanted)) < len(wanted):
            return False
        # A rollup with rows has rows in every cut that was declared when it was written.
        return self.cut(cohort, dims).frame.height > 0 or self._empty(cohort, snapshot)

    def reading(self) -> AbstractContextManager[None]:
        """Errors about columns inside the block name the table and snapshot that lack them."""
        return nullcontext() if self._pin is None else naming_tables(self._pin.lacking)

    def cut(self, cohort: Cohort, dims: tuple[str, ...]) -> Cut:
        """A cut of a cohort's rollup, read once; of an outdated one only the months rewritten.

        The least used cuts go when together they hold more than `KEPT_BYTES`.
        """
        key = (cohort.name, dims)
        with self._lock:
            found = self._cuts.get(key)
            if found is not None:
                self._cuts.move_to_end(key)
                return found
        found = Cut(dims, self._patched(cohort, dims))
        with self._lock:
            self._cuts[key] = found
            self._outdated.pop(key, None)
            held = sum(cut.frame.estimated_size() for cut in self._cuts.values())
            while held > KEPT_BYTES and len(self._cuts) > 1:
                _, dropped = self._cuts.popitem(last=False)
                held -= int(dropped.frame.estimated_size())
        return found

    def values(self, cohort: Cohort, dimension: str) -> list[str]:
        """The values of a dimension in a cohort, from its smallest cut or else from the mart."""
        key = (cohort.name, dimension)
        if key not in self._values:
            cut = next((cut for cut in cohort.cuts if dimension in cut), None)
            column = (
                self.cut(cohort, cut).frame[dimension].drop_nulls().unique()
                if cut is not None
                else self.mart(cohort.mart)
                .select(pl.col(dimension).drop_nulls().unique())
                .collect()
                .to_series()
            )
            self._values[key] = column.cast(pl.String).to_list()
        return self._values[key]

    def newest_day(self, cohorts: Collection[Cohort]) -> date | None:
        """The last day up to that of the refresh on which any of the cohorts has a row."""
        today = self.state.known.today
        days = [self.cut(cohort, cohort.cuts[0]).between(None, today)["day"] for cohort in cohorts]
        return max((day.item(-1) for day in days if day.len()), default=None)

    def open_spells(self) -> pl.DataFrame:
        """The spells open as of the last refresh, read once: created_at and dimensions."""
        if self._open is None:
            now = pl.lit(self.state.as_of)
            still = pl.col("open_to").is_null() | (pl.col("open_to") > now)
            rows = self.mart("open_spells").filter((pl.col("open_from") <= now) & still)
            self._open = rows.drop("case_id", "part").collect()
        return self._open

    def waiting(self, cohort: str, as_of: AsOf) -> pl.LazyFrame:
        """The cases that wait as of then; as of the last refresh they are read once."""
        wait = WAITS[cohort]
        rows = wait.going_on(self.mart("cases"), as_of)
        if as_of.instant != self.state.as_of:
            return rows
        if cohort not in self._waiting:
            columns = {"created_at", wait.started_at, "dq", *COHORTS[cohort].dims}
            self._waiting[cohort] = rows.select(sorted(columns)).collect()
        return self._waiting[cohort].lazy()

    def fx_rates(self) -> pl.DataFrame:
        """Published rates: date, currency, units of it per unit of the common base."""
        if self._rates is None:
            snapshot = self.state.facts.get("fx_rates")
            rates = self._warehouse.scan("fx_rates", snapshot_id=snapshot)
            self._rates = published(rates.select("date", "base", "quote", "rate").collect())
        return self._rates

    def _patched(self, cohort: Cohort, dims: tuple[str, ...]) -> pl.DataFrame:
        """The cut as it is now."""
        snapshot, cut = self._outdated.get((cohort.name, dims), (None, None))
        based_on, months = self.state.rewritten.get(cohort.name, (None, ()))
        if cut is None or snapshot is None or snapshot != based_on:
            return compact(self._read(cohort, dims), cohort.measures)
        day = pl.col("day")
        kept = cut.frame.filter(~(day.dt.year() * 100 + day.dt.month()).is_in(list(months)))
        fresh = self._read(cohort, dims, months)
        try:
            rows = pl.concat([kept, fresh.cast(kept.schema)])
        except pl.exceptions.InvalidOperationError:
            # A value that was not there before: the words of a column are fixed when it is read.
            return compact(self._read(cohort, dims), cohort.measures)
        return rows.sort("day")

    def _read(
        self, cohort: Cohort, dims: tuple[str, ...], months: Collection[int] | None = None
    ) -> pl.DataFrame:
        columns = ["day", *dims, *cohort.keys, *cohort.measures]
        snapshot = self.state.rollups.get(cohort.name)
        if snapshot is None:
            return pl.DataFrame(schema={name: cohort.columns[name] for name in columns})
        columns = list(self._held("rollups", cohort.name, snapshot, columns))
        stored = self._warehouse.scan(
            cohort.name, namespace="rollups", snapshot_id=snapshot, schema=cohort.columns
        )
        if months is not None:
            stored = stored.filter(pl.col("part").is_in(list(months)))
        return stored.filter(pl.col("cut") == cut_name(dims)).select(columns).sort("day").collect()

    def _held(
        self, namespace: str, table: str, snapshot: int, wanted: Collection[str]
    ) -> tuple[str, ...]:
        """The wanted columns; of an old refresh those that it had."""
        if self._pin is None:
            return tuple(wanted)
        found = present(self._warehouse, namespace, table, snapshot, wanted)
        missing = tuple(sorted(set(wanted) - set(found)))
        if missing:
            self._pin.lacking.add((namespace, table, snapshot, missing))
        return found

    def _empty(self, cohort: Cohort, snapshot: int) -> bool:
        stored = self._warehouse.scan(
            cohort.name, namespace="rollups", snapshot_id=snapshot, schema=cohort.columns
        )
        return stored.select("day").head(1).collect().is_empty()


def compact(frame: pl.DataFrame, measures: Mapping[str, object]) -> pl.DataFrame:
    """Text as Enum, small numbers as Int32: a third of the memory, and faster groups."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    casts: dict[str, pl.DataType] = {
        name: pl.Enum(frame[name].drop_nulls().unique().sort()) for name in texts
    }
    summed = [name for name in measures if name in frame.columns]
    small = frame.select(pl.col(*summed).abs().max().fill_null(0) < 2**31).row(0, named=True)
    casts |= {name: pl.Int32() for name, fits in small.items() if fits}
    return frame.cast(casts)  # type: ignore[arg-type]
