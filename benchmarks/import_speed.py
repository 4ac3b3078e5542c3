"""How fast a large case file goes in, beside bare Polars on the same file in the same run.

    python -m benchmarks.import_speed --rows 1000000

Writes `benchmarks/results/import.md`. Bare means `scan_csv` with inferred dtypes to `sink_parquet`:
no dates parsed, nothing checked, hashed, redacted, compared or recorded.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.machine import RESULTS
from data_access.importing import BatchReport, import_path
from data_access.sources.base import SourceOptions
from data_access.sources.registry import get
from data_access.state.engine import open_state
from data_access.warehouse import open_warehouse

RESULT = RESULTS / "import.md"
GOAL = 2.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STAGES = (
    "reading: every source line numbered, numbers and times parsed, words checked",
    "judging: customer keys hashed, free text redacted, the contract's rules",
    "merging: duplicates, comparison with what is stored, sorting, files by month, commit",
    "recording: quarantine and counts",
)
SUBJECTS = (
    "Where is my parcel?",
    "The zip of my jacket broke after two days, can you replace it?",
    "Wrong colour delivered, order 112-1234567-1234567",
    "Please call me back on +49 30 1234567 about the refund",
    "Customs asks for an invoice; write to buyer@example.com",
    "Ich warte seit drei Wochen auf mein Paket",
    "包裹显示已签收，但我没有收到",
    "¿Cuándo llega mi pedido?",
)


def cases(rows: int, *, changed: float = 0.0) -> pl.DataFrame:
    """Cases of two years as an export would hold them; `changed` is the share with a new status."""
    rng = np.random.default_rng(7)
    start = np.datetime64("2024-01-01T00:00:00", "us")
    created = start + np.sort(rng.integers(0, 730 * 86_400, rows)).astype("timedelta64[s]")

    def pick(values: list[str]) -> pl.Series:
        return pl.Series(values).gather(rng.integers(0, len(values), rows))

    status = pick(["open", "pending", "solved", "closed"])
    moved = pl.Series(np.random.default_rng(8).random(rows) < changed)
    return pl.DataFrame(
        {
            "case_id": np.arange(1, rows + 1),
            "order_id": rng.integers(1, 4 * rows, rows),
            "customer_key": rng.integers(1, rows, rows),
            "channel": pick(["email", "chat", "phone", "web"]),
            "lang": pick(["en", "de", "fr", "pt-BR", "zh-Hans"]),
            "country": pick(["DE", "US", "FR", "BR", "CN", "JP"]),
            "category": pick(["shoes", "jackets", "lamps", "toys"]),
            "reason": pick(["late", "damaged", "wrong item", "refund"]),
            # Half of the subjects name their case, so that few can be redacted once for many.
            "subject": pick(list(SUBJECTS))
            + pl.Series(np.where(rng.random(rows) < 0.5, "", np.arange(rows).astype("U"))),
            "severity": rng.integers(1, 6, rows),
            "priority": pick(["low", "normal", "high"]),
            "team": pick(["emea", "apac", "amer"]),
            "created_at": created,
            "status": status.zip_with(~moved, pl.Series(["on_hold"] * rows)),
            "vendor_sla_met": rng.random(rows) < 0.8,
        }
    )


def write_export(folder: Path, frame: pl.DataFrame) -> Path:
    """Write `cases.csv`; returns the file."""
    folder.mkdir(parents=True)
    path = folder / "cases.csv"
    frame.with_columns(pl.col("created_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")).write_csv(path)
    return path


def bare(path: Path, out: Path) -> None:
    """What the goal is measured against."""
    pl.scan_csv(path).sink_parquet(out)


class Home:
    """An empty home."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'state.sqlite'}"
        folder.mkdir()
        self.stages: list[float] = []
        self.warehouse, self.engine = open_warehouse(url, folder / "warehouse"), open_state(url)

    def take_in(self, path: Path) -> BatchReport:
        """Import the export; `stages` then holds the processor seconds of `STAGES`."""
        options = SourceOptions(
            zone=None, mapping=None, source_name=None, hash_key=b"benchmark", now=NOW
        )
        marks: list[float] = []
        report = import_path(
            get("template"),
            path,
            warehouse=self.warehouse,
            engine=self.engine,
            options=options,
            now=NOW,
            progress=lambda _stage, _share: marks.append(time.process_time()),
        )
        # The import tells where it is: start, table read, rows judged, rows written, table done.
        self.stages = [later - sooner for sooner, later in pairwise(marks)]
        return report


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of processor time (which other programs do not inflate)."""

    wall: float
    processor: float


def timed(run: Callable[[], object]) -> Cost:
    """What one run costs."""
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return Cost(time.perf_counter() - wall, time.process_time() - processor)


def measure(rows: int, repeats: int) -> str:
    """The page of results."""
    first: list[Cost] = []
    again: list[Cost] = []
    changed: list[Cost] = []
    plain: list[Cost] = []
    stages: list[list[float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export = write_export(folder / "first", cases(rows))
        newer = write_export(folder / "newer", cases(rows, changed=0.01))
        size = export.stat().st_size
        bare(export, folder / "warm.parquet")
        for number in range(repeats):
            plain.append(timed(lambda: bare(export, folder / f"bare{number}.parquet")))  # noqa: B023
            home = Home(folder / f"home{number}")
            first.append(timed(lambda: home.take_in(export)))  # noqa: B023
            stages.append(home.stages)
            again.append(timed(lambda: home.take_in(export)))  # noqa: B023
            changed.append(timed(lambda: home.take_in(newer)))  # noqa: B023
    costs = {"bare": plain, "first": first, "again": again, "changed": changed}
    return _page(
        rows, size, costs, [statistics.median(stage) for stage in zip(*stages, strict=True)]
    )


def _page(rows: int, size: int, costs: dict[str, list[Cost]], stages: list[float]) -> str:
    wall = {name: statistics.median(c.wall for c in values) for name, values in costs.items()}
    work = {name: statistics.median(c.processor for c in values) for name, values in costs.items()}
    ratio = wall["first"] / wall["bare"]
    verdict = "met" if ratio <= GOAL else f"missed by a factor of {ratio / GOAL:.1f}"
    labels = {
        "bare": "`scan_csv` → `sink_parquet`, nothing else",
        "first": "first import into an empty home",
        "again": "the same file again (nothing to write)",
        "changed": "the same file with 1 % of the rows changed",
    }
    lines = [
        "# Import speed",
        "",
        (
            f"{rows:,} cases, 15 columns, {size / 1e6:.0f} MB of CSV; median of "
            f"{len(costs['bare'])} run(s), {os.cpu_count()} processors, "
            f"Python {platform.python_version()}, Polars {pl.__version__}, load average "
            f"{os.getloadavg()[0]:.1f} at the end."
        ),
        "",
        "| run | s | rows/s | beside bare Polars | processor s | beside bare Polars |",
        "|---|---|---|---|---|---|",
        *(
            f"| {labels[name]} | {wall[name]:.2f} | {rows / wall[name]:,.0f} | "
            f"{wall[name] / wall['bare']:.1f} × | {work[name]:.2f} | "
            f"{work[name] / work['bare']:.1f} × |"
            for name in labels
        ),
        "",
        f"Goal: first import within {GOAL:.0f} × bare Polars. {verdict.capitalize()}.",
        "",
        "Where the processor time of the first import goes:",
        "",
        *(f"- {name}: {value:.2f} s" for name, value in zip(STAGES, stages, strict=True)),
        "",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Import speed beside bare Polars")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args(arguments)
    page = measure(chosen.rows, chosen.repeats)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
