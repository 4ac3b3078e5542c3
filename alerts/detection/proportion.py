"""y of n: late parcels of those due, disputes of orders, first answers in time.

A segment breaches on a day when all hold for its last `window_days` days: at least `min_n` trials;
the share moved to the bad side by `min_points` (percentage points as a fraction) and, of the bad
share expected, by `min_relative`; at least `min_excess` cases too many (or too few); the
beta-binomial tail is ≤ `alpha`; and its Benjamini–Hochberg q over all segments without an open
episode is ≤ `fdr`. The *bad share* is y / n where more is worse (`direction` up) and 1 − y / n
where less is worse (down): an attainment that falls from 96 % to 92 % doubled its misses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from alerts.detection import beta_binomial, share_model, tail
from alerts.detection.panel import Panel, forget_episodes, ongoing_on, panel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BAND_DEVIATIONS = 2.0
"""Half width, in standard deviations, of the band drawn around the expectation."""
LEARN_AFTER_DAYS = 28
"""Days of an episode that are not learned from; what lasts longer becomes the new normal."""
MIN_KNOWN_DAYS = 56
"""Days of the feed before the window without which nothing is judged (eight weeks)."""
MIN_LEARNED_TRIALS = 60.0
"""Trials outside episodes and surges without which nothing is judged."""


class Reason(StrEnum):
    """Why a segment breaches or does not; the first that applies."""

    WORSE_SHARE = "worse_share"
    SHORT_HISTORY = "short_history"
    FEW_TRIALS = "few_trials"
    SMALL_INCREASE = "small_increase"
    SMALL_EXCESS = "small_excess"
    NOT_SURPRISING = "not_surprising"
    AMONG_MANY = "among_many"


class TrialsError(ValueError):
    """More hits than trials; the message names segment, day and values."""


@dataclass(frozen=True)
class ProportionSpec:
    """Numbers of the rule; shares and points as fractions, `min_excess` in cases."""

    direction: Literal["up", "down"] = "up"
    window_days: int = 7
    baseline_weeks: int = 12
    gap_weeks: int = 1
    min_n: int = 30
    min_points: float = 0.02
    min_relative: float = 0.25
    min_excess: float = 5.0
    alpha: float = 0.001
    fdr: float = 0.05
    clear_points: float = 0.01

    @property
    def history_days(self) -> int:
        """Days read before and including the judged one."""
        return 7 * (self.baseline_weeks + self.gap_weeks) + self.window_days


@dataclass(frozen=True)
class Scored:
    """The judgement.

    `judged` has one row per segment and day, sorted by dimensions and day: the dimensions, `day`,
    `y`, `n` (trials), `mu` (expected hits), `low`, `high` (band of the hits), `phi`, `p`, `q` (null
    while an episode is open), `increase` ((y − mu) / mu; negative where the share fell), `excess`
    (y − mu), `window_days`, `breach`, `cleared`, `why` (see `Reason`).
    """

    judged: pl.DataFrame
    dims: tuple[str, ...]
    days: tuple[date, ...]
    hits: Floats
    trials: Floats
    fitted: share_model.Expected


def score(
    series: pl.DataFrame,
    spec: ProportionSpec,
    days: date | Sequence[date],
    *,
    began: date,
    episodes: pl.DataFrame | None = None,
) -> Scored:
    """Judge every segment on the windows that end with each of `days`.

    Args:
        series: segment dimensions (text), `day`, `y` and `n`; absent days have no trials.
        spec: the rule's numbers.
        days: last complete day, or several.
        began: first day of the feed; earlier days are unknown.
        episodes: dimensions, `opened`, `closed` (null: still open) of episodes in the history.

    Raises:
        SeriesError: a number is null, not finite or negative.
        TrialsError: a day has more hits than trials.
    """
    asked = (days,) if isinstance(days, date) else tuple(sorted(days))
    first = asked[0] - timedelta(days=spec.history_days - 1)
    made = panel(series, ("y", "n"), first, asked[-1])
    _check_trials(made)
    judged = []
    scored = None
    for day in asked:
        scored = _score_day(made, spec, day, began=began, episodes=episodes)
        judged.append(scored.judged)
    assert scored is not None
    dims = list(made.dims)
    return Scored(
        pl.concat(judged).sort([*dims, "day"]),
        made.dims,
        scored.days,
        scored.hits,
        scored.trials,
        scored.fitted,
    )


def history(scored: Scored, segment: int) -> pl.DataFrame:
    """Days up to the last one judged of a segment (its place among the sorted segments).

    Columns `day`, `y`, `n`, `mu`, and the usual range `low` to `high` of the hits.
    """
    n, share = scored.trials[segment], scored.fitted.share[segment]
    mean = n * share
    spread = BAND_DEVIATIONS * np.sqrt(scored.fitted.phi[segment] * mean * (1 - share))
    return pl.DataFrame(
        {
            "day": pl.Series(scored.days, dtype=pl.Date),
            "y": scored.hits[segment],
            "n": n,
            "mu": mean,
            "low": np.maximum(mean - spread, 0.0),
            "high": np.minimum(mean + spread, n),
        }
    )


def _check_trials(made: Panel) -> None:
    more = np.argwhere(made.numbers["y"] > made.numbers["n"])
    if more.size:
        segment, at = (int(v) for v in more[0])
        where = ", ".join(f"{k} {v}" for k, v in made.segments.row(segment, named=True).items())
        y, n = made.numbers["y"][segment, at], made.numbers["n"][segment, at]
        raise TrialsError(
            f"{y:g} of {n:g} on {made.days[at]} of {where or 'the whole'}: there cannot be more "
            "hits than trials. Count both over the same rows."
        )


def _score_day(
    made: Panel, spec: ProportionSpec, day: date, *, began: date, episodes: pl.DataFrame | None
) -> Scored:
    end = made.at(day) + 1
    inside = slice(end - spec.history_days, end)
    days = made.days[inside]
    hits, trials = made.numbers["y"][:, inside], made.numbers["n"][:, inside]
    taught_to = day - timedelta(days=spec.window_days + 7 * spec.gap_weeks)
    known = np.zeros((made.segments.height, made.width), dtype=np.bool_)
    known[:] = [began <= d <= taught_to for d in made.days]
    forget_episodes(known, made, episodes, limit_days=LEARN_AFTER_DAYS)
    fitted = share_model.fit(
        hits,
        trials,
        known[:, inside].astype(np.float64),
        made.weekday[inside],
        window=spec.window_days,
        bad=1.0 if spec.direction == "up" else -1.0,
    )
    short = np.full(len(hits), (taught_to - began).days + 1 < MIN_KNOWN_DAYS)
    short |= fitted.trials < MIN_LEARNED_TRIALS
    ongoing = ongoing_on(made, episodes, day)
    numbers = _judge(hits, trials, fitted, short=short, ongoing=ongoing, spec=spec)
    judged = pl.concat([made.segments, numbers], how="horizontal").select(
        *made.dims, pl.lit(day).alias("day"), *numbers.columns
    )
    return Scored(judged, made.dims, days, hits, trials, fitted)


def _judge(
    hits: Floats,
    trials: Floats,
    fitted: share_model.Expected,
    *,
    short: Flags,
    ongoing: Flags,
    spec: ProportionSpec,
) -> pl.DataFrame:
    window = slice(hits.shape[1] - spec.window_days, hits.shape[1])
    y, n = hits[:, window].sum(axis=1), trials[:, window].sum(axis=1)
    some = np.where(n > 0, n, 1.0)
    mu = (trials[:, window] * fitted.share[:, window]).sum(axis=1)
    share = np.clip(mu / some, 1e-9, 1 - 1e-9)
    # Variance over that of a binomial: of the share itself, and of what is known about it.
    phi = fitted.phi + n * share * (1 - share) * fitted.logit_variance
    correlation = np.where(n > 1, (phi - 1) / np.maximum(n - 1, 1), 0.0)
    worse = spec.direction == "up"
    bad, bad_share = (y, share) if worse else (n - y, 1 - share)
    judgeable = ~short & (n >= max(spec.min_n, 1))
    p = np.full(len(y), np.nan)
    p[judgeable] = beta_binomial.upper_tail(
        bad[judgeable], n[judgeable], bad_share[judgeable], correlation[judgeable]
    )
    q = tail.false_discovery_rate(np.where(ongoing, np.nan, p))
    points = bad / some - bad_share
    reason = np.select(
        [
            short,
            ~judgeable,
            (points < spec.min_points) | (points < spec.min_relative * bad_share),
            points * n < spec.min_excess,
            ~(p <= spec.alpha),
            ~ongoing & ~(q <= spec.fdr),
        ],
        [
            Reason.SHORT_HISTORY,
            Reason.FEW_TRIALS,
            Reason.SMALL_INCREASE,
            Reason.SMALL_EXCESS,
            Reason.NOT_SURPRISING,
            Reason.AMONG_MANY,
        ],
        default=Reason.WORSE_SHARE,
    )
    spread = BAND_DEVIATIONS * np.sqrt(phi * n * share * (1 - share))
    frame = pl.DataFrame(
        {
            "y": y,
            "n": n,
            "mu": mu,
            "low": np.maximum(mu - spread, 0.0),
            "high": np.minimum(mu + spread, n),
            "phi": phi,
            "p": p,
            "q": q,
            "increase": np.where(mu > 0, (y - mu) / np.where(mu > 0, mu, 1.0), np.nan),
            "excess": y - mu,
            "window_days": np.full(len(y), spec.window_days, dtype=np.int64),
            "why": pl.Series([str(text) for text in reason], dtype=pl.String),
        }
    ).with_columns(pl.col("p", "q", "increase").fill_nan(None))
    return frame.with_columns(
        breach=pl.col("why") == str(Reason.WORSE_SHARE),
        cleared=pl.Series(judgeable & (points < spec.clear_points), dtype=pl.Boolean),
    ).select(*[name for name in frame.columns if name != "why"], "breach", "cleared", "why")
