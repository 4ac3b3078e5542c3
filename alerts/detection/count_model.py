"""Expected counts of many series at once, and how surprising the latest ones are.

    E[y_t] = exposure_t · exp(x_t β) · level_t,   Var[sum over h points] = φ_h · its expectation

β is learned by a ridge-penalised quasi-Poisson regression (`design`, `glm`), anew every few weeks;
the level moves in between (`level`); φ_h is learned for each window h (`windows`); points of past
surges lose weight (Anscombe residuals, and sums that stand out). Every judged point is expected
from points before it only, the latest `guard` ones left out. Nothing is shared between series.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from alerts.detection import design, glm, level, windows
from alerts.detection.calibration import NONE, Calibration, combine
from alerts.detection.design import Cadence, Design
from alerts.detection.tail import mid_p

Number = TypeVar("Number", np.float64, np.float32)
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Codes = NDArray[np.int64]
Dates = NDArray[np.datetime64]

CHUNK = 256
"""Series worked on at once: few enough for the processor's cache, enough to amortise a call."""
EVENT_CHANGE = 0.25
"""How much a holiday's or event's effect differs from one time to the next, as share of itself."""
ROOM = 1.0
"""Room, in units of φ/√μ, that a thin series' residuals get above an outlier's limit."""
LEVEL_PRIOR = 0.5
"""Cases added to the whole history: a series never seen before expects a little, not nothing."""
REJECTED = 2.0
"""Outlier's limits above which a past point was a surge beyond doubt and teaches nothing."""
THIN = 2.0
"""Expected cases below which none is rejected: there a lone spike may be plain overdispersion."""
_FIRST_ROUNDS = 5
_WARM_ROUNDS = 2


@dataclass(frozen=True)
class Expectation:
    """What was expected of the judged points. `lengths` are the windows, in points.

    `mu` is series × points; `observed`, `mean`, `phi` (dispersion, ≥ 1) and `relative_variance`
    (of the mean itself, over its square) are windows × series × points, each window ending with
    its point. `path` is what was expected of every point by the last fit, series × points.
    """

    lengths: tuple[int, ...]
    shares: tuple[float, ...]
    mu: Floats
    observed: Floats
    mean: Floats
    phi: Floats
    relative_variance: Floats
    path: Singles

    @property
    def dispersion(self) -> Floats:
        """φ of a prediction: the counts' own, and what is not known of their mean."""
        return self.phi + self.mean * self.relative_variance


@dataclass(frozen=True)
class Surprise:
    """P-values, series × points: `p` over all windows, `p_window` per window (windows first).

    `window` is the length of the most surprising window.
    """

    p: Floats
    p_window: Floats
    window: Codes


def expect(
    counts: NDArray[np.generic],
    dates: Dates,
    judged: int,
    *,
    cadence: Cadence = design.DAILY,
    events: Codes | None = None,
    exposure: Floats | None = None,
    known: NDArray[np.generic] | None = None,
    gap: int | None = None,
    slope_sd: float = design.SLOPE_SD,
    keep_path: bool = False,
    threads: int | None = None,
) -> Expectation:
    """Expected counts of the last `judged` points, each from the points before it.

    Args:
        counts: series × points, whole numbers ≥ 0, oldest first.
        dates: day of each point (`datetime64[D]`), consecutive.
        judged: how many points at the end are judged.
        cadence: `design.DAILY` or `design.WEEKLY`, or one with other windows.
        events: per point 0, or the code of the holiday or declared event it is part of.
        exposure: what the count is proportional to, series × points; 0 where there is none.
        known: 1 where a point may be learned from, 0 where not; series × points or points.
        gap: points before each refit that are not learned from; the cadence's guard if not given.
        slope_sd: prior standard deviation of the trend, per year.
        keep_path: give the expectation of the whole history too.
        threads: at most so many at work; as many as there are processors if not given.

    Raises:
        ValueError: shapes that do not fit, counts that are not counts, or too short a history.
    """
    y = np.asarray(counts)
    _check(y, dates, judged, cadence, exposure)
    series, points = y.shape
    origin = points - judged
    terms = design.build(cadence, dates, origin, events=events, slope_sd=slope_sd)
    products = glm.Products.of(terms.x)
    shape = (len(cadence.windows), series, judged)
    mu = np.empty((series, judged))
    path = np.empty((series, points if keep_path else 0), dtype=np.float32)
    parts = [np.empty(shape) for _ in range(4)]

    def work(first: int) -> None:
        rows = slice(first, first + CHUNK)
        chunk = _Chunk(
            y[rows].astype(np.float32),
            exposure=_rows(exposure, rows, y.shape),
            known=_rows(known, rows, y.shape),
            terms=terms,
            products=products,
            cadence=cadence,
            gap=cadence.guard if gap is None else gap,
        )
        for columns, mean, *values in chunk.blocks(origin):
            mu[rows, columns] = mean
            for part, value in zip(parts, values, strict=True):
                part[:, rows, columns] = value
        if keep_path:
            path[rows] = chunk.path

    starts = range(0, series, CHUNK)
    if len(starts) <= 1:
        for start in starts:
            work(start)
    else:  # numpy lets go of the interpreter, so that chunks run side by side
        with ThreadPoolExecutor(min(len(starts), threads or os.cpu_count() or 1)) as pool:
            list(pool.map(work, starts))
    observed, means, phi, variance = parts
    return Expectation(cadence.windows, cadence.shares, mu, observed, means, phi, variance, path)


