"""Runs of a clock cut into stretches of one status, calendar and target, and what each counts."""

from __future__ import annotations

import polars as pl

from data_access.calendars import Hours, calendar_key
from data_access.clocks.attributes import NO_CALENDAR
from data_access.clocks.declarations import Clock
from data_access.clocks.policies import CONTEXT, NONE, Policies, default_target, matched

_NEW = pl.col("run") != pl.col("run").shift(1)
FIRST = _NEW.fill_null(value=True)
LAST = (pl.col("run") != pl.col("run").shift(-1)).fill_null(value=True)


def cut(runs: pl.DataFrame, stretches: pl.DataFrame) -> pl.DataFrame:
    """The parts of stretches in which the runs are, in order of run and time.

    run, case, starts_at, ends_at (null: still), ended_at (of the run), status, group, level,
    calendar_id. A run that ends at its start has one empty part, others have none.

    Args:
        runs: run (0 …, in order), case, started_at, ended_at.
        stretches: see `attributes.stretches`.
    """
    begins = pl.max_horizontal("starts_at", "started_at")
    ends = pl.min_horizontal("ends_at", "ended_at")
    at_once = (pl.col("started_at") == pl.col("ended_at")).fill_null(value=False)
    within = (pl.col("starts_at") <= pl.col("started_at")) & (
        pl.col("ends_at").is_null() | (pl.col("ends_at") > pl.col("started_at"))
    )
    lasts = (begins < ends).fill_null(value=True)
    return (
        runs.select("run", "case", "started_at", "ended_at")
        .join(stretches, on="case", how="inner", maintain_order="left_right")
        .filter(lasts | (at_once & within))
        .with_columns(starts_at=begins, ends_at=ends)
        .drop("started_at")
    )


def promised(
    parts: pl.DataFrame, own: pl.DataFrame, clock: Clock, policies: Policies, hours: Hours
) -> pl.DataFrame:
    """Adds which promise holds and what it asks.

    number, policy, conflict, asked, target_s, business, calendar, judged, paused.

    The policy is looked up where the clock starts and again where the level changes.

    Args:
        parts: see `cut`.
        own: the cases, in order and without gaps, with the columns of a question to the policies.
        clock: whose parts these are.
        policies: the promises for that clock.
        hours: business hours.
    """
    if policies.any:
        asked = FIRST | (pl.col("level") != pl.col("level").shift(1))
        parts = _with_policy(parts.with_columns(asked=asked), own, policies)
    else:
        parts = parts.with_columns(
            number=pl.lit(NONE, dtype=pl.Int32),
            conflict=pl.lit(value=False),
            asked=pl.lit(value=False),
        )
    default = default_target(clock, pl.col("level"))
    numbers = parts["number"].set(parts["number"] == NONE, None).cast(pl.UInt32)
    rows = policies.rows
    parts = parts.with_columns(
        target_s=rows["target_s"].gather(numbers).cast(pl.Int64),
        business=rows["business"].gather(numbers).fill_null(value=False),
        policy=rows["key"].gather(numbers),
        policy_calendar=rows["calendar"].gather(numbers),
        pauses=rows["pauses"].gather(numbers).fill_null(-1),
    ).with_columns(target_s=pl.when(pl.col("number") == NONE).then(default).otherwise("target_s"))
    return _paused(_on_calendar(parts, own, hours), clock, policies).drop(
        "policy_calendar", "pauses"
    )


def of_case(own: pl.DataFrame, cases: pl.Series, *names: str) -> pl.DataFrame:
    """The rows of `own` that belong to the cases, in their order."""
    if own.is_empty():
        return own.select(names)
    rows: pl.DataFrame = own.select(names)[cases - own["case"][0]]
    return rows


