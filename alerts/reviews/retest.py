"""Whether it helped: the net promoter score of the slice before the cause and after the action.

Two samples; the interval of the difference is the normal one of two independent means of -1, 0, 1
(Rocks 2016, "Interval estimation for the net promoter score", compares such intervals). It is an
association: other things change too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

import polars as pl

from data_access.marts.schemas import MARTS
from data_access.warehouse import Warehouse

FEWEST = 30
"""Answers on either side below which nothing is said."""
WINDOW = timedelta(days=28)
_Z = 1.959964
_PROMOTER, _DETRACTOR = 9, 6


@dataclass(frozen=True)
class Retest:
    """NPS before and after, in points; `low` and `high` of the difference at 95 %.

    Without enough answers `delta`, `low` and `high` are None.
    """

    before: float | None
    n_before: int
    after: float | None
    n_after: int
    delta: float | None = None
    low: float | None = None
    high: float | None = None


def compare(before: Sequence[float], after: Sequence[float]) -> Retest:
    """The change between two sets of scores from 0 to 10."""
    marks = [[_mark(score) for score in scores] for scores in (before, after)]
    means = [sum(found) / len(found) if found else None for found in marks]
    points = [None if mean is None else 100 * mean for mean in means]
    told = Retest(points[0], len(before), points[1], len(after))
    if min(len(before), len(after)) < FEWEST or points[0] is None or points[1] is None:
        return told
    half = 100 * _Z * sqrt(sum(_variance(found) / len(found) for found in marks))
    delta = points[1] - points[0]
    return Retest(points[0], len(before), points[1], len(after), delta, delta - half, delta + half)


def _mark(score: float) -> int:
    if score >= _PROMOTER:
        return 1
    return -1 if score <= _DETRACTOR else 0


def _variance(found: Sequence[int]) -> float:
    mean = sum(found) / len(found)
    return sum((one - mean) ** 2 for one in found) / max(len(found) - 1, 1)


def of_slice(
    warehouse: Warehouse,
    labels: Mapping[str, str],
    *,
    opened_at: datetime,
    done_at: datetime,
    now: datetime,
) -> Retest:
    """NPS of the slice in the window before a cause was opened and since its last action was done.

    Args:
        warehouse: marts.
        labels: of the cause; those that the mart of answers does not have are left out.
        opened_at: end of the time before.
        done_at: beginning of the time after.
        now: until when, but no longer than the window.
    """
    columns = MARTS["surveys"].columns
    frame = warehouse.scan("surveys", namespace="marts", schema=columns).filter(
        pl.col("kind") == "nps"
    )
    for name, value in labels.items():
        if name in columns and name in ("market", "reason", "category", "product", "carrier"):
            frame = frame.filter(pl.col(name) == value)
    at = pl.col("answered_at")
    rows = frame.filter(at > opened_at - WINDOW, at <= now).select("answered_at", "score").collect()
    before = rows.filter(at <= opened_at)["score"].to_list()
    after = rows.filter(at > done_at, at <= min(now, done_at + WINDOW))["score"].to_list()
    return compare(before, after)
