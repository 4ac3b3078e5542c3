"""How long backtests take: a year of days over a hundred series, by the worker's own judgement.

`python -m benchmarks.backtest` writes `benchmarks/results/backtest.md`.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from alerts import backtest
from alerts.rules import RuleVersion, load
from benchmarks.machine import described, write_page
from data_access.metrics import Query
from data_access.state.engine import migrate, open_state

FIRST = date(2024, 1, 1)
HISTORY_DAYS = 140
SERIES = 100
RULE = """
schema_version: 1
id: speed
kind: surge
severity: warning
signal: {{kpi: contacts, by: [{by}]}}
hierarchy: {hierarchy}
window_days: 1
title: {{en: Surge, zh: 激增}}
summary: {{en: Surge, zh: 激增}}
action: {{en: Look, zh: 查看}}
"""


@dataclass
class Numbers:
    """Counts by market and category, in the place of the warehouse."""

    rows: pl.DataFrame
    fresh: datetime

    def fresh_at(self) -> datetime:
        """When the newest data came in."""
        return self.fresh

    def version(self) -> str:
        """Never changes."""
        return "benchmark"

    def kpi(self, query: Query) -> pl.DataFrame:
        """Counts of the asked days, by what was asked for."""
        where = query.where
        inside = self.rows.filter(
            pl.col("day").is_between(where.start or date.min, where.end or date.max)
        )
        return inside.group_by(query.by).agg(pl.col("value").sum()).sort(query.by)


def numbers(days: int, *, surges: int) -> Numbers:
    """`SERIES` series of Poisson counts with a weekly pattern, and surges of three days."""
    rng = np.random.default_rng(7)
    length = HISTORY_DAYS + days
    week = np.array([1.1, 1.0, 1.0, 1.0, 1.1, 0.9, 0.9])[np.arange(length) % 7]
    level = rng.lognormal(2.5, 0.8, SERIES)
    mean = level[:, None] * week[None, :]
    for series, start in zip(
        rng.integers(0, SERIES, surges), rng.integers(HISTORY_DAYS, length - 3, surges), strict=True
    ):
        mean[series, start : start + 3] *= 3
    counts = rng.poisson(mean)
    dated = [FIRST + timedelta(days=n) for n in range(length)]
    frame = pl.DataFrame(
        {
            "market": np.repeat([f"M{n // 10}" for n in range(SERIES)], length),
            "category": np.repeat([f"C{n % 10}" for n in range(SERIES)], length),
            "day": dated * SERIES,
            "value": counts.astype(float).ravel(),
        }
    )
    return Numbers(frame, datetime.combine(dated[-1] + timedelta(days=2), datetime.min.time(), UTC))


def measure(days: int, *, hierarchy: bool, surges: int) -> tuple[float, int]:
    """Seconds of a backtest, and how many episodes it found."""
    made = numbers(days, surges=surges)
    version: RuleVersion = load(
        RULE.format(by="market, category", hierarchy=str(hierarchy).lower())
    )
    first = FIRST + timedelta(days=HISTORY_DAYS)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_state(f"sqlite:///{folder}/state.db")
        migrate(engine)
        began = time.perf_counter()
        found = backtest.run(
            version,
            made,
            engine,
            first=first,
            last=first + timedelta(days=days - 1),
            zone="UTC",
        )
        seconds = time.perf_counter() - began
        engine.dispose()
    return seconds, len(found.episodes)


def main() -> None:
    """Measure and write the table."""
    lines = [
        "# Backtests",
        "",
        (
            "Written by `python -m benchmarks.backtest`. One surge rule over 100 series (10 "
            "markets × 10 categories), from reading to the predicted messages."
        ),
        "",
        described("numpy"),
        "",
        "| days | judged | surges in the data | episodes | seconds |",
        "|---|---|---|---|---|",
    ]
    for days, hierarchy, surges in ((90, False, 5), (365, False, 20), (365, True, 20)):
        seconds, episodes = measure(days, hierarchy=hierarchy, surges=surges)
        levels = "segments and their parents" if hierarchy else "segments"
        lines.append(f"| {days} | {levels} | {surges} | {episodes} | {seconds:.1f} |")
        print(lines[-1], flush=True)
    write_page("backtest", lines)


if __name__ == "__main__":
    main()