def _with_policy(parts: pl.DataFrame, own: pl.DataFrame, policies: Policies) -> pl.DataFrame:
    asking = parts.filter("asked").select("case", "level", at="starts_at")
    known = of_case(own, asking["case"], *(name for name in own.columns if name in _ASKED))
    at = pl.col("at")
    held = (at >= pl.col("vip_from")).fill_null(value=True) & (
        (at < pl.col("vip_to")).fill_null(value=True)
    )
    tier = pl.when(held).then("vip_tier").fill_null("none")
    questions = pl.concat([asking, known], how="horizontal").with_columns(vip_tier=tier)
    answers = matched(policies, questions.select(*CONTEXT, "at"))
    found = pl.concat([asking.select(), answers], how="horizontal")
    rows = parts["asked"].arg_true()
    blank = pl.Series("number", [None], dtype=pl.Int32).new_from_index(0, parts.height)
    no = pl.Series("conflict", [False]).new_from_index(0, parts.height)
    return parts.with_columns(
        number=blank.scatter(rows, found["number"]).forward_fill(),
        conflict=no.scatter(rows, found["conflict"]),
    )


_ASKED = frozenset({*CONTEXT, "vip_from", "vip_to"} - {"level"})


def _on_calendar(parts: pl.DataFrame, own: pl.DataFrame, hours: Hours) -> pl.DataFrame:
    """Adds `calendar` (null: the clock that never stops) and `judged`."""
    if not parts["business"].any():
        return parts.with_columns(calendar=pl.lit(None, dtype=pl.String), judged=pl.lit(value=True))
    source = of_case(own, parts["case"], "source")["source"]
    named = pl.when(pl.col("calendar_id") != NO_CALENDAR).then("calendar_id")
    calendar = pl.coalesce(calendar_key(pl.col("source"), named), "policy_calendar")
    parts = parts.with_columns(source=source).with_columns(
        calendar=pl.when("business").then(calendar)
    )
    known = hours.known(parts["calendar"]) & parts["calendar"].is_not_null()
    return parts.drop("source").with_columns(judged=~pl.col("business") | known)


def _paused(parts: pl.DataFrame, clock: Clock, policies: Policies) -> pl.DataFrame:
    """Adds `paused`: the status is none of the clock's, or one that its policy does not count."""
    paused = pl.lit(value=False)
    if clock.statuses is not None:
        paused = ~pl.col("group").is_in(list(clock.statuses))
    for number, words in enumerate(policies.pauses):
        stops = pl.col("group").is_in(words) | pl.col("status").is_in(words)
        paused |= (pl.col("pauses") == number) & stops
    return parts.with_columns(paused=paused)


def counted(parts: pl.DataFrame, hours: Hours) -> pl.DataFrame:
    """Adds what the parts count, in microseconds.

    `counted_us` and `paused_us` of each part (0 while it lasts), `before_us`: counted before it in
    its run. Time that no known calendar covers is not counted, and `judged` is false.
    """
    runs_on = pl.col("judged") & ~pl.col("paused")
    if parts["business"].any():
        worked = hours.worked(parts["calendar"], parts["starts_at"], parts["ends_at"])
        begun = hours.in_force(parts["calendar"], parts["starts_at"])
    else:
        worked = (parts["ends_at"] - parts["starts_at"]).dt.total_microseconds()
        begun = pl.Series("begun", [True]).new_from_index(0, parts.height)
    parts = parts.with_columns(worked=worked, begun=begun)
    covered = pl.col("worked").is_not_null() | (pl.col("ends_at").is_null() & pl.col("begun"))
    parts = parts.with_columns(judged=pl.col("judged") & (covered | pl.col("paused"))).with_columns(
        counted_us=pl.when(runs_on).then("worked").fill_null(0),
        paused_us=pl.when("paused")
        .then((pl.col("ends_at") - pl.col("starts_at")).dt.total_microseconds())
        .fill_null(0),
        target_s=pl.when("judged").then("target_s"),
    )
    return parts.with_columns(before_us=_before("counted_us")).drop("worked", "begun")


def _before(name: str) -> pl.Expr:
    """What the parts of the same run before this one add up to."""
    so_far = pl.col(name).cum_sum() - pl.col(name)
    return so_far - pl.when(FIRST).then(so_far).forward_fill()
