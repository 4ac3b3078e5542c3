"""The guarded surge: at least so much above expectation, surprising, and enough cases to matter.

A segment breaches on a day when all hold for its last `window_days` days: the increase
(y − μ) / μ reaches `min_increase`; P(Y ≥ y) ≤ `alpha` under a negative binomial with the expected
μ and the dispersion learned from its own history; the Benjamini–Hochberg q over all segments
without an open episode is ≤ `fdr`; and the excess y − μ reaches `min_excess`. With an exposure
(orders, parcels due) μ is the usual rate times the window's exposure. A rule may watch several
`windows` at once: then one of them must have increase and excess, and the calibrated p of all of
them together must be ≤ `alpha`.

Only complete days are judged: `day` is the last one, so a day that has not ended is never compared
with whole ones. Days of which not all reports are in yet are compared with as much of the
expectation as is in by then (`complete`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from alerts.detection import count_model, design, tail
from alerts.detection.calibration import daily
from alerts.detection.completeness import Completeness
from alerts.detection.count_model import Expectation
from alerts.detection.events import EventCalendar
from alerts.detection.panel import Panel, SeriesError, forget_episodes, ongoing_on, panel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BAND_DEVIATIONS = 2.0
"""Half width, in standard deviations, of the band drawn around the expectation."""
LEARN_AFTER_DAYS = 28
"""Days of an episode that are not learned from; what lasts longer becomes the new normal."""
COUNT_SLOPE_SD = 1.1
"""Prior standard deviation of a count's slope per year: 2 % a week needs no evidence."""
RATE_SLOPE_SD = 0.4
"""The same for a rate: growth is in its exposure already, so it drifts less by itself."""

