"""How often the surge detector cries wolf, how often it finds a surge, and how fast it is.

Counts are drawn from a negative binomial with variance φ · mean, eight weeks of history and one day
to judge. *False* is the share of segment-days without a surge on which a rule with the shipped
numbers breaches (`fdr` 1: each segment for itself); *found* the share of surges of that size.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl

from alerts.detection.surge import SurgeSpec, score
from benchmarks.machine import RESULTS, described

SPEC = SurgeSpec(fdr=1.0)
FIRST = date(2025, 9, 1)
DAY = FIRST + timedelta(days=SPEC.history_days - 1)
MEANS = (0.5, 2, 4, 8, 16, 32, 64)
DISPERSIONS = (1.0, 2.0, 4.0)
SURGES = (0.5, 1.0, 2.0)
SEGMENTS = 20_000
SURGED = 2_000
SPEED_SEGMENTS = 10_000


def draw(
    rng: np.random.Generator, mean: float, phi: float, shape: tuple[int, int]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    if phi == 1.0:
        return rng.poisson(mean, shape).astype(np.float64)
    return rng.negative_binomial(mean / (phi - 1), 1 / phi, shape).astype(np.float64)


def as_series(counts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> pl.DataFrame:
    segments, days = counts.shape
    return pl.DataFrame(
        {
            "segment": np.repeat(np.arange(segments), days),
            "day": np.tile(np.arange(days), segments),
            "y": counts.ravel(),
        }
    ).select(
        pl.col("segment").cast(pl.String),
        day=pl.lit(FIRST) + pl.duration(days=pl.col("day")),
        y="y",
    )


def breaches(counts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    judged = score(as_series(counts), SPEC, DAY, began=FIRST).judged
    return judged.select(pl.col("breach").mean()).item()


def naive(counts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Half as many again as the same weekday last week."""
    return float(np.mean(counts[:, -1] >= 1.5 * np.maximum(counts[:, -8], 1)))


def quality(rng: np.random.Generator, report: Callable[[str], None]) -> list[str]:
    lines = [
        "| cases a day | φ | false | false, +50 % on last week | found +50 % | +100 % | +200 % |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for phi in DISPERSIONS:
        for mean in MEANS:
            quiet = draw(rng, mean, phi, (SEGMENTS, SPEC.history_days))
            found = []
            for surge in SURGES:
                surged = quiet[:SURGED].copy()
                surged[:, -1] = draw(rng, mean * (1 + surge), phi, (SURGED, 1))[:, 0]
                found.append(f"{breaches(surged):.0%}")
            lines.append(
                f"| {mean} | {phi:g} | {breaches(quiet):.3%} | {naive(quiet):.1%} | "
                f"{' | '.join(found)} |"
            )
            report(lines[-1])
    return lines


def speed(rng: np.random.Generator) -> str:
    series = as_series(draw(rng, 8, 1.5, (SPEED_SEGMENTS, SPEC.history_days)))
    started, processor = time.perf_counter(), time.process_time()
    score(series, SPEC, DAY, began=FIRST)
    wall, spent = time.perf_counter() - started, time.process_time() - processor
    return (
        f"{SPEED_SEGMENTS:,} segments of {SPEC.history_days} days judged in {wall:.2f} s "
        f"({SPEED_SEGMENTS / spent:,.0f} segments per second of processor time)."
    )


def main(report: Callable[[str], None] = print) -> None:
    rng = np.random.default_rng(20260301)
    table = quality(rng, report)
    page = [
        "# Detection",
        "",
        described("numpy", "scipy"),
        "",
        __doc__ or "",
        f"{SEGMENTS:,} quiet segments and {SURGED:,} surges per row.",
        "",
        *table,
        "",
        speed(rng),
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "detection.md").write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
