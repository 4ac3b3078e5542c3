"""The figures that a source recorded itself, beside ours by its product's definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from data_access.presets.catalogue import PRESETS
from data_access.presets.definition import HoursCounted, Preset, Statistic, counting
from data_access.presets.reconciling import (
    TOP,
    TOP_CASES,
    Reconciliation,
    compare,
    effect_rows,
    side,
)
from data_access.presets.schemas import CASE, TIMES
from data_access.presets.statistic import value_of
from data_access.presets.times import Measuring

RECORDED: Mapping[str, Mapping[HoursCounted, str]] = {
    "first_response": {"calendar": "vendor_frt_min", "business": "vendor_frt_business_min"},
    "first_resolution": {
        "calendar": "vendor_first_res_min",
        "business": "vendor_first_res_business_min",
    },
    "full_resolution": {
        "calendar": "vendor_full_res_min",
        "business": "vendor_full_res_business_min",
    },
    "requester_wait": {"calendar": "vendor_requester_wait_min"},
    "agent_work": {"calendar": "vendor_agent_work_min"},
    "on_hold": {"calendar": "vendor_on_hold_min"},
}
"""Metric and hours to the column of `cases` that holds the source's own minutes."""

NAME, TITLE = "recorded", "The source's own figure"
TOLERANCE_S = 60.0
"""Sources record whole minutes, some rounded and some cut off."""

DIFFERENCES: dict[str, pl.DataType] = {
    "source": pl.String(),
    "case_id": pl.String(),
    "recorded_s": pl.Float64(),
    "ours_s": pl.Float64(),
    "difference_s": pl.Float64(),
    "why": pl.String(),
}


@dataclass(frozen=True)
class Comparison:
    """Recorded minutes against our reproduction.

    Attributes:
        metric: the time metric.
        column: column of `cases` compared with; None: sources record no such figure.
        recorded: cases with a recorded figure.
        both: those that we measure too.
        agree: of these, within `TOLERANCE_S`.
        only_ours: cases that we measure and the source did not record.
        differences: `DIFFERENCES` of recorded cases that do not agree, greatest first; `ours_s`
            null and `why` given where we leave the case out.
    """

    metric: str
    column: str | None
    recorded: int
    both: int
    agree: int
    only_ours: int
    differences: pl.DataFrame

    @property
    def share(self) -> float | None:
        """Share of the cases with both figures that agree."""
        return self.agree / self.both if self.both else None


def column_of(metric: str, hours: HoursCounted) -> str | None:
    """Column with the source's own minutes; None where the contract has none."""
    return RECORDED.get(metric, {}).get(hours)


def recorded_times(own: pl.LazyFrame, metric: str, hours: HoursCounted) -> pl.DataFrame:
    """`TIMES` made of the recorded minutes, of the cases that have them."""
    column = column_of(metric, hours)
    if column is None or column not in own.collect_schema().names():
        return pl.DataFrame(schema=TIMES)
    return (
        own.filter(pl.col(column).is_not_null())
        .select(
            *CASE,
            instance=pl.lit(1, pl.Int64),
            value_s=pl.col(column).cast(pl.Float64) * 60,
            ended=pl.lit(value=True),
            why=pl.lit(None, pl.String),
        )
        .sort(CASE)
        .collect()
    )


def compare_recorded(
    own: pl.LazyFrame, times: pl.DataFrame, *, metric: str, hours: HoursCounted
) -> Comparison:
    """Set recorded minutes beside `times`, which `preset_times` gave for the same cases."""
    theirs = recorded_times(own, metric, hours)
    met = _beside(theirs, times)
    both = met.filter(pl.col("recorded_s").is_not_null(), pl.col("ours_s").is_not_null())
    agrees = pl.col("difference_s").abs() <= TOLERANCE_S
    apart = met.filter(pl.col("recorded_s").is_not_null(), ~agrees.fill_null(value=False))
    size = pl.col("difference_s").abs()
    return Comparison(
        metric,
        column_of(metric, hours),
        theirs.height,
        both.height,
        both.filter(agrees).height,
        met.filter(pl.col("recorded_s").is_null(), pl.col("ours_s").is_not_null()).height,
        apart.sort(size, *CASE, descending=[True, False, False], nulls_last=True).select(
            *DIFFERENCES
        ),
    )


