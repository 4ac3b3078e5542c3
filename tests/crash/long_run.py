"""`make crash`: a thousand kills and more, and what became of every slot, event and message.

Writes `benchmarks/results/crash.md`; exits with 1 if anything happened twice or was lost.
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
from tests.crash import pipeline
from tests.postgres_server import postgres_server
from tests.system import find_postgres

KILLS_A_ROUND = 40
RESULT = RESULTS / "crash.md"
HEAD = """# Killed workers

{machine}

`make crash`: two workers at a time over one state database, killed with SIGKILL at random moments
and at named points, in rounds of {slots} slots with a new database each. The receiver of the
messages answers 500 to 5 % and hangs up on another 5 % after it has read. Afterwards every slot,
event and message is accounted for, and every round must tell the same story.

| database | kills | rounds | slots | episodes | messages | arrived | again | faults | minutes |
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
    stories = set()
    began, rounds = time.monotonic(), 0
    while points.total() < kills:
        rounds += 1
        with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as url:
            wanted = min(KILLS_A_ROUND, kills - points.total())
            played = pipeline.play(url, Path(folder), kills=wanted, seed=seed + rounds)
        points += played.points
        faults += [f"{name}, round {rounds}: {fault}" for fault in played.faults]
        stories.add(tuple(played.story))
        for count in ("slots", "episodes", "messages", "deliveries", "repeated"):
            sums[count] += getattr(played, count)
        print(f"{name}: {points.total()} kills, {len(faults)} faults", flush=True)
    if len(stories) != 1:
        faults.append(f"{name}: the rounds told {len(stories)} different stories of one input")
    minutes = (time.monotonic() - began) / 60
    cells = (name, points.total(), rounds, sums["slots"], sums["episodes"], sums["messages"])
    last = (sums["deliveries"], sums["repeated"], len(faults), f"{minutes:.0f}")
    return f"| {' | '.join(str(cell) for cell in (*cells, *last))} |", points, faults


def main() -> int:
    """Run both databases and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="on SQLite")
    parser.add_argument("--postgres-kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    lines, faults = [], list[str]()
    points: Counter[str] = Counter()

    def sqlite(folder: Path) -> AbstractContextManager[str]:
        return nullcontext(f"sqlite:///{folder / 'state.sqlite'}")

    with postgres_server(find_postgres()) as server:
        for name, database, kills in (
            ("SQLite", sqlite, asked.kills),
            ("PostgreSQL", lambda _folder: server.new_database(), asked.postgres_kills),
        ):
            line, died, wrong = run(name, database, kills, asked.seed)
            lines.append(line)
            points += died
            faults += wrong
    head = HEAD.format(machine=described("sqlalchemy"), slots=pipeline.worker_process.SLOTS + 14)
    where = "\n".join(f"- {point}: {count}" for point, count in points.most_common())
    wrong = "\n".join(f"- {fault}" for fault in faults) or "Nothing."
    text = "\n".join(lines)
    RESULT.write_text(
        f"{head}{text}\n\nWhere they died:\n\n{where}\n\nWhat was lost or done twice:\n\n{wrong}\n",
        encoding="utf-8",
    )
    print(RESULT.read_text(encoding="utf-8"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
