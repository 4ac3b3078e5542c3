"""What a measurement ran on, and where its page goes: figures without the machine mean nothing."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(
    os.environ.get("AFTERWATCH_BENCH_RESULTS") or Path(__file__).resolve().parent / "results"
)
"""Folder of the pages; `python -m benchmarks --quick` names another one, so that small sizes never
pass for the real ones."""

_SPINS = 5_000_000


@dataclass(frozen=True)
class Cost:
    """Milliseconds by the clock, and of processor time of this process over all its threads."""

    wall: float
    processor: float


def described(*packages: str) -> str:
    """One sentence: cores, interpreter, versions, the day and how busy the machine was."""
    used = ", ".join(f"{name} {version(name)}" for name in ("polars", *packages))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {used}"
        f"; load average when written: {load}; {datetime.now(UTC):%Y-%m-%d}."
    )


def cost(run: Callable[[], object]) -> Cost:
    """What one call costs."""
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return Cost((time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000)


def spin() -> float:
    """Clock time over processor time of a loop that only computes: 1 on an idle machine."""
    taken = cost(lambda: sum(range(_SPINS)))
    return taken.wall / taken.processor if taken.processor else 1.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked), max(1, -int(-share * len(ranked) // 1))) - 1]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median and, in brackets, least and most."""
    return (
        f"{statistics.median(values):,.{digits}f}"
        f" ({min(values):,.{digits}f}–{max(values):,.{digits}f})"
    )


def write_page(name: str, lines: Sequence[str]) -> None:
    """Write `name`.md to the folder of results, and show it."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines), flush=True)
