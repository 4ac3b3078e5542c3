"""The time of every case under one definition."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from data_access.calendars import Hours
from data_access.clocks import timeline
from data_access.presets.case_history import History, history
from data_access.presets.counting import counted_seconds
from data_access.presets.definition import RESOLUTIONS, STATUS_TIMES, Definition, Preset
from data_access.presets.schemas import CASE, REASONS, TIMES
from data_access.presets.spans import first_responses, lifetimes, next_responses, resolutions


def preset_times(
    own: pl.LazyFrame,
    events: pl.LazyFrame,
    messages: pl.LazyFrame,
    *,
    metric: str,
    preset: Preset,
    hours: Hours,
    as_of: datetime,
) -> pl.DataFrame:
    """`TIMES` of all cases as a product would show them.

    Args:
        own: case rows with the columns of `CONTEXT`; cases created after `as_of` do not exist.
        events: facts `case_events` of these cases.
        messages: facts `messages` of these cases.
        metric: one of `METRICS`.
        preset: whose definition.
        hours: compiled calendars, over the lives of the cases.
        as_of: what happened later has not happened.

    Returns:
        One row per case (per turn or solve where the metric counts these): `value_s` in seconds,
        null where the row is left out, and then `why`. `ended` is false where the clock still runs
        and the definition counts it as running.

    Raises:
        PresetError: the product has no such metric.
    """
    past = history(own, timeline(own, events, messages), as_of)
    return Measuring(past, metric, hours).times(preset.definition(metric))


@dataclass(frozen=True)
class Measuring:
    """One metric over the same cases; what definitions have in common is worked out once."""

    past: History
    metric: str
    hours: Hours

    kept: dict[Definition, pl.DataFrame] = field(default_factory=dict, compare=False, repr=False)
    """Seconds by what they depend on."""

    def times(self, made: Definition) -> pl.DataFrame:
        """`TIMES` under a definition."""
        return selected(self.seconds(made), made)

    def seconds(self, made: Definition) -> pl.DataFrame:
        """Every row with its seconds and flags, before any is left out."""
        key = _timing(made)
        if key not in self.kept:
            spans = _spans(self.past, self.metric, made)
            counted = counted_seconds(spans, self.past, made, self.hours)
            flags = self.past.cases.select(*CASE, "merged", "spam", "deleted", "agent_started")
            self.kept[key] = (
                spans.join(counted, on=[*CASE, "instance"], how="left")
                .join(flags, on=CASE, how="left")
                .sort(*CASE, "instance")
            )
        return self.kept[key]


def _timing(made: Definition) -> Definition:
    """The definition without what does not touch the seconds, to be compared by."""
    plain = replace(
        made,
        text="",
        sources=(),
        assumed=(),
        merged=False,
        spam=False,
        deleted=False,
        open_cases="dropped",
        statistic="median",
        business=None,
    )
    if made.hours == "calendar":
        plain = replace(plain, schedule="in_force")
    # Cases that an agent started are measured to the next reply and then left out.
    return replace(plain, agent_started="next_reply") if made.agent_started == "out" else plain


def _spans(past: History, metric: str, made: Definition) -> pl.DataFrame:
    if metric in STATUS_TIMES:
        return lifetimes(past)
    if metric in RESOLUTIONS:
        return resolutions(past, made)
    return (first_responses if metric == "first_response" else next_responses)(past, made)


def selected(rows: pl.DataFrame, made: Definition) -> pl.DataFrame:
    """`TIMES`: the rows with what the definition leaves out set to null and named."""
    left_out = {
        "deleted": pl.col("deleted") & pl.lit(not made.deleted),
        "spam": pl.col("spam") & pl.lit(not made.spam),
        "merged": pl.col("merged") & pl.lit(not made.merged),
        "agent_started": pl.col("agent_started") & pl.lit(made.agent_started == "out"),
        "calendar_missing": pl.col("why").is_null() & pl.col("counted_s").is_null(),
        "open": pl.col("why").is_null() & ~pl.col("ended") & pl.lit(made.open_cases == "dropped"),
    }
    assert tuple(left_out) == REASONS[: len(left_out)]
    named = pl.coalesce(
        *(pl.when(holds).then(pl.lit(name)) for name, holds in left_out.items()), pl.col("why")
    )
    return (
        rows.with_columns(why=named)
        .select(
            *CASE,
            "instance",
            value_s=pl.when(pl.col("why").is_null()).then(pl.col("counted_s")),
            ended=pl.col("ended"),
            why=pl.col("why"),
        )
        .cast(TIMES)  # type: ignore[arg-type]
    )
