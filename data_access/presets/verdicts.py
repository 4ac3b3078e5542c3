"""A source's own SLA flag beside our resolution clock, and why they disagree.

The flag says whether a promise was kept and not which one: neither the target nor the clock is
known. So the disagreements are counted under our definition, then one thing after another is
changed into what the flag may mean, and each change is credited with the disagreements that it
takes away. What no change explains stays unexplained.

The target of a priority is not in the data. It is looked for: the value under which verdict and
flag agree most often, with every change anew. That is what the flag behaves as if, not what anybody
promised; and as it is fitted, a little of what it explains is chance (one number per priority).
It comes first, because against a target that is not meant no clock can be right; the other changes
follow in the fixed order of `CHANGES`, and each is credited with what it adds to those before it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import polars as pl

from data_access.calendars import Hours, compile_hours
from data_access.contracts import TABLES
from data_access.presets.case_history import History
from data_access.presets.definition import Definition
from data_access.presets.products.afterwatch import AFTERWATCH
from data_access.presets.schemas import CASE
from data_access.presets.times import Measuring

FLAG = "vendor_sla_met"
CHANGES = ("target_unknown", "closed_not_solved", "weekends", "reopened")
"""What the flag may mean otherwise, in the documented order."""

_OURS = AFTERWATCH.metrics["first_resolution"]
_WEEKDAYS = "weekdays"


@dataclass(frozen=True)
class Verdicts:
    """Flag against clock.

    Attributes:
        judged: cases with a flag and an ended clock.
        unjudged: cases with a flag whose clock has not ended.
        table: `flag_met`, `ours_met`, `cases`: the 2 × 2 table under our definition.
        explained: `cause`, `cases` (disagreements that it takes away; below 0 where it makes new
            ones); the last row, `unexplained`, is what remains. They add up to all disagreements.
        targets: `priority`, `cases`, `target_s` (looked for), `agree`: with all changes made.
        disagreeing: `source`, `case_id`, `priority`, `flag_met`, `elapsed_s`, `target_s` of what
            remains unexplained, those furthest from the target first.
    """

    judged: int
    unjudged: int
    table: pl.DataFrame
    explained: pl.DataFrame
    targets: pl.DataFrame
    disagreeing: pl.DataFrame

    @property
    def disagreements(self) -> int:
        """Judged cases on which flag and clock disagree under our definition."""
        apart = self.table.filter(pl.col("flag_met") != pl.col("ours_met"))
        return int(apart["cases"].sum())

    @property
    def unexplained(self) -> int:
        """Disagreements that no change explains."""
        return int(self.explained.filter(pl.col("cause") == "unexplained")["cases"].sum())


def verdicts(own: pl.LazyFrame, past: History, *, target_s: float) -> Verdicts:
    """Set the flag of the cases beside their resolution clock.

    Args:
        own: case rows with `vendor_sla_met` and `priority`.
        past: the same cases folded.
        target_s: our target of a resolution, by the wall clock.
    """
    flags = (
        own.filter(pl.col(FLAG).is_not_null())
        .select(*CASE, flag_met=FLAG, priority=pl.col("priority").fill_null(""))
        .sort(CASE)
        .collect()
    )
    times = {
        state: _elapsed(past, flags, definition) for state, definition in _definitions().items()
    }
    # The same cases under every definition: a case nobody closed cannot be judged by closing.
    judged = pl.concat([rows.select(CASE) for rows in times.values()]).group_by(CASE).len()
    everywhere = judged.filter(pl.col("len") == len(times)).select(CASE)
    times = {
        state: rows.join(everywhere, on=CASE, how="semi").sort(CASE)
        for state, rows in times.items()
    }

    def apart(made: frozenset[str]) -> pl.DataFrame:
        rows = times[made - {"target_unknown"}]
        wanted = _fitted(rows) if "target_unknown" in made else {}
        return _judged(rows, wanted, target_s)

    stages = [apart(frozenset(CHANGES[:count])) for count in range(len(CHANGES) + 1)]
    counts = [_disagreements(stage) for stage in stages]
    taken = [before - after for before, after in itertools.pairwise(counts)]
    ours, rest = stages[0], stages[-1]
    return Verdicts(
        ours.height,
        flags.height - ours.height,
        _crossed(ours),
        pl.DataFrame(
            [*zip(CHANGES, taken, strict=True), ("unexplained", counts[-1])],
            schema={"cause": pl.String, "cases": pl.Int64},
            orient="row",
        ),
        _targets(rest),
        rest.filter(pl.col("flag_met") != pl.col("ours_met"))
        .with_columns(far=(pl.col("elapsed_s") - pl.col("target_s")).abs())
        .sort("far", *CASE, descending=[True, False, False])
        .drop("far", "ours_met"),
    )


def _disagreements(rows: pl.DataFrame) -> int:
    return rows.filter(pl.col("flag_met") != pl.col("ours_met")).height


def _definitions() -> Mapping[frozenset[str], Definition]:
    """Our definition under every set of changes but the target."""
    made: dict[frozenset[str], Definition] = {}
    for closed in (False, True):
        for last in (False, True):
            for weekdays in (False, True):
                switches = {"closed_not_solved": closed, "weekends": weekdays, "reopened": last}
                state = frozenset(name for name, on in switches.items() if on)
                made[state] = replace(
                    _OURS,
                    # `text` carries what no field of a definition says: closing is the end.
                    text="closed" if closed else "",
                    stop="last_solve" if last else "first_solve",
                    hours="business" if weekdays else "calendar",
                )
    return made


def _elapsed(past: History, flags: pl.DataFrame, made: Definition) -> pl.DataFrame:
    """source, case_id, flag_met, priority, elapsed_s of the cases whose clock has ended."""
    cases = _ending_with_closure(past) if made.text == "closed" else past
    weekly = replace(cases, schedules=_on_weekdays(cases))
    times = Measuring(weekly, "first_resolution", _weekdays(past)).times(made)
    ended = times.filter(pl.col("why").is_null(), "ended")
    return flags.join(ended.select(*CASE, elapsed_s="value_s"), on=CASE, how="inner")


def _ending_with_closure(past: History) -> History:
    """The history with closing, not solving, as the end of a case."""
    solved = pl.col("status") == "solved"
    statuses = past.statuses.with_columns(
        status=pl.when(solved).then(pl.lit("pending")).otherwise("status")
    )
    closed = statuses.filter(pl.col("status") == "closed")
    solves = closed.select(*CASE, at="starts_at", closed=pl.lit(value=True))
    return replace(past, statuses=statuses, solves=solves)


def _on_weekdays(past: History) -> pl.DataFrame:
    return past.schedules.unique(CASE, keep="first", maintain_order=True).with_columns(
        calendar=pl.lit(f"/{_WEEKDAYS}"), ends_at=pl.lit(None, past.schedules.schema["ends_at"])
    )


def _weekdays(past: History) -> Hours:
    """Monday to Friday, round the clock, UTC: the hours of the flag are not in the data."""
    schema = {"source": pl.String(), **TABLES["calendars"].dtypes()}
    rows = [
        {
            "source": "",
            "interval_id": str(day),
            "calendar_id": _WEEKDAYS,
            "tz": "UTC",
            "weekday": day,
            "start_minute": 0,
            "end_minute": 1440,
        }
        for day in range(1, 6)
    ]
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema)
    oldest = past.cases["created_at"].min() or past.as_of
    return compile_hours(
        frame,
        pl.DataFrame(schema={"source": pl.String(), **TABLES["holidays"].dtypes()}),
        first=oldest.date() - timedelta(days=1),  # type: ignore[union-attr]
        last=past.as_of.date() + timedelta(days=1),
    )


def _fitted(rows: pl.DataFrame) -> dict[str, float]:
    """Priority to the target under which verdict and flag agree most often."""
    found = {}
    for (priority,), part in rows.sort("elapsed_s").group_by("priority", maintain_order=True):
        elapsed = part["elapsed_s"].to_numpy()
        met = part["flag_met"].to_numpy()
        # After the first k cases: those before met, those after missed.
        agree = np.concatenate([[0], np.cumsum(met)]) + np.concatenate(
            [np.cumsum(~met[::-1])[::-1], [0]]
        )
        agree[1:-1][elapsed[1:] == elapsed[:-1]] = -1  # equal times have one verdict
        best = int(np.argmax(agree))
        found[str(priority)] = float(elapsed[best - 1]) if best else -1.0
    return found


def _judged(rows: pl.DataFrame, wanted: Mapping[str, float], target_s: float) -> pl.DataFrame:
    target = pl.col("priority").replace_strict(wanted, default=target_s, return_dtype=pl.Float64)
    return rows.with_columns(target_s=target).with_columns(
        ours_met=pl.col("elapsed_s") <= pl.col("target_s")
    )


def _crossed(rows: pl.DataFrame) -> pl.DataFrame:
    sides = pl.DataFrame({"met": [True, False]})
    cells = sides.rename({"met": "flag_met"}).join(sides.rename({"met": "ours_met"}), how="cross")
    counted = rows.group_by("flag_met", "ours_met").agg(cases=pl.len().cast(pl.Int64))
    return (
        cells.join(counted, on=["flag_met", "ours_met"], how="left")
        .with_columns(pl.col("cases").fill_null(0))
        .sort("flag_met", "ours_met", descending=True)
    )


def _targets(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.group_by("priority")
        .agg(
            cases=pl.len().cast(pl.Int64),
            target_s=pl.col("target_s").first(),
            agree=(pl.col("flag_met") == pl.col("ours_met")).sum().cast(pl.Int64),
        )
        .with_columns(
            # Below 0: the flag of this priority is never set.
            target_s=pl.when(pl.col("target_s") >= 0).then("target_s")
        )
        .sort("priority")
    )
