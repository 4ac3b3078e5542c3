"""How long questions to `Metrics` take, by number of cases.

    python -m benchmarks.queries --home DIR [--home DIR …]

Asks what the pages ask, each time of another period so that no answer is kept; every home in a
process of its own, so that memory can be told apart. Homes are made by `benchmarks.synthetic`;
writes `benchmarks/results/queries.md`.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.machine import RESULTS, described
from benchmarks.synthetic import AS_OF
from data_access.metrics import CATALOGUE, Filter, Metrics, Query
from data_access.state.engine import open_state
from data_access.warehouse import open_warehouse

RESULT = RESULTS / "queries.md"
RUNS = 20

QUESTIONS: dict[str, list[tuple[str, tuple[str, ...], int, dict[str, tuple[str, ...]]]]] = {
    f"all {len(CATALOGUE)} KPIs, one year": [(name, (), 365, {}) for name in CATALOGUE],
    f"all {len(CATALOGUE)} KPIs by week, one year": [
        (name, ("week",), 365, {}) for name in CATALOGUE
    ],
    "heat map category × market, 90 days": [("contact_rate", ("category", "market"), 90, {})],
    "heat map category × week, one year": [("contact_rate", ("category", "week"), 365, {})],
    "category × market × week, two years": [("contacts", ("category", "market", "week"), 729, {})],
    "attainment by market, one year": [("first_response_within_target", ("market",), 365, {})],
    "hour of week × continent, 90 days": [("contacts", ("continent", "hour_of_week"), 90, {})],
    "one market, category and channel by week": [
        (
            "contacts",
            ("week",),
            365,
            {"market": ("DE",), "category": ("phones",), "channel": ("email",)},
        )
    ],
    "lead time P90 by carrier, one year": [("lead_time_p90", ("carrier",), 365, {})],
    "first response P90 by market, one year": [("first_response_p90", ("market",), 365, {})],
    "resolution P50 by week and team, no rollup": [("resolution_p50", ("week", "team"), 90, {})],
    "return rate by value and category, 4 currencies": [
        ("return_rate_value", ("category",), 365, {})
    ],
    "open cases by age": [("backlog", ("age_bucket",), 365, {})],
    "no rollup: language, carrier and channel by week": [
        (
            "contacts",
            ("week",),
            365,
            {"language": ("de",), "carrier": ("carrier A",), "channel": ("email",)},
        )
    ],
}


def ask_all(home: Path) -> dict[str, Any]:
    """Milliseconds of the first and of every following time, by question; peak memory in MB."""
    url = f"sqlite:///{home / 'state.db'}"
    warehouse = open_warehouse(url, home / "warehouse")
    metrics = Metrics(warehouse, open_state(url), currency="USD")
    cases = metrics.kpi(Query("contacts"))["n"].item()
    took: dict[str, list[float]] = {}
    for title, asked in QUESTIONS.items():
        took[title] = []
        for run in range(RUNS + 1):
            started = time.perf_counter()
            for kpi, by, days, where in asked:
                start = (AS_OF - timedelta(days=days - run)).date()
                metrics.kpi(Query(kpi, by, Filter(start=start, **where)))
            took[title].append((time.perf_counter() - started) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cases": cases, "took": took, "peak": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, action="append", required=True)
    parser.add_argument("--one", action="store_true", help="measure the one home in this process")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(ask_all(given.home[0])))
        return
    command = [sys.executable, "-m", "benchmarks.queries", "--one", "--home"]
    measured = [
        json.loads(subprocess.run([*command, str(home)], check=True, capture_output=True).stdout)
        for home in given.home
    ]
    lines = [
        "# Questions to the metrics",
        "",
        "What pages ask, timed in the process that answers; each time of another period.",
        "",
        described(),
        "",
        "| question | cases | first ms | median ms | p95 ms |",
        "|---|---:|---:|---:|---:|",
    ]
    for title in QUESTIONS:
        for one in measured:
            first, *times = one["took"][title]
            worst = statistics.quantiles(times, n=20)[-1]
            lines.append(
                f"| {title} | {one['cases']:,} | {first:.1f} | {statistics.median(times):.1f}"
                f" | {worst:.1f} |"
            )
    lines += ["", "| cases counted | peak memory of the process, MB |", "|---:|---:|"]
    lines += [f"| {one['cases']:,} | {one['peak']:.0f} |" for one in measured]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