def put_together(parts: Sequence[tuple[NDArray[np.int64], Expectation]]) -> Expectation:
    """One expectation from those of parts of the series, each with the rows it is about."""
    if len(parts) == 1:
        return parts[0][1]
    order = np.argsort(np.concatenate([rows for rows, _ in parts]))

    def joined(pieces: list[NDArray[Number]], axis: int) -> NDArray[Number]:
        return np.take(np.concatenate(pieces, axis=axis), order, axis=axis)

    found = [expectation for _, expectation in parts]
    return replace(
        found[0],
        mu=joined([e.mu for e in found], 0),
        observed=joined([e.observed for e in found], 1),
        mean=joined([e.mean for e in found], 1),
        phi=joined([e.phi for e in found], 1),
        relative_variance=joined([e.relative_variance for e in found], 1),
        path=joined([e.path for e in found], 0),
    )


def surprise(expectation: Expectation, calibration: Calibration = NONE) -> Surprise:
    """How surprising the judged points are, each window alone and all together.

    Mid-p values P(Y > y) + P(Y = y)/2 of a negative binomial, put together by their generalised
    mean (`calibration.combine`) and calibrated against clean counts.
    """
    p = mid_p(expectation.observed, expectation.mean, expectation.dispersion)
    together = combine(p, expectation.shares)
    calibrated = calibration.apply(together, expectation.mean[0], expectation.phi[0])
    window = np.asarray(expectation.lengths, dtype=np.int64)[np.argmin(p, axis=0)]
    return Surprise(calibrated, p, window)


def _check(
    y: NDArray[np.generic],
    dates: Dates,
    judged: int,
    cadence: Cadence,
    exposure: Floats | None,
) -> None:
    if y.ndim != 2 or len(dates) != y.shape[1]:
        raise ValueError(
            f"Counts must be series × points with one date per point, not {y.shape} with"
            f" {len(dates)} dates."
        )
    if exposure is not None and exposure.shape != y.shape:
        raise ValueError(f"Exposure is {exposure.shape}, counts are {y.shape}.")
    least = cadence.guard + 2 * max(cadence.windows) + windows.PERSISTENCE_POINTS
    if judged < 1 or y.shape[1] - judged < least:
        raise ValueError(
            f"{y.shape[1] - judged} points before the {judged} judged ones; {least} are needed."
        )
    for name, values in (("counts", y), ("exposure", exposure)):
        if values is None or values.size == 0:
            continue
        lowest, highest = float(np.min(values)), float(np.max(values))
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            raise ValueError(f"There are {name} that are not numbers (NaN or infinite).")
        if lowest < 0:
            raise ValueError(f"There are negative {name} (lowest {lowest:g}).")


def _rows(
    values: NDArray[np.generic] | None, rows: slice, shape: tuple[int, ...]
) -> Singles | None:
    if values is None:
        return None
    return np.broadcast_to(np.asarray(values), shape)[rows].astype(np.float32)