def _beside(theirs: pl.DataFrame, times: pl.DataFrame) -> pl.DataFrame:
    ours = times.filter(pl.col("instance") == 1).select(*CASE, ours_s="value_s", why="why")
    return (
        theirs.select(*CASE, recorded_s="value_s")
        .join(ours, on=CASE, how="full", coalesce=True)
        .with_columns(difference_s=pl.col("ours_s") - pl.col("recorded_s"))
    )


def product_of(source: str) -> Preset | None:
    """The preset of the product that a source's name speaks of, such as `zendesk-eu`."""
    return next((made for name, made in PRESETS.items() if name in source.lower()), None)


def reconcile_recorded(
    own: pl.LazyFrame,
    measuring: Measuring,
    other: Preset,
    *,
    through: Preset | None,
    statistic: Statistic,
) -> Reconciliation:
    """Take the gap from the source's own figure (left) to a preset (right) apart.

    What we cannot reproduce by the product's own definition is a cause of its own, and so are the
    cases that only one side has; from there on it is a gap between two definitions.

    Args:
        own: case rows with their `vendor_*` columns.
        measuring: the same cases folded.
        other: the preset on the right.
        through: the product that recorded the figures; None: not known, `other` is taken.
        statistic: of both numbers.
    """
    metric = measuring.metric
    new = other.definition(metric)
    by = through if through is not None and metric in through.metrics else other
    if column_of(metric, by.definition(metric).hours) is None:
        by = counting(by, "calendar")
    made = by.definition(metric)
    theirs = recorded_times(own, metric, made.hours)
    ours = measuring.times(made)
    step = compare(measuring, by, other, made, new, statistic)
    met = _beside(theirs, ours)
    both = met.filter(pl.col("difference_s").is_not_null()).select(CASE)
    left = side(NAME, TITLE, None, theirs, statistic)
    gap = (
        None
        if left.value_s is None or step.right.value_s is None
        else step.right.value_s - left.value_s
    )
    found = _steps(theirs, ours, both, statistic)
    counts = {
        "other_cases": met.filter(
            pl.col("recorded_s").is_null() != pl.col("ours_s").is_null()
        ).height,
        "not_reproduced": met.filter(pl.col("difference_s").abs() > TOLERANCE_S).height,
        **dict(step.causes.select("cause", "cases").iter_rows()),
    }
    if gap is None:
        found = {}
    elif step.gap_s is None or found is None:
        found = {"together": gap}
    else:
        found |= dict(step.causes.select("cause", "effect_s").iter_rows())
    return replace(
        step,
        left=left,
        gap_s=gap,
        causes=effect_rows({k: v for k, v in found.items() if v or counts.get(k)}, counts),
        top=pl.concat([_apart(met), step.top]),
    )


def _steps(
    theirs: pl.DataFrame, ours: pl.DataFrame, both: pl.DataFrame, statistic: Statistic
) -> dict[str, float] | None:
    shared = [rows.join(both, on=CASE, how="semi") for rows in (theirs, ours)]
    values = [value_of(rows, statistic) for rows in (theirs, *shared, ours)]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    recorded, recorded_both, ours_both, whole = known
    return {
        "not_reproduced": ours_both - recorded_both,
        "other_cases": (recorded_both - recorded) + (whole - ours_both),
    }


def _apart(met: pl.DataFrame) -> pl.DataFrame:
    size = pl.col("difference_s").abs()
    return (
        met.filter(size > TOLERANCE_S)
        .sort(size, *CASE, descending=[True, False, False])
        .head(TOP)
        .select(
            cause=pl.lit("not_reproduced"),
            source="source",
            case_id="case_id",
            instance=pl.lit(1, pl.Int64),
            left_s="recorded_s",
            right_s="ours_s",
        )
        .cast(TOP_CASES)  # type: ignore[arg-type]
    )


def turned(found: Reconciliation) -> Reconciliation:
    """The same question asked from the other side."""
    return replace(
        found,
        left=found.right,
        right=found.left,
        gap_s=None if found.gap_s is None else -found.gap_s,
        causes=found.causes.with_columns(effect_s=-pl.col("effect_s")),
        top=found.top.rename({"left_s": "right_s", "right_s": "left_s"}).select(*TOP_CASES),
    )
