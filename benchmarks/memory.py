"""How much memory a web process needs after everything was looked at.

    python -m benchmarks.memory --home DIR [--home DIR …]

Starts `afterwatch serve` over each home and asks over HTTP what browsers ask
(`benchmarks.browser_requests`), step by step; after each step the resident memory and its highest
mark so far. Homes are made by `benchmarks.synthetic`; writes `benchmarks/results/memory.md`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks import browser_requests as browser
from benchmarks.browser_requests import UPDATE, Fetch
from benchmarks.heatmap import cases_in
from benchmarks.machine import described, write_page
from benchmarks.pages import VIEWS, Job, jobs, layouts
from benchmarks.web_process import WebProcess, serving

GOAL_MB = 600
BROWSERS = 8
OPENED = "every screen opened once"
AT_ONCE = "eight browsers at once, the same"


def bodies(listed: list[Job], *, routed: bool, first_run: int, runs: int) -> Iterator[Any]:
    """Requests of every callback under every view that rollups do (or do not) hold."""
    for run in range(first_run, first_run + runs):
        for view in VIEWS:
            if view.routed is routed:
                for job in listed:
                    yield job.body(view.query(run), run)


def steps(fetch: Fetch) -> dict[str, Callable[[], None]]:
    """What is done, in this order."""
    listed = jobs(fetch)

    def each(asked: Iterator[Any]) -> None:
        for body in asked:
            fetch(UPDATE, body)

    def at_once(asked: Iterator[Any]) -> None:
        with ThreadPoolExecutor(BROWSERS) as pool:
            list(pool.map(lambda body: fetch(UPDATE, body), asked))

    choices = max(
        (
            len(o)
            for job in listed
            if job.page
            for o in browser.choices(job.callback, job.page).values()
        ),
        default=1,
    )
    opened = (body for _title, body in layouts(fetch))
    return {
        "started, layouts fetched": lambda: None,
        OPENED: lambda: each(chain(opened, (job.body("", 0) for job in listed))),
        "every view from rollups, every choice of every control": lambda: each(
            bodies(listed, routed=True, first_run=1, runs=choices)
        ),
        AT_ONCE: lambda: at_once(bodies(listed, routed=True, first_run=20, runs=2)),
        "views that read rows, one after the other": lambda: each(
            bodies(listed, routed=False, first_run=0, runs=2)
        ),
        "case list of 28 days as CSV": lambda: _drop(fetch("/download/cases.csv", None)),
    }


def _drop(_file: bytes) -> None:
    """Nobody reads the file."""


def measure(home: Path) -> list[tuple[str, float, float]]:
    """Step, memory after it and highest mark so far, in MB."""
    with serving(home) as server:
        json.loads(server.fetch("/_dash-dependencies", None))
        return [_after(server, title, step) for title, step in steps(server.fetch).items()]


def _after(server: WebProcess, title: str, step: Callable[[], None]) -> tuple[str, float, float]:
    step()
    now, most = server.memory()
    print(f"{title}: {now:.0f} MB, at most {most:.0f} MB", flush=True)
    return title, now, most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, action="append", required=True)
    homes = parser.parse_args().home
    lines = [
        "# Memory of a web process",
        "",
        "`afterwatch serve` with its 8 threads: resident memory after each step, and the highest",
        "mark so far, in MB (10⁶ bytes). The steps follow one another in one process.",
        "",
        described("dash"),
        "",
        "| cases | after | MB | at most MB |",
        "|---:|---|---:|---:|",
    ]
    verdict: list[str] = []
    for home in homes:
        size, rows = cases_in(home), measure(home)
        lines += [f"| {size:,} | {title} | {now:.0f} | {most:.0f} |" for title, now, most in rows]
        verdict = [f"Goal: at most {GOAL_MB} MB at {size:,} cases.", ""]
        verdict += [
            f"- {title}: " + ("met" if most <= GOAL_MB else f"missed by {most - GOAL_MB:.0f} MB")
            for title, _now, most in rows
            if title in {OPENED, AT_ONCE}
        ]
    write_page("memory", [*lines, "", *verdict])


if __name__ == "__main__":
    main()
