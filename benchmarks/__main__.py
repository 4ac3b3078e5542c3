"""All benchmarks, one after the other.

    python -m benchmarks [--quick] [--only NAME …] [--workdir DIR]

Makes two companies (`benchmarks.synthetic`) in a temporary folder, runs each benchmark in a process
of its own and writes one page per benchmark to `benchmarks/results`. `--quick` tries everything on
small companies and writes to `build/benchmarks` instead, so that its figures never pass for the
real ones. A benchmark that fails does not keep the others from running.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000_000, 10_000_000)
QUICK_SIZES = (20_000, 100_000)
QUICK_RESULTS = ROOT / "build" / "benchmarks"

HOMES = "homes"
"""Stands for `--home DIR` of every company, the smallest first."""
LARGEST = "largest"
"""Stands for `--home DIR` of the largest company."""

BENCHMARKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "import_speed": ((), ("--rows", "50000", "--repeats", "1")),
    "detection": ((), ()),
    "backtest": ((), ()),
    "lifecycle": ((), ()),
    "evidence": ((), ("--entries", "5000")),
    "compensation": ((), ("--orders", "2000")),
    "clocks": ((), ("--cases", "20000", "--cases", "50000", "--runs", "1")),
    "refresh": ((), ("--cases", "20000", "--days", "2")),
    "truth": ((), ("--replicates", "20")),
    "queries": ((HOMES,), (HOMES,)),
    "heatmap": ((HOMES,), (HOMES,)),
    "report": ((HOMES,), (HOMES,)),
    "pages": ((HOMES,), (HOMES, "--runs", "3")),
    "memory": ((HOMES,), (HOMES,)),
    "page_bytes": ((LARGEST,), (LARGEST,)),
}
"""Module to its arguments, in full and for `--quick`."""


def arguments(given: Sequence[str], homes: Sequence[Path]) -> list[str]:
    """The command line of a benchmark, companies filled in."""
    filled: list[str] = []
    for part in given:
        chosen = {HOMES: homes, LARGEST: homes[-1:]}.get(part)
        if chosen is None:
            filled.append(part)
        else:
            filled += [word for home in chosen for word in ("--home", str(home))]
    return filled


def companies(folder: Path, sizes: Sequence[int]) -> list[Path]:
    """Homes of these sizes; those already there are taken as they are."""
    homes = []
    for cases in sizes:
        home = folder / f"{cases}"
        if not (home / "state.db").exists():
            print(f"Making a company of {cases:,} cases …", flush=True)
            run("synthetic", ["--cases", str(cases), "--home", str(home)], os.environ)
        homes.append(home)
    return homes


def run(name: str, words: Sequence[str], environment: os._Environ[str] | dict[str, str]) -> None:
    """Run one module in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *words]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)


@contextmanager
def working_folder(given: Path | None) -> Iterator[Path]:
    """The folder that was asked for, or a fresh one that is removed afterwards."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="afterwatch-bench-") as name:
        yield Path(name)


def main() -> int:
    """Run what the command line names; 1 when a benchmark failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to try that all runs")
    parser.add_argument("--only", action="append", choices=list(BENCHMARKS), metavar="NAME")
    parser.add_argument(
        "--workdir", type=Path, help="where the data go and stay; a temporary folder if not given"
    )
    given = parser.parse_args()
    sizes = QUICK_SIZES if given.quick else SIZES
    environment = dict(os.environ)
    if given.quick:
        environment["AFTERWATCH_BENCH_RESULTS"] = str(QUICK_RESULTS)
    failed = []
    with working_folder(given.workdir) as folder:
        for name in given.only or BENCHMARKS:
            words = BENCHMARKS[name][given.quick]
            homes = companies(folder, sizes) if {HOMES, LARGEST} & set(words) else []
            print(f"\n=== {name} ===", flush=True)
            try:
                run(name, arguments(words, homes), environment)
            except subprocess.CalledProcessError as error:
                print(f"{name} failed with {error.returncode}.", file=sys.stderr)
                failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
