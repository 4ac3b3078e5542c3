"""All clocks of many cases at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from data_access.calendars import Hours
from data_access.clocks import findings as checks
from data_access.clocks.attributes import NO_LEVEL, stretches, with_first_values
from data_access.clocks.declarations import CLOCKS, Clock
from data_access.clocks.instances import deadlines, first_pause, paused_while_waiting, spans
from data_access.clocks.policies import NONE, Policies, promises
from data_access.clocks.runs import Record, record, runs
from data_access.clocks.schemas import (
    CASE,
    CASES,
    CHANGES,
    CONTEXT,
    FINDINGS,
    INSTANCES,
    SEGMENTS,
)
from data_access.clocks.segments import counted, cut, of_case, promised
from data_access.clocks.states import ENDED, changes, group, normal
from data_access.clocks.timeline import numbered, once, ordered, recorded
from data_access.clocks.turns import agent_started

CASES_AT_ONCE = 50_000
"""Cases measured together: what lies between events and clocks stays within memory."""


@dataclass(frozen=True)
class Measured:
    """What clocks measured.

    Attributes:
        instances: INSTANCES, one row per clock, case and turn.
        segments: SEGMENTS, the stretches behind them.
        findings: FINDINGS, what was wrong with the record.
        changes: CHANGES, every change of status in order.
        cases: CASES, one row per case.
    """

    instances: pl.DataFrame
    segments: pl.DataFrame
    findings: pl.DataFrame
    changes: pl.DataFrame = field(default_factory=lambda: _nothing(CHANGES))
    cases: pl.DataFrame = field(default_factory=lambda: _nothing(CASES))


def measure(
    own: pl.LazyFrame,
    events: pl.LazyFrame,
    messages: pl.LazyFrame,
    *,
    policies: pl.DataFrame,
    hours: Hours,
    clocks: Collection[str] | None = None,
    as_of: datetime | None = None,
    with_segments: bool = True,
) -> Measured:
    """Measure clocks from events alone.

    Args:
        own: the cases: CONTEXT, columns that are missing count as null.
        events: facts `case_events`, of these cases and of others.
        messages: facts `messages`.
        policies: facts `sla_policies`.
        hours: business hours of the calendars.
        clocks: names of CLOCKS; None: all.
        as_of: what happened after it does not exist; None: everything does.
        with_segments: whether to give the segments too; they are many.

    Raises:
        KeyError: a clock is not one of CLOCKS.
    """
    chosen = [CLOCKS[name] for name in (CLOCKS if clocks is None else clocks)]
    cases = _context(own)
    known = recorded(cases.lazy(), events, messages).collect()
    promise = [(clock, promises(policies, clock)) for clock in chosen]
    setting = _Setting(promise, policies, hours, as_of, with_segments)
    parts = []
    for start in range(0, cases.height, CASES_AT_ONCE):
        some = cases.slice(start, CASES_AT_ONCE)
        theirs = known
        if cases.height > CASES_AT_ONCE:
            theirs = known.filter(pl.col("case").is_between(some["case"][0], some["case"][-1]))
        parts.append(_measure_some(some, theirs, setting))
    schemas = (INSTANCES, SEGMENTS, FINDINGS, CHANGES, CASES)
    return Measured(
        *(
            pl.concat([_nothing(schema), *(part[nth] for part in parts)])
            for nth, schema in enumerate(schemas)
        )
    )


def _nothing(schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


def _context(own: pl.LazyFrame) -> pl.DataFrame:
    """The cases, numbered, with every column of CONTEXT."""
    there = own.collect_schema()
    columns = [
        (pl.col(name) if name in there else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in CONTEXT.items()
    ]
    return (
        numbered(own.select(columns)).with_columns(status=group(normal(pl.col("status")))).collect()
    )


@dataclass(frozen=True)
class _Setting:
    """By what cases are measured."""

    clocks: list[tuple[Clock, Policies]]
    policies: pl.DataFrame
    hours: Hours
    as_of: datetime | None
    with_segments: bool


def _measure_some(
    own: pl.DataFrame, told: pl.DataFrame, setting: _Setting
) -> tuple[pl.DataFrame, ...]:
    as_of, hours = setting.as_of, setting.hours
    in_order = ordered(told)
    rows = once(in_order)
    turned, ends, bursts = changes(own, rows)
    own = with_first_values(own, rows)
    known = record(own, rows, turned, ends)
    life = stretches(own, turned, rows)
    if as_of is not None:
        life = life.filter(pl.col("starts_at") <= as_of).with_columns(
            ends_at=pl.when(pl.col("ends_at") <= as_of).then("ends_at")
        )
    turns = known.turns
    if as_of is not None:
        turns = turns.filter(pl.col("started_at") <= as_of)
    found = [checks.of_records(told, in_order), bursts, *_of_cases(known, setting.policies)]
    instances, segments = [], []
    for clock, policies in setting.clocks:
        started = runs(clock, known, as_of).with_row_index("run")
        parts = promised(cut(started, life), known.own, clock, policies, hours)
        parts = counted(parts, hours)
        instances.append(_instances(started, parts, clock, hours, turns))
        if setting.with_segments:
            segments.append(_segments(started, parts, clock))
        found += _of_clock(parts, clock, policies, hours)
    return (
        _finished(instances, own, INSTANCES),
        _finished(segments, own, SEGMENTS),
        _findings(found, own, as_of),
        _finished(
            [turned if as_of is None else turned.filter(pl.col("at") <= as_of)], own, CHANGES
        ),
        _at_creation(own, rows),
    )


def _at_creation(own: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """CASES: what holds for a case from its creation on."""
    ours = agent_started(rows.lazy(), ["case"]).collect()
    began = ours.with_columns(agent_started=pl.lit(value=True))
    level = pl.when(pl.col("level") != NO_LEVEL).then("level")
    return (
        own.with_columns(level)
        .join(began, on="case", how="left", maintain_order="left")
        .with_columns(pl.col("agent_started").fill_null(value=False))
        .select(pl.col(name).cast(dtype) for name, dtype in CASES.items())
    )


def _instances(
    started: pl.DataFrame,
    parts: pl.DataFrame,
    clock: Clock,
    hours: Hours,
    turns: pl.DataFrame,
) -> pl.DataFrame:
    """INSTANCES with `case` in place of its key."""
    due, spent = deadlines(parts, hours), spans(parts)
    rows = pl.concat([started, due.drop("run"), spent.drop("run")], how="horizontal")
    if clock.starts == "customer_turn":
        waited = first_pause(parts).with_columns(waiting_us=pl.lit(None, dtype=pl.Int64))
        rows = rows.with_columns(waiting_s="paused_s")
    else:
        waited = paused_while_waiting(parts, turns)
        rows = rows.with_columns(waiting_s=pl.lit(0.0))
    rows = rows.join(waited, on="run", how="left", maintain_order="left").with_columns(
        waiting_s=pl.coalesce(pl.col("waiting_us") / 1_000_000, "waiting_s")
    )
    ended, fulfilled = pl.col("ended_at"), pl.col("fulfilled")
    over = ended.is_not_null()
    wall = (ended - pl.col("started_at")).dt.total_microseconds() / 1_000_000
    return rows.select(
        "case",
        "instance",
        "started_at",
        "due_at",
        "target_s",
        "calendar",
        "policy",
        clock=pl.lit(clock.name),
        stopped_at=pl.when(fulfilled).then(ended),
        withdrawn_at=pl.when(~fulfilled).then(ended),
        withdrawn_by=pl.when(~fulfilled).then("by"),
        on_business="business",
        elapsed_s=pl.when(over).then("elapsed_s"),
        calendar_s=wall,
        paused_s=pl.when(over).then("paused_s"),
        paused_waiting_s=pl.when(over & pl.lit(clock.audited)).then("waiting_s"),
        paused_waiting_at=pl.when(pl.lit(clock.audited)).then("waiting_at"),
        stopped_by=pl.when(fulfilled).then("by"),
    )


def _segments(started: pl.DataFrame, parts: pl.DataFrame, clock: Clock) -> pl.DataFrame:
    """SEGMENTS with `case` in place of its key; empty ones are left out."""
    lasting = (pl.col("starts_at") < pl.col("ends_at")).fill_null(value=True)
    return parts.filter(lasting).select(
        "case",
        "starts_at",
        "ends_at",
        "status",
        "calendar",
        "policy",
        "target_s",
        instance=started["instance"].gather(parts.filter(lasting)["run"]),
        clock=pl.lit(clock.name),
        counted=~pl.col("paused") & pl.col("judged"),
        state=pl.when("paused").then(pl.lit("paused")).otherwise(pl.lit("running")),
    )


def _finished(
    frames: list[pl.DataFrame], own: pl.DataFrame, schema: dict[str, pl.DataType]
) -> pl.DataFrame:
    """The rows of all clocks by case, with the case's key."""
    if not frames:
        return _nothing(schema)
    rows = pl.concat(frames).sort("case", maintain_order=True)
    keys = of_case(own, rows["case"], *CASE)
    return pl.concat([rows, keys], how="horizontal").select(
        pl.col(name).cast(dtype) for name, dtype in schema.items()
    )