MIN_KNOWN_DAYS = 56
"""Days of the feed before the window without which nothing is judged (eight weeks)."""
MIN_LEARNED_DAYS = 28
"""Days outside episodes without which nothing is judged."""
MAX_SEGMENTS = 200_000
"""Segments scored at once; a rule that has more was split too finely to mean anything."""
_MARKET = "market"


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
    `windows` are the lengths that are watched together; none given: `window_days` alone.
    """

    window_days: int = 1
    baseline_weeks: int = 8
    gap_weeks: int = 0
    min_increase: float = 0.5
    alpha: float = 0.001
    fdr: float = 0.05
    min_excess: float = 5.0
    clear_increase: float = 0.2
    windows: tuple[int, ...] = ()

    @property
    def lengths(self) -> tuple[int, ...]:
        """Windows watched, `window_days` first."""
        return (self.window_days, *(n for n in self.windows if n != self.window_days))

    @property
    def gap_days(self) -> int:
        """Days before the judged one that are not learned from."""
        return max(self.lengths) - 1 + 7 * self.gap_weeks

    @property
    def history_days(self) -> int:
        """Days read before and including the judged one."""
        return 7 * (self.baseline_weeks + self.gap_weeks) + max(self.lengths)


@dataclass(frozen=True)
class Scored:
    """The judgement.

    `judged` has one row per segment and day, sorted by dimensions and day: the dimensions, `day`,
    `y`, `n` (the exposure, null where there is none), `exposure` (the same, else days), `mu`,
    `low`, `high` (band), `phi`, `p`, `q` (null while an episode is open), `increase` (share of mu),
    `excess` (cases), `window_days` (the window these are about), `breach`, `cleared`, `why` (see
    `Reason`). `days`, `counts`, `mean` and `phi` (per segment) are those of the last day's history.
    """

    judged: pl.DataFrame
    dims: tuple[str, ...]
    days: tuple[date, ...]
    counts: Floats
    mean: Floats
    phi: Floats


def score(
    series: pl.DataFrame,
    spec: SurgeSpec,
    days: date | Sequence[date],
    *,
    began: date,
    episodes: pl.DataFrame | None = None,
    events: EventCalendar | None = None,
    complete: Completeness | None = None,
) -> Scored:
    """Judge every segment on the windows that end with each of `days`.

    A day is judged from itself and the days before it: several days at once give what each gives
    alone, of the segments that have rows within any of their histories.

    Args:
        series: segment dimensions (text), `day`, `y` and optionally `exposure`; absent days are
            zeros. Rows after a judged day are not looked at.
        spec: the rule's numbers.
        days: last complete day, or several.
        began: first day of the feed; earlier days are unknown, not zero.
        episodes: dimensions, `opened`, `closed` (null: still open) of episodes in the history.
        events: declared holidays and promotions; by `market` if that is a dimension.
        complete: how much of the newest days' reports is in; none: all of it.

    Raises:
        SeriesError: a number is null, not finite, negative or, of counts, not whole; or there are
            more than `MAX_SEGMENTS` segments.
    """
    asked = (days,) if isinstance(days, date) else tuple(sorted(days))
    if not asked:
        raise ValueError("No day to judge.")
    exposed = "exposure" in series.columns
    names = ("y", "exposure") if exposed else ("y",)
    first = asked[0] - timedelta(days=spec.history_days - 1)
    made = panel(series, names, first, asked[-1])
    _check(made)
    judged, scored = [], None
    for day in asked:
        scored = _score_day(
            made, spec, day, began=began, episodes=episodes, events=events, complete=complete
        )
        judged.append(scored.judged)
    assert scored is not None
    together = judged[0] if len(judged) == 1 else pl.concat(judged).sort([*made.dims, "day"])
    return replace(scored, judged=together)


def history(scored: Scored, segment: int) -> pl.DataFrame:
    """Days up to the last one judged of a segment (its place among the sorted segments).

    Columns `day`, `y`, `mu`, and the usual range `low` to `high`.
    """
    mean = scored.mean[segment]
    spread = BAND_DEVIATIONS * np.sqrt(scored.phi[segment] * mean)
    return pl.DataFrame(
        {
            "day": pl.Series(scored.days, dtype=pl.Date),
            "y": scored.counts[segment],
            "mu": mean,
            "low": np.maximum(mean - spread, 0.0),
            "high": mean + spread,
        }
    )


def _check(made: Panel) -> None:
    if made.segments.height > MAX_SEGMENTS:
        raise SeriesError(
            f"{made.segments.height:,} segments; at most {MAX_SEGMENTS:,} are judged at once. "
            "Take away a dimension or filter the series."
        )
    y = made.numbers["y"]
    broken = np.argwhere(y != np.floor(y))
    if broken.size:
        segment, at = (int(v) for v in broken[0])
        where = ", ".join(f"{k} {v}" for k, v in made.segments.row(segment, named=True).items())
        raise SeriesError(
            f"y = {y[segment, at]:g} on {made.days[at]} of {where or 'the whole'}: a count must be "
            "a whole number. Judge shares with a proportion rule."
        )


def _score_day(
    made: Panel,
    spec: SurgeSpec,
    day: date,
    *,
    began: date,
    episodes: pl.DataFrame | None,
    events: EventCalendar | None,
    complete: Completeness | None,
) -> Scored:
    end = made.at(day) + 1
    inside = slice(end - spec.history_days, end)
    days = made.days[inside]
    counts = made.numbers["y"][:, inside]
    exposed = "exposure" in made.numbers
    exposure = made.numbers["exposure"][:, inside] if exposed else np.ones_like(counts)
    # A case without exposure has nothing to be compared with: such a day is left out.
    counts = np.where(exposure > 0, counts, 0.0)
    taught_to = day - timedelta(days=spec.gap_days + 1)
    known = np.zeros((len(counts), made.width), dtype=np.bool_)
    known[:] = [began <= d <= taught_to for d in made.days]
    forget_episodes(known, made, episodes, limit_days=LEARN_AFTER_DAYS)
    known = known[:, inside]
    share = np.ones(len(days))
    if complete is not None:
        share = complete.at(made.weekday[inside], np.arange(len(days))[::-1])
    expectation = _expect(
        made, counts, exposure * share, known, days, spec=spec, events=events, exposed=exposed
    )
    feed_days = (taught_to - began).days + 1
    short = (known.sum(axis=1) < MIN_LEARNED_DAYS) | (feed_days < MIN_KNOWN_DAYS)
    judged = _judge(
        expectation,
        exposure,
        short=short,
        ongoing=ongoing_on(made, episodes, day),
        spec=spec,
        exposed=exposed,
    )
    frame = pl.concat([made.segments, judged], how="horizontal").select(
        *made.dims, pl.lit(day).alias("day"), *judged.columns
    )
    phi = expectation.phi[0, :, -1]
    return Scored(frame, made.dims, days, counts, expectation.path.astype(np.float64), phi)


def _expect(
    made: Panel,
    counts: Floats,
    exposure: Floats,
    known: Flags,
    days: tuple[date, ...],
    *,
    spec: SurgeSpec,
    events: EventCalendar | None,
    exposed: bool,
) -> Expectation:
    """What was expected of the last day's windows, market by market where events differ."""
    lengths = spec.lengths
    gap = spec.gap_days
    cadence = replace(
        design.DAILY,
        windows=lengths,
        shares=tuple(_share(length) for length in lengths),
        guard=max(design.DAILY.guard, gap),
    )
    dates = np.array(days, dtype="datetime64[D]")
    parts = []
    for rows, codes in _by_events(made, events, days):
        parts.append(
            (
                rows,
                count_model.expect(
                    counts[rows],
                    dates,
                    1,
                    cadence=cadence,
                    events=codes,
                    exposure=exposure[rows],
                    known=known[rows],
                    gap=gap,
                    slope_sd=RATE_SLOPE_SD if exposed else COUNT_SLOPE_SD,
                    keep_path=True,
                ),
            )
        )
    return count_model.put_together(parts)


