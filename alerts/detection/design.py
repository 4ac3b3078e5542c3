"""The terms of the expectation: level, trend, yearly season, weekday, holidays and declared events.

log E[y_t] = log exposure_t + x_t · β. A term is in the model only where the history can tell it
from the others: yearly waves need more than a year, weekdays need days. Each coefficient but the
level has a prior around 0 (ridge), whose standard deviation says how large such an effect is
without evidence; a thin series therefore keeps a flat week and a flat year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class Cadence:
    """What differs between daily and weekly counts; lengths in points (days or weeks).

    `step` is the days of a point, `season` the points of a year. `windows` are the lengths of the
    sums that are judged and `shares` how much each counts when they are put together. `guard` is
    how far the level stays behind, so that it does not swallow the beginning of a surge; `memory`
    the mean age of what the level rests on; `block` the length over which a drift of the level is
    looked for; `refit` after how many points the coefficients are learned anew.
    """

    step: int
    season: float
    windows: tuple[int, ...]
    shares: tuple[float, ...]
    guard: int
    memory: float
    block: int
    refit: int


DAILY = Cadence(
    step=1,
    season=365.25,
    windows=(1, 2, 4, 7, 14),
    shares=(0.1, 0.5, 1.0, 1.0, 1.0),
    guard=7,
    memory=28.0,
    block=28,
    refit=14,
)
WEEKLY = Cadence(
    step=7,
    season=52.0,
    windows=(1, 2, 3),
    shares=(1.0, 1.0, 1.0),
    guard=3,
    memory=26.0,
    block=8,
    refit=17,
)
"""A year of 52 weeks: so short a drift of the phase (a day a year) is within the waves' reach."""

HARMONICS = 2
HARMONIC_SD = 0.4
WEEKDAY_SD = 0.5
EVENT_SD = 0.5
SLOPE_SD = 0.4
"""Prior standard deviations on the log scale; the slope's is per year."""
SEASON_FROM = 1.25
"""Years of history from which a yearly season can be told from a trend."""


@dataclass(frozen=True)
class Design:
    """Terms of every point: `x` is points × terms, `ridge` the prior precision of each term.

    The last `events` terms are those of holidays and declared events.
    """

    x: Floats
    ridge: Floats
    events: int


def build(
    cadence: Cadence,
    dates: Dates,
    origin: int,
    *,
    events: Codes | None = None,
    slope_sd: float = SLOPE_SD,
) -> Design:
    """Terms for consecutive days or weeks.

    Args:
        cadence: daily or weekly.
        dates: day of each point (a week's first day).
        origin: the first judged point. Time counts from there, and what lies before it decides
            which terms the model can carry.
        events: 0 for a usual point, else the code of the holiday or event it is part of.
        slope_sd: prior standard deviation of the trend, per year.
    """
    number = dates.astype("datetime64[D]").astype(np.int64)
    time = np.arange(len(number), dtype=np.float64)
    columns: list[Floats] = [np.ones(len(time)), (time - origin) / cadence.season]
    ridge = [0.0, slope_sd**-2]
    if origin >= SEASON_FROM * cadence.season:
        for wave in range(1, HARMONICS + 1):
            angle = 2 * np.pi * wave * (number / cadence.step) / cadence.season
            columns += [np.cos(angle), np.sin(angle)]
            ridge += [HARMONIC_SD**-2] * 2
    if cadence.step == 1:
        for weekday in range(7):
            columns.append(((number + 3) % 7 == weekday) - 1 / 7)  # day 0 was a Thursday
            ridge.append(WEEKDAY_SD**-2)
    codes = np.zeros(len(time), dtype=np.int64) if events is None else np.asarray(events)
    kinds = np.unique(codes[codes != 0])
    for code in kinds:
        columns.append((codes == code).astype(np.float64))
        ridge.append(EVENT_SD**-2)
    return Design(np.stack(columns, axis=1), np.array(ridge), len(kinds))
