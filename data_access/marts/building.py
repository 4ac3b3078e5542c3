"""Writing marts: which rows are made anew, and in what pieces.

Marts of one source table are rebuilt by whole months. The four marts of cases come out of one
measurement; of a month in which only some cases changed only those are measured, and the others are
taken over as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta

import polars as pl

from data_access.calendars import Hours, compile_hours
from data_access.marts import costs, orders, parcels, returns, voice, voices
from data_access.marts.cases import CASE_MARTS, FEW, case_marts
from data_access.marts.orders import Facts
from data_access.marts.schemas import MARTS
from data_access.marts.touched import Reach
from data_access.warehouse import Warehouse

ROWS_AT_ONCE = 2_000_000
"""Months are rebuilt together up to this many rows, to bound memory."""

CASES_AT_ONCE = 250_000
"""The same for cases: between their events and their marts lies more."""

HORIZON = timedelta(days=400)
"""How far business hours are known after a refresh: deadlines beyond it are none yet."""


def scan_mart(warehouse: Warehouse, name: str, snapshot_id: int | None = None) -> pl.LazyFrame:
    """A mart as it is now or was in a snapshot; empty if it was never written."""
    return warehouse.scan(
        name, namespace="marts", snapshot_id=snapshot_id, schema=MARTS[name].columns
    )


def build_marts(
    warehouse: Warehouse, facts: Facts, reach: Reach, now: datetime
) -> Mapping[str, Collection[int]]:
    """Rebuild the months that are reached, in the order in which marts need one another.

    Returns:
        The months that were written anew, by mart: of those of cases only what differs is.
    """
    written: dict[str, Collection[int]] = {}
    for name in MARTS:
        if name == CASE_MARTS[0]:
            written |= _build_cases(warehouse, facts, reach, now)
        elif name not in CASE_MARTS:
            _build(warehouse, facts, name, reach.parts[name])
            written[name] = reach.parts[name]
    return written


def _build(warehouse: Warehouse, facts: Facts, name: str, months: Collection[int]) -> None:
    """Rebuild some months of one mart."""
    if not months:
        return
    mart = MARTS[name]
    every = pl.concat([facts[fact].select("part") for fact in mart.facts])
    for chunk in _chunks(every, months, ROWS_AT_ONCE):
        kept = {fact: facts[fact].filter(pl.col("part").is_in(chunk)) for fact in mart.facts}
        rows = _BUILDERS[name](kept[mart.fact], {**facts, **kept}, warehouse)
        warehouse.replace_parts(name, "marts", rows.sort("part", mart.key).collect(), chunk)


def _build_cases(
    warehouse: Warehouse, facts: Facts, reach: Reach, now: datetime
) -> dict[str, set[int]]:
    """Rebuild the marts of cases; gives the months written anew by mart."""
    written: dict[str, set[int]] = {name: set() for name in CASE_MARTS}
    months = set().union(*(reach.parts[name] for name in CASE_MARTS))
    if not months:
        return written
    some = reach.cases
    hours = _business_hours(facts, now)
    # Few cases of many months are measured in one go: what a measurement costs hardly depends on
    # how few they are.
    few = some is not None and some.len() <= FEW
    for chunk in [sorted(months)] if few else _chunks(facts["cases"], months, CASES_AT_ONCE):
        own = facts["cases"].filter(pl.col("part").is_in(chunk))
        if some is not None:
            own = _among(own, some)
        for name, made in case_marts(own, facts, scan_mart(warehouse, "orders"), hours).items():
            if some is None:
                _write(warehouse, name, made, chunk)
                written[name].update(chunk)
            else:
                written[name].update(_splice(warehouse, facts, name, made, chunk, some))
    return written


def _splice(
    warehouse: Warehouse,
    facts: Facts,
    name: str,
    made: pl.DataFrame,
    months: Collection[int],
    some: pl.Series,
) -> list[int]:
    """Put the rows `made` in the place of those of `some` cases; gives the months that differ.

    Most of what is told of older cases (a note, a tag) changes no clock: their months stay.
    """
    mart = scan_mart(warehouse, name)
    held = mart.filter(pl.col("part").is_in(list(months)))
    sides = [
        rows.with_columns(side=pl.lit(side))
        for rows, side in ((_among(held, some).collect(), -1), (made, 1))
    ]
    differing = (
        pl.concat(sides)
        .group_by(made.columns)
        .agg(pl.col("side").sum())
        .filter(pl.col("side") != 0)
    )
    parts = differing["part"].unique().sort().to_list()
    gone = some.to_frame("case_id").lazy()
    for chunk in _chunks(facts["cases"], parts, CASES_AT_ONCE):
        changed = pl.col("part").is_in(chunk)
        rest = mart.filter(changed).join(gone, on="case_id", how="anti").collect()
        _write(warehouse, name, pl.concat([rest, made.filter(changed)]), chunk)
    return parts


def _write(warehouse: Warehouse, name: str, rows: pl.DataFrame, months: Collection[int]) -> None:
    order = ("part", MARTS[name].key, *_ORDER.get(name, ()))
    warehouse.replace_parts(name, "marts", rows.sort(order), months)


def _among(rows: pl.LazyFrame, cases: pl.Series) -> pl.LazyFrame:
    """The rows of some cases; of a few, so that readers decode nothing but the id of the others."""
    if cases.len() <= FEW:
        return rows.filter(pl.col("case_id").is_in(cases.implode()))
    return rows.join(cases.to_frame("case_id").lazy(), on="case_id", how="semi")


_ORDER = {
    "clocks": ("clock", "instance"),
    "findings": ("check", "at"),
    "open_spells": ("open_from",),
}


def _business_hours(facts: Facts, now: datetime) -> Hours:
    """Hours of all calendars from the oldest case on, whichever cases are rebuilt."""
    oldest = facts["cases"].select(pl.col("created_at").min()).collect().item() or now
    return compile_hours(
        facts["calendars"].collect(),
        facts["holidays"].collect(),
        first=_utc_day(oldest) - timedelta(days=1),
        last=_utc_day(now) + HORIZON,
    )


def _utc_day(instant: datetime) -> date:
    return instant.astimezone(UTC).date()


def _chunks(rows: pl.LazyFrame, months: Collection[int], most: int) -> list[list[int]]:
    """Months in groups of at most `most` rows, as far as single months allow."""
    if not months:
        return []
    counts = dict(rows.group_by("part").len().collect().iter_rows())
    chunks: list[list[int]] = [[]]
    held = 0
    for month in sorted(months):
        size = counts.get(month, 0)
        if chunks[-1] and held + size > most:
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
    "return_lines": lambda own, facts, w: returns.return_lines(own, facts, scan_mart(w, "orders")),
    "reviews": lambda own, facts, w: voice.reviews(own, facts, scan_mart(w, "orders")),
    "surveys": lambda own, _, w: voice.surveys(own, scan_mart(w, "orders"), scan_mart(w, "cases")),
    "costs": lambda own, facts, w: costs.costs(
        own,
        facts,
        orders_mart=scan_mart(w, "orders"),
        cases_mart=scan_mart(w, "cases"),
        returned=scan_mart(w, "return_lines"),
    ),
    "voices": lambda own, facts, w: voices.voices(
        own, facts, scan_mart(w, "orders"), scan_mart(w, "cases")
    ),
}