class _Chunk:
    """The model of a few series while it goes through the judged points."""

    def __init__(
        self,
        y: Singles,
        *,
        exposure: Singles | None,
        known: Singles | None,
        terms: Design,
        products: glm.Products,
        cadence: Cadence,
        gap: int,
    ) -> None:
        self.y, self.terms, self.products = y, terms, products
        self.cadence, self.gap = cadence, gap
        self.known = np.ones_like(y) if known is None else known
        if exposure is None:
            self.exposure, self.offset = None, np.ones_like(y)
        else:
            # A case without exposure has nothing to be compared with: it is not learned from.
            self.known = self.known * (exposure > 0)
            self.exposure, self.offset = exposure, exposure ** np.float32(1 / 6)
        self.root = np.cbrt(y) ** 2
        self.weight = self.known
        self.smoothed = np.ones_like(y)
        self.phi = np.full(len(y), windows.PRIOR_DISPERSION)
        self.beta = np.zeros((len(y), len(terms.ridge)))

    def blocks(self, origin: int) -> Iterator[tuple[slice, Floats, Floats, Floats, Floats, Floats]]:
        """Column range, and mean, window sums, means, φ and relative variance of each block."""
        points, lengths = self.y.shape[1], self.cadence.windows
        self._start(max(origin - self.gap, 1))
        for first in range(origin, points, self.cadence.refit):
            last, taught = min(first + self.cadence.refit, points), first - self.gap
            fresh = first == origin
            information = self._fit(taught, _FIRST_ROUNDS if fresh else _WARM_ROUNDS, fresh)
            if fresh:
                # Only now is it known which points were surges and where the level moved.
                self._learn(taught, taught, (min(lengths), max(lengths)))
                information = self._fit(taught, _WARM_ROUNDS, False)
            mean, variation = self._learn(taught, last, lengths)
            self.path = mean
            yield (
                slice(first - origin, last - origin),
                *self._judged(first, last, mean, variation, information),
            )

    def _start(self, taught: int) -> None:
        cases = (self.y * self.known)[:, :taught].sum(axis=1, dtype=np.float64)
        scale = self.known if self.exposure is None else self.known * self.exposure
        self.first_level = np.log(
            (cases + LEVEL_PRIOR)
            / np.maximum(scale[:, :taught].sum(axis=1, dtype=np.float64), 1e-6)
        )
        self.beta[:, 0] = self.first_level

    def _fit(self, taught: int, rounds: int, fresh: bool) -> Floats:
        """Newton steps on the first `taught` points; gives the information."""
        ridge = self.terms.ridge
        x = self.products.x[:taught]
        products = glm.Products(x, self.products.pairs[:taught], self.products.upper)
        y, base = self.y[:, :taught], self.offset[:, :taught] * self.smoothed[:, :taught]
        information = np.empty(0)
        for number in range(rounds):
            sixth = np.maximum(glm.root_mean(self.beta, x) * base, 1e-6)
            half = sixth * sixth * sixth
            mean = half * half
            weight = self.weight[:, :taught]
            if not fresh or number >= 2:
                weight = self._trust(weight, self.root[:, :taught], y, sixth, half, mean)
            information = glm.information(weight * mean, products, ridge, self.phi)
            score = ((weight * (y - mean)) @ x).astype(np.float64)
            above = np.exp(np.minimum(self.beta[:, 0] - self.first_level, 5.0))
            information[:, 0, 0] += LEVEL_PRIOR * above
            score[:, 0] += LEVEL_PRIOR * (1 - above)
            self.beta = glm.newton(self.beta, score, information, ridge, self.phi)
            if fresh and number >= 1:
                self.phi = self._pearson(y, mean, weight)
        return information

    def _trust(
        self,
        weight: Singles,
        root: Singles,
        y: Singles,
        sixth: Singles,
        half: Singles,
        mean: Singles,
    ) -> Singles:
        """Weight by Anscombe residual: as it is, and falling with its square for outliers."""
        limit = windows.OUTLIER * np.sqrt(self.phi)
        # Few points come near the limit; only theirs is worked out. An Anscombe residual is never
        # above the Pearson residual.
        rows, columns = np.nonzero(y - mean > limit.astype(np.float32)[:, None] * half)
        at = rows, columns
        residual = 1.5 * (root[at] / sixth[at] - half[at])
        allowed = limit[rows] + ROOM * self.phi[rows] / np.maximum(half[at], 0.3)
        trusted = weight.copy()
        certain = (residual > REJECTED * allowed) & (mean[at] >= THIN)
        trusted[at] *= np.where(certain, 0, np.square(allowed / np.maximum(residual, allowed)))
        return trusted

    def _pearson(self, y: Singles, mean: Singles, weight: Singles) -> Floats:
        """First idea of φ: by the days below the mean, or thin series' by all but outliers."""
        excess = np.minimum(y - mean, windows.upper_limit(mean, self.phi, windows.OUTLIER))
        precision = weight / np.maximum(mean, np.float32(1e-6))
        points = np.maximum(weight.sum(axis=1), 1.0)
        both = np.einsum("ij,ij,ij->i", precision, excess, excess)
        below = np.minimum(excess, np.float32(0))
        half = 2 * np.einsum("ij,ij,ij->i", precision, below, below)
        thick = np.einsum("ij,ij->i", weight, mean) >= windows.THICK * points
        chi = np.where(thick, np.minimum(both, half), both)
        return np.asarray(np.maximum(chi / points, 1.0), dtype=np.float64)

    def _learn(
        self, taught: int, last: int, lengths: tuple[int, ...]
    ) -> tuple[Singles, windows.Variation]:
        """Level, dispersion and past surges, given the coefficients."""
        sixth = glm.root_mean(self.beta, self.products.x[:last]) * self.offset[:, :last]
        half = sixth * sixth * sixth
        steady = half * half
        past, cadence = slice(0, taught), self.cadence
        y, weight = self.y[:, past], self.weight[:, past]
        mass = level.prior_mass(y, steady[:, past], weight, self.phi, cadence.block)
        moving = level.follow(
            self.y[:, :last],
            steady,
            self.weight[:, :last],
            self.phi,
            mass,
            memory=cadence.memory,
            guard=max(cadence.guard, 1),
        )
        mean = steady * moving
        variation = windows.learn(
            y,
            mean[:, past],
            weight,
            self.phi,
            lengths,
            terms=len(self.terms.ridge),
            burn=2 * cadence.block if taught >= 8 * cadence.block else 0,
        )
        self.phi = variation.phi[0]
        smooth = level.smooth(
            y,
            steady[:, past],
            moving[:, past],
            weight,
            self.phi,
            mass,
            memory=cadence.memory,
        )
        self.smoothed[:, past] = smooth ** np.float32(1 / 6)
        self.smoothed[:, taught:] = self.smoothed[:, taught - 1 : taught]
        self.weight = self.known.copy()
        self.weight[:, past] *= variation.weight
        return mean, variation

    def _judged(
        self,
        first: int,
        last: int,
        mean: Singles,
        variation: windows.Variation,
        information: Floats,
    ) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        lengths = self.cadence.windows
        before = windows.PERSISTENCE_POINTS
        start = first - max(lengths) - before + 1
        late = slice(start, last)
        y, m = self.y[:, late].astype(np.float64), mean[:, late].astype(np.float64)
        trusted = (y - m) * self.weight[:, late]
        counted, expected, excess = (
            np.cumsum(np.pad(a, ((0, 0), (1, 0))), axis=1) for a in (y, m, trusted)
        )
        ends = np.arange(first, last) + 1 - start
        shape = (len(lengths), len(y), last - first)
        sums, means, variances = (np.empty(shape) for _ in range(3))
        covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
        for at, length in enumerate(lengths):
            opens = ends - length
            early = opens - before
            sums[at] = counted[:, ends] - counted[:, opens]
            plain = expected[:, ends] - expected[:, opens]
            due = expected[:, opens] - expected[:, early]
            beyond = excess[:, opens] - excess[:, early]
            share = np.minimum(beyond / (due + self.phi[:, None]), windows.LARGEST_CARRY)
            means[at] = plain * (1 + variation.carry[at][:, None] * share)
            weights = mean[:, first - length + 1 : last]
            variances[at] = self._uncertainty(weights, first, last, length, covariance)
            variances[at] *= variation.phi[at][:, None]
            variances[at] += self._event_change(weights, first, last, length)
        phi = np.broadcast_to(variation.phi[:, :, None], shape)
        return m[:, first - start :], sums, means, phi, variances

    def _uncertainty(
        self, mean: Singles, first: int, last: int, length: int, covariance: Floats
    ) -> Floats:
        """Relative variance of the means of windows of one length: xᵀ C x, over φ.

        x is what the terms are on average over the window, weighted by what was expected.
        """
        x = self._averages(mean, self.terms.x, first, last, length)
        variance: Floats = ((x @ covariance) * x).sum(axis=2)
        return variance

    def _event_change(self, mean: Singles, first: int, last: int, length: int) -> Floats | float:
        """Relative variance because an event's effect differs from one time to the next."""
        if not self.terms.events:
            return 0.0
        kinds = self.terms.x[:, -self.terms.events :]
        if not kinds[first - length + 1 : last].any():
            return 0.0
        x = self._averages(mean, kinds, first, last, length)
        effects = self.beta[:, None, -self.terms.events :]
        change: Floats = ((EVENT_CHANGE * effects * x) ** 2).sum(axis=2)
        return change

    def _averages(self, mean: Singles, x: Floats, first: int, last: int, length: int) -> Floats:
        """Averages of `x` over the windows that end with `first` … `last` − 1: series × ends."""
        span = x[first - length + 1 : last]
        ends, terms = last - first, x.shape[1]
        picked = np.zeros((len(span), ends, terms), dtype=np.float32)
        for end in range(ends):
            picked[end : end + length, end] = span[end : end + length]
        sums = (mean @ picked.reshape(len(span), -1)).reshape(len(mean), ends, terms)
        inside = np.tri(len(span), ends, 0) - np.tri(len(span), ends, -length)
        totals = mean @ inside.astype(np.float32)
        found: Floats = sums / np.maximum(totals, 1e-6)[:, :, None].astype(np.float64)
        return found
