"""How long it takes to measure every clock of a company, by number of cases.

    python -m benchmarks.clocks [--cases N …] [--runs N]

Makes cases with ten events each and a message for every answer, writes them as Parquet and measures
all clocks from there, every size in a process of its own so that memory can be told apart. Beside
it, on the same files: one pass of bare Polars that joins the events with their cases and folds them
into one row per case, the least that any clock costs. Writes `benchmarks/results/clocks.md`.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.machine import cost, described, spin, spread, write_page
from data_access.calendars import Hours, compile_hours
from data_access.clocks import CLOCKS, Measured, measure
from data_access.contracts import TABLES

SIZES = (100_000, 1_000_000)
GOAL_S, GOAL_MB = 60, 4096
START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
_SEED = 7
_CALENDARS = {"berlin": "Europe/Berlin", "york": "America/New_York", "shanghai": "Asia/Shanghai"}
_STEPS: tuple[tuple[str, float, str | None, str | None], ...] = (
    ("created", 0.0, None, "new"),
    ("customer_msg", 0.0, None, None),
    ("assign", 0.01, None, "team"),
    ("agent_msg", 2.5, None, None),
    ("status", 3.0, "open", "pending"),
    ("customer_msg", 20.0, None, None),
    ("status", 20.1, "pending", "open"),
    ("agent_msg", 25.0, None, None),
    ("solved", 30.0, None, None),
)
"""Kind, hours after creation, from, to; a tenth event differs from case to case."""
_LAST = (("closed", 200.0), ("reopened", 300.0), ("level", 1.0), ("escalated", 4.0))
_REOPENED = 1


def _instants(micros: Any) -> pl.Series:
    return pl.Series("at", micros).cast(pl.Datetime("us", "UTC"))


def company(folder: Path, cases: int) -> None:
    """Write cases, events and messages as Parquet."""
    rng = np.random.default_rng(_SEED)
    hour = 3_600_000_000
    started = int(START.timestamp() * 1_000_000)
    created = started + rng.integers(0, DAYS * 24 * hour, cases)
    ids = pl.Series("case_id", np.arange(cases)).cast(pl.String).str.zfill(10)
    plain = pl.DataFrame({"case_id": ids, "source": pl.repeat("shop", cases, eager=True)})
    drawn = {
        "channel": ["email", "chat", "marketplace", "web"],
        "market": ["DE", "US", "CN", "FR", "PL"],
        "language": ["de", "en", "zh"],
        "vip_tier": ["none", "none", "none", "black"],
        "calendar_id": list(_CALENDARS),
    }
    choice = rng.integers(0, len(_LAST), cases)
    plain.with_columns(
        pl.Series("created_at", created).cast(pl.Datetime("us", "UTC")),
        pl.Series("level", rng.integers(1, 6, cases)),
        pl.when(pl.Series(choice == _REOPENED))
        .then(pl.lit("open"))
        .otherwise(pl.lit("solved"))
        .alias("status"),
        *(pl.Series(name, rng.choice(values, cases)) for name, values in drawn.items()),
    ).write_parquet(folder / "cases.parquet")
    pace = rng.lognormal(0, 0.8, cases)
    steps = [(kind, created + (pace * h * hour).astype(np.int64), a, b) for kind, h, a, b in _STEPS]
    events = [_events(plain, *step) for step in steps]
    for number, (kind, hours) in enumerate(_LAST):
        some = choice == number
        at = created[some] + (pace[some] * hours * hour).astype(np.int64)
        to = "3" if kind == "level" else None
        events.append(_events(plain.filter(pl.Series(some)), kind, at, None, to))
    written = pl.concat(events).with_row_index("n").sample(fraction=1, shuffle=True, seed=_SEED)
    written.with_columns(event_id=pl.col("n").cast(pl.String)).drop("n").write_parquet(
        folder / "events.parquet"
    )
    answers = [at for kind, at, *_ in steps if kind == "agent_msg"]
    pl.concat([_messages(plain, at) for at in answers]).write_parquet(folder / "messages.parquet")


def _events(
    plain: pl.DataFrame, kind: str, at: Any, before: str | None, after: str | None
) -> pl.DataFrame:
    dtypes = TABLES["case_events"].dtypes()
    role = "customer" if kind == "customer_msg" else "agent"
    return plain.select(
        "source",
        "case_id",
        _instants(at),
        pl.lit(kind).cast(dtypes["type"]).alias("type"),
        pl.lit(role).cast(dtypes["actor_role"]).alias("actor_role"),
        pl.lit(before, dtype=pl.String).alias("from"),
        pl.lit(after, dtype=pl.String).alias("to"),
        pl.lit(value=True).alias("public"),
        (_instants(at) + timedelta(minutes=1)).alias("ingested_at"),
    )


def _messages(plain: pl.DataFrame, at: Any) -> pl.DataFrame:
    dtypes = TABLES["messages"].dtypes()
    return plain.select(
        "source",
        "case_id",
        _instants(at),
        pl.lit("out").cast(dtypes["direction"]).alias("direction"),
        pl.lit("agent").cast(dtypes["author_role"]).alias("author_role"),
        pl.lit(value=True).alias("public"),
        (_instants(at) + timedelta(minutes=1)).alias("ingested_at"),
    )


def _empty(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a canonical table; what a row does not say is null."""
    filled = [{"source": "shop", "batch_id": 1, **row} for row in rows]
    return pl.DataFrame(filled, schema=TABLES[name].stored_dtypes())


