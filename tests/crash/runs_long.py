"""The second half of `make crash`: a thousand kills and more in runs of crisis playbooks.

Writes `benchmarks/results/crash_runs.md`; exits with 1 if anything happened twice or was lost.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from benchmarks.machine import RESULTS, described
from tests.crash import runs
from tests.postgres_server import postgres_server
from tests.system import find_postgres

KILLS_A_ROUND = 30
RESULT = RESULTS / "crash_runs.md"
HEAD = """# Killed workers in crisis runs

{machine}

`python -m tests.crash.runs_long`, the second half of `make crash`: rounds of {crises} crises, half
of them drills at 600 times the wall clock, each with a run of {steps} steps of every kind; a new
database each round. Workers are killed with SIGKILL at {points} named points and at random moments;
people do what waits for them meanwhile, levels rise, and of unknown steps they say what a file
shows that stands for the outside. At the end one worker that lives finishes what is left. A kill
that met a worker with nothing to do does not count.

Accounted for: every step has ended as it must and is done once by the log; every effect that can
be repeated is in the database once; every call that must not be repeated reached the outside once;
no claim is left; the event log verifies.

| database | kills | rounds | steps | effects | calls | unknown | messages | faults | minutes |
|---|---|---|---|---|---|---|---|---|---|
"""
Database = Callable[[Path], AbstractContextManager[str]]


def run(
    name: str, database: Database, kills: int, seed: int
) -> tuple[str, Counter[str], list[str]]:
    """Rounds until there were enough kills; a line of the table, where they died, what is wrong."""
    points: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    faults: list[str] = []
    began, rounds = time.monotonic(), 0
    while sums["kills"] < kills:
        rounds += 1
        with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as url:
            wanted = min(KILLS_A_ROUND, kills - sums["kills"])
            played = runs.play(url, Path(folder), kills=wanted, seed=seed + rounds)
        points += played.points
        faults += [f"{name}, round {rounds}: {fault}" for fault in played.faults]
        for count in ("kills", "steps", "effects", "calls", "unknown", "messages"):
            sums[count] += getattr(played, count)
        print(f"{name}: {sums['kills']} kills, {len(faults)} faults", flush=True)
    minutes = (time.monotonic() - began) / 60
    cells = [sums[count] for count in ("steps", "effects", "calls", "unknown", "messages")]
    row = (name, sums["kills"], rounds, *cells, len(faults), f"{minutes:.0f}")
    return f"| {' | '.join(str(cell) for cell in row)} |", points, faults


def main() -> int:
    """Run both databases and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="on SQLite")
    parser.add_argument("--postgres-kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--note", default="", help="what else the machine was doing")
    asked = parser.parse_args()
    lines, faults = [], list[str]()
    points: Counter[str] = Counter()

    def sqlite(folder: Path) -> AbstractContextManager[str]:
        return nullcontext(f"sqlite:///{folder / 'state.sqlite'}")

    with postgres_server(find_postgres()) as server:
        for name, database, kills in (
            ("PostgreSQL", lambda _folder: server.new_database(), asked.postgres_kills),
            ("SQLite", sqlite, asked.kills),
        ):
            line, died, wrong = run(name, database, kills, asked.seed)
            lines.append(line)
            points += died
            faults += wrong
    head = HEAD.format(
        machine=described("sqlalchemy"),
        crises=runs.CRISES,
        steps=len(runs.WORK),
        points=len(runs.runs_process.POINTS),
    )
    where = "\n".join(f"- {point}: {count}" for point, count in points.most_common())
    wrong = "\n".join(f"- {fault}" for fault in faults) or "Nothing."
    note = f"\n{asked.note}\n" if asked.note else ""
    RESULT.write_text(
        f"{head}{chr(10).join(lines)}\n{note}\nWhere they died:\n\n{where}\n\n"
        f"What was lost or done twice:\n\n{wrong}\n",
        encoding="utf-8",
    )
    print(RESULT.read_text(encoding="utf-8"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
