"""Are the numbers right? Simulated companies whose truth is known, and what we make of them.

**Waiting times.** Each company takes in cases over a window and is looked at when the window ends:
most of the young cases still wait. *Within* is the share answered within the target, once by
Kaplan–Meier and once over the deadlines that have passed (Wilson's interval); P50, P80 and P90 are
Kaplan–Meier's, from the rows and from the 1 % buckets that the rollups keep. *Naive* is what the
ended cases alone say. A percentile that the curve does not reach is not stated; its interval is
then open upwards, which *covered* counts as it stands. *Bias* is the mean error over all
replicates, in percentage points of a share and in percent of a percentile; *covered* is how often
the 95 % interval held the truth.

**Returns.** Weekly cohorts of sold lines, looked at after 26 weeks; delays are lognormal with a
median of 14 days (σ 0.6). *Covered* is how often the 80 % interval of the nowcast held what a
young cohort came to in the end; *together* is the same for all young cohorts added up. Errors are
mean absolute errors of the return rate in percentage points, beside the naive rate (what has come
back so far) and the rate of the last mature cohort.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

from benchmarks.machine import RESULTS, described
from data_access.metrics.intervals import wilson
from data_access.rollups.histogram import GAMMA, bucket
from data_access.survival import curves, kaplan_meier, nowcast, nowcast_sum, quantiles, share_within

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

SEED = 20260302
REPLICATES = 1000
QUANTILES = (0.5, 0.8, 0.9)
GOALS = (
    "Goals: bias of a share at most 1 point, of a percentile at most 3 %; coverage 95 ± 1.5 % for "
    "waiting times, 80 ± 4 % for returns. With 1,000 replicates chance alone moves a coverage of "
    "95 % by ± 1.4 points (two standard errors)."
)
_SECONDS = 86_400


@dataclass(frozen=True)
class Company:
    """Cases with a known waiting time; days everywhere."""

    name: str
    cases: int
    window: float
    target: float
    arrivals: Draw
    """Time between arrival and the end of the window."""
    waits: Draw
    within: Callable[[float], float]
    """The distribution function of the waiting time."""
    withdrawn: float | None = None
    """Mean time after which a case no longer needs an answer; None: it always does."""

    def quantile(self, q: float) -> float:
        """The true percentile."""
        found = optimize.brentq(lambda at: self.within(at) - q, 1e-6, 1e4, xtol=1e-10)
        return float(found)

    def attained(self) -> float:
        """The true share within the target of the cases still wanting an answer by then."""
        if self.withdrawn is None:
            return self.within(self.target)
        mean = self.withdrawn
        answered = integrate.quad(
            lambda at: self.within(at) * np.exp(-at / mean) / mean, 0, self.target
        )[0] + self.within(self.target) * np.exp(-self.target / mean)
        late = (1 - self.within(self.target)) * np.exp(-self.target / mean)
        return float(answered / (answered + late))


def _evenly(window: float) -> Draw:
    return lambda rng, n: rng.uniform(0, window, n)


def _few_at_weekends(rng: np.random.Generator, n: int) -> Floats:
    """Four weeks that end on a Sunday; a weekend day takes in a fifth of a working day."""
    weights = np.tile([0.2, 0.2, 1, 1, 1, 1, 1], 4)
    return rng.choice(28, n, p=weights / weights.sum()) + rng.uniform(0, 1, n)


def _growing(rng: np.random.Generator, n: int) -> Floats:
    """Doubling every ten days over 28: most cases are young."""
    pace = np.log(2) / 10
    return np.asarray(-np.log1p(-rng.uniform(0, 1, n) * -np.expm1(-pace * 28)) / pace)


def _mixture(*parts: tuple[float, stats.rv_continuous]) -> tuple[Draw, Callable[[float], float]]:
    shares = [share for share, _ in parts]

    def draw(rng: np.random.Generator, n: int) -> Floats:
        part = rng.choice(len(parts), n, p=shares)
        drawn = [frozen.rvs(n, random_state=rng) for _, frozen in parts]
        return np.asarray(np.choose(part, drawn), dtype=np.float64)

    return draw, lambda at: float(sum(share * frozen.cdf(at) for share, frozen in parts))


def companies() -> Iterator[Company]:
    """The four companies."""
    draw, within = _mixture((0.7, stats.expon(scale=1)), (0.3, stats.expon(scale=15)))
    yield Company(
        "70 % exp(1 d) + 30 % exp(15 d), 28 days", 20_000, 28, 2, _evenly(28), draw, within
    )
    draw, within = _mixture((1.0, stats.lognorm(1.5, scale=0.5)))
    yield Company(
        "lognormal (median 12 h, σ 1.5), few cases at weekends", 6_000, 28, 1, _few_at_weekends,
        draw, within,
    )  # fmt: skip
    draw, within = _mixture(
        (0.5, stats.expon(scale=0.3)),
        (0.3, stats.gamma(2, scale=1.5)),
        (0.2, stats.lognorm(0.8, scale=4)),
    )
    yield Company(
        "three segments, arrivals double in 10 days", 10_000, 28, 2, _growing, draw, within
    )
    draw, within = _mixture((0.7, stats.expon(scale=1)), (0.3, stats.expon(scale=15)))
    yield Company(
        "7 days only, cases withdrawn after exp(10 d)", 3_000, 7, 2, _evenly(7), draw, within, 10
    )


def look(company: Company, rng: np.random.Generator) -> dict[str, float | None]:
    """One replicate: what is said of every figure, with its interval."""
    ages, waits = company.arrivals(rng, company.cases), company.waits(rng, company.cases)
    ends = ages if company.withdrawn is None else np.minimum(
        ages, rng.exponential(company.withdrawn, company.cases)
    )  # fmt: skip
    durations, ended = np.minimum(waits, ends), waits <= ends
    curve = kaplan_meier(pl.Series(durations), pl.Series(ended))
    said: dict[str, float | None] = {}
    inside = share_within(curve, company.target)
    said |= _three("km", inside.value, inside.low, inside.high)
    said |= _passed(company, ages, ends, durations, ended)
    said["naive within"] = float((durations[ended] <= company.target).mean())
    bucketed = _bucketed(durations, ended)
    for q in QUANTILES:
        for kind, source in (("rows", curve), ("buckets", bucketed)):
            said |= _three(f"{kind} {q}", *quantiles(source, q, ()).row(0))
        said[f"naive {q}"] = float(np.quantile(durations[ended], q, method="inverted_cdf"))
    return said


def _three(name: str, *values: float | None) -> dict[str, float | None]:
    return dict(zip((name, f"{name} low", f"{name} high"), values, strict=True))


def _passed(
    company: Company, ages: Floats, ends: Floats, durations: Floats, ended: NDArray[np.bool_]
) -> dict[str, float | None]:
    """Met over due: cases old enough, unless withdrawn before their deadline."""
    met = ended & (durations <= company.target)
    due = (ages >= company.target) & (met | (ends >= company.target))
    hits = int((met & due).sum())
    low, high = wilson(pl.lit(hits), pl.lit(int(due.sum())))
    row = pl.select(low=low, high=high).row(0)
    return _three("passed", hits / int(due.sum()), *row)


def _bucketed(durations: Floats, ended: NDArray[np.bool_]) -> pl.DataFrame:
    """The curve as the rollups allow it: by bucket, in days."""
    number = pl.col("bucket").cast(pl.Float64)
    rows = pl.DataFrame({"seconds": durations * _SECONDS, "is_end": ended}).select(
        bucket(pl.col("seconds")).alias("bucket"),
        ended=pl.col("is_end").cast(pl.Int64),
        censored=(~pl.col("is_end")).cast(pl.Int64),
    )
    edges = rows.select(
        at=pl.lit(GAMMA).pow(number) / _SECONDS,
        since=pl.lit(GAMMA).pow(number - 1) / _SECONDS,
        ended="ended",
        censored="censored",
    )
    return curves(edges, ())


def waiting(replicates: int, report: Callable[[str], None]) -> list[str]:
    """A table per company."""
    lines: list[str] = []
    for company in companies():
        rng = np.random.default_rng(SEED)
        said = pl.DataFrame(
            [look(company, rng) for _ in range(replicates)], infer_schema_length=None
        )
        lines += [
            f"### {company.name}",
            "",
            f"{company.cases:,} cases in {company.window:g} days; target {company.target * 24:g} h",
            "",
            "| figure | truth | said (mean) | bias | covered | naive: ended cases only |",
            "|---|---:|---:|---:|---:|---:|",
            _share_row("within, Kaplan–Meier", said, "km", company.within(company.target)),
            _share_row("within, deadlines passed", said, "passed", company.attained()),
            *(
                _time_row(f"P{q * 100:g}, from {kind}", said, f"{kind} {q}", q, company.quantile(q))
                for q in QUANTILES
                for kind in ("rows", "buckets")
            ),
            "",
        ]
        for line in lines[-9:]:
            report(line)
    return lines


def _covered(said: pl.DataFrame, name: str, truth: float) -> str:
    low, high = said[f"{name} low"].fill_null(0.0), said[f"{name} high"].fill_null(np.inf)
    return f"{((low <= truth) & (high >= truth)).mean():.1%}"


def _share_row(title: str, said: pl.DataFrame, name: str, truth: float) -> str:
    value, naive = (float(said[column].mean()) for column in (name, "naive within"))  # type: ignore[arg-type]
    return (
        f"| {title} | {truth:.1%} | {value:.1%} | {(value - truth) * 100:+.2f} pp | "
        f"{_covered(said, name, truth)} | {naive:.1%} ({(naive - truth) * 100:+.1f} pp) |"
    )


def _time_row(title: str, said: pl.DataFrame, name: str, q: float, truth: float) -> str:
    column = said[name]
    naive = float(said[f"naive {q}"].mean())  # type: ignore[arg-type]
    beside = f"{naive:.2f} d ({naive / truth - 1:+.0%})"
    reached = 1 - column.null_count() / column.len()
    if reached < 1:
        said_of = "not reached" if reached == 0 else f"reached in {reached:.0%} of the replicates"
        held = _covered(said, name, truth)
        return f"| {title} | {truth:.2f} d | {said_of} | – | {held} | {beside} |"
    value = float(column.mean())  # type: ignore[arg-type]
    return (
        f"| {title} | {truth:.2f} d | {value:.2f} d | {value / truth - 1:+.2%} | "
        f"{_covered(said, name, truth)} | {beside} |"
    )


@dataclass(frozen=True)
class Shop:
    """Weekly cohorts of sold lines with a known return rate."""

    name: str
    sold: Floats
    rate: Callable[[np.random.Generator, int], Floats]
    spread: float = 1.0
    """Variance over mean of a week's returns."""


