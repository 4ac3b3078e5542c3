"""Bringing marts and rollups up to the facts and to the clock.

Marts are rebuilt for the months that new facts reach, rollups for the days whose rows changed or
whose deadlines passed since. Everything is written first and named in one state row last: readers
see the old numbers or the new ones. A refresh that was killed left a mark; the next one then
rebuilds everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl
from sqlalchemy import Engine

from data_access.contracts import TABLES
from data_access.marts import cases, orders, parcels, returns, voice
from data_access.marts.orders import Facts
from data_access.marts.schemas import MARTS
from data_access.marts.state import RefreshState, finished_batches, read_state, write_state
from data_access.marts.touched import Touched
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import AsOf
from data_access.rollups.partial import DaysOfMart, Executor, local_executor
from data_access.rollups.store import changed_days, rebuild_days
from data_access.warehouse import Warehouse
from data_access.warehouse.locking import exclusive

RULES_VERSION = 1
"""Raise when the meaning of a mart column or measure changes: all homes are then rebuilt."""

ROWS_AT_ONCE = 2_000_000
"""Months are rebuilt together up to this many rows, to bound memory."""

_LOCK = ".refresh.lock"


@dataclass(frozen=True)
class RefreshReport:
    """What a refresh did."""

    as_of: datetime
    full: bool
    """Everything was rebuilt."""
    months: Mapping[str, int]
    """Months rebuilt, by mart."""
    days: Mapping[str, int]
    """Days rebuilt, by cohort."""


def refresh(
    warehouse: Warehouse,
    engine: Engine,
    now: datetime,
    *,
    zone: str = "UTC",
    executor: Executor[DaysOfMart] = local_executor,
) -> RefreshReport:
    """Bring marts and rollups up to date, as of `now`; one refresh runs at a time.

    Args:
        warehouse: facts in, marts and rollups out.
        engine: state database.
        now: instant the numbers hold for.
        zone: reporting zone, in which days are cut.
        executor: runs the partial sums, here or on a cluster.
    """
    with exclusive(warehouse.root / _LOCK):
        before = read_state(engine)
        batch_id, finished = finished_batches(engine)
        seen = {name: warehouse.snapshot_id(name) for name in TABLES}
        facts = {name: warehouse.scan(name, snapshot_id=seen[name]) for name in TABLES}
        full = before is None or _must_rebuild(before, now, zone)
        parts = _all_parts(warehouse, facts) if full else _touched(warehouse, facts, seen, before)
        state = RefreshState(
            batch_id, now, zone, rules_fingerprint(), finished, facts=seen, writing=True
        )
        if before is not None and not full:
            # Readers keep the numbers of `before` until the last line.
            write_state(engine, replace(before, writing=True))
        for name, months in parts.items():
            _build(warehouse, facts, name, months)
        known = None if full else before
        rebuilt = _refresh_rollups(warehouse, known, AsOf(now, zone), parts, executor)
        if known is not None:
            rewritten = {
                name: (known.rollups.get(name), sorted({d.year * 100 + d.month for d in days}))
                for name, days in rebuilt.items()
            }
            state = replace(state, rewritten=rewritten)
        write_state(engine, _finished(warehouse, state))
    return RefreshReport(
        now,
        full,
        {name: len(months) for name, months in parts.items()},
        {name: len(days) for name, days in rebuilt.items()},
    )


def rebuild_rollups(
    warehouse: Warehouse,
    engine: Engine,
    now: datetime,
    *,
    zone: str = "UTC",
    executor: Executor[DaysOfMart] = local_executor,
) -> None:
    """All rollups anew from the marts as they are, as of `now`.

    For marts that were written whole without facts, as benchmarks do. On a home with facts it would
    take facts for built into marts that are not: there `refresh` is the way.
    """
    with exclusive(warehouse.root / _LOCK):
        batch_id, finished = finished_batches(engine)
        seen = {name: warehouse.snapshot_id(name) for name in TABLES}
        _refresh_rollups(warehouse, None, AsOf(now, zone), {}, executor)
        state = RefreshState(
            batch_id, now, zone, rules_fingerprint(), finished, facts=seen, writing=True
        )
        write_state(engine, _finished(warehouse, state))


def rules_fingerprint() -> str:
    """Changes with the shape of marts and cohorts, and with `RULES_VERSION`."""
    shape = [
        RULES_VERSION,
        [(mart.name, sorted(mart.columns)) for mart in MARTS.values()],
        [(cohort.name, list(cohort.columns), cohort.cuts) for cohort in COHORTS.values()],
    ]
    return hashlib.blake2b(repr(shape).encode(), digest_size=8).hexdigest()


def _must_rebuild(before: RefreshState, now: datetime, zone: str) -> bool:
    return (
        before.writing
        or before.zone != zone
        or before.rules != rules_fingerprint()
        or before.as_of > now
    )


def _finished(warehouse: Warehouse, state: RefreshState) -> RefreshState:
    return replace(
        state,
        marts={name: warehouse.snapshot_id(name, "marts") for name in MARTS},
        rollups={name: warehouse.snapshot_id(name, "rollups") for name in COHORTS},
        writing=False,
    )


def scan_mart(warehouse: Warehouse, name: str, snapshot_id: int | None = None) -> pl.LazyFrame:
    """A mart as it is now or was in a snapshot; empty if it was never written."""
    return warehouse.scan(
        name, namespace="marts", snapshot_id=snapshot_id, schema=MARTS[name].columns
    )


def _all_parts(warehouse: Warehouse, facts: Facts) -> dict[str, set[int]]:
    return {
        name: set(facts[mart.fact].select(pl.col("part").unique()).collect().to_series())
        | set(scan_mart(warehouse, name).select(pl.col("part").unique()).collect().to_series())
        for name, mart in MARTS.items()
    }


def _touched(
    warehouse: Warehouse,
    facts: Facts,
    seen: Mapping[str, int | None],
    before: RefreshState | None,
) -> dict[str, set[int]]:
    assert before is not None
    fresh = [name for name in TABLES if seen[name] != before.facts.get(name)]
    if not fresh:
        return {name: set() for name in MARTS}
    marts = {name: scan_mart(warehouse, name) for name in MARTS}
    return Touched(facts, marts, before.batch_id, fresh).parts()


def _build(warehouse: Warehouse, facts: Facts, name: str, months: Collection[int]) -> None:
    """Rebuild some months of one mart."""
    if not months:
        return
    mart = MARTS[name]
    own = facts[mart.fact]
    for chunk in _chunks(own, months):
        rows = _BUILDERS[name](own.filter(pl.col("part").is_in(chunk)), facts, warehouse)
        warehouse.replace_parts(name, "marts", rows.sort("part", mart.key).collect(), chunk)


def _chunks(rows: pl.LazyFrame, months: Collection[int]) -> list[list[int]]:
    """Months in groups of at most `ROWS_AT_ONCE` rows, as far as single months allow."""
    counts = dict(rows.group_by("part").len().collect().iter_rows())
    chunks: list[list[int]] = [[]]
    held = 0
    for month in sorted(months):
        size = counts.get(month, 0)
        if chunks[-1] and held + size > ROWS_AT_ONCE:
            chunks.append([])
            held = 0
        chunks[-1].append(month)
        held += size
    return chunks


_Builder = Callable[[pl.LazyFrame, Facts, Warehouse], pl.LazyFrame]

_BUILDERS: Mapping[str, _Builder] = {
    "orders": lambda own, facts, _: orders.orders(own, facts),
    "lines": lambda own, facts, w: orders.lines(own, facts, scan_mart(w, "orders")),
    "parcels": lambda own, facts, w: parcels.parcels(own, facts, scan_mart(w, "orders")),
    "cases": lambda own, facts, w: cases.cases(own, facts, scan_mart(w, "orders")),
    "clocks": lambda *_: MARTS["clocks"].empty(),
    "findings": lambda *_: MARTS["findings"].empty(),
    "open_spells": lambda own, facts, w: cases.open_spells(own, facts, scan_mart(w, "cases")),
    "return_lines": lambda own, facts, w: returns.return_lines(own, facts, scan_mart(w, "orders")),
    "reviews": lambda own, facts, w: voice.reviews(own, facts, scan_mart(w, "orders")),
    "surveys": lambda own, _, w: voice.surveys(own, scan_mart(w, "orders"), scan_mart(w, "cases")),
}


def _refresh_rollups(
    warehouse: Warehouse,
    before: RefreshState | None,
    after: AsOf,
    parts: Mapping[str, Collection[int]],
    executor: Executor[DaysOfMart],
) -> dict[str, Collection[date]]:
    """Rebuild the days of every cohort that may have changed; all of them without a `before`."""
    rebuilt: dict[str, Collection[date]] = {}
    for name, cohort in COHORTS.items():
        mart = scan_mart(warehouse, cohort.mart)
        days = None
        if before is not None:
            snapshot = before.marts.get(cohort.mart)
            # No snapshot means that the mart held nothing then, not that it is as it is now.
            old = (
                MARTS[cohort.mart].empty()
                if snapshot is None
                else scan_mart(warehouse, cohort.mart, snapshot)
            )
            days = changed_days(
                cohort,
                old,
                mart,
                parts=parts.get(cohort.mart, ()),
                before=before.known,
                after=after,
            )
        rebuilt[name] = rebuild_days(warehouse, cohort, mart, days, as_of=after, executor=executor)
    return rebuilt
