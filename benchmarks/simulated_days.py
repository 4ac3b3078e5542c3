"""Thousands of made-up daily count series, a few of them with a surge, for `many_series`.

A mixture on purpose: levels from one case in ten days to 200 a day, equidispersed to clustered,
flat to strong weeks, yearly waves, growth, a shifted level, past surges, promotions, and counts
that hang together from day to day. Surges are bursts, steps and ramps of several sizes, measured
in standard deviations of a day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HISTORY = 1100
JUDGED = 60
LEVELS = (0.1, 0.5, 0.5, 2.0, 5.0, 10.0, 15.0, 20.0, 60.0, 200.0)
WEEKS = (
    (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    (1.25, 1.1, 1.05, 1.0, 0.95, 0.85, 0.8),
    (1.9, 1.4, 1.2, 1.1, 1.0, 0.25, 0.15),
)
SHAPES = {
    "burst": np.array([1.0, 0.6, 0.3, 0.1]),
    "step": np.ones(14),
    "ramp": np.arange(1, 22) / 21.0,
}
SIZES = {"burst": (3, 5, 8, 12), "step": (1.5, 2, 3, 5), "ramp": (2, 3, 5, 8)}
LAST_DAY = np.datetime64("2025-12-14", "D")


@dataclass(frozen=True)
class Days:
    """`counts` series × days, `dates`, event codes (0: none), and the surges.

    `surges` has a row per surge: series, first and last day that got cases.
    """

    counts: NDArray[np.int64]
    dates: NDArray[np.datetime64]
    events: NDArray[np.int64]
    surges: NDArray[np.int64]

    @property
    def judged(self) -> int:
        """How many days at the end are judged."""
        return JUDGED


def draw(rng: np.random.Generator, mean: Floats, phi: Floats) -> NDArray[np.int64]:
    """Counts with the given mean and variance φ · mean."""
    rate = mean.copy()
    loose = np.broadcast_to(phi > 1, mean.shape)
    spread = np.broadcast_to(phi, mean.shape)[loose]
    rate[loose] = rng.gamma(np.maximum(mean[loose], 1e-12) / (spread - 1), spread - 1)
    return rng.poisson(rate)


def event_codes(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """1 public holiday, 2 the days after the fourth Thursday of November, 3 after Christmas."""
    day = dates.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    number = (month.astype(int) % 12) + 1
    of_month = (day - month.astype("datetime64[D]")).astype(int) + 1
    codes = np.zeros(len(day), dtype=np.int64)
    for m, d in ((1, 1), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26)):
        codes[(number == m) & (of_month == d)] = 1
    weekday = (day.astype(int) + 3) % 7
    fourth_thursday = np.flatnonzero(
        (number == 11) & (weekday == 3) & (of_month >= 22) & (of_month <= 28)
    )
    for at in fourth_thursday:
        codes[at : at + 6] = 2
    codes[
        ((number == 12) & (of_month >= 27)) | ((number == 1) & (of_month.clip(2, 10) == of_month))
    ] = 3
    return codes


def simulate(seed: int, series: int = 4000, surged: int = 80) -> Days:
    """Series without surges in the judged days, but for `surged` of them with one each."""
    rng = np.random.default_rng(seed)
    total = HISTORY + JUDGED
    dates = LAST_DAY - np.arange(total)[::-1].astype("timedelta64[D]")
    events = event_codes(dates)
    weekday = (dates.astype(int) + 3) % 7
    time = np.arange(total)
    kind = rng.integers(0, 10, series)
    base = rng.choice(LEVELS, series) * rng.lognormal(0, 0.3, series)
    phi = rng.choice([1.0, 1.2, 1.5, 2.0, 4.0], series)[:, None]
    weeks = np.array(WEEKS)[rng.choice(3, series, p=[0.2, 0.6, 0.2])]
    weeks /= weeks.mean(axis=1, keepdims=True)
    phase, wave = rng.uniform(0, 2 * np.pi, (series, 1)), rng.uniform(0, 0.25, (series, 1))
    log = np.log(base)[:, None] + np.log(weeks[:, weekday])
    log += wave * np.cos(2 * np.pi * time / 365.25 + phase)
    log += np.where(events == 1, np.log(0.6), 0.0)
    log += (kind == 1)[:, None] * np.log(3.0) * time / total
    log += (kind == 2)[:, None] * np.log(1.8) * (time >= HISTORY - 120)
    for code, lift in ((2, np.log(3.0)), (3, np.log(1.8))):
        jitter = rng.normal(0, 0.15, (series, 5))[:, (time // 366)]
        log += ((kind == 3)[:, None] & (events == code)) * (lift + jitter)
    tied = np.flatnonzero(kind == 4)
    state = np.zeros((len(tied), total))
    steps = rng.normal(0, 0.25 * np.sqrt(1 - 0.9**2), (len(tied), total))
    for at in range(1, total):
        state[:, at] = 0.9 * state[:, at - 1] + steps[:, at]
    mean = np.exp(log)
    drawn = mean.copy()
    drawn[tied] *= np.exp(state - 0.25**2 / 2)
    counts = draw(rng, drawn, phi)
    for one in np.flatnonzero(kind == 5):
        for start in rng.choice(np.arange(120, HISTORY - 30), 6, replace=False):
            _surge(rng, counts, mean, phi, int(one), int(start))
    surges = []
    for one in rng.choice(series, surged, replace=False):
        start = HISTORY + int(rng.integers(3, JUDGED - 10))
        surges.append((one, *_surge(rng, counts, mean, phi, int(one), start)))
    return Days(counts, dates, events, np.array(surges, dtype=np.int64).reshape(-1, 3))


def _surge(
    rng: np.random.Generator,
    counts: NDArray[np.int64],
    mean: Floats,
    phi: Floats,
    one: int,
    start: int,
) -> tuple[int, int]:
    """Add a surge; the first and last day that got cases."""
    name = str(rng.choice(list(SHAPES)))
    shape = SHAPES[name][: counts.shape[1] - start]
    size = rng.choice(SIZES[name])
    days = slice(start, start + len(shape))
    usual = mean[one, max(start - 7, 0) : start + 7].mean()
    rate = size * np.sqrt(phi[one, 0] * usual) * shape * mean[one, days] / usual
    while True:
        added = rng.poisson(rate)
        if added.sum() >= 2:
            break
        rate = rate * 1.2
    counts[one, days] += added
    touched = np.flatnonzero(added)
    return start + int(touched[0]), start + int(touched[-1])
