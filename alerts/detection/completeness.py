"""How much of a day has been reported by now, learned from how late the days before came in.

The share of a day's reports that are in after a days is estimated by reverse hazards (chain ladder;
Lawless 1994, Canadian Journal of Statistics 22:15): of what is in by age a, how much came at age a
exactly. A day teaches every age it has reached, so the newest weeks count too. Shares are kept per
weekday of the day, hence also per weekday of arrival: what would come on a Sunday and comes on
Monday is expected then. Weekdays with few reports are pulled to all days together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from alerts.detection.panel import SeriesError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEKDAY_REPORTS = 30.0
"""Reports by which a weekday's hazards are pulled to those of all days."""
LEARNED_DAYS = 120
"""Days before the newest that are learned from: long enough to be exact, short enough to follow."""


@dataclass(frozen=True)
class Completeness:
    """Learned completeness.

    `share[weekday, age]` of a day's reports that are in at the end of the day `age` days later;
    1 from the last age on. `scatter` is the correlation ρ by which a single day's share varies
    around that (beta-binomial; 0: not at all). `reports` is how many were learned from.
    """

    share: Floats
    scatter: float
    reports: float

    def at(self, weekday: Ints, age: Ints) -> Floats:
        """Share in per day: its weekday (0 Monday) and age in days."""
        last = self.share.shape[1] - 1
        found: Floats = self.share[weekday, np.clip(age, 0, last)]
        return found

    def thin(self, mean: Floats, phi: Floats, share: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of what is in, of days with the given full mean and dispersion.

        With N reports in all (mean μ, variance φμ) and C of them in (beta-binomial with share F and
        correlation ρ): E[C] = μF, Var[C] = F(1−F)·(μ + ρ·(φμ + μ² − μ)) + F²φμ.
        """
        pairs = np.maximum(phi * mean + mean**2 - mean, 0.0)
        variance = share * (1 - share) * (mean + self.scatter * pairs) + share**2 * phi * mean
        return mean * share, variance


def complete() -> Completeness:
    """Everything is in on its own day."""
    return Completeness(np.ones((7, 1)), 0.0, 0.0)


def learn(
    increments: pl.DataFrame, *, as_of: date, ages: int, days: int = LEARNED_DAYS
) -> Completeness:
    """Learn from reports with the day they are about and their age when they came in.

    Args:
        increments: segment dimensions, `day`, `age` (days from `day` to the report; older than
            `ages` counts as `ages`), `y` (reports). Reports after `as_of` are not looked at.
        as_of: newest day whose reports are all in the data.
        ages: age at which a day is taken as complete.
        days: how many days before `as_of` are learned from.

    Raises:
        SeriesError: a number is not one, or a report is older than its day.
    """
    wrong = increments.filter(
        pl.col("age").is_null()
        | (pl.col("age") < 0)
        | ~(pl.col("y").cast(pl.Float64).is_finite() & (pl.col("y") >= 0)).fill_null(value=False)
    )
    if wrong.height:
        row = wrong.row(0, named=True)
        raise SeriesError(
            f"{row['y']} reports of age {row['age']} on {row['day']}: a report cannot come before "
            "its day nor be negative. Look at the dates of that import."
        )
    first = as_of - timedelta(days=days - 1)
    inside = increments.filter(
        pl.col("day").is_between(first, as_of)
        & (pl.col("day") + pl.duration(days=pl.col("age")) <= as_of)
    )
    dims = [name for name in inside.columns if name not in {"day", "age", "y"}]
    segment = (
        inside.select(pl.struct(dims).rank("dense")).to_series().to_numpy().astype(np.int64) - 1
        if dims
        else np.zeros(inside.height, dtype=np.int64)
    )
    at = inside.select((pl.col("day") - pl.lit(first)).dt.total_days()).to_series().to_numpy()
    counts = np.zeros((int(segment.max(initial=0)) + 1, days, ages + 1))
    age = np.minimum(inside["age"].to_numpy(), ages)
    np.add.at(counts, (segment, at, age), inside["y"].cast(pl.Float64).to_numpy())
    weekday = (first.weekday() + np.arange(days)) % 7
    return learn_counts(counts, weekday, np.arange(days)[::-1])


def learn_counts(counts: Floats, weekday: Ints, reached: Ints) -> Completeness:
    """The same from reports per segment × day × age.

    Args:
        counts: reports that came in at each age; the last age holds what came later, too.
        weekday: 0–6 per day.
        reached: age of each day at the newest one; ages beyond have not been seen.
    """
    ages = counts.shape[2] - 1
    seen = reached[:, None] >= np.arange(ages + 1)[None, :]
    new = np.where(seen, counts.sum(axis=0), 0.0)
    by_then = np.cumsum(new, axis=1)
    total_new = np.zeros((8, ages + 1))
    total_then = np.zeros((8, ages + 1))
    for number in range(8):
        days = slice(None) if number == 7 else weekday == number
        total_new[number] = (new * seen)[days].sum(axis=0)
        total_then[number] = (by_then * seen)[days].sum(axis=0)
    pooled = _hazard(total_new[7], total_then[7], np.zeros(ages + 1), 0.0)
    hazard = np.stack(
        [_hazard(total_new[n], total_then[n], pooled, WEEKDAY_REPORTS) for n in range(7)]
    )
    # In by age a: did not come at any later age.
    later = np.cumprod((1.0 - hazard)[:, ::-1], axis=1)[:, ::-1]
    share = np.concatenate([later[:, 1:], np.ones((7, 1))], axis=1)
    done = reached >= ages
    scatter = _scatter(counts[:, done], share[weekday[done]])
    return Completeness(share, scatter, float(new.sum()))


def _hazard(new: Floats, by_then: Floats, pooled: Floats, weight: float) -> Floats:
    """Share of what is in by an age that came at that age, pulled to the pooled one."""
    base = by_then + weight
    found: Floats = np.where(base > 0, (new + weight * pooled) / np.maximum(base, 1e-9), 0.0)
    return found


def _scatter(counts: Floats, share: Floats) -> float:
    """Moment estimate of ρ over complete days: of segments × days × ages, shares per day."""
    total = counts.sum(axis=2, keepdims=True)
    spread = (share * (1 - share))[None, :, :]
    off = np.cumsum(counts, axis=2) - total * share[None]
    extra = float((off**2 - total * spread).sum())
    pairs = float((total * (total - 1) * spread).sum())
    return float(np.clip(extra / pairs, 0.0, 0.9)) if pairs > 0 else 0.0