def business_rows() -> pl.DataFrame:
    """Three offices, Monday to Friday 9 to 18, with their public holidays."""
    rows = [
        {
            "interval_id": f"{name}{day}", "calendar_id": name, "tz": zone, "weekday": day,
            "start_minute": 540, "end_minute": 1080, "country": country,
        }
        for (name, zone), country in zip(_CALENDARS.items(), ("DE", "US", "CN"), strict=True)
        for day in range(1, 6)
    ]  # fmt: skip
    return _empty("calendars", rows)


def business_hours() -> Hours:
    """When those offices are open."""
    return compile_hours(
        business_rows(), _empty("holidays", []), first=date(2024, 1, 1), last=date(2028, 12, 31)
    )


def promises() -> pl.DataFrame:
    """A promise in business hours per level for the three clocks that most companies promise."""
    return _empty(
        "sla_policies",
        [
            {
                "policy_id": f"{metric}{level}", "metric": metric, "severity": level,
                "target_s": hours * 3600, "clock": "business", "pause_states": "pending on_hold",
            }
            for metric, hours in (("first_response", 4), ("next_response", 8), ("resolution", 24))
            for level in range(1, 6)
        ],
    )  # fmt: skip


def clocks(folder: Path, hours: Hours, day: date | None = None) -> Measured:
    """All clocks of the company, or of the cases created on one day."""
    own = pl.scan_parquet(folder / "cases.parquet")
    if day is not None:
        own = own.filter(pl.col("created_at").dt.date() == day)
    return measure(
        own,
        pl.scan_parquet(folder / "events.parquet"),
        pl.scan_parquet(folder / "messages.parquet"),
        policies=promises(),
        hours=hours,
        with_segments=False,
    )


def fold(folder: Path) -> pl.DataFrame:
    """The least that a clock costs: first answer and solutions of every case, in one pass."""
    own = pl.scan_parquet(folder / "cases.parquet").select("source", "case_id", "created_at")
    at, kind = pl.col("at"), pl.col("type")
    events = pl.scan_parquet(folder / "events.parquet").join(own, on=["source", "case_id"])
    return (
        events.filter(at >= pl.col("created_at"))
        .group_by("source", "case_id")
        .agg(
            first_response_at=at.filter(kind == "agent_msg").min(),
            first_solved_at=at.filter(kind == "solved").min(),
            last_solved_at=at.filter(kind == "solved").max(),
        )
        .collect(engine="streaming")
    )