WEEKS = 26
LONGEST = 13
"""Weeks after which nothing comes back any more."""


def delay_weeks() -> Floats:
    """Share of the returns that come k calendar weeks after the week of the order."""
    lag = stats.lognorm(0.6, scale=14)
    upto = [
        integrate.quad(lambda bought, k=k: lag.cdf(7 * (k + 1) - bought), 0, 7)[0] / 7
        for k in range(LONGEST)
    ]
    return np.diff(np.asarray(upto) / upto[-1], prepend=0.0)


def shops() -> Iterator[Shop]:
    """The four shops."""
    steady, growing = np.full(WEEKS, 800.0), 300 * 1.06 ** np.arange(WEEKS)
    yield Shop("steady, 10 % come back", steady, lambda _, n: np.full(n, 0.1))
    yield Shop("growing 6 % a week, rate drifts (4 % a week)", growing, _drifting)
    yield Shop("rate jumps from 9 % to 13 % six weeks ago", steady, _jumping)
    yield Shop("growing, drifting, overdispersed (φ = 2)", growing, _drifting, 2.0)
    yield Shop(
        "small: 80 lines a week, 8 % come back", np.full(WEEKS, 80.0), lambda _, n: np.full(n, 0.08)
    )


def _drifting(rng: np.random.Generator, n: int) -> Floats:
    return np.asarray(0.1 * np.exp(np.cumsum(rng.normal(0, 0.04, n))))


