"""The guarded surge: at least so much above expectation, surprising, and enough cases to matter.

A segment breaches on a day when all hold for its last `window_days` days: the increase
(y − μ) / μ reaches `min_increase`; P(Y ≥ y) ≤ `alpha` under a negative binomial with the expected
μ and the dispersion learned from its own history; the Benjamini–Hochberg q over all segments
without an open episode is ≤ `fdr`; and the excess y − μ reaches `min_excess`. With an exposure
(orders, parcels due) μ is the usual rate times the window's exposure.

Only complete days are judged: `day` is the last one, so a day that has not ended is never compared
with whole ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from alerts.detection import baseline, tail

Floats = NDArray[np.float64]

BAND_DEVIATIONS = 2.0
"""Half width, in standard deviations, of the band drawn around the expectation."""
LEARN_AFTER_DAYS = 28
"""Days of an episode that are not learned from; what lasts longer becomes the new normal."""

MIN_KNOWN_DAYS = 56
"""Days of the feed before the window without which nothing is judged (eight weeks)."""
MIN_LEARNED_DAYS = 28
"""Days outside episodes without which nothing is judged."""


class Reason(StrEnum):
    """Why a segment breaches or does not; the first that applies."""

    SURGE = "surge"
    SHORT_HISTORY = "short_history"
    NO_EXPOSURE = "no_exposure"
    SMALL_INCREASE = "small_increase"
    SMALL_EXCESS = "small_excess"
    NOT_SURPRISING = "not_surprising"
    AMONG_MANY = "among_many"


@dataclass(frozen=True)
class SurgeSpec:
    """Numbers of the rule; shares as fractions, `min_excess` in cases.

    `gap_weeks` before the window are not learned from, so that a slow rise does not become its own
    expectation (Farrington et al. 1996, JRSS A 159:547, leave the latest weeks out likewise).
    """

    window_days: int = 1
    baseline_weeks: int = 8
    gap_weeks: int = 0
    min_increase: float = 0.5
    alpha: float = 0.001
    fdr: float = 0.05
    min_excess: float = 5.0
    clear_increase: float = 0.2

    @property
    def history_days(self) -> int:
        """Days read before and including the judged one."""
        return 7 * (self.baseline_weeks + self.gap_weeks) + self.window_days


@dataclass(frozen=True)
class Scored:
    """The judgement of one day.

    `judged` has one row per segment, sorted: its dimensions, `day`, `y`, `exposure` (1 per day
    where there is none), `mu`, `phi`, `p`, `q` (null while an episode is open), `increase` (share
    of mu), `excess` (cases), `breach`, `cleared`, `reason` (see `Reason`).
    """

    judged: pl.DataFrame
    dims: tuple[str, ...]
    days: tuple[date, ...]
    counts: Floats
    fitted: baseline.Expectation


def score(
    series: pl.DataFrame,
    spec: SurgeSpec,
    day: date,
    *,
    began: date,
    episodes: pl.DataFrame | None = None,
) -> Scored:
    """Judge every segment on the window that ends with `day`.

    Args:
        series: segment dimensions (text, not null), `day`, `y` and optionally `exposure`; absent
            days are zeros.
        spec: the rule's numbers.
        day: last complete day.
        began: first day of the feed; earlier days are unknown, not zero.
        episodes: dimensions, `opened`, `closed` (null: still open) of episodes in the history.
    """
    dims = tuple(name for name in series.columns if name not in {"day", "y", "exposure"})
    first = day - timedelta(days=spec.history_days - 1)
    days = tuple(first + timedelta(days=offset) for offset in range(spec.history_days))
    inside = series.filter(pl.col("day").is_between(first, day))
    segments = inside.select(dims).unique().sort(dims).with_row_index("_segment")
    shape = (segments.height, len(days))
    matrix = partial(_matrix, inside, segments=segments, dims=dims, first=first, shape=shape)
    counts = matrix("y")
    exposed = "exposure" in series.columns
    exposure = matrix("exposure") if exposed else np.ones(shape)
    # A case without exposure has nothing to be compared with: such a day is left out.
    counts = np.where(exposure > 0, counts, 0.0)
    taught_to = day - timedelta(days=spec.window_days + 7 * spec.gap_weeks)
    known = np.broadcast_to(np.array([began <= d <= taught_to for d in days]), shape).copy()
    ongoing = _forget_episodes(known, segments, dims, episodes, days)
    weekday = np.array([d.weekday() for d in days], dtype=np.int64)
    usable = (known & (exposure > 0)).astype(np.float64)
    slope_sd = baseline.RATE_SLOPE_SD if exposed else baseline.COUNT_SLOPE_SD
    fitted = baseline.fit(
        counts, exposure, usable, weekday, window=spec.window_days, slope_sd=slope_sd
    )
    feed_days = (taught_to - began).days + 1
    learned = known.sum(axis=1)
    short = (learned < MIN_LEARNED_DAYS) | (feed_days < MIN_KNOWN_DAYS)
    judged = _judge(
        counts, exposure=exposure, fitted=fitted, short=short, ongoing=ongoing, spec=spec
    )
    frame = pl.concat(
        [
            segments.drop("_segment"),
            judged.insert_column(0, pl.Series("day", [day] * len(counts), pl.Date)),
        ],
        how="horizontal",
    )
    return Scored(frame, dims, days, counts, fitted)


def history(scored: Scored, segment: int) -> pl.DataFrame:
    """Days behind one row of `judged`: `day`, `y`, `mu`, and the usual range `low` to `high`."""
    mean = scored.fitted.mean[segment]
    spread = BAND_DEVIATIONS * np.sqrt(scored.fitted.phi[segment] * mean)
    return pl.DataFrame(
        {
            "day": pl.Series(scored.days, dtype=pl.Date),
            "y": scored.counts[segment],
            "mu": mean,
            "low": np.maximum(mean - spread, 0.0),
            "high": mean + spread,
        }
    )


def _matrix(
    series: pl.DataFrame,
    column: str,
    *,
    segments: pl.DataFrame,
    dims: tuple[str, ...],
    first: date,
    shape: tuple[int, int],
) -> Floats:
    """A column as segments × days; several rows of one segment and day add up."""
    placed = series.join(segments, on=dims, how="inner").select(
        "_segment",
        at=(pl.col("day") - pl.lit(first)).dt.total_days(),
        number=pl.col(column).cast(pl.Float64).fill_null(0.0),
    )
    matrix = np.zeros(shape)
    rows, columns = placed["_segment"].to_numpy(), placed["at"].to_numpy()
    np.add.at(matrix, (rows, columns), placed["number"].to_numpy())
    return matrix


def _forget_episodes(
    known: NDArray[np.bool_],
    segments: pl.DataFrame,
    dims: tuple[str, ...],
    episodes: pl.DataFrame | None,
    days: tuple[date, ...],
) -> NDArray[np.bool_]:
    """Clear the days of episodes in `known`; give which segments have an open one."""
    ongoing = np.zeros(len(known), dtype=np.bool_)
    if episodes is None or episodes.is_empty():
        return ongoing
    for row in episodes.join(segments, on=dims, how="inner").iter_rows(named=True):
        segment, opened, closed = row["_segment"], row["opened"], row["closed"]
        last = min(closed or days[-1], opened + timedelta(days=LEARN_AFTER_DAYS - 1))
        start = max((opened - days[0]).days, 0)
        end = max((last - days[0]).days + 1, 0)
        known[segment, start:end] = False
        ongoing[segment] |= closed is None
    return ongoing


def _judge(
    counts: Floats,
    *,
    exposure: Floats,
    fitted: baseline.Expectation,
    short: NDArray[np.bool_],
    ongoing: NDArray[np.bool_],
    spec: SurgeSpec,
) -> pl.DataFrame:
    window = slice(counts.shape[1] - spec.window_days, counts.shape[1])
    y = counts[:, window].sum(axis=1)
    exposed = exposure[:, window].sum(axis=1)
    mu = fitted.mean[:, window].sum(axis=1)
    phi = fitted.phi + mu * fitted.relative_variance
    judgeable = ~short & (exposed > 0) & (mu > 0)
    p = np.where(judgeable, tail.upper_tail(y, mu, phi), np.nan)
    q = tail.false_discovery_rate(np.where(ongoing, np.nan, p))
    increase = np.where(mu > 0, (y - mu) / np.where(mu > 0, mu, 1.0), np.nan)
    reason = np.select(
        [
            short,
            ~judgeable,
            increase < spec.min_increase,
            y - mu < spec.min_excess,
            ~(p <= spec.alpha),
            ~ongoing & ~(q <= spec.fdr),
        ],
        [
            Reason.SHORT_HISTORY,
            Reason.NO_EXPOSURE,
            Reason.SMALL_INCREASE,
            Reason.SMALL_EXCESS,
            Reason.NOT_SURPRISING,
            Reason.AMONG_MANY,
        ],
        default=Reason.SURGE,
    )
    frame = pl.DataFrame(
        {
            "y": y,
            "exposure": exposed,
            "mu": mu,
            "phi": phi,
            "p": p,
            "q": q,
            "increase": increase,
            "excess": y - mu,
            "reason": pl.Series([str(text) for text in reason], dtype=pl.String),
        }
    ).with_columns(pl.col("p", "q", "increase").fill_nan(None))
    return frame.with_columns(
        breach=pl.col("reason") == str(Reason.SURGE),
        cleared=pl.Series(judgeable & (increase < spec.clear_increase)),
    )
