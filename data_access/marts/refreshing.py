"""Bringing marts and rollups up to the facts and to the clock.

Marts are rebuilt for the months that new facts reach, rollups for the days whose rows changed or
whose deadlines passed since. Everything is written first and named in one state row last: readers
see the old numbers or the new ones. A refresh that was killed left a mark; the next one then
rebuilds everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl
from sqlalchemy import Engine

from data_access.contracts import TABLES
from data_access.marts.building import build_marts, scan_mart
from data_access.marts.cases import CASE_MARTS
from data_access.marts.orders import Facts
from data_access.marts.schemas import MARTS
from data_access.marts.state import RefreshState, finished_batches, read_state, write_state
from data_access.marts.touched import Reach, Touched
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import AsOf
from data_access.rollups.partial import DaysOfMart, Executor, local_executor
from data_access.rollups.store import changed_days, rebuild_days
from data_access.warehouse import Warehouse
from data_access.warehouse.locking import exclusive

RULES_VERSION = 2
"""Raise when the meaning of a mart column or measure changes: all homes are then rebuilt."""

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
        reach = _everything(warehouse, facts) if full else _touched(warehouse, facts, seen, before)
        state = RefreshState(
            batch_id, now, zone, rules_fingerprint(), finished, facts=seen, writing=True
        )
        if before is not None and not full:
            # Readers keep the numbers of `before` until the last line.
            write_state(engine, replace(before, writing=True))
        written = build_marts(warehouse, facts, reach, now)
        known = None if full else before
        rebuilt = _refresh_rollups(
            warehouse, known, AsOf(now, zone), written, reach.cases, executor
        )
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
        {name: len(months) for name, months in reach.parts.items()},
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
        _refresh_rollups(warehouse, None, AsOf(now, zone), {}, None, executor)
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


def _everything(warehouse: Warehouse, facts: Facts) -> Reach:
    parts = {
        name: set().union(
            *(
                facts[fact].select(pl.col("part").unique()).collect().to_series()
                for fact in mart.facts
            )
        )
        | set(scan_mart(warehouse, name).select(pl.col("part").unique()).collect().to_series())
        for name, mart in MARTS.items()
    }
    return Reach(parts, cases=None)


def _touched(
    warehouse: Warehouse,
    facts: Facts,
    seen: Mapping[str, int | None],
    before: RefreshState | None,
) -> Reach:
    assert before is not None
    fresh = [name for name in TABLES if seen[name] != before.facts.get(name)]
    if not fresh:
        return Reach({name: set() for name in MARTS}, cases=None)
    marts = {name: scan_mart(warehouse, name) for name in MARTS}
    replaced = {
        name: warehouse.replaced(name, before.facts.get(name), seen[name]) for name in fresh
    }
    return Touched(facts, marts, before.batch_id, fresh, replaced).reach()


def _refresh_rollups(
    warehouse: Warehouse,
    before: RefreshState | None,
    after: AsOf,
    written: Mapping[str, Collection[int]],
    cases: pl.Series | None,
    executor: Executor[DaysOfMart],
) -> dict[str, Collection[date]]:
    """Rebuild the days of every cohort that may have changed; all of them without a `before`.

    `written` are the months that marts were written anew in, `cases` those they may differ by.
    """
    rebuilt: dict[str, Collection[date]] = {}
    some = None if cases is None else cases.to_frame("case_id").lazy()
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
                parts=written.get(cohort.mart, ()),
                before=before.known,
                after=after,
                only=some if cohort.mart in CASE_MARTS else None,
            )
        rebuilt[name] = rebuild_days(warehouse, cohort, mart, days, as_of=after, executor=executor)
    return rebuilt