def measured(cases: int, runs: int) -> dict[str, Any]:
    """Clock and processor milliseconds of every run, and what came out."""
    hours = business_hours()
    with tempfile.TemporaryDirectory(prefix="afterwatch-clocks-") as name:
        folder = Path(name)
        made = [sys.executable, "-m", "benchmarks.clocks", "--cases", str(cases), "--make", name]
        subprocess.run(made, check=True)
        found = clocks(folder, hours, START.date())
        day = [cost(lambda: clocks(folder, hours, START.date())) for _ in range(runs)]
        alone = found.instances["case_id"].n_unique()
        heights: list[int] = []
        took = [
            cost(lambda: heights.append(clocks(folder, hours).instances.height))
            for _ in range(runs)
        ]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        base = [cost(lambda: fold(folder)) for _ in range(runs)]
        events = pl.scan_parquet(folder / "events.parquet").select(pl.len()).collect().item()
    return {
        "cases": cases,
        "events": events,
        "instances": heights[-1],
        "took": [(one.wall / 1000, one.processor / 1000) for one in took],
        "base": [(one.wall / 1000, one.processor / 1000) for one in base],
        "day": [(one.wall / 1000, one.processor / 1000) for one in day],
        "day_cases": alone,
        "peak": peak,
        "spin": spin(),
    }


def _row(title: str, one: dict[str, Any], name: str, count: int) -> str:
    wall, processor = zip(*one[name], strict=True)
    each = statistics.median(processor) / count * 1e6
    return (
        f"| {title} | {one['cases']:,} | {one['events']:,} | {spread(wall, 1)} "
        f"| {spread(processor, 1)} | {each:.1f} |"
    )


def page(found: list[dict[str, Any]], runs: int) -> list[str]:
    """The lines of the result page."""
    busy = found[-1]["spin"]
    rows = []
    for one in found:
        some = f"all clocks of one day's cases ({one['day_cases']:,})"
        rows += [
            _row(f"all {len(CLOCKS)} clocks", one, "took", one["cases"]),
            _row("bare Polars: three instants per case", one, "base", one["cases"]),
            _row(some, one, "day", one["day_cases"]),
        ]
    return [
        "# Clocks",
        "",
        "Every clock of every case from its events: three calendars with days off, 15 promises",
        "in business hours with pauses, levels and reopenings. Every run reads the files anew.",
        "",
        described(),
        f"Median (least–most) of {runs} runs, in seconds.",
        f"A loop that only computes took {busy:.2f} times its processor time by the clock.",
        "",
        "| what | cases | events | clock s | processor s | processor µs per case |",
        "|---|---:|---:|---:|---:|---:|",
        *rows,
        "",
        "| cases | runs of clocks | peak memory of the process, MB |",
        "|---:|---:|---:|",
        *(f"| {one['cases']:,} | {one['instances']:,} | {one['peak']:,.0f} |" for one in found),
        "",
        *_verdict(found),
    ]


def _verdict(found: list[dict[str, Any]]) -> list[str]:
    smallest, largest = found[0], found[-1]
    wall = statistics.median(wall for wall, _ in largest["took"])
    lines = [
        f"Goal: 1,000,000 cases with 10,000,000 events in {GOAL_S} s on 2 cores, {GOAL_MB:,} MB.",
        f"Measured for {largest['cases']:,} cases: {wall:.1f} s ({_said(wall <= GOAL_S)}),",
        f"{largest['peak']:,.0f} MB ({_said(largest['peak'] <= GOAL_MB)}).",
    ]
    if smallest is not largest:
        few, many = (
            statistics.median(processor for _, processor in one["took"])
            for one in (smallest, largest)
        )
        times = largest["cases"] / smallest["cases"]
        lines.append(f"{times:.0f} times the cases take {many / few:.1f} times the processor time.")
    return lines


def _said(kept: bool) -> str:
    return "kept" if kept else "missed"


def main() -> None:
    """Measure every size in a process of its own and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, action="append", help="a size; may be given again")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--make", type=Path, help="only write the company to this folder")
    parser.add_argument("--one", action="store_true", help="measure the one size in this process")
    given = parser.parse_args()
    sizes = given.cases or list(SIZES)
    if given.make:
        company(given.make, sizes[0])
        return
    if given.one:
        print(json.dumps(measured(sizes[0], given.runs)))
        return
    command = [sys.executable, "-m", "benchmarks.clocks", "--one", "--runs", str(given.runs)]
    found = [
        json.loads(
            subprocess.run(
                [*command, "--cases", str(size)], check=True, stdout=subprocess.PIPE
            ).stdout
        )
        for size in sizes
    ]
    write_page("clocks", page(found, given.runs))


if __name__ == "__main__":
    main()
