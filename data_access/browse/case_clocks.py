"""The clocks of one case taken apart: what was counted, what was not and why.

The same engine that fills the marts runs on this one case, over the facts as they are now.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from data_access.calendars import compile_hours
from data_access.clocks import CONTEXT, Measured, explained, measure, timeline
from data_access.marts.schemas import MARTS

if TYPE_CHECKING:
    from data_access.calendars import Hours
    from data_access.warehouse import Warehouse

AHEAD = timedelta(days=400)
"""How far beyond now a deadline is looked for."""

VENDOR = {
    "vendor_frt_min": ("first_response", "calendar"),
    "vendor_frt_business_min": ("first_response", "business"),
    "vendor_first_res_min": ("resolution", "calendar"),
    "vendor_first_res_business_min": ("resolution", "business"),
    "vendor_full_res_min": ("full_resolution", "calendar"),
    "vendor_full_res_business_min": ("full_resolution", "business"),
    "vendor_requester_wait_min": ("requester_wait", "counted"),
    "vendor_agent_work_min": ("agent_work", "counted"),
    "vendor_on_hold_min": ("on_hold", "counted"),
}
"""Column of a vendor's figure to our clock and the kind of time it is compared with."""

VENDOR_FIGURES = {
    "clock": pl.String(),
    "basis": pl.String(),
    "vendor_s": pl.Float64(),
    "ours_s": pl.Float64(),
    "difference_s": pl.Float64(),
}


@dataclass(frozen=True)
class CaseClocks:
    """One case with its clocks.

    Attributes:
        case: the row of facts `cases`.
        instances: INSTANCES of the clock engine, with `standing`, `counted_s` (so far),
            `over_s` (beyond the target; negative: left).
        intervals: INTERVALS, up to `as_of`.
        events: TIMELINE, up to `as_of`.
        findings: FINDINGS.
        vendor: the source's own figures beside ours: VENDOR_FIGURES.
        as_of: what happened after it is not known.
    """

    case: dict[str, Any]
    instances: pl.DataFrame
    intervals: pl.DataFrame
    events: pl.DataFrame
    findings: pl.DataFrame
    vendor: pl.DataFrame
    as_of: datetime


def sources_of(warehouse: Warehouse, case_id: str) -> list[str]:
    """The sources that know a case of this number, sorted."""
    known = warehouse.scan("cases").filter(pl.col("case_id") == case_id)
    return sorted(known.select("source").unique().collect()["source"].to_list())


def case_clocks(
    warehouse: Warehouse, case_id: str, source: str | None = None, *, as_of: datetime
) -> CaseClocks | None:
    """Run the clocks of one case.

    Args:
        warehouse: where facts and marts are.
        case_id: the source's own number.
        source: which source; None takes the first by name.
        as_of: what happened after it does not exist.

    Returns:
        None if there is no such case, or it was created later.
    """
    found = warehouse.scan("cases").filter(pl.col("case_id") == case_id)
    if source is not None:
        found = found.filter(pl.col("source") == source)
    rows = found.sort("source").head(1).collect()
    if not rows.height or rows["created_at"][0] > as_of:
        return None
    case = rows.row(0, named=True)
    own = _context(warehouse, rows)
    events, messages = (
        _of_case(warehouse.scan(name).filter(_near(case["part"])), case) for name in _RECORDS
    )
    hours = _hours(warehouse, case, as_of)
    measured = measure(
        own.lazy(),
        events,
        messages,
        policies=warehouse.scan("sla_policies").collect(),
        hours=hours,
        as_of=as_of,
    )
    intervals = explained(measured, hours, as_of)
    instances = judged(measured, intervals, as_of)
    told = timeline(own.lazy(), events, messages).filter(pl.col("at") <= as_of).collect()
    return CaseClocks(
        case,
        instances,
        intervals,
        told.sort("at", maintain_order=True),
        measured.findings,
        vendor_figures(case, instances),
        as_of,
    )


_RECORDS = ("case_events", "messages")


