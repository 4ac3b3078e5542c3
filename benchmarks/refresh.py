"""How long a refresh takes once all cases are there: a day's import, and a single late event.

    python -m benchmarks.refresh [--cases N] [--days N]

Fills a home with the company of `benchmarks.clocks` (cases with ten events and two messages each),
refreshes it once, then imports and refreshes day after day: a day's new cases with their events,
as many endings of cases of the last weeks, and some late events of cases from the whole past. Last
comes one single late event of the oldest case. Writes `benchmarks/results/refresh.md`.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
from sqlalchemy import Engine

from benchmarks.clocks import DAYS, START, business_rows, company, promises
from benchmarks.machine import Cost, cost, described, spin, spread, write_page
from data_access.contracts import TABLES
from data_access.marts import refresh, refreshing
from data_access.state.engine import migrate, open_state, writing
from data_access.state.schema import import_batch
from data_access.warehouse import Warehouse, open_warehouse

CASES = 1_000_000
GOAL_S = 3
LATE = 200
"""Late events a day, of cases from the whole past."""

_SEED = 11


@dataclass(frozen=True)
class Taken:
    """Seconds of one refresh by the clock and of the processor; the same for its marts alone."""

    wall: float
    processor: float
    marts_wall: float
    marts_processor: float


def refreshed(warehouse: Warehouse, engine: Engine, now: datetime) -> Taken:
    """Refresh, and tell apart what finding and building marts costs."""
    marts: list[Cost] = []

    def watched(name: str) -> Any:
        real = getattr(refreshing, name)

        def run(*given: Any) -> Any:
            answers = []
            marts.append(cost(lambda: answers.append(real(*given))))
            return answers[0]

        return patch.object(refreshing, name, run)

    with watched("build_marts"), watched("_touched"):
        whole = cost(lambda: refresh(warehouse, engine, now))
    return Taken(
        whole.wall / 1000,
        whole.processor / 1000,
        sum(one.wall for one in marts) / 1000,
        sum(one.processor for one in marts) / 1000,
    )


def take_in(
    warehouse: Warehouse, engine: Engine, tables: Mapping[str, pl.DataFrame], now: datetime
) -> None:
    """Merge rows of canonical tables as one finished batch."""
    with writing(engine) as connection:
        row = {"source": "shop", "path": "memory", "status": "done", "started_at": now}
        made = connection.execute(import_batch.insert().values(**row, finished_at=now))
        (batch_id,) = made.inserted_primary_key or (0,)
    for name, rows in tables.items():
        dtypes = {"source": pl.String(), **TABLES[name].dtypes()}
        shaped = rows.select(
            (pl.col(column) if column in rows.columns else pl.lit(None)).cast(dtype).alias(column)
            for column, dtype in dtypes.items()
        )
        warehouse.merge(TABLES[name], shaped, batch_id=int(batch_id), now=now)


def facts(folder: Path) -> dict[str, pl.LazyFrame]:
    """The company as canonical tables."""
    own = pl.scan_parquet(folder / "cases.parquet")
    messages = pl.scan_parquet(folder / "messages.parquet").with_row_index("n")
    return {
        "cases": own.with_columns(severity="level", country="market", lang="language"),
        "case_events": pl.scan_parquet(folder / "events.parquet"),
        "messages": messages.with_columns(message_id=pl.col("n").cast(pl.String)),
    }


def fill(warehouse: Warehouse, engine: Engine, folder: Path) -> datetime:
    """Take the company in, month by month; gives the instant after its last event."""
    end = START + timedelta(days=DAYS)
    take_in(warehouse, engine, {"calendars": business_rows(), "sla_policies": promises()}, end)
    for name, rows in facts(folder).items():
        when = "created_at" if name == "cases" else "at"
        month = pl.col(when).dt.truncate("1mo")
        for first in rows.select(month.unique().sort()).collect().to_series():
            some = rows.filter(month == first).collect()
            take_in(warehouse, engine, {name: some}, end)
    return end


def day_of(folder: Path, rng: np.random.Generator, number: int, now: datetime) -> dict[str, Any]:
    """What a day brings: cases, events and messages, all new."""
    tables = facts(folder)
    share = tables["cases"].filter(pl.col("created_at").dt.date() == START.date()).collect()
    lasts = timedelta(days=DAYS + number)
    name = pl.lit(f"day {number} ") + pl.col("case_id")
    wanted = share.lazy().select("case_id")
    held = {
        "cases": share.with_columns(name.alias("case_id"), pl.col("created_at") + lasts),
        "case_events": tables["case_events"]
        .join(wanted, on="case_id", how="semi")
        .filter(pl.col("at") < START + timedelta(days=1))
        .with_columns(
            name.alias("case_id"),
            pl.lit(f"day {number} ") + pl.col("event_id"),
            pl.col("at") + lasts,
        )
        .collect(),
    }
    recent = tables["cases"].filter(pl.col("created_at") > now - timedelta(days=21)).collect()
    every = tables["cases"].collect()
    told = [
        _events(every.sample(LATE, seed=int(rng.integers(1 << 30))), "note", number, now),
        _events(
            recent.sample(share.height, seed=int(rng.integers(1 << 30))), "solved", number, now
        ),
    ]
    held["case_events"] = pl.concat([held["case_events"], *told], how="diagonal_relaxed")
    return held


def _events(cases: pl.DataFrame, kind: str, number: int, now: datetime) -> pl.DataFrame:
    return cases.select(
        "source",
        "case_id",
        event_id=pl.format("{} {} {}", pl.lit(kind), pl.lit(number), "case_id"),
        at=pl.lit(now - timedelta(hours=1), dtype=pl.Datetime("us", "UTC")),
        type=pl.lit(kind),
        actor_role=pl.lit("agent"),
    )


def measured(cases: int, days: int) -> dict[str, Any]:
    """Seconds of the first refresh, of each day and of one late event; cases reached."""
    rng = np.random.default_rng(_SEED)
    with tempfile.TemporaryDirectory(prefix="afterwatch-refresh-") as name:
        folder = Path(name)
        company(folder, cases)
        url = f"sqlite:///{folder / 'state.db'}"
        engine = open_state(url)
        migrate(engine)
        warehouse = open_warehouse(url, folder / "warehouse")
        end = fill(warehouse, engine, folder)
        first = refreshed(warehouse, engine, end)
        took = []
        for number in range(days):
            now = end + timedelta(days=number + 1)
            take_in(warehouse, engine, day_of(folder, rng, number, now), now)
            took.append(refreshed(warehouse, engine, now))
        oldest = facts(folder)["cases"].sort("created_at").head(1).collect()
        now = end + timedelta(days=days, hours=1)
        take_in(warehouse, engine, {"case_events": _events(oldest, "note", days, now)}, now)
        late = refreshed(warehouse, engine, now)
        warehouse.close()
        engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first": first, "days": took, "late": late, "peak": peak}


def page(found: dict[str, Any], cases: int) -> list[str]:
    """The lines of the result page."""
    days = found["days"]
    said = "kept" if statistics.median(day.marts_wall for day in days) <= GOAL_S else "missed"
    return [
        "# Refresh",
        "",
        f"A home of {cases:,} cases with ten events and two messages each. A day brings",
        f"{cases // DAYS:,} new cases, as many endings and {LATE} late events of old cases.",
        "",
        described(),
        f"A loop that only computes took {spin():.2f} times its processor time by the clock.",
        "Seconds by the clock and of the processor; marts: finding what changed and building it.",
        "",
        "| refresh of | clock s | processor s | marts, clock s | marts, processor s |",
        "|---|---:|---:|---:|---:|",
        _row("everything", [found["first"]]),
        _row(f"one more day ({len(days)} of them)", days),
        _row("one late event of the oldest case", [found["late"]]),
        "",
        f"Peak memory of the process: {found['peak']:,.0f} MB.",
        "",
        f"Goal: the marts of one more day in {GOAL_S} s on 2 cores ({said}).",
    ]


def _row(title: str, taken: list[Taken]) -> str:
    columns = zip(*map(astuple, taken), strict=True)
    said = [spread(c, 1) if len(c) > 1 else f"{c[0]:.1f}" for c in columns]
    return f"| {title} | {' | '.join(said)} |"


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--days", type=int, default=5)
    given = parser.parse_args()
    write_page("refresh", page(measured(given.cases, given.days), given.cases))


if __name__ == "__main__":
    main()
