"""The second half of `make crash`: a thousand kills and more in runs of crisis playbooks.

Writes `benchmarks/results/crash_runs.md`; exits with 1 if anything happened twice or was lost.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import RESULTS, described
from tests.crash import runs
from tests.postgres_server import postgres_server
from tests.system import find_postgres

KILLS_A_ROUND = 80
CRISES = 24
COUNTS = ("kills", "steps", "effects", "calls", "unknown", "messages")
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


@dataclass
class Sums:
    """What came of all rounds over one database so far."""

    name: str
    rounds: int = 0
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """A line of the table."""
        cells = [self.counts[count] for count in COUNTS[1:]]
        row = (self.name, self.counts["kills"], self.rounds, *cells, len(self.faults))
        return f"| {' | '.join(str(cell) for cell in row)} | {self.seconds / 60:.0f} |"


def rounds(name: str, database: Database, kills: int, seed: int) -> Iterator[Sums]:
    """Rounds until there were enough kills; the sums after each."""
    sums = Sums(name)
    while sums.counts["kills"] < kills:
        sums.rounds += 1
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as url:
            wanted = min(KILLS_A_ROUND, kills - sums.counts["kills"])
            played = runs.play(
                url, Path(folder), kills=wanted, seed=seed + sums.rounds, crises=CRISES
            )
        sums.seconds += time.monotonic() - began
        sums.points += played.points
        sums.faults += [f"{name}, round {sums.rounds}: {fault}" for fault in played.faults]
        sums.counts += Counter({count: getattr(played, count) for count in COUNTS})
        print(f"{name}: {sums.counts['kills']} kills, {len(sums.faults)} faults", flush=True)
        yield sums


def write(found: Sequence[Sums], note: str) -> None:
    """The result so far, so that nothing of it is lost if this is ended early."""
    head = HEAD.format(
        machine=described("sqlalchemy"),
        crises=CRISES,
        steps=len(runs.WORK),
        points=len(runs.runs_process.POINTS),
    )
    points = sum((one.points for one in found), Counter())
    where = "\n".join(f"- {point}: {count}" for point, count in points.most_common())
    wrong = "\n".join(f"- {fault}" for one in found for fault in one.faults) or "Nothing."
    lines = "\n".join(one.line for one in found)
    said = f"\n{note}\n" if note else ""
    RESULT.write_text(
        f"{head}{lines}\n{said}\nWhere they died:\n\n{where}\n\n"
        f"What was lost or done twice:\n\n{wrong}\n",
        encoding="utf-8",
    )


def main() -> int:
    """Run both databases and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="on SQLite")
    parser.add_argument("--postgres-kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--note", default="", help="what else the machine was doing")
    asked = parser.parse_args()
    done: list[Sums] = []

    def sqlite(folder: Path) -> AbstractContextManager[str]:
        return nullcontext(f"sqlite:///{folder / 'state.sqlite'}")

    with postgres_server(find_postgres()) as server:
        for name, database, kills in (
            ("SQLite", sqlite, asked.kills),
            ("PostgreSQL", lambda _folder: server.new_database(), asked.postgres_kills),
        ):
            last = Sums(name)
            for sums in rounds(name, database, kills, asked.seed):
                write([*done, sums], asked.note)
                last = sums
            done.append(last)
    print(RESULT.read_text(encoding="utf-8"))
    return 1 if any(sums.faults for sums in done) else 0


if __name__ == "__main__":
    sys.exit(main())