def judged(measured: Measured, intervals: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """The instances with `standing`, `counted_s` and `over_s`."""
    key = ["clock", "instance"]
    span = (pl.col("ends_at") - pl.col("starts_at")).dt.total_microseconds() / 1_000_000
    spent = intervals.group_by(key).agg(counted_s=span.filter("counted").sum())
    due = pl.col("due_at")
    passed = (due <= as_of).fill_null(value=False)
    standing = (
        pl.when(pl.col("target_s").is_null())
        .then(pl.lit("measured"))
        .when((pl.col("stopped_at") <= due).fill_null(value=False))
        .then(pl.lit("met"))
        .when(pl.col("stopped_at").is_not_null() & due.is_null())
        .then(pl.lit("met"))
        .when((pl.col("withdrawn_at") <= due).fill_null(value=pl.col("withdrawn_at").is_not_null()))
        .then(pl.lit("withdrawn"))
        .when(pl.col("stopped_at").is_not_null() | pl.col("withdrawn_at").is_not_null())
        .then(pl.lit("missed"))
        .when(passed)
        .then(pl.lit("overdue"))
        .otherwise(pl.lit("running"))
    )
    return (
        measured.instances.join(spent, on=key, how="left")
        .with_columns(standing=standing, counted_s=pl.col("counted_s").fill_null(0.0))
        .with_columns(over_s=pl.col("counted_s") - pl.col("target_s"))
        .sort("started_at", "clock", "instance")
    )


def vendor_figures(case: dict[str, Any], instances: pl.DataFrame) -> pl.DataFrame:
    """What the source itself says of its clocks, beside what its events say."""
    found = []
    for column, (clock, basis) in VENDOR.items():
        minutes = case.get(column)
        if minutes is None:
            continue
        ours = _ours(instances.filter(pl.col("clock") == clock), basis)
        vendor = 60.0 * minutes
        difference = None if ours is None else vendor - ours
        found.append((clock, basis, vendor, ours, difference))
    return pl.DataFrame(found, schema=VENDOR_FIGURES, orient="row")


def _ours(runs: pl.DataFrame, basis: str) -> float | None:
    """Our figure of the same kind; None where the clock never stopped or has no such time."""
    ended = runs.filter(pl.col("stopped_at").is_not_null()).head(1)
    if not ended.height:
        return None
    row = ended.row(0, named=True)
    if basis == "business" and not row["on_business"]:
        return None
    return float(row["calendar_s"] if basis == "calendar" else row["elapsed_s"])


def _context(warehouse: Warehouse, rows: pl.DataFrame) -> pl.DataFrame:
    """CONTEXT of the case: its own columns, those of its mart row, the tier of its customer."""
    case = rows.row(0, named=True)
    mart = warehouse.scan("cases", namespace="marts", schema=MARTS["cases"].columns)
    joined = _of_case(mart, case).head(1).collect()
    known = joined.row(0, named=True) if joined.height else {}
    own = {name: case.get(name) for name in CONTEXT}
    named = {"language": "lang", "market": "country", "level": "severity"}
    own |= {name: case[column] for name, column in named.items()}
    for name in ("language", "market", "channel", "priority", "marketplace"):
        own[name] = known.get(name) or own[name]
    return pl.DataFrame([own | _tier(warehouse, case)], schema=CONTEXT)


def _tier(warehouse: Warehouse, case: dict[str, Any]) -> dict[str, Any]:
    """The customer's tier: from the case's own source, else where only one other knows them."""
    names = ("vip_tier", "vip_from", "vip_to")
    if case["customer_key"] is None:
        return dict.fromkeys(names)
    found = (
        warehouse.scan("customers")
        .filter(pl.col("customer_key") == case["customer_key"])
        .select("source", pl.col("vip_tier").cast(pl.String), "vip_from", "vip_to")
        .collect()
    )
    own = found.filter(pl.col("source") == case["source"])
    chosen = own if own.height else found
    if chosen.height != 1:
        return dict.fromkeys(names)
    return {name: chosen[name][0] for name in names}


def _hours(warehouse: Warehouse, case: dict[str, Any], as_of: datetime) -> Hours:
    """The calendars that the case may be counted by: those of its source and of the policies."""
    policies = warehouse.scan("sla_policies").select("source").unique().collect()["source"]
    return _compiled(
        warehouse,
        {case["source"], *policies},
        first=case["created_at"].date() - timedelta(days=2),
        last=(as_of + AHEAD).date(),
    )


def _compiled(warehouse: Warehouse, sources: Collection[str], *, first: date, last: date) -> Hours:
    wanted = pl.col("source").is_in(list(sources))
    calendars = warehouse.scan("calendars").filter(wanted).collect()
    holidays = warehouse.scan("holidays").collect()
    return compile_hours(calendars, holidays, first=first, last=last)


def _near(part: int) -> pl.Expr:
    """Partitions that what happened to a case can lie in.

    That is from a year before it on: what a source dates before the creation must be found, and so
    must the first day of its calendar, which stands for no date at all.
    """
    return (pl.col("part") >= part - 100) | (pl.col("part") < _NO_DATE)


_NO_DATE = 200001


def _of_case(rows: pl.LazyFrame, case: dict[str, Any]) -> pl.LazyFrame:
    return rows.filter(pl.col("case_id") == case["case_id"], pl.col("source") == case["source"])
