"""Surges and proportions on one day: what is watched already, and which slices are new.

A slice that has an alert goes on being judged on its own series until it clears. What lies outside
of those slices is scored at every level of the hierarchy; where something breaches, the excess is
given to as few slices as explain it, and what they explain is not told again at another level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import combinations, groupby

import numpy as np
import polars as pl

from alerts.detection import tail
from alerts.detection.events import EventCalendar
from alerts.detection.proportion import Reason as Few
from alerts.detection.surge import Reason
from alerts.judging.model import ABSENT, Child, Judgement, Labels, Past, SliceSeen, inside, key_of
from alerts.judging.naming import name_slices
from alerts.judging.scoring import CountRule, Table, score_table
from alerts.lifecycle.model import Observation, Seen

CHILDREN = 12
"""Finer slices told with an alert."""
NUMBERS = (
    "y", "mu", "phi", "p", "q", "increase", "excess", "exposure", "n", "value", "usual",
    "window_days",
)  # fmt: skip


def judge_counts(
    rule: CountRule,
    series: pl.DataFrame,
    day: date,
    *,
    began: date,
    past: Sequence[Past],
    watched: Sequence[Labels],
    events: EventCalendar | None = None,
) -> Judgement:
    """Judge one day; see `alerts.judging.judge`."""
    known = {key_of(labels): dict(labels) for labels in watched}
    score = partial(score_table, rule, day=day, began=began, events=events)
    leaves = score(series, rule.by, past=_of_dims(past, rule.by))
    seen = list(_watched(rule, series, leaves, list(known.values()), score, past))
    if not rule.hierarchy:
        told = {found.key for found in seen}
        rows = (_seen(leaves, index) for index in range(leaves.judged.height))
        return Judgement(day, (*seen, *(found for found in rows if found.key not in told)))
    outside = ~pl.any_horizontal(pl.lit(value=False), *map(inside, known.values()))
    rest = series.filter(outside)
    parents = [score(rest, dims, past=_of_dims(past, dims)) for dims in levels(rule.by)[:-1]]
    tables = among_all([*parents, leaves.only(outside)], rule.fdr)
    new = [
        _seen(table, index, children=children)
        for table, index, children in name_slices(rule, tables, leaves=tables[-1])
    ]
    return Judgement(day, (*seen, *new))


def among_all(tables: Sequence[Table], fdr: float) -> list[Table]:
    """The tables with one false-discovery control over the segments of all of them."""
    p = np.concatenate([table.judged["p"].fill_null(np.nan).to_numpy() for table in tables])
    q = tail.false_discovery_rate(p.astype(np.float64))
    ends = np.cumsum([table.judged.height for table in tables])
    admitted = []
    for table, found in zip(tables, np.split(q, ends[:-1]), strict=True):
        column = pl.Series("q", found).fill_nan(None)
        judged = table.judged.with_columns(column).with_columns(
            breach=pl.col("breach") & (pl.col("q") <= fdr)
        )
        admitted.append(replace(table, judged=judged))
    return admitted


def levels(by: Sequence[str]) -> list[tuple[str, ...]]:
    """Sets of dimensions from everything down to the leaves."""
    return [tuple(dims) for size in range(len(by) + 1) for dims in combinations(by, size)]


def observe(reason: str, *, breach: bool, cleared: bool) -> Observation:
    """What a judged row means for the signal machine."""
    if breach:
        return Observation(Seen.BREACH, reason)
    if reason in {Reason.SHORT_HISTORY, Few.FEW_TRIALS}:
        return Observation(Seen.NODATA, reason)
    # Nothing was due or ordered: no excess can be going on.
    if reason == Reason.NO_EXPOSURE or cleared:
        return Observation(Seen.CLEAR, reason)
    return Observation(Seen.ELEVATED, reason)


def children_of(leaves: Table, labels: Labels) -> tuple[Child, ...]:
    """The leaves with an excess inside a slice, the largest first."""
    if set(labels) == set(leaves.dims):
        return ()
    rows = leaves.judged.filter(inside(labels), pl.col("excess") > 0).sort(
        "excess", *leaves.dims, descending=[True, *(False for _ in leaves.dims)]
    )
    return tuple(
        Child({name: row[name] for name in leaves.dims}, row["y"], row["mu"], row["excess"])
        for row in rows.head(CHILDREN).iter_rows(named=True)
    )


def _watched(
    rule: CountRule,
    series: pl.DataFrame,
    leaves: Table,
    watched: Sequence[Labels],
    score: partial[Table],
    past: Sequence[Past],
) -> Iterator[SliceSeen]:
    """Slices that have an alert, each on its own series."""
    by_dims = sorted(watched, key=lambda labels: tuple(sorted(labels)))
    for _, group in groupby(by_dims, key=lambda labels: tuple(sorted(labels))):
        own = list(group)
        dims = tuple(name for name in rule.by if name in own[0])
        if dims == tuple(rule.by):
            table = leaves
        else:
            part = series.filter(pl.any_horizontal(*map(inside, own)))
            table = score(part, dims, past=_of_dims(past, dims))
        at = {
            key_of({name: row[name] for name in dims}): index
            for index, row in enumerate(table.judged.iter_rows(named=True))
        }
        for labels in own:
            index = at.get(key_of(labels))
            if index is None:
                yield SliceSeen(labels, ABSENT, {}, _nothing)
            else:
                yield _seen(table, index, children=children_of(leaves, labels))


def _seen(table: Table, index: int, children: tuple[Child, ...] = ()) -> SliceSeen:
    row = table.judged.row(index, named=True)
    names = [name for name in NUMBERS if name in row]
    return SliceSeen(
        {name: row[name] for name in table.dims},
        observe(str(row["why"]), breach=row["breach"], cleared=row["cleared"]),
        {name: row[name] for name in names},
        partial(table.history, index),
        children,
    )


def _of_dims(past: Sequence[Past], dims: Sequence[str]) -> list[Past]:
    return [episode for episode in past if set(episode.labels) == set(dims)]


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(
        schema={"day": pl.Date(), **dict.fromkeys(("y", "mu", "low", "high"), pl.Float64())}
    )
