"""The heat map category × market of 90 days: Afterwatch beside DuckDB, pandas and bare Polars.

    python -m benchmarks.heatmap --home DIR [--home DIR …]

Each reads the same Parquet files of the mart `cases`: count, deadlines passed and kept per category
and market. Afterwatch answers from its rollup, as its pages do; the others show what a page without
rollups would cost. Every answer is checked against the others. Homes are made by
`benchmarks.synthetic`; writes `benchmarks/results/heatmap.md`.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl

from benchmarks.machine import RESULTS, Cost, cost, described, spread
from benchmarks.synthetic import AS_OF
from data_access.metrics import Filter, Metrics, Query
from data_access.state.engine import open_state
from data_access.warehouse import open_warehouse

RESULT = RESULTS / "heatmap.md"
DAYS = 90
RUNS = 7
COLUMNS = ["category", "market", "created_at", "first_response_at", "fr_due_at", "is_spam"]
COLUMNS += ["merged_into", "deleted", "fr_withdrawn_at"]

Answer = dict[tuple[str, str], tuple[int, int]]
"""(category, market) to deadlines kept and passed."""


def first_day(run: int) -> date:
    """Another period in every run, so that no answer is kept from the last one."""
    return (AS_OF - timedelta(days=DAYS + run)).date()


def afterwatch(home: Path) -> Callable[[int], Answer]:
    url = f"sqlite:///{home / 'state.db'}"
    metrics = Metrics(open_warehouse(url, home / "warehouse"), open_state(url))

    def ask(run: int) -> Answer:
        by = ("category", "market")
        where = Filter(start=first_day(run), end=AS_OF.date() - timedelta(days=1))
        rows = metrics.kpi(Query("first_response_within_target", by, where))
        shown = rows.filter(pl.col("n") > 0).select(*by, "numerator", "denominator")
        return {(c, m): (x, n) for c, m, x, n in shown.iter_rows()}

    return ask


def files_of(home: Path) -> list[str]:
    return sorted(map(str, (home / "warehouse" / "marts" / "cases").rglob("*.parquet")))


def start_of(run: int) -> datetime:
    return AS_OF - timedelta(days=DAYS + run)


def bare_polars(home: Path) -> Callable[[int], Answer]:
    files = files_of(home)

    def ask(run: int) -> Answer:
        due = pl.col("fr_due_at")
        withdrawn = (pl.col("fr_withdrawn_at") < due).fill_null(value=False)
        rows = (
            pl.scan_parquet(files, hive_partitioning=False)
            .filter(pl.col("created_at") >= start_of(run), pl.col("created_at") < AS_OF)
            .filter(~pl.col("is_spam"), ~pl.col("deleted"), pl.col("merged_into").is_null())
            .filter(due <= AS_OF, ~withdrawn)
            .group_by("category", "market")
            .agg(kept=(pl.col("first_response_at") <= due).sum(), n=pl.len())
            .collect()
        )
        return {(c, m): (x, n) for c, m, x, n in rows.iter_rows()}

    return ask


def duck(home: Path) -> Callable[[int], Answer]:
    files = files_of(home)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    statement = """
        SELECT category, market,
               count(*) FILTER (WHERE first_response_at <= fr_due_at),
               count(*)
        FROM read_parquet(?, hive_partitioning = false)
        WHERE created_at >= ? AND created_at < ? AND NOT is_spam AND NOT deleted
          AND merged_into IS NULL AND fr_due_at <= ?
          AND (fr_withdrawn_at IS NULL OR fr_withdrawn_at >= fr_due_at)
        GROUP BY ALL"""

    def ask(run: int) -> Answer:
        rows = connection.execute(statement, [files, start_of(run), AS_OF, AS_OF]).fetchall()
        return {(c, m): (x, n) for c, m, x, n in rows}

    return ask


def pandas(home: Path) -> Callable[[int], Answer]:
    files = files_of(home)

    def ask(run: int) -> Answer:
        period = [("created_at", ">=", start_of(run)), ("created_at", "<", AS_OF)]
        rows = pd.read_parquet(files, columns=COLUMNS, filters=period, partitioning=None)
        due = rows["fr_due_at"]
        rows = rows.assign(kept=rows["first_response_at"] <= due)
        counted = ~rows["is_spam"] & ~rows["deleted"] & rows["merged_into"].isna()
        shown = rows[counted & (due <= AS_OF) & ~(rows["fr_withdrawn_at"] < due)]
        summed = shown.groupby(["category", "market"])["kept"].agg(["sum", "count"])
        return {key: (int(x), int(n)) for key, x, n in summed.itertuples()}

    return ask


ENGINES = {
    "Afterwatch (rollup)": afterwatch,
    "Polars over the files": bare_polars,
    "DuckDB over the files": duck,
    "pandas over the files": pandas,
}


def measure(home: Path) -> dict[str, list[Cost]]:
    """Engine to what each call cost, the first one too."""
    asks = {name: make(home) for name, make in ENGINES.items()}
    took: dict[str, list[Cost]] = {name: [] for name in asks}
    for run in range(RUNS):
        answers: list[Answer] = []
        for name, ask in asks.items():
            took[name].append(cost(lambda: answers.append(ask(run))))  # noqa: B023
        if any(answer != answers[0] for answer in answers):
            raise SystemExit("The engines disagree: nothing is measured before they agree.")
    return took


def cases_in(home: Path) -> int:
    return int(
        pl.scan_parquet(files_of(home), hive_partitioning=False).select(pl.len()).collect().item()
    )


def table(took: dict[str, list[Cost]]) -> list[str]:
    """One line per engine; the first one is what the others are compared with."""
    clocks = {name: [one.wall for one in costs[1:]] for name, costs in took.items()}
    works = {name: [one.processor for one in costs[1:]] for name, costs in took.items()}
    ours = next(iter(took))

    def times(held: dict[str, list[float]], name: str) -> str:
        return f"{statistics.median(held[name]) / statistics.median(held[ours]):.1f}"

    return [
        f"{name} | {costs[0].wall:.0f} | {spread(clocks[name], 1)} | {times(clocks, name)}"
        f" | {statistics.median(works[name]):.1f} | {times(works, name)}"
        for name, costs in took.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, action="append", required=True)
    homes = parser.parse_args().home
    lines = [
        "# The heat map beside other engines",
        "",
        (__doc__ or "").split("\n\n")[2].replace("\n", " "),
        "",
        described("duckdb", "pandas"),
        "",
        (
            f"Median, least and most of {RUNS - 1} calls after a first one, each of another period"
            f" of {DAYS} days or a little more; the engines take turns and all answers were equal."
            " Processor time is that of all threads, which other programs do not inflate."
        ),
        "",
        (
            "| cases | engine | first ms | median (min–max) ms | times Afterwatch"
            " | processor, median ms | times Afterwatch |"
        ),
        "|---:|---|---:|---:|---:|---:|---:|",
    ]
    for home in homes:
        size = cases_in(home)
        rows = measure(home)
        lines += [f"| {size:,} | {line} |" for line in table(rows)]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