def _jumping(_: np.random.Generator, n: int) -> Floats:
    return np.where(np.arange(n) < n - 6, 0.09, 0.13)


def returned(shop: Shop, pattern: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Returns by cohort and delay in the end."""
    means = shop.sold[:, None] * shop.rate(rng, WEEKS)[:, None] * pattern
    if shop.spread > 1:
        return rng.negative_binomial(means / (shop.spread - 1), 1 / shop.spread)
    return rng.poisson(means)


def nowcasts(replicates: int, report: Callable[[str], None]) -> list[str]:
    """One row per shop."""
    lines = [
        "| shop | covered | together | young | error: nowcast | naive | last mature | bias |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    pattern = delay_weeks()
    ages = np.minimum(np.arange(WEEKS)[::-1], LONGEST - 1)
    known = np.arange(LONGEST)[None, :] <= ages[:, None]
    cohort, delay = (axis.ravel() for axis in np.indices(known.shape))
    for shop in shops():
        rng = np.random.default_rng(SEED)
        frames = [
            _nowcast_errors(shop, returned(shop, pattern, rng), known, cohort, delay, rng)
            for _ in range(replicates)
        ]
        young = pl.concat(frames)
        means = young.mean().row(0, named=True)
        together = float(np.mean([frame["together"][0] for frame in frames]))
        lines.append(
            f"| {shop.name} | {means['covered']:.1%} | {together:.1%} | "
            f"{young.height / replicates:.1f} | {means['nowcast']:.2f} pp | "
            f"{means['naive']:.2f} pp | {means['mature']:.2f} pp | {means['bias']:+.2f} pp |"
        )
        report(lines[-1])
    return lines


def _nowcast_errors(
    shop: Shop,
    counts: NDArray[np.int64],
    known: NDArray[np.bool_],
    cohort: NDArray[np.int64],
    delay: NDArray[np.int64],
    rng: np.random.Generator,
) -> pl.DataFrame:
    cells = pl.DataFrame(
        {
            "cohort": cohort,
            "delay": delay,
            "count": counts.ravel(),
            "size": shop.sold.astype(np.int64)[cohort],
        }
    ).filter(pl.Series(known.ravel()))
    size = pl.Series(shop.sold)
    found = nowcast(cells, rng=rng).with_columns(total=pl.Series(counts.sum(axis=1)), size=size)
    rates = found.with_columns(
        (pl.col("expected", "seen", "total") / pl.col("size") * 100).name.suffix("_rate")
    )
    last = rates.filter(pl.col("mature"))["seen_rate"][-1]
    truth = pl.col("total_rate")
    young = rates.filter(~pl.col("mature"))
    pooled = nowcast_sum(cells, young["cohort"], rng=rng)
    total = float(young["total"].sum())
    assert pooled.low is not None
    assert pooled.high is not None
    return young.select(
        together=pl.lit(pooled.low <= total <= pooled.high),
        covered=pl.col("total").is_between("low", "high").cast(pl.Float64),
        nowcast=(pl.col("expected_rate") - truth).abs(),
        naive=(pl.col("seen_rate") - truth).abs(),
        mature=(last - truth).abs(),
        bias=pl.col("expected_rate") - truth,
    )


def page(replicates: int, report: Callable[[str], None]) -> list[str]:
    """The lines of the page."""
    doc, _, rest = (__doc__ or "").partition("\n\n")
    return [
        "# Truth",
        "",
        described("numpy", "scipy"),
        "",
        doc,
        "",
        rest,
        f"{replicates:,} replicates each, seed {SEED}. {GOALS}",
        "",
        "## Waiting times",
        "",
        *waiting(replicates, report),
        "## Returns",
        "",
        *nowcasts(replicates, report),
        "",
    ]


def main(words: Sequence[str] | None = None, report: Callable[[str], None] = print) -> None:
    """Simulate, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    given = parser.parse_args(words)
    lines = page(given.replicates, report)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "truth.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