def _share(length: int) -> float:
    """How much a window counts beside others: a single day's noise less than a week's."""
    known = dict(zip(design.DAILY.windows, design.DAILY.shares, strict=True))
    return known.get(length, 1.0)


def _by_events(
    made: Panel, events: EventCalendar | None, days: tuple[date, ...]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64] | None]]:
    """Rows of segments that share their declared days, and the codes of these."""
    everything = np.arange(made.numbers["y"].shape[0])
    if events is None or _MARKET not in made.dims:
        yield everything, None if events is None else events.codes(None, days)
        return
    markets = made.segments[_MARKET].fill_null("").to_numpy()
    alike: dict[bytes, tuple[list[NDArray[np.int64]], NDArray[np.int64]]] = {}
    for market in np.unique(markets):
        codes = events.codes(str(market), days)
        alike.setdefault(codes.tobytes(), ([], codes))[0].append(everything[markets == market])
    for rows, codes in alike.values():
        yield np.concatenate(rows), codes
    if not len(markets):
        yield everything, None


def _judge(
    expectation: Expectation,
    exposure: Floats,
    *,
    short: Flags,
    ongoing: Flags,
    spec: SurgeSpec,
    exposed: bool,
) -> pl.DataFrame:
    lengths = np.array(spec.lengths)
    y, mu, phi = (
        a[:, :, -1] for a in (expectation.observed, expectation.mean, expectation.dispersion)
    )
    base = np.stack([exposure[:, -length:].sum(axis=1) for length in lengths])
    judgeable = ~short & (base[0] > 0) & (mu[0] > 0)
    each = tail.upper_tail(y, mu, phi)
    increase = np.where(mu > 0, (y - mu) / np.where(mu > 0, mu, 1.0), np.nan)
    matters = (increase >= spec.min_increase) & (y - mu >= spec.min_excess)
    told = np.where(matters.any(axis=0), np.argmin(np.where(matters, each, 2.0), axis=0), 0)
    rows = np.arange(y.shape[1])
    p = each[0]
    if len(lengths) > 1:
        p = count_model.surprise(expectation, daily()).p[:, -1]
    p = np.where(judgeable, p, np.nan)
    q = tail.false_discovery_rate(np.where(ongoing, np.nan, p))
    y, mu, phi, base, grown = (a[told, rows] for a in (y, mu, phi, base, increase))
    reason = np.select(
        [
            short,
            ~judgeable,
            grown < spec.min_increase,
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
    spread = BAND_DEVIATIONS * np.sqrt(phi * mu)
    frame = pl.DataFrame(
        {
            "y": y,
            "n": base if exposed else np.full(len(y), np.nan),
            "exposure": base,
            "mu": mu,
            "low": np.maximum(mu - spread, 0.0),
            "high": mu + spread,
            "phi": phi,
            "p": p,
            "q": q,
            "increase": grown,
            "excess": y - mu,
            "window_days": lengths[told].astype(np.int64),
            "breach": reason == str(Reason.SURGE),
            "cleared": judgeable & (increase[0] < spec.clear_increase),
            "why": pl.Series([str(text) for text in reason], dtype=pl.String),
        }
    )
    return frame.with_columns(pl.col("n", "p", "q", "increase").fill_nan(None))