def _of_cases(known: Record, policies: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Findings about a case as a whole."""
    last = known.changes.unique("case", keep="last", maintain_order=True).select("case", "at")
    unsolved = known.own.filter("unsolved").select("case", "status")
    yield checks.findings(
        last.join(unsolved, on="case", how="inner"), "solve_missing", pl.col("status")
    )
    opened = known.rows.filter(pl.col("kind") == "reopened").group_by("case")
    by_status = (pl.col("kind") == "status") & group(normal(pl.col("to"))).is_in(ENDED)
    ends = by_status | pl.col("kind").is_in(["solved", "closed", "merged"])
    ended = known.rows.filter(ends).group_by("case").agg(ended_at=pl.col("at").min())
    reopened = opened.agg(pl.col("at").min()).join(ended, on="case", how="left")
    unheard = reopened.filter((pl.col("ended_at") > pl.col("at")).fill_null(value=True))
    yield checks.findings(unheard, "reopened_unsolved")
    unknown = known.own.filter(pl.col("policy_id").is_not_null()).join(
        policies, on="policy_id", how="anti"
    )
    yield checks.findings(
        unknown.with_columns(at="created_at"), "policy_unknown", pl.col("policy_id")
    )


def _of_clock(
    parts: pl.DataFrame, clock: Clock, policies: Policies, hours: Hours
) -> Iterator[pl.DataFrame]:
    """Findings about the promises and calendars of a clock."""
    parts = parts.with_columns(at="starts_at")
    name = pl.lit(clock.name)
    if policies.any:
        asked = parts.filter("asked")
        yield checks.findings(asked.filter(pl.col("number") == NONE), "policy_unmatched", name)
        yield checks.findings(asked.filter("conflict"), "policy_conflict", name)
    if parts["business"].any():
        calendar = pl.col("calendar").fill_null("")
        business = parts.filter("business")
        missing = business.filter(~pl.col("judged"))
        yield checks.findings(missing, "calendar_missing", calendar)
        faults = business.select("case", "calendar", "at").join(
            hours.findings, on="calendar", how="inner"
        )
        for check, rows in faults.group_by("check", maintain_order=True):
            yield checks.findings(rows, str(check[0]), pl.format("{}: {}", "calendar", "detail"))


def _findings(found: list[pl.DataFrame], own: pl.DataFrame, as_of: datetime | None) -> pl.DataFrame:
    """FINDINGS, each once, at its first instant, as far as they were there by `as_of`."""
    rows = pl.concat(found).group_by("case", "check", "detail").agg(pl.col("at").min())
    if as_of is not None:
        rows = rows.filter(pl.col("at") <= as_of)
    rows = rows.sort("case", "check", "at", "detail")
    keys = of_case(own, rows["case"], *CASE)
    return pl.concat([rows, keys], how="horizontal").select(
        pl.col(name).cast(dtype) for name, dtype in FINDINGS.items()
    )
